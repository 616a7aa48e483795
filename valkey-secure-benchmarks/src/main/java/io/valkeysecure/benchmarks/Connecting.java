package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import redis.clients.jedis.Jedis;

/** Connect, handshake, introduction of the client, PING, close: so many at a time. */
final class Connecting extends Scenario {
    static final String EC_ONE = "New connections, P-256, one after another";
    static final String EC_EIGHT = "New connections, P-256, 8 at a time";
    static final String RSA_EIGHT = "New connections, RSA-2048, 8 at a time";
    static final int EIGHT = 8;

    private final int threads;
    private final long process;
    private final ExecutorService workers;

    Connecting(String title, Site site, int threads) {
        super(
                title,
                "connect, mTLS 1.3 handshake, introduction of the client, PING, close; per connection",
                Metric.CLIENT_CPU);
        this.threads = threads;
        process = Site.process(site.server());
        workers = Executors.newFixedThreadPool(threads);
        atEnd(workers::shutdownNow);
        for (Variant<RedisClient> variant : Variant.lettuce()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            add(variant.name(), length -> measure(length, opened.handshakes(), () -> ping(opened.client())));
        }
        for (Variant<Variant.Dial> variant : Variant.jedis()) {
            Opened<Variant.Dial> opened = variant.open(site, site.server());
            atEnd(opened::close);
            add(variant.name(), length -> measure(length, opened.handshakes(), () -> ping(opened.client())));
        }
        OpenSslClient limit = new OpenSslClient(site);
        for (OpenSslClient.Kind kind : OpenSslClient.Kind.values()) {
            add(kind.variant(), length -> limit.connecting(kind, threads, length));
        }
    }

    private Map<Metric, Double> measure(Duration length, Optional<Handshakes> handshakes, Runnable connection)
            throws Exception {
        LongAdder count = new LongAdder();
        handshakes.ifPresent(Handshakes::forget);
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        runAll(workers, Collections.nCopies(threads, () -> {
            while (System.nanoTime() - begun < length.toNanos()) {
                connection.run();
                count.increment();
            }
            return null;
        }));
        double seconds = (System.nanoTime() - begun) / 1e9;
        Map<Metric, Double> measured = before.sinceBy(count.sum());
        measured.put(Metric.RATE, count.sum() / seconds);
        handshakes.ifPresent(told -> measured.put(Metric.RESUMED, told.resumedPercent()));
        return measured;
    }

    static void ping(RedisClient client) {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            require(connection.sync().ping());
        }
    }

    static void ping(Variant.Dial dial) {
        try (Jedis jedis = new Jedis(dial.server(), dial.config())) {
            require(jedis.ping());
        }
    }

    private static void require(String answer) {
        if (!"PONG".equals(answer)) {
            throw new IllegalStateException("expected PONG, seen " + answer);
        }
    }
}
