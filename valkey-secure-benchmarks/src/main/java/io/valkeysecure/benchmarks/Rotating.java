package io.valkeysecure.benchmarks;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.benchmarks.TlsEngine.Client;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * Commands before a rotation of the client identity, and while it replaces every connection: of all clients and engines
 * at the same time, each with its own load, so that the window can be as long as it is by default. At an even rate that
 * the machine can take, for at its limit any work, however little, is paid for by commands.
 *
 * <p>Then the same with the bare clients, see {@link Bare}, whose connections an application replaces by ready ones of a
 * new client, at an even pace. What that costs is the limit: it is the work of new connections on a machine that also
 * answers commands.
 */
final class Rotating extends Scenario {
    static final String TITLE = "Rotation of the identity";

    private static final int CONNECTIONS = 32;
    private static final int POOLED = 8;
    private static final int WORKERS = 2;
    private static final int WARM_UP = 500;
    private static final Duration BETWEEN = Duration.ofMillis(2);
    private static final Duration BETWEEN_OF_WORKER = BETWEEN.multipliedBy(WORKERS);
    private static final Duration TAIL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** So much shorter is what is measured before. */
    private static final int BEFORE = 4;

    private final Site site;
    private final Duration window;
    private final List<Rotated> ours = new ArrayList<>();
    private final List<Rotated> bare = new ArrayList<>();
    private final ExecutorService loads = Executors.newCachedThreadPool();
    private volatile ClientIdentity identity;

    /** A client on an engine, at work. */
    private record Rotated(String name, Replacement replacement, Load load) {}

    private interface Load {
        int connections();

        Latencies run(Duration length) throws Exception;
    }

    Rotating(Site site, Duration window) {
        super(
                TITLE,
                ("GET of 100 B, 500 a second of each variant, all at the same time: Lettuce over %d connections, Jedis over a "
                                + "pool of %d; a drain window of %d s, in which each connection is replaced")
                        .formatted(CONNECTIONS, POOLED, window.toSeconds()),
                Metric.P99);
        this.site = site;
        this.window = window;
        identity = newIdentity();
        atEnd(loads::shutdownNow);
        for (Client client : Client.values()) {
            for (TlsEngine engine : TlsEngine.of(client)) {
                Handshakes handshakes = new Handshakes();
                SecureTls tls = engine.choice()
                        .apply(SecureTls.trusting(TrustAnchors.of(site.root().certificate()))
                                .presenting(ClientIdentity.from(() -> identity)))
                        .rotation(Rotation.builder().drainWindow(window).build())
                        .listener(handshakes)
                        .build();
                atEnd(tls::close);
                Load load = client == Client.LETTUCE ? lettuce(tls) : jedis(tls);
                ours.add(new Rotated(engine.variant(client), reloading(tls, handshakes), load));
            }
        }
        Bare.lettuce().forEach(this::addLettuce);
        Bare.jedis().forEach(this::addJedis);
    }

    private static Replacement reloading(SecureTls tls, Handshakes handshakes) {
        return new Replacement() {
            @Override
            public void begin() {
                handshakes.forget();
                boolean unused = tls.reload();
            }

            @Override
            public long replaced() {
                return handshakes.count();
            }
        };
    }

    static String before(String variant) {
        return variant + ", before";
    }

    static String during(String variant) {
        return variant + ", during";
    }

    @Override
    int variants() {
        return 2 * (ours.size() + bare.size());
    }

    @Override
    Map<String, Map<Metric, Double>> round(int number, Duration length) throws Exception {
        boolean oursFirst = number % 2 == 0;
        Map<String, Map<Metric, Double>> measured = new LinkedHashMap<>(round(oursFirst, length));
        measured.putAll(round(!oursFirst, length));
        return measured;
    }

