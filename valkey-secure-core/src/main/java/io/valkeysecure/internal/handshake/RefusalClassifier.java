package io.valkeysecure.internal.handshake;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.engine.EngineUnavailableException;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.HandshakeProgress;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Causes;
import io.valkeysecure.internal.text.NativeAddresses;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.Nesting;
import java.io.EOFException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLProtocolException;
import org.jspecify.annotations.Nullable;

/**
 * Turns the failure of a handshake into a typed refusal that says what was expected, what was seen and what to do. It
 * judges by the bytes that the peer sent; only without them it reads the text of an engine's exception.
 */
final class RefusalClassifier {
    /** The errors of BoringSSL for a certificate whose key it cannot parse. */
    private static final Pattern UNREADABLE_KEY =
            Pattern.compile("(?:elliptic curve|public key|X\\.509 certificate) routines:");

    private static final Pattern LINE_BREAKS = Pattern.compile("\\R+");

    static final String HYBRID_EXPECTED = "expected a hybrid key exchange such as X25519MLKEM768";
    static final String HYBRID_CURE =
            "; Valkey has it with OpenSSL 3.5 or newer, unless its OPENSSL_CONF limits Groups";

    private final Endpoint endpoint;
    private final Generation generation;
    private final PeerBytes evidence;
    private final OwnBytes own;
    private final HandshakeProgress progress;
    private final HandshakeSlot slot;

    RefusalClassifier(
            Endpoint endpoint,
            Generation generation,
            PeerBytes evidence,
            OwnBytes own,
            HandshakeProgress progress,
            HandshakeSlot slot) {
        this.endpoint = endpoint;
        this.generation = generation;
        this.evidence = evidence;
        this.own = own;
        this.progress = progress;
        this.slot = slot;
    }

    /** Returns a refusal also if classifying fails, as after a StackOverflowError. */
    TlsHandshakeException classified(Throwable cause) {
        try {
            return classify(cause);
        } catch (RuntimeException | Error e) {
            if (e != cause) {
                cause.addSuppressed(e);
            }
            return refused(
                    RefusalReason.UNCLASSIFIED,
                    "the handshake failed: " + cause.getClass().getName(),
                    cause);
        }
    }

    private TlsHandshakeException classify(Throwable cause) {
        for (Throwable next : Causes.of(cause)) {
            if (next instanceof TlsHandshakeException refused) {
                return refused;
            } else if (next instanceof PeerRejectedException rejected) {
                return refused(rejected.reason(), rejected.getMessage() + cureOf(rejected.reason()), cause);
            } else if (next instanceof EngineUnavailableException unavailable) {
                return refused(unavailable.reason(), unavailable.getMessage() + " (nothing was sent)", cause);
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
                    generation.expectedVersion() + ", the server chose " + tooOld
                            + "; allow a newer one by tls-protocols",
                    cause);
        }
        boolean timedOut = has(cause, SocketTimeoutException.class) || has(cause, TimeoutException.class);
        if (timedOut && slot.isWaiting()) {
            return refused(RefusalReason.HANDSHAKE_TIMEOUT, slot.whyWaiting(), cause);
        }
        if (timedOut) {
            return refused(
                    RefusalReason.HANDSHAKE_TIMEOUT,
                    "expected a handshake within " + generation.policy().handshakeTimeout()
                            + (evidence.nothingReceived()
                                    ? ", the peer sent nothing, as a plaintext port of Valkey does; is this its tls-port? \"valkey-cli -h "
                                            + endpoint.host() + " -p " + endpoint.port()
                                            + " ping\" is answered by a plaintext port only"
                                    : ", the peer stopped during the handshake"),
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
                            + (evidence.nothingReceived()
                                    ? "without sending a byte, as Valkey does at maxclients, and a load balancer without a"
                                            + " server behind it; look at their logs"
                                    : "during the handshake; its log tells why"),
                    cause);
        }
        if (isMalformedByPeer(cause)) {
            return refused(
                    RefusalReason.MALFORMED_HANDSHAKE,
                    "expected a handshake by the TLS protocol, the engine says: "
                            + quoted(messageOfEngine(cause))
                            + "; is something in between that changes the bytes"
                            + (progress.wasIdentityPresented() && generation.isKeyInDevice()
                                    ? ", or is the device of the client identity's private key gone or logged out?"
                                    : "?"),
                    cause);
        }
        return refused(RefusalReason.UNCLASSIFIED, "the handshake failed: " + quoted(cause.toString()), cause);
    }

    /**
     * Returns whether the engine refused the bytes of the peer. An engine reports its own refusals as SSLException;
     * after the first byte of the peer they are about the peer's bytes, except when a client key cannot sign.
     */
    private boolean isMalformedByPeer(Throwable cause) {
        return has(cause, SSLException.class)
                && !evidence.nothingReceived()
                && !(progress.wasIdentityPresented() && has(cause, GeneralSecurityException.class));
    }

