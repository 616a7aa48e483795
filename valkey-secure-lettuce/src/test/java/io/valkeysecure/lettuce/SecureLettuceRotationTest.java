package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.support.AsyncConnectionPoolSupport;
import io.lettuce.core.support.BoundedAsyncPool;
import io.lettuce.core.support.BoundedPoolConfig;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.MessageSizeEstimator;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.DrainTime;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.MutableClock;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of open connections when the identity is another, and when trust ends. */
class SecureLettuceRotationTest {
    private static final Duration WINDOW = Duration.ofMinutes(1);

    /** Connections are asked in the first half of the window, and closed in the second. */
    private static final Duration HALF = WINDOW.dividedBy(2);

    /** For what happens soon, on any machine. */
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final Pattern CLIENT = Pattern.compile("(?m)^id=(\\d+) .* name=([^ ]*) .*$");

    private final Pki pki = new Pki();
    private final MutableClock clock = new MutableClock();
    private final DrainTime drainTime = new DrainTime();

    private Path directory;

    private Path anchors;
    private Path crl;
    private ValkeyServer server;
    private SecureTls tls;
    private RedisClient client;

    @BeforeEach
    void start(@TempDir Path fresh) throws IOException {
        directory = fresh;
        server = pki.valkey().start();
        anchors = Files.writeString(directory.resolve("ca.crt"), pki.root.certificatePem());
        crl = pki.root.crl().build().write(directory.resolve("ca.crl"));
        PemFiles identity = pki.client.writePem(directory, "client");
        tls = drainTime
                .in(SecureTls.trusting(TrustAnchors.pem(anchors))
                        .presenting(ClientIdentity.pem(identity.certificate(), identity.key())))
                .revocation(Revocation.crls(crl))
                .rotation(Rotation.builder()
                        .checkInterval(Duration.ofMillis(100))
                        .drainWindow(WINDOW)
                        .build())
                .listener(pki.heard)
                .clock(clock)
                .build();
        client = SecureLettuce.client(tls, uri("test"));
    }

    @AfterEach
    void stop() {
        client.shutdown();
        tls.close();
        server.close();
    }

    private RedisURI uri(String name) {
        RedisURI uri = Pki.uri(server);
        uri.setClientName(name);
        uri.setTimeout(LONG);
        return uri;
    }

    /**
     * A new client certificate, in force when this returns, and the first half of the window has passed: all
     * connections are asked to end. Returns the server's number of the latest connection until then.
     */
    @CanIgnoreReturnValue
    private long rotate() {
        long latest = ids("").stream().mapToLong(Long::longValue).max().orElse(0);
        Instant before = tls.status().identitySince();
        pki.root.issue().subject("CN=app").dnsName("app").build().writePem(directory, "client");
        tls.reload();
        assertThat(tls.status().identitySince()).isAfter(before);
        drainTime.awaitPass();
        drainTime.advance(HALF);
        drainTime.awaitPass();
        return latest;
    }

    private List<Long> ids(String name) {
        List<Long> ids = new ArrayList<>();
        Matcher clients = CLIENT.matcher(server.execute("CLIENT", "LIST"));
        while (clients.find()) {
            if (clients.group(2).equals(name) || name.isEmpty()) {
                ids.add(Long.valueOf(clients.group(1)));
            }
        }
        return ids;
    }

    /** Time passes for the limit of reconnects, and far less than what is left of the window. */
    private void awaitNoneOf(String name, long latest) {
        await().pollInterval(Duration.ofMillis(100)).atMost(LONG).untilAsserted(() -> {
            drainTime.advance(HALF.dividedBy(1_000));
            assertThat(ids(name)).isNotEmpty().allSatisfy(id -> assertThat(id).isGreaterThan(latest));
        });
    }

    /** Counts by a command that is not idempotent: a lost, repeated or reordered one gives another number. */
    private static final class Load implements AutoCloseable {
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final List<Future<?>> running = new ArrayList<>();
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final Map<String, Long> expected = new ConcurrentHashMap<>();
        private final List<Throwable> failed = new CopyOnWriteArrayList<>();
        private final List<String> wrong = new CopyOnWriteArrayList<>();

        interface Round {
            void run(String key) throws Exception;
        }

        void add(String key, Round round) {
            running.add(threads.submit(() -> {
                while (!stopped.get()) {
                    try {
                        round.run(key);
                    } catch (Exception e) {
                        failed.add(e);
                    }
                }
            }));
        }

