package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Threads that share one Lettuce connection, each of which waits for each of its answers. */
final class Waiting extends Scenario {
    static final String ONE = "Lettuce, one thread, GET of 100 B";
    static final String EIGHT = "Lettuce, eight threads, GET of 100 B";
    private static final int THREADS = 8;

    private final long process;
    private final int threads;
    private final ExecutorService workers;

    private Waiting(Site site, String title, int threads) {
        super(
                title,
                threads == 1
                        ? "one connection, one thread that waits for each answer; per command"
                        : "one connection, " + threads + " threads, each waits for each answer; per command",
                Metric.P50);
        this.threads = threads;
        process = Site.process(site.server());
        workers = Executors.newFixedThreadPool(threads);
        atEnd(workers::shutdownNow);
        for (Variant<RedisClient> variant : Variant.lettuceAtWork()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            StatefulRedisConnection<String, byte[]> connection = Commands.connect(opened.client());
            connection.sync().set(Commands.KEY, Commands.value(Pipelining.SMALL));
            add(variant.name(), length -> measure(length, connection.sync()));
        }
    }

    static Waiting one(Site site) {
        return new Waiting(site, ONE, 1);
    }

    static Waiting eight(Site site) {
        return new Waiting(site, EIGHT, THREADS);
    }

    private Map<Metric, Double> measure(Duration length, RedisCommands<String, byte[]> lettuce) throws Exception {
        Latencies latencies = new Latencies();
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        runAll(workers, Collections.nCopies(threads, () -> {
            ask(lettuce, begun, length.toNanos(), latencies);
            return null;
        }));
        double seconds = (System.nanoTime() - begun) / 1e9;
        Map<Metric, Double> measured = before.sinceBy(latencies.count());
        measured.put(Metric.RATE, latencies.count() / seconds);
        measured.put(Metric.P50, latencies.micros(0.5));
        measured.put(Metric.P99, latencies.micros(0.99));
        return measured;
    }

    private static void ask(RedisCommands<String, byte[]> lettuce, long begun, long length, Latencies latencies) {
        for (long at = System.nanoTime(); at - begun < length; ) {
            if (lettuce.get(Commands.KEY) == null) {
                throw new IllegalStateException("the value is gone");
            }
            long now = System.nanoTime();
            latencies.add(now - at);
            at = now;
        }
    }
}
