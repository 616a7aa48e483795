package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;

/** One thread that waits for each answer, on one Lettuce connection. */
final class Waiting extends Scenario {
    static final String TITLE = "Lettuce, one thread, GET of 100 B";

    private final long process;

    Waiting(Site site) {
        super(TITLE, "one connection, one thread that waits for each answer; per command", Metric.P50);
        process = Site.process(site.server());
        for (Variant<RedisClient> variant : Variant.lettuceAtWork()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            StatefulRedisConnection<String, byte[]> connection = Commands.connect(opened.client());
            connection.sync().set(Commands.KEY, Commands.value(Pipelining.SMALL));
            add(variant.name(), length -> measure(length, connection.sync()));
        }
    }

    private Map<Metric, Double> measure(Duration length, RedisCommands<String, byte[]> lettuce) {
        Latencies latencies = new Latencies();
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        for (long at = begun; at - begun < length.toNanos(); ) {
            if (lettuce.get(Commands.KEY) == null) {
                throw new IllegalStateException("the value is gone");
            }
            long now = System.nanoTime();
            latencies.add(now - at);
            at = now;
        }
        Map<Metric, Double> measured = before.sinceBy(latencies.count());
        measured.put(Metric.P50, latencies.micros(0.5));
        measured.put(Metric.P99, latencies.micros(0.99));
        return measured;
    }
}
