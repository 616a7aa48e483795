package io.valkeysecure;

import java.time.Duration;
import java.time.Instant;

/**
 * Something ends soon.
 *
 * @param role what it is
 * @param subject whose it is
 * @param notAfter when it ends
 * @param remaining how long that is from now; negative if it has ended
 */
public record ExpiryWarning(Role role, String subject, Instant notAfter, Duration remaining) {

    /** What may end. */
    public enum Role {
        /** A trust anchor. */
        ANCHOR,
        /** A CRL, by its nextUpdate. */
        CRL,
        /** A certificate of the own client identity. */
        IDENTITY,
        /** The leaf of a server to which a connection is open. */
        PEER
    }
}
