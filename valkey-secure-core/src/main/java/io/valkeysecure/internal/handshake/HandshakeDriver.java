package io.valkeysecure.internal.handshake;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.connection.Generations;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.GenerationTrustManager;
import io.valkeysecure.internal.generation.HandshakeProgress;
import io.valkeysecure.internal.generation.Proof;
import io.valkeysecure.internal.generation.Verdict;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.TlsListener;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One handshake with one endpoint, from its first byte to its verdict. {@link TlsHandshake}, the facade for adapters,
 * documents its methods.
 */
public final class HandshakeDriver {
    private final Generations generations;
    private final HandshakeLimiter limiter;
    private final Generation generation;
    private final Endpoint endpoint;
    private final ClientLibrary client;
    private final TlsListener listener;
    private final long started = System.nanoTime();
    private final PeerBytes evidence = new PeerBytes();
    private final OwnBytes own = new OwnBytes();
    private final AtomicBoolean used = new AtomicBoolean();
    private final HandshakeProgress progress;
    private final HandshakeSlot slot;
    private final RefusalClassifier classifier;
    private @Nullable TlsHandshakeException refusal;
    private @Nullable Proof proof;

    HandshakeDriver(
            Generations generations,
            HandshakeLimiter limiter,
            TlsListener listener,
            Endpoint endpoint,
            ClientLibrary client) {
        this.generations = generations;
        this.limiter = limiter;
        this.generation = generations.current();
        this.endpoint = endpoint;
        this.client = client;
        this.listener = listener;
        this.progress = new HandshakeProgress(endpoint, generations::current);
        this.slot = new HandshakeSlot(limiter, endpoint, timeout(), evidence);
        this.classifier = new RefusalClassifier(endpoint, generation, evidence, own, progress, slot);
    }

    public Endpoint endpoint() {
        return endpoint;
    }

    public Optional<TlsHandshakeException> refusal() {
        synchronized (this) {
            return Optional.ofNullable(refusal);
        }
    }

    public Duration timeout() {
        return generation.policy().handshakeTimeout();
    }

    public SSLSocket overSocket(Socket connected) throws TlsHandshakeException {
        begin();
        @Nullable SSLSocket tls = null;
        try {
            requireIdentityInDate();
            slot.await(timeout().minus(elapsed()));
            DeadlineSocket wire =
                    new DeadlineSocket(connected, this, started + timeout().toNanos());
            // inFlight counts this handshake, too
            tls = generation.socket(wire, endpoint, Math.max(0, limiter.inFlight() - 1));
            generation.register().put(tls, progress);
            tls.startHandshake();
            var unused = verify(tls.getSession(), tls);
            wire.handshakeEnded();
            return new VerifiedSocket(tls, wire, this);
        } catch (Throwable e) { // also an Error: no failure may leave the socket open
            try {
                throw refuse(e);
            } finally {
                close(tls, e);
                close(connected, e);
            }
        }
    }

