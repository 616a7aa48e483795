package io.valkeysecure.internal.connection;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.TlsStatus;
import java.lang.System.Logger.Level;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * The registry of open connections. Only it closes connections and notifies listeners of that. Safe for use by many
 * threads.
 */
public final class OpenConnections implements Iterable<TrackedConnection> {
    private final Set<TrackedConnection> open = ConcurrentHashMap.newKeySet();
    private final GuardedListener listener;

    OpenConnections(GuardedListener listener) {
        this.listener = listener;
    }

    void add(TrackedConnection tracked) {
        open.add(tracked);
    }

    void remove(TrackedConnection tracked) {
        open.remove(tracked);
    }

    /** Removes a connection that its client closed, and reports it if it was being drained. */
    void closedByClient(TrackedConnection tracked) {
        TrackedConnection.Drain drain = tracked.drain;
        if (open.remove(tracked) && drain != null && drain.asked()) {
            tell(tracked, ClosedConnection.Way.QUIET, RefusalReason.DRAINED);
        }
    }

    /** Closes a connection unless it is closed already. */
    void close(TrackedConnection tracked, RefusalReason reason, String message, @Nullable Throwable cause) {
        if (!open.remove(tracked)) {
            return;
        }
        ask(
                tracked,
                connection -> connection.close(
                        RootTypes.handshakeRefused(reason, tracked.handshake().endpoint(), message, cause)));
        boolean windowOver = reason == RefusalReason.DRAINED;
        tell(tracked, windowOver ? ClosedConnection.Way.WINDOW_OVER : ClosedConnection.Way.AT_ONCE, reason);
    }

    /** Asks a connection to close at a quiet moment. */
    void drain(TrackedConnection tracked) {
        ask(tracked, ManagedConnection::drain);
    }

    /** Catches everything: an adapter that throws must not stop other connections from being closed. */
    private void ask(TrackedConnection tracked, java.util.function.Consumer<ManagedConnection> request) {
        try {
            request.accept(tracked.connection());
        } catch (Throwable thrown) {
            listener.log(
                    Level.WARNING,
                    "the connection to " + tracked.handshake().endpoint() + " could not be ended",
                    thrown);
        }
    }

    private void tell(TrackedConnection tracked, ClosedConnection.Way way, RefusalReason reason) {
        listener.connectionClosed(new ClosedConnection(tracked.handshake(), way, reason));
    }

    @Override
    public Iterator<TrackedConnection> iterator() {
        return open.iterator();
    }

    Stream<TrackedConnection> stream() {
        return StreamSupport.stream(spliterator(), false);
    }

    /** {@return how many are open for each client library that has any} */
    Map<ClientLibrary, TlsStatus.Connections> count() {
        Map<ClientLibrary, TlsStatus.Connections> connections = new EnumMap<>(ClientLibrary.class);
        for (TrackedConnection tracked : open) {
            int draining = tracked.drain == null ? 0 : 1;
            connections.merge(
                    tracked.handshake().client(),
                    new TlsStatus.Connections(1 - draining, draining),
                    (a, b) -> new TlsStatus.Connections(a.current() + b.current(), a.draining() + b.draining()));
        }
        return Map.copyOf(connections);
    }

    void clear() {
        open.clear();
    }
}
