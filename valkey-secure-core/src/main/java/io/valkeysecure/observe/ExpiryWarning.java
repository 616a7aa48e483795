package io.valkeysecure.observe;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Something ends soon.
 *
 * @param role what it is
 * @param subject whose it is
 * @param notAfter when it ends
 * @param remaining how long that is from now; negative if it has ended
 */
public record ExpiryWarning(Role role, String subject, Instant notAfter, Duration remaining) {

    /** What may end; a closed set, since it is also a metric tag. */
    public enum Role {
        /** A trust anchor. */
        ANCHOR,
        /** A CRL, by its nextUpdate. */
        CRL,
        /** A certificate of the own client identity. */
        IDENTITY,
        /** The leaf of a server to which a connection is open. */
        PEER;

        /**
         * Returns the name as it appears in metrics and logs.
         *
         * @return the constant's name in lower case
         */
        public String tag() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
