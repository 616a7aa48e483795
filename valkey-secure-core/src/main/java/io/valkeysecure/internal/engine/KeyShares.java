package io.valkeysecure.internal.engine;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Remembers which servers accept X25519. The JDK generates an X25519 and a P-256 key for each handshake, and one is
 * wasted; it cannot offer a group without a key share for it (RFC 8446, 4.2.8). So a server that has accepted X25519 is
 * offered only that. If the server then does not answer, as after a change of its configuration, it is offered all
 * groups again.
 *
 * <p>Safe for use by many threads.
 */
final class KeyShares {
    /** The group of the one key share. */
    static final String ONE = "x25519";

    /** More than the nodes of most clusters; further servers are offered all groups. */
    private static final int MOST_SERVERS = 1000;

    private record Server(String host, int port) {}

    private final boolean isChoice;

    /** Whether one share is enough for a server; absent if it has not negotiated X25519 yet. */
    private final Map<Server, Boolean> isOneEnough = new ConcurrentHashMap<>();

    /**
     * Creates an empty memory.
     *
     * @param offered the groups that are offered by default; empty before JDK 20, which cannot select groups. If a
     *     hybrid group is among them, all groups stay offered, so that a server can start to use it
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
