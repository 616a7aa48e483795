package io.valkeysecure.benchmarks;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One connection that waits for an element of a list, and another that adds it. */
final class Blocking extends Scenario {
    static final String TITLE = "Lettuce, BLPOP answered by an LPUSH of 100 B";
    private static final int PATIENCE_SECONDS = 60;

    private final byte[] element = Commands.value(Pipelining.SMALL);
    private final long process;

    Blocking(Site site) {
        super(
                TITLE,
                "one connection blocks, another adds; from the push until the element is there; per element",
                Metric.P50);
        process = Site.process(site.server());
        int number = 0;
        for (Variant<RedisClient> variant : Variant.lettuceAtWork()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            String list = "benchmark-list-" + number++;
            StatefulRedisConnection<String, byte[]> blocked = Commands.connect(opened.client());
            StatefulRedisConnection<String, byte[]> adding = Commands.connect(opened.client());
            add(variant.name(), length -> measure(length, blocked, adding, list));
        }
    }

    private Map<Metric, Double> measure(
            Duration length,
            StatefulRedisConnection<String, byte[]> blocked,
            StatefulRedisConnection<String, byte[]> adding,
            String list)
            throws Exception {
        Latencies latencies = new Latencies();
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < length.toNanos()) {
            RedisFuture<KeyValue<String, byte[]>> popped = blocked.async().blpop(PATIENCE_SECONDS, list);
            long pushed = System.nanoTime();
            var unused = adding.async().lpush(list, element);
            if (popped.get(PATIENCE_SECONDS, TimeUnit.SECONDS) == null) {
                throw new IllegalStateException("no element came in " + PATIENCE_SECONDS + " s");
            }
            latencies.add(System.nanoTime() - pushed);
        }
        Map<Metric, Double> measured = before.sinceBy(latencies.count());
        measured.put(Metric.P50, latencies.micros(0.5));
        measured.put(Metric.P99, latencies.micros(0.99));
        return measured;
    }
}
