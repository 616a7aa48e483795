package io.valkeysecure.benchmarks;

import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How long it takes to connect to a server that answers, while many others of the same client connect to one that does
 * not.
 */
final class Starving extends Scenario {
    static final String TITLE = "Lettuce, connect beside a silent server";

    private static final int SILENT = 200;
    private static final int HEALTHY = 10;
    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final double MILLIS = 1e3;

    Starving(Site site) {
        super(
                TITLE,
                ("%d connections to a server that answers, one after another, begun right after %d of the same client to a"
                                + " port that accepts and says nothing")
                        .formatted(HEALTHY, SILENT),
                Metric.HEALTHY_CONNECT);
        // each of the raw ones holds up its event loop in the same way; one of them is enough
        List<String> ours = Variant.lettuceOurs().stream().map(Variant::name).toList();
        for (Variant<RedisClient> variant : Variant.lettuce()) {
            if (!ours.contains(variant.name()) && !variant.name().equals(Variant.LETTUCE_PKCS12)) {
                continue;
            }
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            add(variant.name(), length -> measure(opened.client(), variant.uriOf(site.server())));
        }
    }

    private static Map<Metric, Double> measure(RedisClient client, RedisURI healthy) {
        healthy.setTimeout(PATIENCE);
        Latencies latencies = new Latencies();
        List<ConnectionFuture<StatefulRedisConnection<String, String>>> waiting = new ArrayList<>();
        try (HostilePeer peer = HostilePeer.staysSilent()) {
            RedisURI silent = RedisURI.builder(healthy).withPort(peer.port()).build();
            for (int i = 0; i < SILENT; i++) {
                waiting.add(client.connectAsync(StringCodec.UTF8, silent));
            }
            for (int i = 0; i < HEALTHY; i++) {
                long begun = System.nanoTime();
                StatefulRedisConnection<String, String> connection = client.connect(healthy);
                latencies.add(System.nanoTime() - begun);
                connection.close();
            }
        }
        // the port is closed, so that each of them ends now
        waiting.forEach(Starving::awaitEnd);
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(Metric.HEALTHY_CONNECT, latencies.micros(0.5) / MILLIS);
        measured.put(Metric.SLOWEST_CONNECT, latencies.micros(1) / MILLIS);
        return measured;
    }

    private static void awaitEnd(ConnectionFuture<StatefulRedisConnection<String, String>> future) {
        try {
            future.get().close();
        } catch (Exception e) {
            // it was refused, or its connection was lost: that is how each of them ends
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