    private static void close(@Nullable Socket socket, Throwable because) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException | RuntimeException | Error e) {
                if (e != because) {
                    because.addSuppressed(e);
                }
            }
        }
    }

    public SSLEngine engine() {
        begin();
        try {
            requireIdentityInDate();
            SSLEngine engine = generation.engine(endpoint, limiter.inFlight());
            generation.register().put(engine, progress);
            return engine;
        } catch (PeerRejectedException e) {
            throw RootTypes.configurationRefused(e.reason(), String.valueOf(e.getMessage()), refuse(e));
        } catch (EngineUnavailableException e) {
            throw RootTypes.configurationRefused(e.reason(), String.valueOf(e.getMessage()), refuse(e));
        } catch (RuntimeException | Error e) {
            TlsHandshakeException refused = refuse(e);
            throw RootTypes.configurationRefused(refused.reason(), String.valueOf(refused.getMessage()), refused);
        }
    }

    public CompletionStage<Void> acquireSlot() {
        return slot.acquire().orTimeout(timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Refuses an expired identity before it is sent: the alert of the server would not say why. */
    private void requireIdentityInDate() throws PeerRejectedException {
        X509Certificate expired = generation.expiredIdentity(generation.now());
        if (expired != null) {
            throw RootTypes.peerRejected(
                    RefusalReason.EXPIRED,
                    "the own client identity, " + Printable.value(expired.getSubjectX500Principal()) + ", expired at "
                            + expired.getNotAfter().toInstant() + ", now is " + generation.now()
                            + "; renew it (nothing was sent)",
                    null);
        }
    }

    private void begin() {
        if (used.getAndSet(true)) {
            throw new IllegalStateException("this handshake with " + endpoint + " was used already, begin another");
        }
    }

    public boolean received(ByteBuffer bytes) throws TlsHandshakeException {
        try {
            evidence.add(bytes);
            return evidence.isMoreWanted();
        } catch (PeerRejectedException e) {
            throw refuse(RootTypes.handshakeRefused(e.reason(), endpoint, String.valueOf(e.getMessage()), null));
        }
    }

    public boolean sent(ByteBuffer bytes) throws TlsHandshakeException {
        try {
            own.add(bytes);
            return !own.isComplete();
        } catch (PeerRejectedException e) {
            throw refuse(RootTypes.handshakeRefused(e.reason(), endpoint, String.valueOf(e.getMessage()), null));
        }
    }

    public boolean isQuick() {
        return evidence.isSessionResumed() && !generation.asksResponders();
    }

    void lastWords(byte[] bytes) {
        evidence.lastWords(bytes);
    }

    public VerifiedHandshake verify(SSLEngine engine) throws TlsHandshakeException {
        try {
            return verify(engine.getSession(), engine);
        } catch (SSLException | PeerRejectedException | RuntimeException | Error e) {
            throw refuse(e);
        }
    }

    private VerifiedHandshake verify(SSLSession session, Object connection) throws SSLException, PeerRejectedException {
        generation.register().remove(connection);
        NegotiationCheck negotiation = new NegotiationCheck(endpoint, generation, evidence, own);
        TlsVersion version = negotiation.version(session);
        String suite = negotiation.cipherSuite(session);
        Optional<String> group = negotiation.keyExchangeGroup();
        List<X509Certificate> presented = generation.presented().of(session.getPeerCertificates());
        List<byte[]> staples = GenerationTrustManager.staples(session);
        boolean resumed = progress.verdict() == null;
        negotiation.requireSignatureSeen(version, resumed);
        Verdict verdict = judge(session, presented, staples);
        RootTypes.Negotiated negotiated = new RootTypes.Negotiated(version, suite, group, resumed, elapsed());
        Proof made = new Proof(
                RootTypes.verifiedHandshake(endpoint, client, negotiated, verdict.path(), generation.number()),
                negotiated,
                verdict,
                generation,
                List.copyOf(presented),
                List.copyOf(staples));
        prove(made);
        slot.succeeded();
        group.ifPresent(agreed -> generation.engines().groupNegotiated(endpoint, agreed));
        return made.handshake();
    }

    /** Sets the proof, unless another thread refused the handshake meanwhile. */
    private void prove(Proof accepted) throws TlsHandshakeException {
        synchronized (this) {
            if (refusal != null) {
                throw refusal;
            }
            proof = accepted;
        }
    }

    public Runnable opened(ManagedConnection connection) throws TlsHandshakeException {
        Proof made;
        synchronized (this) {
            if (refusal != null) {
                throw refusal;
            }
            made = proof();
        }
        Generations.Registration registration;
        try {
            registration = generations.opened(connection, made);
        } catch (PeerRejectedException | RuntimeException | Error e) {
            throw refuse(e);
        }
        try {
            prove(registration.proof());
        } catch (TlsHandshakeException e) {
            registration.whenClosed().run();
            throw e;
        }
        listener.handshakeSucceeded(registration.proof().handshake());
        return registration.whenClosed();
    }

    VerifiedHandshake verified() {
        return proof().handshake();
    }

    private Proof proof() {
        synchronized (this) {
            if (proof == null) {
                throw new IllegalStateException("the handshake with " + endpoint + " is not verified");
            }
            return proof;
        }
    }

    /**
     * Judges the server by the generation in force. The trust manager may not have done so: a resumed session does not
     * call it, and new material may have come into force since.
     */
    private Verdict judge(SSLSession session, List<X509Certificate> presented, List<byte[]> staples)
            throws PeerRejectedException {
        try {
            return Verdict.inForce(generations::current, progress.verdict(), presented, endpoint, staples);
        } catch (PeerRejectedException e) {
            session.invalidate();
            throw e;
        }
    }

    public TlsHandshakeException refuse(Throwable cause) {
        TlsHandshakeException refused;
        synchronized (this) {
            if (refusal != null) {
                return refusal;
            }
            refused = classifier.classified(cause);
            refusal = refused;
        }
        slot.release();
        if (!evidence.serverHelloSeen()) {
            generation.engines().noServerHello(endpoint);
        }
        listener.handshakeRefused(refused, client, elapsed());
        return refused;
    }

    public @Nullable TlsHandshakeException lateRefusal(Throwable cause) {
        synchronized (this) {
            if (refusal != null) {
                return refusal;
            }
        }
        PeerAlert alert = RefusalClassifier.alertIn(cause);
        if (alert == null) {
            return null;
        }
        RefusalReason reason = alert.reasonWithoutContext();
        boolean aboutIdentity =
                reason == RefusalReason.CLIENT_IDENTITY_REJECTED || reason == RefusalReason.CLIENT_IDENTITY_REQUIRED;
        return aboutIdentity ? refuse(cause) : null;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - started);
    }
}
