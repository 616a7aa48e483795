package io.valkeysecure.internal.connection;

import io.valkeysecure.internal.thread.LibraryThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The thread that enforces: runs a list of steps again and again. No step waits for a file, a network, a listener or
 * a source, and one that fails keeps no other from running.
 */
public final class Watcher implements AutoCloseable {
    private final List<Runnable> steps;
    private final Supplier<Duration> interval;
    private final Consumer<Throwable> failed;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread = new LibraryThread(this::watch, "valkey-secure-watch", null);
    private volatile boolean closed;

    /**
     * Makes a watcher that has not started.
     *
     * @param steps what is run, in order, the most urgent first
     * @param interval says how long to wait for the next time
     * @param failed is told what a step threw; must not block
     */
    Watcher(List<Runnable> steps, Supplier<Duration> interval, Consumer<Throwable> failed) {
        this.steps = List.copyOf(steps);
        this.interval = interval;
        this.failed = failed;
    }

    void start() {
        thread.start();
    }

    /** Runs the steps now. */
    void wake() {
        news.release();
    }

    private void watch() {
        while (!closed) {
            try {
                var unused = news.tryAcquire(interval.get().toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits();
            } catch (InterruptedException e) {
                // closed, or an adapter has interrupted the thread that it was called on
            }
            steps.forEach(this::run);
        }
    }

    private void run(Runnable step) {
        if (closed) {
            return;
        }
        try {
            step.run();
        } catch (Throwable thrown) {
            try {
                failed.accept(thrown);
            } catch (Throwable unreportable) {
                // out of memory, for example: the thread must live
            }
        }
    }

    /** Ends the thread without waiting for it. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
