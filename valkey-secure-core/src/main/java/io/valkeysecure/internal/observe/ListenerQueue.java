package io.valkeysecure.internal.observe;

import io.valkeysecure.internal.thread.LibraryThread;
import io.valkeysecure.observe.TlsListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notifies one listener in order, on one thread, from a bounded queue. A listener that blocks fills only its own queue;
 * further notifications are dropped and counted.
 */
public final class ListenerQueue {
    /** The most notifications that wait for a listener. */
    public static final int CAPACITY = 1024;

    /** A listener that needs longer for one notification is behind, and no thread waits for it. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    /** How long no thread waits for a listener that was slow once. */
    private static final Duration DISTRUST = Duration.ofMinutes(1);

    private static final Logger LOGGER = System.getLogger(StandardLog.LOGGER_NAME);

    private final TlsListener listener;
    private final ThreadPoolExecutor thread = LibraryThread.pool("valkey-secure-listener", 1, CAPACITY);
    private final AtomicLong dropped = new AtomicLong();

    /** When the listener was called that has not returned yet; null if none was. */
    private volatile @Nullable Long calledNanos;

    private volatile @Nullable Long slowNanos;
    private boolean behindReported;
    private long droppedReported;

    public ListenerQueue(TlsListener listener) {
        this.listener = listener;
    }

    /**
     * Queues a notification.
     *
     * @return completed when the listener has returned, or at once if the notification was dropped
     */
    public CompletableFuture<Void> put(Consumer<TlsListener> notification) {
        CompletableFuture<Void> delivered = new CompletableFuture<>();
        try {
            thread.execute(() -> deliver(notification, delivered));
        } catch (RejectedExecutionException e) {
            dropped.incrementAndGet();
            delivered.complete(null);
        }
        return delivered;
    }

    /** Catches errors, too, such as the linkage error of a missing metrics library. */
    private void deliver(Consumer<TlsListener> notification, CompletableFuture<Void> delivered) {
        calledNanos = System.nanoTime();
        try {
            notification.accept(listener);
        } catch (Throwable thrown) {
            LOGGER.log(Level.WARNING, "a handshake listener failed; connections and material are not affected", thrown);
        } finally {
            calledNanos = null;
            delivered.complete(null);
        }
    }

    /** Waits until a notification is delivered, but no longer than the deadline, and not for a slow listener. */
    void await(CompletableFuture<Void> delivered, long deadlineNanos) {
        Long slow = slowNanos;
        if (isBehind() || (slow != null && System.nanoTime() - slow < DISTRUST.toNanos())) {
            return;
        }
        try {
            var unused = delivered.get(Math.max(0, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            slowNanos = System.nanoTime();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException("a delivery never completes exceptionally", e);
        }
    }

    /** {@return whether the listener has been called and has not returned in time} */
    public boolean isBehind() {
        Long called = calledNanos;
        return called != null && System.nanoTime() - called > PATIENCE.toNanos();
    }

    public boolean isIdle() {
        return calledNanos == null
                && thread.getActiveCount() == 0
                && thread.getQueue().isEmpty();
    }

    public long dropped() {
        return dropped.get();
    }

    /** {@return a message for the log about this listener; null if there is no news} */
    @Nullable
    public String news() {
        boolean behind = isBehind();
        long lost = dropped();
        boolean isNew = (behind && !behindReported) || lost > droppedReported;
        behindReported = behind;
        droppedReported = lost;
        return isNew
                ? "the listener " + listener.getClass().getName() + " has not returned for more than " + PATIENCE
                        + ": " + thread.getQueue().size() + " notifications wait for it, " + lost
                        + " were dropped since the start; connections and material are not affected"
                : null;
    }

    /** Interrupts a listener that is behind. Other listeners get the queued notifications before their thread ends. */
    void close() {
        if (isBehind()) {
            thread.shutdownNow();
        }
    }
}
