package io.valkeysecure.adapter;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.internal.connection.Generations;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import io.valkeysecure.internal.engine.NamedGroups;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.GenerationTrustManager;
import io.valkeysecure.internal.generation.HandshakeProgress;
import io.valkeysecure.internal.generation.Verdict;
import io.valkeysecure.internal.handshake.HandshakeLimiter;
import io.valkeysecure.internal.handshake.OwnEvidence;
import io.valkeysecure.internal.handshake.PeerAlert;
import io.valkeysecure.internal.handshake.PeerEvidence;
import io.valkeysecure.internal.handshake.VerifiedSocket;
import io.valkeysecure.internal.handshake.WireSocket;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.Nesting;
import io.valkeysecure.observe.HandshakeListener;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLProtocolException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One handshake with one endpoint under one generation, from its first byte to its verdict. It can be used once.
 *
 * <p>A blocking client calls {@link #overSocket}, and is done. A client with an event loop takes the {@link #engine}, waits
 * for its {@link #acquireSlot slot}, shows what comes to {@link #received} and what goes to {@link #sent}, and when the engine has
 * finished calls {@link #verify} and then {@link #opened}, <em>before</em> it lets the application write; whatever goes wrong it
 * passes to {@link #refuse}. Only a connection for which {@link #opened} has returned may be used.
 *
 * <p>The server is judged by the material that is in force when the handshake ends, whichever was in force when it began.
 *
 * <p>Not safe for use by several threads at once, but they may take turns; and {@link #refuse} and {@link #lateRefusal} may
 * be called while another thread verifies, which a client with an event loop does when the peer or its user gives up.
 */
public final class TlsHandshake {
    /** BoringSSL's words for a certificate whose key it cannot read. */
    private static final Pattern UNREADABLE_KEY =
            Pattern.compile("(?:elliptic curve|public key|X\\.509 certificate) routines:");

    private static final String HYBRID_EXPECTED = "expected a hybrid key exchange such as X25519MLKEM768";
    private static final String HYBRID_CURE =
            "; Valkey has it with OpenSSL 3.5 or newer, unless its OPENSSL_CONF limits Groups";

    private final Generations generations;
    private final Generation generation;
    private final Endpoint endpoint;
    private final ClientLibrary client;
    private final HandshakeListener listener;
    private final long begun = System.nanoTime();
    private final HandshakeProgress progress;
    private final PeerEvidence evidence = new PeerEvidence();
    private final OwnEvidence own = new OwnEvidence();
    private final AtomicBoolean used = new AtomicBoolean();
    private @Nullable TlsHandshakeException refusal;
    private @Nullable VerifiedHandshake verified;
    private volatile HandshakeLimiter.@Nullable Permit permit;

    TlsHandshake(Generations generations, Endpoint endpoint, ClientLibrary client, HandshakeListener listener) {
        this.generations = generations;
        this.generation = generations.current();
        this.endpoint = endpoint;
        this.client = client;
        this.listener = listener;
        this.progress = new HandshakeProgress(generations::current);
    }

    /**
     * Returns the server as it is dialled.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Returns what this handshake was refused with, for clients that keep it to themselves.
     *
     * @return the refusal, a late one too; empty until then
     */
    public Optional<TlsHandshakeException> refusal() {
        synchronized (this) {
            return Optional.ofNullable(refusal);
        }
    }

    /**
     * Returns how long the handshake may take in all.
     *
     * @return the policy's handshake timeout
     */
    public Duration timeout() {
        return generation.policy().handshakeTimeout();
    }

    /**
     * Makes the handshake over a connected socket, and verifies it. Blocks no longer than {@link #timeout()}, however
     * slowly the peer sends. On refusal the socket is closed.
     *
     * @param connected a plain socket that is connected to the endpoint and that nothing was sent over
     * @return a socket that is verified; its TLS parameters can no longer be changed, and a refusal of our certificate
     *     that TLS 1.3 servers send late comes out of its streams as a {@link TlsHandshakeException}
     * @throws TlsHandshakeException if the connection is refused
     * @throws IllegalStateException if this handshake was used before
     */
    public SSLSocket overSocket(Socket connected) throws TlsHandshakeException {
        begin();
        @Nullable SSLSocket tls = null;
        try {
            requireIdentityInDate();
            awaitSlot();
            WireSocket wire = new WireSocket(connected, this, begun + timeout().toNanos());
            // this one is one of them
            tls = generation.socket(
                    wire, endpoint, Math.max(0, generations.limiter().inFlight() - 1));
            generation.register().put(tls, progress);
            tls.startHandshake();
            var unused = verify(tls.getSession(), tls);
            wire.handshakeEnded();
            return new VerifiedSocket(tls, wire, this);
        } catch (Throwable e) { // an Error too: nothing on the way to a verdict may leave the socket open
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

    /**
     * Returns an engine for this handshake: client mode, all parameters set, its trust manager the generation's. Its
     * delegated tasks, and {@link #verify(SSLEngine)}, may wait for the network, as OCSP does: they must not run on an
     * event loop.
     *
     * @return the engine
     * @throws TlsConfigurationException if the own client identity has expired, or no engine can do what is configured
     * @throws IllegalStateException if this handshake was used before
     */
    public SSLEngine engine() {
        begin();
        try {
            requireIdentityInDate();
            SSLEngine engine = generation.engine(endpoint, generations.limiter().inFlight());
            generation.register().put(engine, progress);
            return engine;
        } catch (PeerRejectedException e) {
            throw new TlsConfigurationException(e.reason(), String.valueOf(e.getMessage()), refuse(e));
        } catch (EngineUnavailableException e) {
            throw new TlsConfigurationException(e.reason(), String.valueOf(e.getMessage()), refuse(e));
        } catch (RuntimeException | Error e) {
            TlsHandshakeException refused = refuse(e);
            throw new TlsConfigurationException(refused.reason(), String.valueOf(refused.getMessage()), refused);
        }
    }

    /**
     * Acquires a handshake slot, without blocking. Few handshakes of one {@link SecureTls} are in flight at a time, so that a
     * restart of the server under many connections does not stall those that live. The slots are shared fairly among
     * endpoints, so that a server that does not answer does not delay connections to others. The slot is given back with the
     * verdict, after a quarter of a second without a byte of the peer, or after a second, and the handshake goes on.
     *
     * @return completed when the handshake may start; with a {@link TimeoutException}, to be passed to {@link #refuse}, when
     *     {@link #timeout()} has passed before
     * @throws IllegalStateException if it was called before
     */
    public CompletionStage<Void> acquireSlot() {
        return acquirePermit().granted().orTimeout(timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private HandshakeLimiter.Permit acquirePermit() {
        if (permit != null) {
            throw new IllegalStateException("this handshake with " + endpoint + " has acquired its slot already");
        }
        HandshakeLimiter.Permit acquired = generations.limiter().acquire(endpoint);
        permit = acquired;
        evidence.whenFirstReceived(acquired::answered);
        return acquired;
    }

    private void awaitSlot() throws IOException {
        CompletableFuture<Void> granted = acquirePermit().granted();
        try {
            var unused = granted.get(timeout().minus(elapsed()).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("no handshake slot became free in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a handshake slot");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a permit fails in no other way", e);
        }
    }

    private void releaseSlot() {
        HandshakeLimiter.Permit acquired = permit;
        if (acquired != null) {
            acquired.release();
        }
    }

    private boolean isWaitingForSlot() {
        HandshakeLimiter.Permit acquired = permit;
        return acquired != null
                && (!acquired.granted().isDone() || acquired.granted().isCompletedExceptionally());
    }

    /** Says whether this library's own limit is the cause, or a server with which no handshake ends. */
    private String noSlot() {
        HandshakeLimiter.Permit acquired = permit;
        return "expected a handshake within " + timeout() + ", no handshake slot became free in that time (limit "
                + generations.limiter().limit() + ", " + generations.limiter().share()
                + " for one server); nothing was sent; "
                + (acquired != null && acquired.isEndpointStalled()
                        ? "earlier handshakes with this server have not ended: is this its tls-port?"
                        : "are servers slow, or very many connections made?");
    }

    /** Told here, rather than by an alert of the server that is hard to read. */
    private void requireIdentityInDate() throws PeerRejectedException {
        X509Certificate expired = generation.expiredIdentity(generation.now());
        if (expired != null) {
            throw new PeerRejectedException(
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

    /**
     * Looks at what came from the peer. All bytes are to be shown, from the first, before the engine unwraps them, until this
     * returns false. Under TLS 1.3 that is after the server's choices; under TLS 1.2 never, since the server can ask for another
     * handshake at any time (RFC 5246, 7.4.1.1). May be called while another thread verifies.
     *
     * @param bytes what was received; its position is moved to its limit or stays within, its content is not changed
     * @return whether more has to be shown
     * @throws TlsHandshakeException if the peer signed its key exchange with less than SHA-256, or begins another handshake; the
     *     caller closes the connection and keeps these bytes from the engine
     */
    public boolean received(ByteBuffer bytes) throws TlsHandshakeException {
        try {
            evidence.add(bytes);
            return evidence.isMoreWanted();
        } catch (PeerRejectedException e) {
            throw refuse(new TlsHandshakeException(e.reason(), endpoint, String.valueOf(e.getMessage()), null));
        }
    }

    /**
     * Looks at what is about to be sent to the peer. All bytes that the engine wraps are to be shown, from the first, until this
     * returns false.
     *
     * @param bytes what the engine wrapped; its position is moved to its limit or stays within, its content is not changed
     * @return whether more has to be shown
     * @throws TlsHandshakeException if our certificate's key would be proved with less than SHA-256; the caller closes the
     *     connection and sends none of these bytes
     */
    public boolean sent(ByteBuffer bytes) throws TlsHandshakeException {
        try {
            own.add(bytes);
            return !own.isComplete();
        } catch (PeerRejectedException e) {
            throw refuse(new TlsHandshakeException(e.reason(), endpoint, String.valueOf(e.getMessage()), null));
        }
    }

    void lastWords(byte[] bytes) {
        evidence.lastWords(bytes);
    }

    /**
     * Verifies what the engine negotiated and with whom, after it has finished and before anything is written.
     *
     * @param engine the engine of this handshake
     * @return the proof
     * @throws TlsHandshakeException if the connection is refused; the caller closes it
     */
    public VerifiedHandshake verify(SSLEngine engine) throws TlsHandshakeException {
        try {
            return verify(engine.getSession(), engine);
        } catch (SSLException | PeerRejectedException | RuntimeException | Error e) {
            throw refuse(e);
        }
    }

    private VerifiedHandshake verify(SSLSession session, Object connection) throws SSLException, PeerRejectedException {
        generation.register().remove(connection);
        TlsVersion version = negotiatedVersion(session);
        String suite = session.getCipherSuite();
        if (!generation.policy().cipherSuites().contains(suite)) {
            throw new TlsHandshakeException(
                    RefusalReason.CIPHER_SUITE,
                    endpoint,
                    "expected one of " + generation.policy().cipherSuites() + ", negotiated " + suite,
                    null);
        }
        Optional<String> group = evidence.keyExchangeGroup();
        if (generation.isHybridRequired() && group.filter(NamedGroups::isHybrid).isEmpty()) {
            throw new TlsHandshakeException(
                    RefusalReason.KEY_EXCHANGE,
                    endpoint,
                    HYBRID_EXPECTED + ", negotiated " + group.orElse("none") + HYBRID_CURE,
                    null);
        }
        List<X509Certificate> presented = generation.presented().of(session.getPeerCertificates());
        List<byte[]> staples = GenerationTrustManager.staples(session);
        boolean resumed = progress.verdict() == null;
        requireHandshakeSeen(version, resumed);
        Verdict verdict = judge(session, presented, staples);
        VerifiedHandshake proof = new VerifiedHandshake(
                endpoint, client, version, suite, group, verdict, generation, presented, staples, resumed, elapsed());
        prove(proof);
        HandshakeLimiter.Permit acquired = permit;
        if (acquired != null) {
            acquired.succeeded();
        }
        group.ifPresent(agreed -> generation.engines().agreed(endpoint, agreed));
        return proof;
    }

    /** Sets the proof, unless another thread refused the handshake meanwhile. */
    private void prove(VerifiedHandshake proof) throws TlsHandshakeException {
        synchronized (this) {
            if (refusal != null) {
                throw refusal;
            }
            verified = proof;
        }
    }

    /**
     * Registers the verified connection, so that it can be closed when its trust ends, and judges it once more if the
     * material has changed since it was verified. Only now it may be used, and the listener is told that it succeeded.
     *
     * @param connection how it can be closed
     * @return a callback to run when the connection is closed
     * @throws TlsHandshakeException if the server is not accepted by the material that is in force now, or another thread
     *     refused the handshake; the caller closes the connection
     * @throws IllegalStateException if the handshake is not verified
     */
    public Runnable opened(OpenConnection connection) throws TlsHandshakeException {
        VerifiedHandshake proof;
        synchronized (this) {
            if (refusal != null) {
                throw refusal;
            }
            proof = proof();
        }
        Generations.Registration registration;
        try {
            registration = generations.opened(connection, proof);
        } catch (PeerRejectedException | RuntimeException | Error e) {
            throw refuse(e);
        }
        try {
            prove(registration.proof());
        } catch (TlsHandshakeException e) {
            registration.whenClosed().run();
            throw e;
        }
        listener.handshakeSucceeded(registration.proof());
        return registration.whenClosed();
    }

    VerifiedHandshake proof() {
        synchronized (this) {
            if (verified == null) {
                throw new IllegalStateException("the handshake with " + endpoint + " is not verified");
            }
            return verified;
        }
    }

    private TlsVersion negotiatedVersion(SSLSession session) throws TlsHandshakeException {
        String protocol = session.getProtocol();
        for (TlsVersion version : generation.versions()) {
            if (version.protocol().equals(protocol)) {
                return version;
            }
        }
        throw new TlsHandshakeException(
                RefusalReason.PROTOCOL_VERSION, endpoint, expectedVersion() + ", negotiated " + protocol, null);
    }

    /**
     * The signatures of a handshake under TLS 1.2 are looked at as they pass. A resumed one has none: its session was made by
     * one that had.
     */
    private void requireHandshakeSeen(TlsVersion version, boolean resumed) throws TlsHandshakeException {
        if (version != TlsVersion.TLS_1_2) {
            return;
        }
        boolean signed = resumed || evidence.isKeyExchangeSigned();
        boolean ownSeen = resumed || own.isComplete();
        if (!signed || !ownSeen || !evidence.isTls12Complete()) {
            throw new TlsHandshakeException(
                    RefusalReason.WEAK_SIGNATURE,
                    endpoint,
                    "expected to see a key exchange that is signed with SHA-256 or better, saw "
                            + (signed ? "no whole handshake" : "none")
                            + "; was each byte shown to received and sent?",
                    null);
        }
    }

    private String expectedVersion() {
        return "expected " + generation.versions().get(0).protocol() + " or newer";
    }

    /**
     * Judges the server by the generation in force, where the trust manager has not: a resumed session does not pass it,
     * and material may have been replaced since it was asked.
     */
    private Verdict judge(SSLSession session, List<X509Certificate> presented, List<byte[]> staples)
            throws PeerRejectedException {
        try {
            return Verdict.inForce(generations::current, progress.verdict(), presented, endpoint.host(), staples);
        } catch (PeerRejectedException e) {
            session.invalidate();
            throw e;
        }
    }

    /**
     * Makes a typed refusal of whatever went wrong, and tells the listener, once.
     *
     * @param cause what was caught
     * @return the refusal to be thrown; the same one when called again
     */
    public TlsHandshakeException refuse(Throwable cause) {
        TlsHandshakeException refused;
        synchronized (this) {
            if (refusal != null) {
                return refusal;
            }
            refused = classified(cause);
            refusal = refused;
        }
        releaseSlot();
        if (!evidence.serverHelloSeen()) {
            generation.engines().unanswered(endpoint);
        }
        listener.handshakeRefused(refused, client, elapsed());
        return refused;
    }

    /**
     * Recognises a refusal that comes after the handshake: under TLS 1.3 a server looks at our certificate only then, and
     * its alert arrives with the first read (RFC 8446, 4.4.2.4). The listener is told, once.
     *
     * @param cause what a read or write of the verified connection threw
     * @return the refusal to be thrown instead, or null if the cause is none
     */
    public @Nullable TlsHandshakeException lateRefusal(Throwable cause) {
        synchronized (this) {
            if (refusal != null) {
                return refusal;
            }
        }
        PeerAlert alert = alertIn(cause);
        if (alert == null) {
            return null;
        }
        RefusalReason reason = alert.reasonWithoutContext();
        boolean aboutIdentity =
                reason == RefusalReason.CLIENT_IDENTITY_REJECTED || reason == RefusalReason.CLIENT_IDENTITY_REQUIRED;
        return aboutIdentity ? refuse(cause) : null;
    }

    /** A cause that cannot be read, as after a StackOverflowError, is a refusal all the same. */
    private TlsHandshakeException classified(Throwable cause) {
        try {
            return classify(cause);
        } catch (RuntimeException | Error e) {
            cause.addSuppressed(e);
            return refused(
                    RefusalReason.UNCLASSIFIED,
                    "the handshake failed: " + cause.getClass().getName(),
                    cause);
        }
    }

    private TlsHandshakeException classify(Throwable cause) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            if (next instanceof TlsHandshakeException refused) {
                return refused;
            } else if (next instanceof PeerRejectedException rejected) {
                return refused(rejected.reason(), rejected.getMessage() + cureOf(rejected.reason()), cause);
            } else if (next instanceof EngineUnavailableException lacking) {
                return refused(lacking.reason(), lacking.getMessage() + " (nothing was sent)", cause);
            }
        }
        TlsHandshakeException unread = classifyUnread(cause);
        if (unread != null) {
            return unread;
        }
        if (evidence.isPlaintext()) {
            return refused(
                    RefusalReason.PLAINTEXT_PEER,
                    "expected TLS, the peer answered " + evidence
                            + "; is this the tls-port of the server, and does it speak TLS?",
                    cause);
        }
        String tooOld = evidence.tooOldVersion();
        if (tooOld != null) {
            return refused(
                    RefusalReason.PROTOCOL_VERSION,
                    expectedVersion() + ", the server chose " + tooOld + "; allow a newer one by tls-protocols",
                    cause);
        }
        boolean timedOut = has(cause, SocketTimeoutException.class) || has(cause, TimeoutException.class);
        if (timedOut && isWaitingForSlot()) {
            return refused(RefusalReason.HANDSHAKE_TIMEOUT, noSlot(), cause);
        }
        if (timedOut) {
            return refused(
                    RefusalReason.HANDSHAKE_TIMEOUT,
                    "expected a handshake within " + timeout()
                            + (evidence.nothingReceived()
                                    ? ", the peer sent nothing, as a plaintext port of Valkey does; is this its tls-port?"
                                    : ", the peer stopped in the midst of it"),
                    cause);
        }
        PeerAlert alert = alertIn(cause);
        if (alert == null) {
            alert = evidence.lastAlert();
        }
        if (alert != null) {
            return classify(alert, cause);
        }
        if (has(cause, EOFException.class)
                || has(cause, SocketException.class)
                || has(cause, ClosedChannelException.class)) {
            return refused(
                    RefusalReason.PEER_CLOSED,
                    "expected a handshake, the peer closed the connection "
                            + (evidence.nothingReceived() ? "without a word" : "in the midst of it"),
                    cause);
        }
        if (isMalformedByPeer(cause)) {
            return refused(
                    RefusalReason.MALFORMED_HANDSHAKE,
                    "expected a handshake by the TLS protocol, the engine says: "
                            + Printable.value(messageOfEngine(cause))
                            + "; is something in between that changes the bytes?",
                    cause);
        }
        return refused(RefusalReason.UNCLASSIFIED, "the handshake failed: " + Printable.value(cause), cause);
    }

    /**
     * Whether the engine refused what the peer sent. All that an engine refuses by itself is an SSLException: behind the
     * first byte of the peer it is about the peer's bytes, but for a client key that cannot sign.
     */
    private boolean isMalformedByPeer(Throwable cause) {
        return has(cause, SSLException.class)
                && !evidence.nothingReceived()
                && !(progress.wasIdentityPresented() && has(cause, GeneralSecurityException.class));
    }

    private static String messageOfEngine(Throwable cause) {
        Throwable next = cause;
        while (next.getCause() != null && !(next instanceof SSLException)) {
            next = next.getCause();
        }
        return String.valueOf(next.getMessage());
    }

    /** What to do about a certificate of the server, in the fewest words; the page of reasons has more. */
    private static String cureOf(RefusalReason reason) {
        return switch (reason) {
            case UNTRUSTED_ISSUER ->
                "; if the server is yours, name the CA that issued its certificate in TrustAnchors";
            case NAME_MISMATCH ->
                "; dial a name that it has, issue it again with this one, or say the right one by serverIdentity(...)";
            case EXPIRED -> "; renew it, or set this machine's clock if that is wrong";
            case PIN_MISMATCH -> "; if the key is yours, add its pin";
            case REVOKED -> "; give the server its replacement";
            case CONSTRAINT_VIOLATED, KEY_USAGE, WEAK_KEY, WEAK_SIGNATURE, MALFORMED_CERTIFICATE ->
                "; issue the server's certificate again by a CA that keeps to this";
            default -> "";
        };
    }

    /** What an engine refuses of a Certificate message before anybody can judge what is in it. */
    private @Nullable TlsHandshakeException classifyUnread(Throwable cause) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            String message = String.valueOf(next.getMessage());
            if (next instanceof StackOverflowError) {
                // of all messages only certificates nest, and the JDK's parser recurses for each level
                return refused(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "expected certificates that nest values at most " + Nesting.LEVELS
                                + " levels deep, the JDK's parser ran out of stack",
                        cause);
            }
            if (next instanceof CertificateException) {
                return refused(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "expected certificates that can be parsed, the JDK says: " + Printable.value(message),
                        cause);
            } else if (next instanceof SSLProtocolException && message.contains("exceeds the maximum allowed")) {
                return refused(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "expected a chain within the JDK's limits, it says: " + Printable.value(message),
                        cause);
            } else if (next instanceof SSLException && message.contains(":KEY_USAGE_BIT_INCORRECT")) {
                return refused(
                        RefusalReason.KEY_USAGE,
                        "expected a leaf with the key usage digitalSignature, BoringSSL says: "
                                + Printable.value(message),
                        cause);
            } else if (next instanceof SSLException
                    && UNREADABLE_KEY.matcher(message).find()) {
                return refused(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "expected certificates that can be parsed, BoringSSL says: " + Printable.value(message),
                        cause);
            }
        }
        return null;
    }

    private TlsHandshakeException classify(PeerAlert alert, Throwable cause) {
        boolean internal = alert.description().equals("internal_error");
        if (internal && own.isSessionOffered()) {
            // OpenSSL says so to every session that is resumed where "tls-session-caching no" meets client certificates
            generation.resumeNoMoreWith(endpoint);
        }
        RefusalReason reason =
                alert.reason(evidence.serverHelloSeen(), progress.wasIdentityAsked(), progress.wasIdentityPresented());
        String said = "the server said " + alert.description();
        if (reason == RefusalReason.CIPHER_SUITE && generation.isHybridRequired()) {
            // the same alert for both (RFC 8446, 4.1.1), and every server has one of our suites sooner than a hybrid
            // group
            reason = RefusalReason.KEY_EXCHANGE;
        }
        String message = switch (reason) {
            case KEY_EXCHANGE -> HYBRID_EXPECTED + ", " + said + HYBRID_CURE;
            case PROTOCOL_VERSION -> expectedVersion() + ", " + said + "; allow it by tls-protocols";
            case CIPHER_SUITE ->
                "expected one of " + generation.policy().cipherSuites() + ", " + said
                        + " to all of them; look at tls-ciphers, tls-ciphersuites, the kind of its key, and the groups"
                        + " and signature algorithms of its OpenSSL";
            case CLIENT_IDENTITY_REQUIRED ->
                said + ": it demands a client certificate, "
                        + (generation.hasIdentity()
                                ? "and takes none of this one's kind of key"
                                : "and none is configured; give one by presenting(...)");
            case CLIENT_IDENTITY_REJECTED ->
                said + " to our client certificate; is its issuer in the server's tls-ca-cert-file, is it in date"
                        + " by the server's clock, and for client authentication?";
            default ->
                said
                        + (internal
                                ? "; its log tells why: often a key that it cannot use, or \"tls-session-caching no\" while it"
                                        + " verifies clients: then the next connection succeeds, no sessions are resumed for an"
                                        + " hour"
                                : "");
        };
        return refused(reason, message, cause);
    }

    private TlsHandshakeException refused(RefusalReason reason, @Nullable String message, Throwable cause) {
        return new TlsHandshakeException(reason, endpoint, String.valueOf(message), cause);
    }

    private static @Nullable PeerAlert alertIn(Throwable cause) {
        for (Throwable next = cause; next != null; next = next.getCause()) {
            PeerAlert alert = next instanceof SSLException ? PeerAlert.in(next).orElse(null) : null;
            if (alert != null) {
                return alert;
            }
            alert = Arrays.stream(next.getSuppressed())
                    .filter(SSLException.class::isInstance)
                    .flatMap(suppressed -> PeerAlert.in(suppressed).stream())
                    .findFirst()
                    .orElse(null);
            if (alert != null) {
                return alert;
            }
        }
        return null;
    }

    private static boolean has(Throwable thrown, Class<? extends Throwable> type) {
        for (Throwable next = thrown; next != null; next = next.getCause()) {
            if (type.isInstance(next)) {
                return true;
            }
        }
        return false;
    }

    private Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
