package io.valkeysecure.benchmarks;

import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import redis.clients.jedis.Jedis;

/** A pool that is filled from nothing: a new client with no session to resume, until each connection has answered. */
final class Opening extends Scenario {
    static final int SMALL = 64;
    static final int LARGE = 500;

    /** Jedis blocks, so its pools are filled by threads. */
    private static final int THREADS = 16;

    private final int count;
    private final ValkeyServer server;
    private final long process;
    private final ExecutorService workers = Executors.newFixedThreadPool(THREADS);

    Opening(Site site, int count) {
        super(
                title(count),
                "%d connections of a new client, made from its settings on, until each has answered a PING: Lettuce all at"
                                .formatted(count)
                        + " once, Jedis by %d threads; per connection".formatted(THREADS),
                Metric.ALL_USABLE);
        this.count = count;
        server = site.server();
        process = Site.process(server);
        atEnd(workers::shutdownNow);
        for (Variant<RedisClient> variant : Variant.lettuce()) {
            add(variant.name(), length -> {
                Filling filling = new Filling();
                try (Opened<RedisClient> opened = variant.open(site, server)) {
                    List<StatefulRedisConnection<String, String>> connections = lettuce(variant, opened.client());
                    Map<Metric, Double> measured = filling.ended(opened.handshakes());
                    connections.forEach(StatefulRedisConnection::close);
                    return measured;
                }
            });
        }
        for (Variant<Variant.Dial> variant : Variant.jedis()) {
            add(variant.name(), length -> {
                Filling filling = new Filling();
                try (Opened<Variant.Dial> opened = variant.open(site, server)) {
                    List<Jedis> connections = jedis(opened.client());
                    Map<Metric, Double> measured = filling.ended(opened.handshakes());
                    connections.forEach(Jedis::close);
                    return measured;
                }
            });
        }
        ValkeyBenchmark reference = new ValkeyBenchmark(site);
        add(ValkeyBenchmark.PLAINTEXT, length -> reference.opening(false, count));
        add(ValkeyBenchmark.TLS, length -> reference.opening(true, count));
    }

    static String title(int count) {
        return "A pool of %d from cold".formatted(count);
    }

    /** What is used from before the client is made. */
    private final class Filling {
        private final Usage before = Usage.now(process);
        private final long begun = System.nanoTime();

        Map<Metric, Double> ended(Optional<Handshakes> handshakes) {
            double elapsed = System.nanoTime() - begun;
            Map<Metric, Double> measured = before.sinceBy(count);
            measured.put(Metric.ALL_USABLE, elapsed / 1e6);
            handshakes.ifPresent(told -> measured.put(Metric.RESUMED, told.resumedPercent()));
            return measured;
        }
    }

    private List<StatefulRedisConnection<String, String>> lettuce(Variant<RedisClient> variant, RedisClient client)
            throws Exception {
        List<ConnectionFuture<StatefulRedisConnection<String, String>>> connecting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connecting.add(client.connectAsync(StringCodec.UTF8, variant.uriOf(server)));
        }
        List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
        List<RedisFuture<String>> answers = new ArrayList<>();
        for (ConnectionFuture<StatefulRedisConnection<String, String>> each : connecting) {
            StatefulRedisConnection<String, String> connection = each.get();
            connections.add(connection);
            answers.add(connection.async().ping());
        }
        for (RedisFuture<String> answer : answers) {
            String unused = answer.get();
        }
        return connections;
    }

    private List<Jedis> jedis(Variant.Dial dial) throws Exception {
        List<Future<Jedis>> connecting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connecting.add(workers.submit(() -> {
                Jedis jedis = new Jedis(dial.server(), dial.config());
                String unused = jedis.ping();
                return jedis;
            }));
        }
        List<Jedis> connections = new ArrayList<>();
        for (Future<Jedis> each : connecting) {
            connections.add(each.get());
        }
        return connections;
    }
}
