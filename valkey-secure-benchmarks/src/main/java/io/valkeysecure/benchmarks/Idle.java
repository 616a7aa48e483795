package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What connections keep on the heap that do nothing, after a full collection. */
final class Idle extends Scenario {
    static final String TITLE = "Lettuce, idle connections";

    Idle(Site site, int connections) {
        super(TITLE, "%d connections of one client, after a full collection".formatted(connections), Metric.TLS_HEAP);
        for (Variant<RedisClient> variant : Variant.lettuce()) {
            Opened<RedisClient> opened = variant.open(site, site.server());
            atEnd(opened::close);
            add(variant.name(), length -> measure(opened.client(), connections));
        }
    }

    private static Map<Metric, Double> measure(RedisClient client, int count) {
        long before = Heap.used();
        List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StatefulRedisConnection<String, String> connection = client.connect();
            connection.sync().ping();
            connections.add(connection);
        }
        double used = Heap.used() - before;
        connections.forEach(StatefulRedisConnection::close);
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(Metric.HEAP, used / Heap.KIB / count);
        return measured;
    }

    @Override
    Map<String, Map<Metric, Double>> completed(Map<String, Map<Metric, Double>> round) {
        double plaintext = heap(round.get(Variant.LETTUCE_PLAINTEXT));
        Map<String, Map<Metric, Double>> completed = new LinkedHashMap<>();
        round.forEach((variant, measured) -> {
            Map<Metric, Double> all = new EnumMap<>(measured);
            if (!variant.equals(Variant.LETTUCE_PLAINTEXT)) {
                all.put(Metric.TLS_HEAP, heap(measured) - plaintext);
            }
            completed.put(variant, all);
        });
        return completed;
    }

    private static double heap(@org.jspecify.annotations.Nullable Map<Metric, Double> measured) {
        Double heap = measured == null ? null : measured.get(Metric.HEAP);
        if (heap == null) {
            throw new IllegalStateException("a variant has no heap measured");
        }
        return heap;
    }
}
