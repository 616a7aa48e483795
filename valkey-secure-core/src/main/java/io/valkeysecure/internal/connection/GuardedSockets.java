package io.valkeysecure.internal.connection;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open TCP connections that any {@code SecureTls} of this class loader has verified, also one that was closed
 * since, and the servers that they lead or led to. Safe for use by many threads.
 */
final class GuardedSockets {
    /** Bounds the memory, because a cluster may keep announcing new addresses. */
    private static final int MOST_SERVERS = 1024;

    /** Shared, because the connections of one {@code SecureTls} are not unguarded to another. */
    static final GuardedSockets SHARED = new GuardedSockets();

    /** Weak, because a client may lose a connection without closing it. */
    private final Map<TrackedConnection, TcpConnection> open = Collections.synchronizedMap(new WeakHashMap<>());

    private final Map<InetSocketAddress, Boolean> servers = new LinkedHashMap<>();
    private final AtomicLong longestHandshake = new AtomicLong();

    /** Registers a connection until it is closed, unless its adapter does not know its addresses. */
    void add(TrackedConnection tracked) {
        TcpConnection tcp = TcpConnection.below(tracked.connection());
        if (tcp == null) {
            return;
        }
        open.put(tracked, tcp);
        synchronized (servers) {
            servers.put(tcp.remote(), true);
            if (servers.size() > MOST_SERVERS) {
                servers.remove(servers.keySet().iterator().next());
            }
        }
    }

    void remove(TrackedConnection tracked) {
        open.remove(tracked);
    }

    Collection<TcpConnection> open() {
        synchronized (open) {
            return Set.copyOf(open.values());
        }
    }

    Set<InetSocketAddress> servers() {
        synchronized (servers) {
            return Set.copyOf(servers.keySet());
        }
    }

    void allow(Duration handshake) {
        longestHandshake.accumulateAndGet(handshake.toNanos(), Math::max);
    }

    /** {@return how long a socket may be open before it is verified: it waits for its slot, then for its handshake} */
    long longestUnverifiedNanos() {
        return 2 * longestHandshake.get();
    }
}
