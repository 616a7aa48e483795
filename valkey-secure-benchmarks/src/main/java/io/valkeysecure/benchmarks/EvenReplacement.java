package io.valkeysecure.benchmarks;

import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicInteger;

/** Replaces connections one after another, at an even pace, as an application does whose client cannot. */
abstract class EvenReplacement implements Replacement {
    private final ExecutorService threads;
    private final Duration window;
    private final int count;
    private final AtomicInteger replaced = new AtomicInteger();

    EvenReplacement(ExecutorService threads, Duration window, int count) {
        this.threads = threads;
        this.window = window;
        this.count = count;
    }

    @Override
    public final void begin() {
        replaced.set(0);
        prepare();
        var unused = threads.submit(() -> {
            long begun = System.nanoTime();
            for (int i = 0; i < count; i++) {
                Scenario.pauseUntil(begun + i * window.toNanos() / count);
                replace(i);
                replaced.incrementAndGet();
            }
            return null;
        });
    }

    @Override
    public final long replaced() {
        return replaced.get();
    }

    /** Makes what the new connections come from. */
    abstract void prepare();

    abstract void replace(int number) throws Exception;
}
