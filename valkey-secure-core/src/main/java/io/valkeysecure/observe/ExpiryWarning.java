package io.valkeysecure.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * A warning that a certificate or a CRL ends soon.
 *
 * @param role the type of the certificate or list
 * @param subject the subject of the certificate; {@code CRL} for CRLs
 * @param notAfter when it ends
 * @param remaining the time until then; negative if it has ended
 */
public record ExpiryWarning(Role role, String subject, Instant notAfter, Duration remaining) {

    /** The type of what ends; a closed set, because it is a metric tag. */
    public enum Role {
        /** A trust anchor. */
        ANCHOR,
        /** A CRL, by its nextUpdate. */
        CRL,
        /** A certificate of the client identity. */
        IDENTITY,
        /** The leaf of a server with an open connection. */
        PEER;

        /** {@return the name as it appears in metrics and logs; the constant's name in lower case} */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
