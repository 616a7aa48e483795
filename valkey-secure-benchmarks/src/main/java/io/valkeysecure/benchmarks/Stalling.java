package io.valkeysecure.benchmarks;

import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** How long a PING takes on live connections, while many others of the same client connect. */
final class Stalling extends Scenario {
    static final String TITLE = "Lettuce, PING while others connect";

    private static final int LIVE = 2;
    private static final Duration BETWEEN = Duration.ofMillis(1);
    private static final double MILLIS = 1e6;

    private final int connecting;

    Stalling(Site site, int connecting) {
        super(
                TITLE,
                "a PING each millisecond on %d connections, while %d others of the same client connect at once"
                        .formatted(LIVE, connecting),
                Metric.WORST_PING);
        this.connecting = connecting;
        for (Variant<RedisClient> variant : Variant.lettuce()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            RedisURI uri = variant.uriOf(site.server());
            List<StatefulRedisConnection<String, String>> live = new ArrayList<>();
            for (int i = 0; i < LIVE; i++) {
                live.add(opened.client().connect());
            }
            add(variant.name(), length -> measure(opened.client(), uri, live));
        }
    }

    private Map<Metric, Double> measure(
            RedisClient client, RedisURI uri, List<StatefulRedisConnection<String, String>> live) throws Exception {
        Latencies latencies = new Latencies();
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> probes = new ArrayList<>();
        for (StatefulRedisConnection<String, String> connection : live) {
            Thread probe = new Thread(() -> {
                while (!done.get()) {
                    long begun = System.nanoTime();
                    String unused = connection.sync().ping();
                    latencies.add(System.nanoTime() - begun);
                    pause(BETWEEN);
                }
            });
            probes.add(probe);
            probe.start();
        }
        pause(BETWEEN.multipliedBy(20));
        long begun = System.nanoTime();
        List<ConnectionFuture<StatefulRedisConnection<String, String>>> futures = new ArrayList<>();
        for (int i = 0; i < connecting; i++) {
            futures.add(client.connectAsync(StringCodec.UTF8, uri));
        }
        List<StatefulRedisConnection<String, String>> connected = new ArrayList<>();
        for (ConnectionFuture<StatefulRedisConnection<String, String>> future : futures) {
            connected.add(future.get());
        }
        double elapsed = System.nanoTime() - begun;
        done.set(true);
        for (Thread probe : probes) {
            probe.join();
        }
        connected.forEach(StatefulRedisConnection::close);
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(Metric.WORST_PING, latencies.micros(1) / 1e3);
        measured.put(Metric.ALL_CONNECTED, elapsed / MILLIS);
        return measured;
    }
}
