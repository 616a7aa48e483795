package io.valkeysecure.benchmarks;

import com.sun.management.UnixOperatingSystemMXBean;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import redis.clients.jedis.Jedis;

/** What open connections that do nothing keep, by their number, with either client, and of which classes it is. */
final class IdleGrowth extends Scenario {
    static final String TITLE = "Idle connections, more and more";

    /** The classes of a table: each of ours that takes a byte or more, and the largest of all. */
    private static final int LARGEST = 15;

    /** Conscrypt has a pipe for each connection, besides the socket. */
    private static final int CONSCRYPTS_FILES = 3;

    /** What else this process has open. */
    private static final int OTHER_FILES = 1_000;

    private static final int THOUSAND = 1_000;

    private final Site site;
    private final Map<String, Map<String, Double>> classes = new LinkedHashMap<>();

    /** Opens so many connections; closing what it returns closes them. */
    private interface Opener {
        AutoCloseable open(int count) throws Exception;
    }

    IdleGrowth(Site site, List<Integer> sizes) {
        super(
                TITLE,
                "each has answered a PING; heap after full collections, direct memory of Netty, and growth of the resident set, which"
                        + " keeps what earlier rows have left. With Conscrypt as many as the limit on open files lets be, since"
                        + " a connection has three of them there",
                Metric.HEAP);
        this.site = site;
        List<Variant<RedisClient>> lettuce = new ArrayList<>(Variant.lettuce());
        lettuce.removeIf(variant -> !variant.name().equals(Variant.LETTUCE_PLAINTEXT));
        lettuce.addAll(Variant.lettuceOurs());
        for (Variant<RedisClient> variant : lettuce) {
            add(variant.name(), sizes, count -> lettuce(variant, count));
        }
        List<Variant<Variant.Dial>> jedis = new ArrayList<>(Variant.jedis());
        jedis.removeIf(variant -> !variant.name().equals(Variant.JEDIS_PLAINTEXT));
        jedis.addAll(Variant.jedisOurs());
        for (Variant<Variant.Dial> variant : jedis) {
            int files = variant.name().endsWith("Conscrypt") ? CONSCRYPTS_FILES : 1;
            add(variant.name(), fitting(sizes, files), count -> jedis(variant, count));
        }
    }

    /** Numbers of connections, each as small, in thousands, as the open files allow that this process may have. */
    private static List<Integer> fitting(List<Integer> sizes, int filesOfEach) {
        long files =
                ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getMaxFileDescriptorCount();
        long most = Math.max(THOUSAND, (files - OTHER_FILES) / filesOfEach / THOUSAND * THOUSAND);
        return sizes.stream().map(size -> (int) Math.min(size, most)).distinct().toList();
    }

    private void add(String name, List<Integer> sizes, Opener opener) {
        for (int size : sizes) {
            boolean last = size == sizes.get(sizes.size() - 1);
            add("%s: %s".formatted(name, Growth.at(size)), length -> measure(name, opener, size, last));
        }
    }

    private Map<Metric, Double> measure(String name, Opener opener, int count, boolean byClass) throws Exception {
        Map<String, Long> classesBefore = Heap.byClass();
        long before = Heap.used();
        long direct = direct();
        long resident = resident();
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        AutoCloseable opened = opener.open(count);
        try {
            measured.put(Metric.HEAP, (Heap.used() - before) / Heap.KIB / count);
            measured.put(Metric.DIRECT, (direct() - direct) / Heap.KIB / count);
            measured.put(Metric.RESIDENT, (resident() - resident) / Heap.KIB / count);
            if (byClass) {
                Map<String, Double> each = new LinkedHashMap<>();
                Heap.byClass()
                        .forEach((type, bytes) ->
                                each.put(type, (double) (bytes - classesBefore.getOrDefault(type, 0L)) / count));
                classes.put(name, each);
            }
        } finally {
            opened.close();
        }
        return measured;
    }

    private AutoCloseable lettuce(Variant<RedisClient> variant, int count) {
        Opened<RedisClient> opened = variant.open(site, site.server());
        List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            StatefulRedisConnection<String, String> connection = opened.client().connect();
            String unused = connection.sync().ping();
            connections.add(connection);
        }
        return () -> {
            connections.forEach(StatefulRedisConnection::close);
            opened.close();
        };
    }

    private AutoCloseable jedis(Variant<Variant.Dial> variant, int count) {
        Opened<Variant.Dial> opened = variant.open(site, site.server());
        List<Jedis> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Jedis jedis = new Jedis(opened.client().server(), opened.client().config());
            String unused = jedis.ping();
            connections.add(jedis);
        }
        return () -> {
            connections.forEach(Jedis::close);
            opened.close();
        };
    }

    private static long direct() {
        return ((ByteBufAllocatorMetricProvider) ByteBufAllocator.DEFAULT)
                .metric()
                .usedDirectMemory();
    }

    private static long resident() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    /** The classes of a connection, ours first. */
    @Override
    String appendix() {
        return classes.entrySet().stream()
                .map(entry ->
                        "Bytes of a connection by class, %s: %s.\n".formatted(entry.getKey(), listed(entry.getValue())))
                .collect(Collectors.joining("\n"));
    }

    private static String listed(Map<String, Double> bytes) {
        List<String> ours = sorted(bytes).stream()
                .filter(each -> each.getKey().startsWith("io.valkeysecure.") && each.getValue() >= 1)
                .map(IdleGrowth::words)
                .toList();
        List<String> others = sorted(bytes).stream()
                .filter(each -> !each.getKey().startsWith("io.valkeysecure."))
                .limit(LARGEST)
                .map(IdleGrowth::words)
                .toList();
        double all = bytes.entrySet().stream()
                .filter(each -> each.getKey().startsWith("io.valkeysecure."))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        return "%.0f of ours (%s); the largest others %s"
                .formatted(all, String.join(", ", ours), String.join(", ", others));
    }

    private static List<Map.Entry<String, Double>> sorted(Map<String, Double> bytes) {
        return bytes.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .toList();
    }

    private static String words(Map.Entry<String, Double> each) {
        return String.format(Locale.ROOT, "`%s` %.0f", each.getKey(), each.getValue());
    }
}