    /** An engine's text on one line, without addresses of this process's memory. */
    private static String quoted(String text) {
        return Printable.value(
                LINE_BREAKS.matcher(NativeAddresses.removed(text).strip()).replaceAll("; "));
    }

    private static String messageOfEngine(Throwable cause) {
        List<Throwable> causes = Causes.of(cause);
        Throwable engine = causes.stream()
                .filter(SSLException.class::isInstance)
                .findFirst()
                .orElse(causes.get(causes.size() - 1));
        return String.valueOf(engine.getMessage());
    }

    /** {@return a short cure for a problem of the server's certificate; the linked page says more} */
    private static String cureOf(RefusalReason reason) {
        return switch (reason) {
            case UNTRUSTED_ISSUER ->
                "; if the server is yours, name the CA that issued its certificate in TrustAnchors";
            case NAME_MISMATCH ->
                "; dial a name that it has, issue it again with this one, or say the right one by serverIdentity(...) or serverName(...)";
            case EXPIRED -> "; renew it, or set this machine's clock if that is wrong";
            case PIN_MISMATCH -> "; if the key is yours, add its pin";
            case REVOKED -> "; give the server its replacement";
            case CONSTRAINT_VIOLATED, KEY_USAGE, WEAK_KEY, WEAK_SIGNATURE, MALFORMED_CERTIFICATE ->
                "; issue the server's certificate again by a CA that keeps to this";
            default -> "";
        };
    }

    /**
     * {@return the refusal of a Certificate message that the engine itself could not parse or accept; null for others}
     */
    private @Nullable TlsHandshakeException classifyUnread(Throwable cause) {
        for (Throwable next : Causes.of(cause)) {
            String message = String.valueOf(next.getMessage());
            if (next instanceof StackOverflowError) {
                // only certificates nest, and the JDK's parser recurses for each level
                return refused(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "expected certificates that nest values at most " + Nesting.LEVELS
                                + " levels deep, the JDK's parser ran out of stack",
                        cause);
            }
            if (next instanceof CertificateException) {
                return refused(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "expected certificates that can be parsed, the JDK says: " + quoted(message),
                        cause);
            } else if (next instanceof SSLProtocolException && message.contains("exceeds the maximum allowed")) {
                return refused(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        "expected a chain within the JDK's limits, it says: " + quoted(message),
                        cause);
            } else if (next instanceof SSLException && message.contains(":KEY_USAGE_BIT_INCORRECT")) {
                return refused(
                        RefusalReason.KEY_USAGE,
                        "expected a leaf with the key usage digitalSignature, BoringSSL says: " + quoted(message),
                        cause);
            } else if (next instanceof SSLException
                    && UNREADABLE_KEY.matcher(message).find()) {
                return refused(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "expected certificates that can be parsed, BoringSSL says: " + quoted(message),
                        cause);
            }
        }
        return null;
    }

    private TlsHandshakeException classify(PeerAlert alert, Throwable cause) {
        boolean internal = alert.description().equals("internal_error");
        if (internal && own.isSessionOffered()) {
            // OpenSSL sends this for every resumed session if "tls-session-caching no" is set and clients are verified
            generation.disableResumption(endpoint);
        }
        RefusalReason reason =
                alert.reason(evidence.serverHelloSeen(), progress.wasIdentityAsked(), progress.wasIdentityPresented());
        String said = "the server said " + alert.description();
        if (reason == RefusalReason.CIPHER_SUITE && generation.isHybridRequired()) {
            // both have the same alert (RFC 8446, 4.1.1), and a missing hybrid group is more likely than a missing
            // suite
            reason = RefusalReason.KEY_EXCHANGE;
        }
        String message = switch (reason) {
            case KEY_EXCHANGE -> HYBRID_EXPECTED + ", " + said + HYBRID_CURE;
            case PROTOCOL_VERSION -> generation.expectedVersion() + ", " + said + "; allow it by tls-protocols";
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
                said + " to our client certificate; "
                        + switch (alert.description()) {
                            case "unsupported_certificate" ->
                                "issue it for clients: its extended key usage has to name clientAuth, or to be absent";
                            case "unknown_ca" ->
                                "put its CA into the server's tls-ca-cert-file, and the intermediates between them into our"
                                        + " certificate file";
                            case "certificate_expired" -> "renew it, or set the server's clock if that is wrong";
                            default ->
                                "is its issuer in the server's tls-ca-cert-file, is it in date by the server's clock, and for"
                                        + " client authentication?";
                        };
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
        return RootTypes.handshakeRefused(reason, endpoint, String.valueOf(message), cause);
    }

    static @Nullable PeerAlert alertIn(Throwable cause) {
        for (Throwable next : Causes.of(cause)) {
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
        return Causes.of(thrown).stream().anyMatch(type::isInstance);
    }
}
