package io.valkeysecure.tests;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Threads that count, each its own key, by a command that is not idempotent: a lost or repeated one gives another number. */
final class ClusterLoad implements AutoCloseable {
    private static final long PAUSE_NANOS = 1_000_000;

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final List<Exception> failures = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    /** Increments a counter and returns it. */
    interface Counter {
        long increment(String key) throws Exception;
    }

    void add(String key, Counter counter) {
        Thread thread = new Thread(() -> count(key, counter), "load-" + key);
        threads.add(thread);
        thread.start();
    }

    private void count(String key, Counter counter) {
        long last = -1;
        long answered = System.nanoTime();
        while (!ended) {
            try {
                long seen = counter.increment(key);
                if (last >= 0 && seen != last + 1) {
                    wrong.add(key + ": expected " + (last + 1) + ", seen " + seen);
                }
                last = seen;
                long now = System.nanoTime();
                longestGapNanos.accumulateAndGet(now - answered, Math::max);
                answered = now;
                commands.incrementAndGet();
            } catch (Exception e) {
                failures.add(e);
                last = -1;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Waits until so many more commands of each thread were answered, on average. */
    void awaitCommands(int each) {
        long due = commands.get() + (long) each * threads.size();
        await().atMost(Duration.ofSeconds(60)).until(() -> commands.get() >= due);
    }

    long commands() {
        return commands.get();
    }

    List<Exception> failures() {
        return failures;
    }

    List<String> wrong() {
        return wrong;
    }

    long longestGapMillis() {
        return Duration.ofNanos(longestGapNanos.get()).toMillis();
    }

    void end() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() {
        end();
    }
}
