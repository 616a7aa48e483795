package io.valkeysecure;

import java.time.Instant;
import java.util.Optional;

/**
 * What is in force, and how the last attempt to change it ended. Immutable.
 *
 * @param generation the number of the generation in force, counted from 1
 * @param since when it came into force
 * @param identitySince when the client identity in force, or the absence of one, came into force
 * @param sources where its material comes from
 * @param digest the SHA-256 digest of all its material, in hexadecimal
 * @param identityNotAfter when the client identity ends; empty if there is none
 * @param anchorsNotAfter when the first of the trust anchors ends
 * @param connections how many verified connections are open
 * @param lastFailure why newer material is not in force; empty if there is none, or it is in force
 */
public record TlsStatus(
        long generation,
        Instant since,
        Instant identitySince,
        String sources,
        String digest,
        Optional<Instant> identityNotAfter,
        Instant anchorsNotAfter,
        int connections,
        Optional<Failure> lastFailure) {

    /**
     * A candidate that could not be proved.
     *
     * @param at when it was tried last
     * @param reason why it was refused
     * @param message what was expected and seen, and in which file
     */
    public record Failure(Instant at, RefusalReason reason, String message) {}
}
