package io.valkeysecure.internal.connection;

import io.valkeysecure.internal.thread.LibraryThread;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The watching thread: runs a list of steps repeatedly. No step waits for a file, a network, a listener or a source,
 * and a step that fails does not stop the others.
 */
public final class Watcher implements AutoCloseable {
    private final List<Runnable> steps;
    private final Supplier<Duration> interval;
    private final Consumer<Throwable> failed;
    private final Semaphore news = new Semaphore(0);
    private final Thread thread = new LibraryThread(this::watch, "valkey-secure-watch", null);
    private volatile boolean closed;

    /**
     * Creates a watcher that is not started.
     *
     * @param steps the steps, the most urgent first
     * @param interval returns how long to wait until the next run
     * @param failed receives the exception of a step; must not block
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
                // closed, or interrupted by an adapter that was called on this thread
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
                // for example out of memory: the thread must go on
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
