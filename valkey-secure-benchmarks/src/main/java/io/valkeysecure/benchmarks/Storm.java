package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * All connections of a client, after their server was killed and is there again. Each variant has a server of its own.
 */
final class Storm extends Scenario {
    static final String TITLE = "Lettuce, all connections back after a restart";

    /** The largest storm, of the variants that a user chooses between. */
    static final int LARGE = 2_000;

    private static final Duration DOWN = Duration.ofMillis(300);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final double MILLIS = 1e6;

    private final int count;

    Storm(Site site, int count) {
        super(
                title(count),
                "%d connections, the server killed and down for %d ms at least; until each has answered a PING, "
                                .formatted(count, DOWN.toMillis())
                        + "counted from when the server is ready; Lettuce's own reconnects",
                Metric.ALL_BACK);
        this.count = count;
        for (Variant<RedisClient> variant : variants(count)) {
            ValkeyServer server = site.start();
            atEnd(server::close);
            Opened<RedisClient> opened = variant.open(site, server);
            atEnd(opened::close);
            List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                connections.add(opened.client().connect());
            }
            add(variant.name(), length -> measure(server, connections));
        }
    }

    private static List<Variant<RedisClient>> variants(int count) {
        if (count < LARGE) {
            return Variant.lettuce();
        }
        List<Variant<RedisClient>> few = new ArrayList<>(Variant.lettuce());
        few.removeIf(variant ->
                !Set.of(Variant.LETTUCE_PLAINTEXT, Variant.LETTUCE_PKCS12).contains(variant.name()));
        few.addAll(Variant.lettuceOurs());
        return few;
    }

    static String title(int count) {
        return count < LARGE ? TITLE : "%s, %s of them".formatted(TITLE, Growth.at(count));
    }

    private Map<Metric, Double> measure(ValkeyServer server, List<StatefulRedisConnection<String, String>> connections)
            throws Exception {
        server.kill();
        pause(DOWN);
        Set<Long> others = children();
        server.restart();
        long begun = System.nanoTime();
        long process = children().stream()
                .filter(child -> !others.contains(child))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the server runs in no process of ours"));
        Usage before = Usage.now(process);
        List<RedisFuture<String>> answers = new ArrayList<>();
        for (StatefulRedisConnection<String, String> connection : connections) {
            answers.add(connection.async().ping());
        }
        for (int i = 0; i < count; i++) {
            awaitAnswer(connections.get(i), answers.get(i));
        }
        double elapsed = System.nanoTime() - begun;
        Map<Metric, Double> measured = before.sinceBy(count);
        measured.put(Metric.ALL_BACK, elapsed / MILLIS);
        return measured;
    }

    /**
     * A connection of the storm may be reset again, by a server whose backlog is full: then what was in flight is asked
     * again.
     */
    private static void awaitAnswer(StatefulRedisConnection<String, String> connection, RedisFuture<String> first)
            throws Exception {
        RedisFuture<String> answer = first;
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (true) {
            try {
                String unused = answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                return;
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof IOException)) {
                    throw e;
                }
                answer = connection.async().ping();
            }
        }
    }

    /** To ask the server for its process would be one more connection to serve. */
    private static Set<Long> children() {
        return ProcessHandle.current().children().map(ProcessHandle::pid).collect(Collectors.toSet());
    }
}