    private Map<String, Map<Metric, Double>> round(boolean ofOurs, Duration length) throws Exception {
        List<Rotated> all = ofOurs ? ours : bare;
        Map<String, Map<Metric, Double>> before = load(all, length.dividedBy(BEFORE), Rotating::before);
        if (ofOurs) {
            // not sooner, and not for the bare clients: it is also found without a reload
            identity = newIdentity();
        }
        for (Rotated rotated : all) {
            rotated.replacement().begin();
        }
        Map<String, Map<Metric, Double>> measured = load(all, length, Rotating::during);
        awaitReplaced(all);
        Map<String, Map<Metric, Double>> both = new LinkedHashMap<>();
        for (Rotated rotated : all) {
            both.put(before(rotated.name()), before.getOrDefault(before(rotated.name()), Map.of()));
            both.put(during(rotated.name()), measured.getOrDefault(during(rotated.name()), Map.of()));
        }
        return both;
    }

    private Map<String, Map<Metric, Double>> load(List<Rotated> all, Duration length, UnaryOperator<String> name)
            throws Exception {
        Map<String, Future<Latencies>> running = new LinkedHashMap<>();
        for (Rotated rotated : all) {
            running.put(
                    name.apply(rotated.name()),
                    loads.submit(() -> rotated.load().run(length)));
        }
        Map<String, Map<Metric, Double>> measured = new LinkedHashMap<>();
        for (Map.Entry<String, Future<Latencies>> load : running.entrySet()) {
            measured.put(load.getKey(), measured(load.getValue().get()));
        }
        return measured;
    }

