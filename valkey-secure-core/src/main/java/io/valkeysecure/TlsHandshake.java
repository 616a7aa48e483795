package io.valkeysecure;

import io.valkeysecure.internal.engine.EngineUnavailableException;
import io.valkeysecure.internal.engine.NamedGroups;
import io.valkeysecure.internal.text.Printable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
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
 * for its {@link #turn}, passes on the first bytes of the peer to {@link #received}, and when the engine has finished calls {@link #verify}
 * <em>before</em> it lets the application write; whatever goes wrong it passes to {@link #refuse}. Only a connection for
 * which there is a {@link VerifiedHandshake} may be used.
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
    private final HandshakeProgress progress = new HandshakeProgress();
    private final PeerEvidence evidence = new PeerEvidence();
    private final AtomicBoolean used = new AtomicBoolean();
    private @Nullable TlsHandshakeException refusal;
    private @Nullable VerifiedHandshake verified;
    private volatile HandshakeTurns.@Nullable Turn turn;

    TlsHandshake(Generations generations, Endpoint endpoint, ClientLibrary client, HandshakeListener listener) {
        this.generations = generations;
        this.generation = generations.current();
        this.endpoint = endpoint;
        this.client = client;
        this.listener = listener;
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
            awaitTurn();
            WireSocket wire =
                    new WireSocket(connected, evidence, begun + timeout().toNanos());
            // this one has its turn
            tls = generation.socket(wire, endpoint, generations.turns().inFlight() - 1);
            generation.register().put(tls, progress);
            tls.startHandshake();
            VerifiedHandshake proof = verify(tls.getSession(), tls);
            wire.handshakeEnded();
            return new VerifiedSocket(tls, wire, this, proof);
        } catch (IOException | PeerRejectedException | EngineUnavailableException | RuntimeException e) {
            TlsHandshakeException refused = refuse(e);
            close(tls, refused);
            close(connected, refused);
            throw refused;
        }
    }

    private static void close(@Nullable Socket socket, Exception because) {
        if (socket != null) {
            try {
                socket.close();
            } catch (IOException e) {
                because.addSuppressed(e);
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
            SSLEngine engine = generation.engine(endpoint, generations.turns().inFlight());
            generation.register().put(engine, progress);
            return engine;
        } catch (PeerRejectedException e) {
            throw new TlsConfigurationException(e.reason(), String.valueOf(e.getMessage()), refuse(e));
        } catch (EngineUnavailableException e) {
            throw new TlsConfigurationException(e.reason(), String.valueOf(e.getMessage()), refuse(e));
        }
    }

    /**
     * Waits, without blocking, until this handshake may begin. Few of one {@link SecureTls} are in flight at a time, first
     * come, first served, so that a restart of the server under many connections does not stall those that live. The turn
     * ends with the verdict, or after a second if the peer takes longer.
     *
     * @return completed when the handshake may begin; with a {@link TimeoutException}, to be passed to {@link #refuse}, when
     *     {@link #timeout()} has passed before
     * @throws IllegalStateException if it was called before
     */
    public CompletionStage<Void> turn() {
        return takeTurn().begun().orTimeout(timeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    private HandshakeTurns.Turn takeTurn() {
        if (turn != null) {
            throw new IllegalStateException("this handshake with " + endpoint + " has had its turn");
        }
        HandshakeTurns.Turn taken = generations.turns().take();
        turn = taken;
        return taken;
    }

    private void awaitTurn() throws IOException {
        CompletableFuture<Void> begun = takeTurn().begun();
        try {
            var unused = begun.get(timeout().minus(elapsed()).toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("it was not this handshake's turn in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while it was not this handshake's turn");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a turn fails in no other way", e);
        }
    }

    private void endTurn() {
        HandshakeTurns.Turn taken = turn;
        if (taken != null) {
            taken.end();
        }
    }

    private boolean isWaitingForTurn() {
        HandshakeTurns.Turn taken = turn;
        return taken != null && (!taken.begun().isDone() || taken.begun().isCompletedExceptionally());
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
     * Takes the first bytes that came from the peer, by which a refusal is explained. Later bytes are passed over.
     *
     * @param bytes what was received, before the engine unwraps it
     */
    public void received(byte[] bytes) {
        evidence.add(bytes, 0, bytes.length);
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
        } catch (SSLException | PeerRejectedException | RuntimeException e) {
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
        ValidatedPath path = progress.path();
        boolean resumed = path == null;
        if (path == null) {
            path = verifyAgain(session, presented, staples);
        }
        VerifiedHandshake proof = new VerifiedHandshake(
                endpoint, client, version, suite, group, path, generation, presented, staples, resumed, elapsed());
        synchronized (this) {
            if (refusal != null) {
                throw refusal;
            }
            verified = proof;
        }
        endTurn();
        group.ifPresent(agreed -> generation.engines().agreed(endpoint, agreed));
        evidence.trim();
        listener.handshakeSucceeded(proof);
        return proof;
    }

    /**
     * Shows the connection, now that it is verified, to those who end connections that have outlived their trust.
     *
     * @param connection how it can be ended
     * @return to be run when the connection is closed, by whomever
     * @throws IllegalStateException if the handshake is not verified
     */
    public Runnable opened(OpenConnection connection) {
        VerifiedHandshake proof;
        synchronized (this) {
            proof = verified;
        }
        if (proof == null) {
            throw new IllegalStateException("the handshake with " + endpoint + " is not verified");
        }
        return generations.opened(connection, proof);
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

    private String expectedVersion() {
        return "expected " + generation.versions().get(0).protocol() + " or newer";
    }

    /** A resumed session does not pass the trust manager: dates, name, pins and revocation are looked at here. */
    private ValidatedPath verifyAgain(SSLSession session, List<X509Certificate> presented, List<byte[]> staples)
            throws TlsHandshakeException {
        try {
            return generation.verify(presented, endpoint.host(), staples);
        } catch (PeerRejectedException e) {
            session.invalidate();
            throw refuse(e);
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
            refused = classify(cause);
            refusal = refused;
        }
        endTurn();
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
        if (timedOut && isWaitingForTurn()) {
            return refused(
                    RefusalReason.HANDSHAKE_TIMEOUT,
                    "expected a handshake within " + timeout() + ", it was not its turn in that time, of which "
                            + generations.turns().limit()
                            + " handshakes have one at once; are servers slow, or very many connections made?",
                    cause);
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
        return refused(RefusalReason.UNCLASSIFIED, "the handshake failed: " + Printable.value(cause), cause);
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
        if (internal) {
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
                        + " to all of them; look at tls-ciphers, tls-ciphersuites, the kind of its key and the groups of"
                        + " its OpenSSL";
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
                                        + " verifies clients: then the next connection succeeds, no more sessions are resumed"
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
