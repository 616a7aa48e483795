package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is said when a path is refused here: which certificate, what was expected, what was seen. */
final class RevocationMessages {
    /** RFC 5280, 5.3.1. */
    private static final Map<Integer, String> REASONS = Map.of(
            0, "unspecified",
            1, "keyCompromise",
            2, "cACompromise",
            3, "affiliationChanged",
            4, "superseded",
            5, "cessationOfOperation",
            6, "certificateHold",
            8, "removeFromCRL",
            9, "privilegeWithdrawn",
            10, "aACompromise");

    private RevocationMessages() {}

    static PeerRejectedException revoked(
            X509Certificate certificate, Instant since, @Nullable Integer reason, String by) {
        return RootTypes.peerRejected(
                RefusalReason.REVOKED,
                name(certificate) + " is revoked since " + since + " for reason "
                        + (reason == null ? "unspecified" : REASONS.getOrDefault(reason, String.valueOf(reason)))
                        + ", says " + by + "; expected a certificate that is not revoked",
                null);
    }

    static PeerRejectedException unknown(X509Certificate certificate, String expected, List<String> seen) {
        return RootTypes.peerRejected(
                RefusalReason.REVOCATION_UNKNOWN,
                "it is not proved that " + name(certificate) + " is not revoked: expected " + expected + ", seen: "
                        + String.join("; ", seen),
                null);
    }

    static String name(X509Certificate certificate) {
        return Printable.value(certificate.getSubjectX500Principal()) + " (serial number "
                + Printable.value(certificate.getSerialNumber().toString(16)) + ")";
    }
}
