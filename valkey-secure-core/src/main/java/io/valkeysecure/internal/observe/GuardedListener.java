package io.valkeysecure.internal.observe;

import io.valkeysecure.Endpoint;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.thread.LibraryThread;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Notifies every listener, each from a {@link ListenerQueue} of its own, so that none can delay or break a connection,
 * the watching thread or another listener.
 *
 * <p>The notifying thread waits until the listeners have been called, so that a handshake is usually counted when
 * {@code connect} returns. It waits at most {@link ListenerQueue#PATIENCE} for all listeners together. It does not wait
 * for a listener that was slow, and a {@link LibraryThread} never waits.
 */
public final class GuardedListener implements TlsListener, AutoCloseable {
    private static final Logger LOGGER = System.getLogger(StandardLog.LOGGER_NAME);

    /** Never blocks, so the notifying thread calls it directly. */
    private final TlsListener recorder = new TlsEvents();

    /** The library's log has a queue, too, because a log appender may block. */
    private final ListenerQueue log = new ListenerQueue(new StandardLog());

    private final List<ListenerQueue> queues;

    private record Delivery(ListenerQueue queue, CompletableFuture<Void> delivered) {}

    public GuardedListener(List<TlsListener> listeners) {
        queues = listeners.stream().map(ListenerQueue::new).toList();
    }

    @Override
    public void started(Supplier<TlsStatus> status) {
        tell(Level.WARNING, listener -> listener.started(status));
    }

    @Override
    public void closed() {
        tell(null, TlsListener::closed);
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        tell(Level.DEBUG, listener -> listener.handshakeSucceeded(handshake));
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        tell(Level.DEBUG, listener -> listener.handshakeRefused(refusal, client, elapsed));
    }

    @Override
    public void connectionClosed(ClosedConnection connection) {
        tell(Level.DEBUG, listener -> listener.connectionClosed(connection));
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        tell(Level.WARNING, listener -> listener.materialReloaded(status));
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        tell(Level.WARNING, listener -> listener.materialReloadFailed(status, cause));
    }

    @Override
    public void expiryNear(ExpiryWarning warning) {
        tell(Level.WARNING, listener -> listener.expiryNear(warning));
    }

    @Override
    public void unguardedConnections(Endpoint server, int connections) {
        tell(Level.WARNING, listener -> listener.unguardedConnections(server, connections));
    }

    /**
     * Queues a notification for all.
     *
     * @param level the highest log level of the notification; null if it is not logged
     */
    private void tell(@Nullable Level level, Consumer<TlsListener> notification) {
        try {
            notification.accept(recorder);
        } catch (Throwable thrown) {
            log(Level.WARNING, "an event for the Flight Recorder was lost", thrown);
        }
        List<Delivery> deliveries = new ArrayList<>();
        if (level != null && LOGGER.isLoggable(level)) {
            deliveries.add(new Delivery(log, log.put(notification)));
        }
        queues.forEach(queue -> deliveries.add(new Delivery(queue, queue.put(notification))));
        await(deliveries);
    }

    /** Waits until all notifications so far are delivered, with the same limits as a notification. */
    public void awaitTold() {
        List<Delivery> deliveries = new ArrayList<>();
        for (ListenerQueue queue : all()) {
            if (!queue.isIdle()) {
                deliveries.add(new Delivery(queue, queue.put(listener -> {})));
            }
        }
        await(deliveries);
    }

    private static void await(List<Delivery> deliveries) {
        if (!LibraryThread.isCurrent()) {
            long deadline = System.nanoTime() + ListenerQueue.PATIENCE.toNanos();
            deliveries.forEach(each -> each.queue().await(each.delivered(), deadline));
        }
    }

    /** Logs without waiting for an appender. */
    public void log(Level level, String message, @Nullable Throwable thrown) {
        var unused = log.put(listener -> LOGGER.log(level, message, thrown));
    }

    /** Logs listeners that do not return. The watching thread calls it repeatedly. */
    public void reportSlow() {
        for (ListenerQueue queue : queues) {
            String news = queue.news();
            if (news != null) {
                log(Level.WARNING, news, null);
            }
        }
    }

    public int behind() {
        return (int) all().stream().filter(ListenerQueue::isBehind).count();
    }

    public long dropped() {
        return all().stream().mapToLong(ListenerQueue::dropped).sum();
    }

    private List<ListenerQueue> all() {
        List<ListenerQueue> all = new ArrayList<>(queues);
        all.add(log);
        return all;
    }

    /** Interrupts listeners that are behind, and waits for none. */
    @Override
    public void close() {
        all().forEach(ListenerQueue::close);
    }
}
