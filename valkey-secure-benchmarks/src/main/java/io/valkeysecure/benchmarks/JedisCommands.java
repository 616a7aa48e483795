package io.valkeysecure.benchmarks;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;

/** Eight threads with a Jedis connection each. */
final class JedisCommands extends Scenario {
    private final Commands command;
    private final byte[] key = Commands.KEY.getBytes(StandardCharsets.US_ASCII);
    private final byte[] value;
    private final long process;
    private final ExecutorService workers = Executors.newFixedThreadPool(Connecting.EIGHT);

    JedisCommands(Site site, Commands command, int size) {
        super(
                title(command, size),
                "8 connections, a thread each that waits for each answer; per command",
                Metric.RATE);
        this.command = command;
        value = Commands.value(size);
        process = Site.process(site.server());
        atEnd(workers::shutdownNow);
        for (Variant<Variant.Dial> variant : Variant.jedis()) {
            if (variant.name().equals(Variant.JEDIS_PKCS12_OPENSSL)) {
                continue; // once connected, it is the same as the other
            }
            Opened<Variant.Dial> opened = variant.open(site, site.server());
            atEnd(opened::close);
            List<Jedis> connections = new ArrayList<>();
            for (int i = 0; i < Connecting.EIGHT; i++) {
                Variant.Dial dial = opened.client();
                Jedis jedis = new Jedis(dial.server(), dial.config());
                atEnd(jedis::close);
                connections.add(jedis);
            }
            connections.get(0).set(key, value);
            add(variant.name(), length -> measure(length, connections));
        }
    }

    static String title(Commands command, int size) {
        return "Jedis, %s of %s".formatted(command, size == Pipelining.SMALL ? "100 B" : "16 KiB");
    }

    private Map<Metric, Double> measure(Duration length, List<Jedis> connections) throws Exception {
        LongAdder count = new LongAdder();
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        List<Callable<@Nullable Void>> tasks = new ArrayList<>();
        for (Jedis jedis : connections) {
            tasks.add(() -> {
                while (System.nanoTime() - begun < length.toNanos()) {
                    if (command.on(jedis, key, value) == 0) {
                        throw new IllegalStateException("the value is gone");
                    }
                    count.increment();
                }
                return null;
            });
        }
        runAll(workers, tasks);
        double seconds = (System.nanoTime() - begun) / 1e9;
        Map<Metric, Double> measured = before.sinceBy(count.sum());
        measured.put(Metric.RATE, count.sum() / seconds);
        return measured;
    }
}
