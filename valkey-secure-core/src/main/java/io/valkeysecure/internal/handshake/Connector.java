package io.valkeysecure.internal.handshake;

import io.valkeysecure.Endpoint;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.connection.Generations;
import io.valkeysecure.internal.generation.TlsConfiguration;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.observe.TlsListener;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The implementation of a {@code SecureTls}: the generations, the listeners and the limit of handshakes in flight. */
public final class Connector implements AutoCloseable {
    private final Generations generations;
    private final GuardedListener listener;
    private final HandshakeLimiter limiter = new HandshakeLimiter();
    private final Set<Runnable> closeActions = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * Reads and proves the material, and starts to watch it.
     *
     * @throws io.valkeysecure.TlsConfigurationException if it cannot be proved; nothing is left open
     */
    public Connector(TlsConfiguration configuration, List<TlsListener> listeners) {
        listener = new GuardedListener(listeners);
        generations = new Generations(configuration, listener);
        listener.started(generations::status);
    }

    public Generations generations() {
        return generations;
    }

    public boolean isClosed() {
        return closed;
    }

    /**
     * Starts one handshake.
     *
     * @throws IllegalStateException if this is closed
     */
    public HandshakeDriver handshake(Endpoint endpoint, ClientLibrary client) {
        if (closed) {
            throw new IllegalStateException("this SecureTls is closed, no connection can be made to " + endpoint);
        }
        return new HandshakeDriver(generations, limiter, listener, endpoint, client);
    }

    /** Stops watching. Connections stay open and are no longer monitored. Waits for listeners for at most a second. */
    @Override
    public void close() {
        boolean before = closed;
        closed = true;
        generations.close();
        if (!before) {
            listener.closed();
            listener.close();
        }
        closeActions.forEach(Runnable::run);
        closeActions.clear();
    }

    /**
     * Runs an action when this is closed; at once if it is closed already. The action must not throw, and may run
     * twice.
     *
     * @return a callback that withdraws the action
     */
    public Runnable onClose(Runnable action) {
        closeActions.add(action);
        if (closed) {
            closeActions.remove(action);
            action.run();
        }
        return () -> closeActions.remove(action);
    }
}