        void check(String key, Long seen) {
            long due = expected.merge(key, 1L, Long::sum);
            if (seen != due) {
                wrong.add(key + ": expected " + due + ", seen " + seen);
            }
        }

        long commands() {
            return expected.values().stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public void close() {
            stopped.set(true);
            await().atMost(LONG).until(() -> running.stream().allMatch(Future::isDone));
            threads.shutdown();
        }
    }

    @Test
    void rotation_sharedPooledAndAsyncPooledUnderLoad_noCommandFailsNorRunsTwice() throws Exception {
        int rotations = 20;
        int each = 4;
        GenericObjectPoolConfig<StatefulRedisConnection<String, String>> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(each);
        GenericObjectPool<StatefulRedisConnection<String, String>> pool =
                ConnectionPoolSupport.createGenericObjectPool(() -> client.connect(uri("load")), config);
        BoundedAsyncPool<StatefulRedisConnection<String, String>> asyncPool =
                AsyncConnectionPoolSupport.createBoundedObjectPool(
                        () -> client.connectAsync(StringCodec.UTF8, uri("load")),
                        BoundedPoolConfig.builder().maxTotal(each).build());
        Load load = new Load();
        try (StatefulRedisConnection<String, String> shared = client.connect(uri("load"));
                load) {
            for (int i = 0; i < each; i++) {
                load.add(
                        "shared:sync:" + i, key -> load.check(key, shared.sync().incr(key)));
                load.add("shared:pipelined:" + i, key -> {
                    List<RedisFuture<Long>> replies = new ArrayList<>();
                    for (int n = 0; n < 20; n++) {
                        replies.add(shared.async().incr(key));
                    }
                    for (RedisFuture<Long> reply : replies) {
                        load.check(key, reply.get(60, TimeUnit.SECONDS));
                    }
                });
                load.add("pool:" + i, key -> {
                    try (StatefulRedisConnection<String, String> borrowed = pool.borrowObject()) {
                        load.check(key, borrowed.sync().incr(key));
                    }
                });
                load.add("async-pool:" + i, key -> {
                    StatefulRedisConnection<String, String> borrowed =
                            asyncPool.acquire().get(60, TimeUnit.SECONDS);
                    try {
                        load.check(key, borrowed.async().incr(key).get(60, TimeUnit.SECONDS));
                    } finally {
                        // the pool counts a connection until its release has ended, and does not wait when it is full
                        asyncPool.release(borrowed).get(60, TimeUnit.SECONDS);
                    }
                });
            }
            await().atMost(LONG).until(() -> ids("load").size() == 2 * each + 1);

            for (int i = 0; i < rotations; i++) {
                long latest = rotate();
                awaitNoneOf("load", latest);
            }
        } finally {
            asyncPool.close();
            pool.close();
        }

        assertThat(load.failed).isEmpty();
        assertThat(load.wrong).isEmpty();
        load.expected.forEach(
                (key, count) -> assertThat(server.execute("GET", key)).as(key).isEqualTo(count.toString()));
        assertThat(tls.status().generation()).isEqualTo(1 + rotations);
        assertThat(load.commands()).isGreaterThan(rotations * 100L);
    }

