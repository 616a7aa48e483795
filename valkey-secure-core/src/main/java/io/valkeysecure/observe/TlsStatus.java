package io.valkeysecure.observe;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is in force, and how the last attempt to change it ended. Immutable.
 *
 * @param at when this was so, by the clock of the {@link SecureTls}
 * @param generation the number of the generation in force, counted from 1
 * @param since when it came into force
 * @param identitySince when the client identity in force, or the absence of one, came into force
 * @param sources where its material comes from
 * @param digest the SHA-256 digest of all its material, in hexadecimal
 * @param validities what ends, and when: each trust anchor, each certificate of the client identity, the CRLs by the first
 *     nextUpdate, and of the leaves of servers that a connection is open to the one that ends first
 * @param unusableAnchors the trust anchors that are left out since they break a rule; empty if all can be used
 * @param connections how many verified connections are open, for each client library that has any
 * @param lastFailure why newer material is not in force; empty if there is none, or it is in force
 * @param lastRead when all files and sources were read last, whether or not what they gave could be proved
 * @param backlog what waits for listeners and OCSP responders
 */
public record TlsStatus(
        Instant at,
        long generation,
        Instant since,
        Instant identitySince,
        String sources,
        String digest,
        List<Validity> validities,
        List<UnusableAnchor> unusableAnchors,
        Map<ClientLibrary, Connections> connections,
        Optional<Failure> lastFailure,
        Instant lastRead,
        Backlog backlog) {

    /**
     * Returns when the first in a role ends.
     *
     * @param role the role
     * @return its not-after; empty if there is nothing in this role
     */
    public Optional<Instant> notAfter(ExpiryWarning.Role role) {
        return validities.stream()
                .filter(validity -> validity.role() == role)
                .map(Validity::notAfter)
                .min(Comparator.naturalOrder());
    }

    /**
     * Returns how many verified connections are open.
     *
     * @return their number, those that are to be replaced included
     */
    public int openConnections() {
        return connections.values().stream()
                .mapToInt(open -> open.current() + open.draining())
                .sum();
    }

    /**
     * Something that ends.
     *
     * @param role what it is
     * @param subject whose it is
     * @param notBefore when it began; of CRLs, when they were read
     * @param notAfter when it ends
     */
    public record Validity(ExpiryWarning.Role role, String subject, Instant notBefore, Instant notAfter) {}

    /**
     * A trust anchor that is left out: no connection is accepted because of it.
     *
     * @param subject whose it is
     * @param reason why it cannot be used
     * @param message which rule it breaks, and what to do
     */
    public record UnusableAnchor(String subject, RefusalReason reason, String message) {}

    /**
     * The open connections of a client library.
     *
     * @param current those that may stay
     * @param draining those that were made under an earlier client identity, and are to be replaced
     */
    public record Connections(int current, int draining) {}

    /**
     * A candidate that could not be proved.
     *
     * @param at when it was tried last
     * @param reason why it was refused
     * @param message what was expected and seen, and in which file
     */
    public record Failure(Instant at, RefusalReason reason, String message) {}

    /**
     * What waits for code and machines of others. Nothing here keeps connections from being made, or ended when their trust
     * ends.
     *
     * @param listenersBehind how many listeners, the library's log included, were called more than a second ago and have
     *     not returned
     * @param notificationsDropped how many notifications were dropped since the start, since 1,024 waited for their
     *     listener
     * @param connectionsUnchecked how many open connections no OCSP responder has answered for since new
     *     material came into force; it is asked again at every check interval
     */
    public record Backlog(int listenersBehind, long notificationsDropped, int connectionsUnchecked) {}
}
