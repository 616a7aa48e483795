package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/** One Lettuce connection, one thread that issues commands, so many of them in flight. */
final class Pipelining extends Scenario {
    static final int SMALL = 100;
    static final int LARGE = 16 * 1024;
    private static final int SMALL_WINDOW = 64;
    private static final int LARGE_WINDOW = 16;

    private final Commands command;
    private final byte[] value;
    private final int window;
    private final long process;

    Pipelining(Site site, Commands command, int size) {
        super(
                title(command, size),
                "one connection, one thread, %d in flight; per command".formatted(window(size)),
                Metric.RATE);
        this.command = command;
        this.window = window(size);
        value = Commands.value(size);
        process = Site.process(site.server());
        for (Variant<RedisClient> variant : Variant.lettuceAtWork()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            StatefulRedisConnection<String, byte[]> connection = Commands.connect(opened.client());
            connection.sync().set(Commands.KEY, value);
            add(variant.name(), length -> measure(length, connection.async()));
        }
        ValkeyBenchmark reference = new ValkeyBenchmark(site);
        String[] words = command.words(size);
        add(ValkeyBenchmark.PLAINTEXT, length -> reference.pipelined(false, window, length, words));
        add(ValkeyBenchmark.TLS, length -> reference.pipelined(true, window, length, words));
    }

    static String title(Commands command, int size) {
        return "Lettuce, pipelined %s of %s".formatted(command, size == SMALL ? "100 B" : "16 KiB");
    }

    private static int window(int size) {
        return size == SMALL ? SMALL_WINDOW : LARGE_WINDOW;
    }

    private Map<Metric, Double> measure(Duration length, RedisAsyncCommands<String, byte[]> lettuce) throws Exception {
        Semaphore permits = new Semaphore(window);
        LongAdder failed = new LongAdder();
        long count = 0;
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < length.toNanos()) {
            permits.acquire();
            var unused = command.on(lettuce, value).whenComplete((answer, failure) -> {
                if (failure != null) {
                    failed.increment();
                }
                permits.release();
            });
            count++;
        }
        permits.acquire(window);
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (failed.sum() > 0) {
            throw new IllegalStateException(failed.sum() + " commands have failed");
        }
        Map<Metric, Double> measured = before.sinceBy(count);
        measured.put(Metric.RATE, count / seconds);
        return measured;
    }
}
