package io.valkeysecure.tests.jedis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** Threads that write and read all the while, one for each key, and measure how long there was no answer. */
final class Load implements AutoCloseable {
    private static final long PAUSE_NANOS = 2_000_000;

    private final SetAndGet client;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final ConcurrentLinkedQueue<JedisException> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    /** Writes a value and reads it back. */
    @FunctionalInterface
    interface SetAndGet {
        String apply(String key, String value);
    }

    Load(UnifiedJedis client, List<String> keys) {
        this(
                (key, value) -> {
                    client.set(key, value);
                    return client.get(key);
                },
                keys);
    }

    Load(SetAndGet client, List<String> keys) {
        this.client = client;
        keys.forEach(key -> threads.add(new Thread(() -> work(key), "load-" + key)));
        threads.forEach(Thread::start);
    }

    long commands() {
        return commands.get();
    }

    List<JedisException> failures() {
        return List.copyOf(failures);
    }

    Duration longestGap() {
        return Duration.ofNanos(longestGapNanos.get());
    }

    /** To be called before what is to be measured. */
    void forgetGap() {
        longestGapNanos.set(0);
    }

    private void work(String key) {
        long answered = System.nanoTime();
        for (long i = 0; !ended; i++) {
            try {
                String value = key + "=" + i;
                if (!value.equals(client.apply(key, value))) {
                    wrong.incrementAndGet();
                }
                long now = System.nanoTime();
                longestGapNanos.accumulateAndGet(now - answered, Math::max);
                answered = now;
                commands.addAndGet(2);
            } catch (JedisException e) {
                failures.add(e);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** How often another value was read than written: after a failover it may be an older one. */
    long wrong() {
        return wrong.get();
    }

    String figures() {
        return commands + " commands, " + failures.size() + " failed, " + wrong + " wrong, longest gap "
                + longestGap().toMillis() + " ms";
    }

    @Override
    public void close() {
        end();
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
}