    @Test
    void rotation_writerBetweenLookAndWrite_isNotOvertaken() throws Exception {
        Thread writer = Thread.currentThread();
        AtomicBoolean armed = new AtomicBoolean();
        CountDownLatch bothWritten = new CountDownLatch(1);
        AtomicReference<Channel> used = new AtomicReference<>();
        // Netty asks for the size of a message on the thread that writes it, before the event loop gets it
        MessageSizeEstimator estimator = () -> message -> {
            if (Thread.currentThread() == writer && armed.getAndSet(false)) {
                Channel channel = Objects.requireNonNull(used.get());
                rotate();
                await().atMost(LONG).until(() -> !channel.isOpen());
                var unused = channel.eventLoop().submit(() -> bothWritten.await(60, TimeUnit.SECONDS));
            }
            return 1;
        };
        ClientResources resources = ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterBootstrapInitialized(Bootstrap bootstrap) {
                        bootstrap.option(ChannelOption.MESSAGE_SIZE_ESTIMATOR, estimator);
                    }

                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        used.compareAndSet(null, channel);
                    }
                })
                .build();
        RedisClient slow = SecureLettuce.clientBuilder(tls, uri("slow"))
                .resources(resources)
                .build();
        try (StatefulRedisConnection<String, String> connection = slow.connect()) {
            armed.set(true);
            RedisFuture<Long> caught = connection.async().incr("counted");
            RedisFuture<Long> next = connection.async().incr("counted");
            bothWritten.countDown();

            assertThat(caught.get(60, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(next.get(60, TimeUnit.SECONDS)).isEqualTo(2);
            assertThat(armed).isFalse();
        } finally {
            slow.shutdown();
            resources.shutdown().syncUninterruptibly();
        }
    }

    @Test
    void rotation_idleConnections_areReplacedWithoutUse() {
        GenericObjectPool<StatefulRedisConnection<String, String>> pool = ConnectionPoolSupport.createGenericObjectPool(
                () -> client.connect(uri("idle")), new GenericObjectPoolConfig<>());
        try (pool;
                StatefulRedisConnection<String, String> shared = client.connect(uri("idle"))) {
            assertThat(shared.sync().select(3)).isEqualTo("OK");
            assertThat(catchThrowable(() -> pool.addObjects(4))).isNull();

            awaitNoneOf("idle", rotate());

            assertThat(shared.sync().set("key", "in 3")).isEqualTo("OK");
            assertThat(shared.sync().clientList()).containsPattern("name=idle .* db=3 ");
            assertThat(pool.getNumIdle()).isEqualTo(4);
        }
    }

    @Test
    void rotation_transaction_isWaitedFor() {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            long id = commands.clientId();
            commands.watch("watched");
            rotate();
            stays(id);
            commands.multi();
            commands.incr("counted");
            stays(id);
            commands.incr("counted");
            TransactionResult result = commands.exec();

            assertThat(result.wasDiscarded()).isFalse();
            assertThat(result.<Long>get(1)).isEqualTo(2);
            awaitNoneOf("test", id);
            assertThat(commands.get("counted")).isEqualTo("2");
        }
        assertThat(pki.heard.refused).isEmpty();
    }

    /** The connection was asked to end, and is asked again and again. */
    private void stays(long id) {
        drainTime.awaitPass();
        assertThat(ids("test")).contains(id);
    }

    @Test
    void rotation_blockingCommandThatIsAnswered_returnsItsValueAndThoseBehindItFollow() throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            long id = connection.sync().clientId();
            RedisFuture<KeyValue<String, String>> popped = connection.async().blpop(600, "list");
            rotate();
            RedisFuture<Long> behind = connection.async().incr("behind");
            stays(id);

            server.execute("RPUSH", "list", "value");

            assertThat(popped.get(60, TimeUnit.SECONDS).getValue()).isEqualTo("value");
            assertThat(behind.get(60, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(connection.sync().clientId()).isGreaterThan(id);
        }
    }

    @Test
    void rotation_blockingCommandBeyondTheWindow_failsAndThoseBehindItFollow() throws Exception {
        AtomicReference<Channel> used = new AtomicReference<>();
        ClientResources resources = ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        used.compareAndSet(null, channel);
                    }
                })
                .build();
        RedisClient blocking = SecureLettuce.clientBuilder(tls, uri("blocking"))
                .resources(resources)
                .build();
        try (StatefulRedisConnection<String, String> connection = blocking.connect()) {
            RedisFuture<KeyValue<String, String>> popped = connection.async().blpop(600, "list");
            rotate();
            assertThat(popped.isDone()).isFalse();
            Objects.requireNonNull(used.get()).eventLoop().submit(() -> {}).syncUninterruptibly(); // it is asked now
            RedisFuture<Long> behind = connection.async().incr("behind");

            await().atMost(LONG).until(() -> {
                drainTime.advance(HALF);
                return popped.isDone();
            });
            assertThatThrownBy(() -> popped.get(0, TimeUnit.SECONDS))
                    .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.DRAINED));
            assertThat(behind.get(60, TimeUnit.SECONDS)).isEqualTo(1);
        } finally {
            blocking.shutdown();
            resources.shutdown().syncUninterruptibly();
        }
    }

    @Test
    void rotation_subscription_isRestored() {
        List<String> received = new CopyOnWriteArrayList<>();
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub(uri("subscriber"));
                StatefulRedisConnection<String, String> publisher = client.connect()) {
            subscriber.addListener(new RedisPubSubAdapter<String, String>() {
                @Override
                public void message(String channel, String message) {
                    received.add(message);
                }
            });
            subscriber.sync().subscribe("news");
            publisher.sync().publish("news", "before");
            List<Long> subscribed = ids("subscriber");
            long latest = rotate();
            publisher.sync().publish("news", "within the window");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(received).containsExactly("before", "within the window"));

            // the server would have to remember its channels, so it stays to the end of the window
            assertThat(ids("subscriber")).isEqualTo(subscribed);
            drainTime.advance(WINDOW);
            awaitNoneOf("subscriber", latest);
            await().atMost(LONG).until(() -> publisher.sync().publish("news", "after") == 1);

            await().atMost(LONG).untilAsserted(() -> assertThat(received).contains("after"));
        }
    }

    @Test
    void rotation_withoutAutoReconnect_thePoolThatTestsOnBorrowReplaces() throws Exception {
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        GenericObjectPoolConfig<StatefulRedisConnection<String, String>> config = new GenericObjectPoolConfig<>();
        config.setTestOnBorrow(true);
        GenericObjectPool<StatefulRedisConnection<String, String>> pool =
                ConnectionPoolSupport.createGenericObjectPool(() -> client.connect(uri("strict")), config);
        try (pool) {
            pool.addObject();
            long latest = rotate();
            await().atMost(LONG).until(() -> ids("strict").stream().noneMatch(id -> id <= latest));

            try (StatefulRedisConnection<String, String> borrowed = pool.borrowObject()) {
                assertThat(borrowed.sync().ping()).isEqualTo("PONG");
            }
        }
    }

    @Test
    void trustRemoved_openConnection_isClosedAndTheNextRefused() throws Exception {
        String other = TestCertificate.root().subject("CN=Other Root").build().certificatePem();

        assertEnds(RefusalReason.UNTRUSTED_ISSUER, () -> Files.writeString(anchors, other));
    }

    @Test
    void serverRevoked_openConnection_isClosedAndTheNextRefused() throws Exception {
        assertEnds(
                RefusalReason.REVOKED,
                () -> pki.root.crl().number(2).revoke(pki.server).build().write(crl));
    }

    private interface Change {
        void make() throws IOException;
    }

    private void assertEnds(RefusalReason reason, Change change) throws Exception {
        StatefulRedisConnection<String, String> connection = client.connect();
        StatefulRedisConnection<String, String> idle = client.connect();
        assertThat(idle.sync().ping()).isEqualTo("PONG");
        RedisFuture<KeyValue<String, String>> popped = connection.async().blpop(600, "list");

        change.make();

        ExecutionException failure = (ExecutionException) catchThrowable(() -> popped.get(60, TimeUnit.SECONDS));
        assertThat(RefusalReason.of(failure)).contains(reason);
        await().atMost(LONG).untilAsserted(() -> assertThat(ids("test")).isEmpty());
        assertThatThrownBy(client::connect)
                .satisfies(e -> assertThat(RefusalReason.of(e)).contains(reason));
        // Lettuce tries again, and again
        await().atMost(LONG).untilAsserted(() -> assertThat(pki.heard.refused).hasSizeGreaterThan(3));
        assertThat(pki.heard.refused)
                .allSatisfy(refused -> assertThat(refused.reason()).isEqualTo(reason));
        assertThat(ids("test")).isEmpty();
    }

    @Test
    void ownIdentityExpired_connect_isRefusedWithTheReason() {
        TestCertificate shortLived = pki.root
                .issue()
                .subject("CN=app")
                .dnsName("app")
                .notAfter(Instant.now().plusSeconds(600))
                .build();
        shortLived.writePem(directory, "client");
        tls.reload();
        assertThat(client.connect().sync().ping()).isEqualTo("PONG");
        clock.advance(Duration.ofMinutes(20));

        assertThatThrownBy(client::connect)
                .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.EXPIRED))
                .satisfies(e -> assertThat(messages(e)).contains("own client identity"));
    }

    private static String messages(Throwable thrown) {
        StringBuilder messages = new StringBuilder();
        for (Throwable next = thrown; next != null; next = next.getCause()) {
            messages.append(next.getMessage()).append('\n');
        }
        return messages.toString();
    }
}