    /**
     * Every connection has to have been replaced in the end, or it was no rotation; a pool replaces what is borrowed.
     */
    private void awaitReplaced(List<Rotated> all) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        for (Rotated rotated : all) {
            while (rotated.replacement().replaced() < rotated.load().connections()) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException(
                            "%s: expected %d connections to be replaced within %s and %s, seen %d"
                                    .formatted(
                                            rotated.name(),
                                            rotated.load().connections(),
                                            window,
                                            PATIENCE,
                                            rotated.replacement().replaced()));
                }
                Latencies unused = rotated.load().run(TAIL);
            }
        }
    }

    private ClientIdentity newIdentity() {
        TestCertificate leaf = site.identity(KeyType.EC_P256);
        return ClientIdentity.of(leaf.privateKey(), leaf.chain());
    }

    private static Map<Metric, Double> measured(Latencies latencies) {
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(Metric.P50, latencies.micros(0.5));
        measured.put(Metric.P99, latencies.micros(0.99));
        measured.put(Metric.P99_9, latencies.micros(0.999));
        return measured;
    }

    /** Commands are issued without waiting for those before, so that one that takes long hides no other. */
    private Load lettuce(SecureTls tls) {
        RedisClient client = SecureLettuce.client(
                tls,
                RedisURI.builder()
                        .withHost(site.server().host())
                        .withPort(site.server().port())
                        .withSsl(true)
                        .build());
        atEnd(client::shutdown);
        warmUp(() -> Connecting.ping(client));
        return load(connections(client));
    }

    private static AtomicReferenceArray<StatefulRedisConnection<String, byte[]>> connections(RedisClient client) {
        var connections = new AtomicReferenceArray<StatefulRedisConnection<String, byte[]>>(CONNECTIONS);
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.set(i, Commands.connect(client));
        }
        connections.get(0).sync().set(Commands.KEY, Commands.value(Pipelining.SMALL));
        return connections;
    }

    private void addLettuce(Variant<RedisClient> variant) {
        Opened<RedisClient> first = variant.open(site, site.server());
        warmUp(() -> Connecting.ping(first.client()));
        var connections = connections(first.client());
        // until nothing is written to a connection that was replaced, each has had its turn
        Duration quiet = BETWEEN.multipliedBy(CONNECTIONS);
        LettuceReplacement replacement = new LettuceReplacement(
                loads, window, connections, first, () -> variant.open(site, site.server()), quiet);
        atEnd(replacement::end);
        bare.add(new Rotated(variant.name(), replacement, load(connections)));
    }

    private static Load load(AtomicReferenceArray<StatefulRedisConnection<String, byte[]>> connections) {
        return new Load() {
            @Override
            public int connections() {
                return CONNECTIONS;
            }

            @Override
            public Latencies run(Duration length) throws Exception {
                Latencies latencies = new Latencies();
                LongAdder failed = new LongAdder();
                int count = (int) (length.toNanos() / BETWEEN.toNanos());
                CountDownLatch answered = new CountDownLatch(count);
                long begun = System.nanoTime();
                for (int i = 0; i < count; i++) {
                    pauseUntil(begun + i * BETWEEN.toNanos());
                    long issued = System.nanoTime();
                    var future = connections.get(i % CONNECTIONS).async().get(Commands.KEY);
                    var unused = future.whenComplete((answer, failure) -> {
                        latencies.add(System.nanoTime() - issued);
                        if (failure != null) {
                            failed.increment();
                        }
                        answered.countDown();
                    });
                }
                requireAnswered(answered.await(PATIENCE.toSeconds(), TimeUnit.SECONDS), failed.sum());
                return latencies;
            }
        };
    }

    private Load jedis(SecureTls tls) {
        JedisClientConfig config =
                SecureJedis.clientConfig(tls, DefaultJedisClientConfig.builder().build());
        HostAndPort server = new HostAndPort(site.server().host(), site.server().port());
        GenericObjectPool<Jedis> pool =
                new GenericObjectPool<>(SecureJedis.jedisFactory(server, config), SecureJedis.poolConfig(tls, size()));
        atEnd(pool::close);
        warmUp(() -> Connecting.ping(new Variant.Dial(server, config)));
        return load(pool);
    }

    private static GenericObjectPoolConfig<Jedis> size() {
        GenericObjectPoolConfig<Jedis> size = new GenericObjectPoolConfig<>();
        size.setMaxTotal(POOLED);
        size.setMaxIdle(POOLED);
        size.setMinIdle(POOLED);
        // so that each is used
        size.setLifo(false);
        return size;
    }

    private void addJedis(Variant<Variant.Dial> variant) {
        Supplier<Variant.Dial> dials = () -> variant.open(site, site.server()).client();
        Variant.Dial first = dials.get();
        warmUp(() -> Connecting.ping(first));
        JedisReplacement replacement = new JedisReplacement(loads, window, size(), first, dials);
        atEnd(replacement.pool()::close);
        bare.add(new Rotated(variant.name(), replacement, load(replacement.pool())));
    }

    private Load load(GenericObjectPool<Jedis> pool) {
        byte[] key = Commands.KEY.getBytes(StandardCharsets.US_ASCII);
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        atEnd(workers::shutdownNow);
        return new Load() {
            @Override
            public int connections() {
                return POOLED;
            }

            @Override
            public Latencies run(Duration length) throws Exception {
                pool.preparePool();
                Latencies latencies = new Latencies();
                List<Future<?>> running = new ArrayList<>();
                for (int i = 0; i < WORKERS; i++) {
                    running.add(workers.submit(() -> {
                        long begun = System.nanoTime();
                        long end = begun + length.toNanos();
                        for (long next = begun; next < end; next += BETWEEN_OF_WORKER.toNanos()) {
                            pauseUntil(next);
                            long issued = System.nanoTime();
                            Jedis jedis = pool.borrowObject();
                            requireAnswered(jedis.get(key) != null, 0);
                            pool.returnObject(jedis);
                            latencies.add(System.nanoTime() - issued);
                        }
                        return null;
                    }));
                }
                for (Future<?> worker : running) {
                    worker.get();
                }
                return latencies;
            }
        };
    }

    /** Has the JVM compile what connects, or the first that is measured would pay for it. */
    private static void warmUp(Runnable connection) {
        for (int i = 0; i < WARM_UP; i++) {
            connection.run();
        }
    }

    private static void requireAnswered(boolean answered, long failed) {
        if (!answered || failed > 0) {
            throw new IllegalStateException("expected every command to be answered, %d have failed".formatted(failed));
        }
    }
}
