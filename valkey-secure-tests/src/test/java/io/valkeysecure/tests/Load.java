package io.valkeysecure.tests;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Threads that send commands until the end, each for a key of its own. It counts the commands, keeps those that failed
 * and the answers that were wrong, and measures the longest time without an answer.
 */
public final class Load implements AutoCloseable {
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong longestGapNanos = new AtomicLong();
    private final List<Exception> failures = new CopyOnWriteArrayList<>();
    private final List<String> wrong = new CopyOnWriteArrayList<>();
    private final LongSupplier pauseNanos;
    private volatile boolean ended;

    /** Increments a counter and returns it. */
    interface Counter {
        long increment(String key) throws Exception;
    }

    /** Writes a value and reads it back. */
    @FunctionalInterface
    public interface SetAndGet {
        String apply(String key, String value) throws Exception;
    }

    /** Sends its commands once, and returns what is wrong with the answer. */
    private interface Round {
        @Nullable
        String run(long number) throws Exception;
    }

    Load() {
        this(() -> 2_000_000);
    }

    /** @param pauseNanos how long each thread waits after each answer */
    public Load(LongSupplier pauseNanos) {
        this.pauseNanos = pauseNanos;
    }

    /** One thread for each key. */
    public static Load of(SetAndGet client, List<String> keys) {
        Load load = new Load();
        keys.forEach(key -> load.add(key, client));
        return load;
    }

    /** By a command that is not idempotent: a lost or repeated one gives another number. */
    void count(String key, Counter counter) {
        run(key, 1, new Round() {
            private long last = -1;

            @Override
            public @Nullable String run(long number) throws Exception {
                long expected = last + 1;
                last = -1;
                long seen = counter.increment(key);
                last = seen;
                return expected > 0 && seen != expected ? "expected " + expected + ", seen " + seen : null;
            }
        });
    }

    public void add(String key, SetAndGet client) {
        run(key, 2, number -> {
            String value = key + "=" + number;
            String seen = client.apply(key, value);
            return value.equals(seen) ? null : "expected " + value + ", seen " + seen;
        });
    }

    private void run(String key, int commandsOfRound, Round round) {
        Thread thread = new Thread(() -> work(key, commandsOfRound, round), "load-" + key);
        threads.add(thread);
        thread.start();
    }

    private void work(String key, int commandsOfRound, Round round) {
        long answered = System.nanoTime();
        for (long number = 0; !ended; number++) {
            try {
                String problem = round.run(number);
                if (problem != null) {
                    wrong.add(key + ": " + problem);
                }
                long now = System.nanoTime();
                longestGapNanos.accumulateAndGet(now - answered, Math::max);
                answered = now;
                commands.addAndGet(commandsOfRound);
            } catch (Exception e) {
                failures.add(e);
            }
            LockSupport.parkNanos(pauseNanos.getAsLong());
        }
    }

    /** Waits until so many more commands of each thread were answered, on average. */
    void awaitCommands(int each) {
        long due = commands.get() + (long) each * threads.size();
        await().atMost(Duration.ofSeconds(60)).until(() -> commands.get() >= due);
    }

    public int threads() {
        return threads.size();
    }

    public long commands() {
        return commands.get();
    }

    public List<Exception> failures() {
        return failures;
    }

    /** After a failover a value may be an older one. */
    public List<String> wrong() {
        return wrong;
    }

    long longestGapMillis() {
        return Duration.ofNanos(longestGapNanos.get()).toMillis();
    }

    /** To be called before what is to be measured. */
    public void forgetGap() {
        longestGapNanos.set(0);
    }

    public String figures() {
        return commands + " commands, " + failures.size() + " failed, " + wrong.size() + " wrong, longest gap "
                + longestGapMillis() + " ms";
    }

    public void end() {
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
