package io.valkeysecure.examples;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/** Writes one key again and again on a thread of its own, whatever happens, and keeps the figures. */
final class SteadyLoad implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final DemoClient client;
    private final KeyValue keys;
    private final String key;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final Thread thread = new Thread(this::write, "steady-load");
    private int answered;
    private int failed;
    private boolean lastAnswered;
    private long lastAnswer = System.nanoTime();
    private long longestGap;

    SteadyLoad(DemoClient client, KeyValue keys, String key) {
        this.client = client;
        this.keys = keys;
        this.key = key;
        thread.setDaemon(true);
        thread.start();
    }

    private void write() {
        for (int i = 0; !ending.get(); i++) {
            boolean came;
            try {
                keys.set(key, "value " + i);
                came = true;
            } catch (RuntimeException e) {
                came = false; // what a fail-over costs: counted
            }
            count(came);
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private synchronized void count(boolean came) {
        lastAnswered = came;
        if (came) {
            long now = System.nanoTime();
            longestGap = Math.max(longestGap, now - lastAnswer);
            lastAnswer = now;
            answered++;
            notifyAll();
        } else {
            failed++;
        }
    }

    /** Waits until writes have been answered for some time more, or the limit comes. */
    synchronized void awaitMore(Duration time) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        long wanted = System.nanoTime() + time.toNanos();
        try {
            while (lastAnswer - wanted < 0 && deadline - System.nanoTime() > 0) {
                wait(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    String name() {
        return client.name();
    }

    synchronized int answered() {
        return answered;
    }

    synchronized int failed() {
        return failed;
    }

    /** Whether writes are answered at the end. */
    synchronized boolean wentOn() {
        return lastAnswered;
    }

    synchronized Duration longestGap() {
        return Duration.ofNanos(longestGap);
    }

    @Override
    public void close() {
        ending.set(true);
        try {
            thread.join(LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        keys.close();
    }
}
