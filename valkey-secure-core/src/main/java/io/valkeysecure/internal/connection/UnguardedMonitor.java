package io.valkeysecure.internal.connection;

import io.valkeysecure.Endpoint;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.observe.TlsStatus;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Looks for TCP connections of this process that lead to a Valkey server and were not verified by this library. It
 * closes none. A connection counts when it has been seen for longer than a handshake may take. Used by one thread,
 * except for {@link #result}.
 */
final class UnguardedMonitor {
    private final Set<Integer> ports;
    private final ProcessSockets sockets;
    private final GuardedSockets guardedSockets;
    private final Duration interval;
    private final GuardedListener listener;
    private final LongSupplier nanoTime;

    /** When each candidate was seen first, by the inode of its socket. */
    private final Map<String, Long> candidates = new HashMap<>();

    private long nextNanos;
    private volatile TlsStatus.Unguarded result = new TlsStatus.Unguarded(Map.of(), Optional.empty());

    /**
     * Looks for the first time.
     *
     * @param ports the ports at which any connection counts, besides the servers of verified connections
     */
    UnguardedMonitor(
            Set<Integer> ports,
            ProcessSockets sockets,
            GuardedSockets guardedSockets,
            Duration interval,
            GuardedListener listener,
            LongSupplier nanoTime) {
        this.ports = ports;
        this.sockets = sockets;
        this.guardedSockets = guardedSockets;
        this.interval = interval;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.nextNanos = nanoTime.getAsLong();
        look();
    }

    TlsStatus.Unguarded result() {
        return result;
    }

    /** Looks if it is time, and notifies listeners of servers that had no unguarded connection before. */
    void look() {
        long now = nanoTime.getAsLong();
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + interval.toNanos();
        Collection<TcpConnection> throughout = new HashSet<>(guardedSockets.open());
        Map<String, TcpConnection> open;
        try {
            open = sockets.established();
        } catch (IOException | RuntimeException e) {
            notLookedAt("connections of this process can be read from /proc on Linux only, saw " + e);
            return;
        }
        Collection<TcpConnection> guarded = guardedSockets.open();
        throughout.retainAll(guarded);
        if (!throughout.isEmpty() && open.values().stream().noneMatch(throughout::contains)) {
            notLookedAt("expected the verified connections of this process in /proc/self/net/tcp, found none, as behind"
                    + " a SOCKS proxy or in a sandbox");
            return;
        }
        Set<InetSocketAddress> servers = guardedSockets.servers();
        open.values()
                .removeIf(tcp -> guarded.contains(tcp)
                        || !(servers.contains(tcp.remote())
                                || ports.contains(tcp.remote().getPort())));
        report(open, now);
    }

    private void report(Map<String, TcpConnection> unverified, long now) {
        candidates.keySet().retainAll(unverified.keySet());
        Map<Endpoint, Integer> seen = new HashMap<>();
        unverified.forEach((inode, tcp) -> {
            if (now - candidates.computeIfAbsent(inode, unused -> now) >= guardedSockets.longestUnverifiedNanos()) {
                InetSocketAddress server = tcp.remote();
                seen.merge(new Endpoint(server.getAddress().getHostAddress(), server.getPort()), 1, Integer::sum);
            }
        });
        TlsStatus.Unguarded before = result;
        result = new TlsStatus.Unguarded(Map.copyOf(seen), Optional.empty());
        seen.forEach((server, connections) -> {
            if (!before.connections().containsKey(server)) {
                listener.unguardedConnections(server, connections);
            }
        });
    }

    private void notLookedAt(String why) {
        if (!result.notLookedAt().equals(Optional.of(why))) {
            listener.log(Level.WARNING, "unguarded connections are not looked for: " + why, null);
        }
        result = new TlsStatus.Unguarded(Map.of(), Optional.of(why));
    }
}
