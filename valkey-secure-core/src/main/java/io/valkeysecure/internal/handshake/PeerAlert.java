package io.valkeysecure.internal.handshake;

import io.valkeysecure.RefusalReason;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fatal alert of the peer (RFC 8446, 6.2).
 *
 * <p>JSSE and BoringSSL have no type for a received alert, so it is parsed from the text of their exceptions. The
 * refusal table tests it with every engine.
 */
public record PeerAlert(String description) {
    /** JDK 11 to 25: "Received fatal alert: bad_certificate" or "(bad_certificate) Received fatal alert: ...". */
    private static final Pattern JSSE = Pattern.compile("Received (?:fatal|close_notify) alert: ([a-z_]+)");

    /** BoringSSL and OpenSSL: "...:TLSV1_ALERT_PROTOCOL_VERSION", "...:TLSV13_ALERT_CERTIFICATE_REQUIRED". */
    private static final Pattern BORINGSSL = Pattern.compile("(?:SSLV3|TLSV1|TLSV13)_ALERT_([A-Z_]+)");

    /** The alerts of RFC 8446, 6.2 that a server may send in a handshake, by their number. */
    private static final Map<Integer, String> DESCRIPTIONS = Map.ofEntries(
            Map.entry(40, "handshake_failure"),
            Map.entry(42, "bad_certificate"),
            Map.entry(43, "unsupported_certificate"),
            Map.entry(44, "certificate_revoked"),
            Map.entry(45, "certificate_expired"),
            Map.entry(46, "certificate_unknown"),
            Map.entry(47, "illegal_parameter"),
            Map.entry(48, "unknown_ca"),
            Map.entry(49, "access_denied"),
            Map.entry(50, "decode_error"),
            Map.entry(51, "decrypt_error"),
            Map.entry(70, "protocol_version"),
            Map.entry(71, "insufficient_security"),
            Map.entry(80, "internal_error"),
            Map.entry(109, "missing_extension"),
            Map.entry(112, "unrecognized_name"),
            Map.entry(116, "certificate_required"));

    static PeerAlert of(int description) {
        return new PeerAlert(DESCRIPTIONS.getOrDefault(description, "alert " + description));
    }

    public static Optional<PeerAlert> in(Throwable thrown) {
        String text = String.valueOf(thrown.getMessage());
        Matcher jsse = JSSE.matcher(text);
        if (jsse.find()) {
            return Optional.of(new PeerAlert(jsse.group(1)));
        }
        Matcher boringSsl = BORINGSSL.matcher(text);
        if (boringSsl.find()) {
            return Optional.of(new PeerAlert(boringSsl.group(1).toLowerCase(Locale.ROOT)));
        }
        return Optional.empty();
    }

    /** {@return the meaning of the alert if nothing is known of the handshake} */
    public RefusalReason reasonWithoutContext() {
        return switch (description) {
            case "protocol_version" -> RefusalReason.PROTOCOL_VERSION;
            case "insufficient_security" -> RefusalReason.CIPHER_SUITE;
            case "certificate_required" -> RefusalReason.CLIENT_IDENTITY_REQUIRED;
            default -> isAboutCertificate() ? RefusalReason.CLIENT_IDENTITY_REJECTED : RefusalReason.PEER_ALERT;
        };
    }

    /**
     * Returns the meaning of the alert in a handshake.
     *
     * @param serverHelloSeen whether the server had agreed to a version and a suite
     * @param identityAsked whether the server had asked for a client certificate
     * @param identityPresented whether one was presented
     */
    public RefusalReason reason(boolean serverHelloSeen, boolean identityAsked, boolean identityPresented) {
        if (description.equals("handshake_failure")) {
            // before a ServerHello: nothing in common; after a CertificateRequest: what OpenSSL answers under TLS 1.2
            // to a client without a certificate
            if (!serverHelloSeen) {
                return RefusalReason.CIPHER_SUITE;
            }
            if (identityAsked) {
                return identityPresented
                        ? RefusalReason.CLIENT_IDENTITY_REJECTED
                        : RefusalReason.CLIENT_IDENTITY_REQUIRED;
            }
        }
        RefusalReason reason = reasonWithoutContext();
        if (reason == RefusalReason.CLIENT_IDENTITY_REJECTED && identityAsked && !identityPresented) {
            return RefusalReason.CLIENT_IDENTITY_REQUIRED;
        }
        return reason;
    }

    private boolean isAboutCertificate() {
        return switch (description) {
            case "bad_certificate",
                    "unsupported_certificate",
                    "certificate_revoked",
                    "certificate_expired",
                    "certificate_unknown",
                    "unknown_ca",
                    "access_denied" -> true;
            default -> false;
        };
    }
}
