package io.valkeysecure.observe;

import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The material in force, and the result of the last attempt to change it. Immutable.
 *
 * @param at the time of this status, by the clock of the {@link SecureTls}
 * @param generation the number of the generation in force, counted from 1
 * @param since when it came into force
 * @param identitySince when the client identity in force, or the absence of one, came into force
 * @param sources the sources of its material
 * @param digest the SHA-256 digest of all its material, in hexadecimal
 * @param validities when each trust anchor and each certificate of the client identity ends, when the first CRL ends,
 *     and when the first leaf of a server with an open connection ends
 * @param unusableAnchors the trust anchors that are left out because they break a rule
 * @param engines which engine each client library uses, {@link Engine#jdk()} or {@link Engine#boringSsl()}; a library
 *     without one is left out
 * @param connections the open connections of each client library that has any
 * @param lastFailure why newer material is not in force; empty if no newer material was refused
 * @param lastRead when all files and sources were last read, whether or not the material could be proved
 * @param backlog the work that waits for listeners and OCSP responders
 * @param unguarded the connections that this library did not make; empty unless {@link
 *     SecureTls.Builder#reportUnguarded} asks for them
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
        Map<ClientLibrary, Engine> engines,
        Map<ClientLibrary, Connections> connections,
        Optional<Failure> lastFailure,
        Instant lastRead,
        Backlog backlog,
        Optional<Unguarded> unguarded) {

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

    /** {@return how many verified connections are open; their number, those that are to be replaced included} */
    public int openConnections() {
        return connections.values().stream()
                .mapToInt(open -> open.current() + open.draining())
                .sum();
    }

    /**
     * The validity of a certificate or a CRL.
     *
     * @param role its type
     * @param subject the subject of the certificate; {@code CRL} for CRLs
     * @param notBefore when it begins; for CRLs, when they were read
     * @param notAfter when it ends
     */
    public record Validity(ExpiryWarning.Role role, String subject, Instant notBefore, Instant notAfter) {}

    /**
     * A trust anchor that is left out: no path may end at it.
     *
     * @param subject its subject
     * @param reason why it cannot be used
     * @param message the rule that it breaks, and the cure
     */
    public record UnusableAnchor(String subject, RefusalReason reason, String message) {}

    /**
     * The open connections of a client library.
     *
     * @param current connections that may stay open
     * @param draining connections of an earlier client identity, which are being drained
     */
    public record Connections(int current, int draining) {}

    /**
     * New material that could not be proved.
     *
     * @param at when it was last tried
     * @param reason why it was refused
     * @param message the file, what was expected and what was seen
     */
    public record Failure(Instant at, RefusalReason reason, String message) {}

    /**
     * Work that waits for listeners and OCSP responders. It delays neither new connections nor the closing of
     * connections whose trust ended.
     *
     * @param listenersBehind how many listeners, the library's log included, were called more than a second ago and
     *     have not returned
     * @param notificationsDropped how many notifications were dropped since the start, because 1,024 were queued for
     *     their listener
     * @param connectionsUnchecked how many open connections no OCSP responder has answered for since new
     *     material came into force; it is asked again at every check interval
     */
    public record Backlog(int listenersBehind, long notificationsDropped, int connectionsUnchecked) {}

    /**
     * The TCP connections of this process that lead to a Valkey server, and that this library has not verified.
     *
     * @param connections how many there are to each address and port
     * @param notLookedAt why they could not be looked for; empty if they could
     */
    public record Unguarded(Map<Endpoint, Integer> connections, Optional<String> notLookedAt) {
        /** {@return how many there are in all} */
        public int total() {
            return connections.values().stream().mapToInt(Integer::intValue).sum();
        }
    }
}
