package io.valkeysecure.internal.engine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which servers take X25519. The JDK makes a key of X25519 and one of P-256 for each handshake, and one is thrown
 * away; it has no way to offer a group without a key of it (RFC 8446, 4.2.8), so a server that has once agreed on X25519 is
 * offered nothing else. If it then does not answer, as after a change of its configuration, it is offered all again, for as
 * long as this engine lives.
 *
 * <p>Safe for use by many threads.
 */
final class KeyShares {
    /** What one key share is made of. */
    static final String ONE = "x25519";

    /** More than most clusters have nodes; the others are offered all. */
    private static final int MOST_SERVERS = 1000;

    private record Server(String host, int port) {}

    private final boolean isChoice;

    /** Whether one share is enough. A server that is not here has agreed on nothing yet. */
    private final Map<Server, Boolean> isOneEnough = new ConcurrentHashMap<>();

    /**
     * Begins with no server known.
     *
     * @param offered the groups that are offered if nothing is said; empty if nothing can be said, as before JDK 20. Where a
     *     hybrid group is among them it must stay so, lest a server's new ability goes unused
     */
    KeyShares(List<String> offered) {
        isChoice = offered.contains(ONE) && offered.stream().noneMatch(NamedGroups::isHybrid);
    }

    boolean isOneEnough(String host, int port) {
        return isOneEnough.getOrDefault(new Server(host, port), false);
    }

    void groupNegotiated(String host, int port, String group) {
        if (isChoice && group.equals(ONE) && isOneEnough.size() < MOST_SERVERS) {
            var unused = isOneEnough.putIfAbsent(new Server(host, port), true);
        }
    }

    void noServerHello(String host, int port) {
        var unused = isOneEnough.computeIfPresent(new Server(host, port), (server, enough) -> false);
    }
}
