package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The refusals of a path by its revocation status: they name the certificate, what was expected and what was seen. */
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
            ParsedCertificate certificate, Instant since, @Nullable Integer reason, String by) {
        return RootTypes.peerRejected(
                RefusalReason.REVOKED,
                name(certificate) + " is revoked since " + since + " for reason "
                        + (reason == null ? "unspecified" : REASONS.getOrDefault(reason, String.valueOf(reason)))
                        + ", says " + by + "; expected a certificate that is not revoked",
                null);
    }

    static PeerRejectedException unknown(ParsedCertificate certificate, String expected, List<String> seen) {
        return RootTypes.peerRejected(
                RefusalReason.REVOCATION_UNKNOWN,
                "it is not proved that " + name(certificate) + " is not revoked: expected " + expected + ", seen: "
                        + String.join("; ", seen),
                null);
    }

    static String name(ParsedCertificate certificate) {
        return Printable.value(certificate.x509().getSubjectX500Principal()) + " (serial number "
                + Printable.value(certificate.serialNumber().toString(16)) + ")";
    }
}
