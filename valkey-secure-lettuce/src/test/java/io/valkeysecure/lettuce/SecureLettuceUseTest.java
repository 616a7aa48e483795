package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.support.AsyncConnectionPoolSupport;
import io.lettuce.core.support.BoundedAsyncPool;
import io.lettuce.core.support.BoundedPoolConfig;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.netty.channel.Channel;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.netty.internal.HandshakeThreads;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a user does with Lettuce, against a real server that demands a client certificate and a password. */
class SecureLettuceUseTest {
    /** What Netty's channels are made of: the JDK's sockets, unless {@code ./verify epoll} runs this. */
    static final String TRANSPORT = System.getProperty("valkeysecure.tests.transport", "nio");

    private static final String USER = "app";
    private static final String PASSWORD = "correct-horse-battery";

    private static Pki pki;
    private static ValkeyServer server;
    private SecureTls tls;
    private RedisClient client;

    @BeforeAll
    static void start() {
        pki = new Pki();
        server = pki.valkey().user(USER, PASSWORD).start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void open() {
        pki.heard.succeeded.clear();
        tls = pki.tls();
        client = SecureLettuce.client(tls, uri());
    }

    @AfterEach
    void close() {
        client.shutdown();
        tls.close();
    }

    private static RedisURI uri() {
        RedisURI uri = Pki.uri(server);
        Pki.authenticate(uri, USER, PASSWORD);
        return uri;
    }

    @Test
    void client_connected_usesTheTransportOfThisRun() {
        client.connect().close();

        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .filteredOn(name -> name.matches("lettuce-.*EventLoop.*"))
                .isNotEmpty()
                .allMatch(name -> name.startsWith("lettuce-" + TRANSPORT + "EventLoop"));
    }

    @Test
    void connect_verifiedServer_servesAllThreeApis() throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().set("sync", "1")).isEqualTo("OK");
            assertThat(connection.async().get("sync").get(60, TimeUnit.SECONDS)).isEqualTo("1");
            assertThat(connection.reactive().get("sync").block(Duration.ofSeconds(60)))
                    .isEqualTo("1");
        }

        assertThat(pki.heard.succeeded).singleElement().satisfies(handshake -> {
            assertThat(handshake.endpoint()).isEqualTo(new Endpoint("localhost", server.port()));
            assertThat(handshake.client()).isEqualTo(ClientLibrary.LETTUCE);
            assertThat(handshake.leaf()).isEqualTo(pki.server.certificate());
        });
    }

    @Test
    void connect_uriAsText_servesValkeysScheme() {
        RedisClient fromText = SecureLettuce.client(
                tls, "valkeys://" + USER + ":" + PASSWORD + "@localhost:" + server.port() + "?timeout=20s");
        try (StatefulRedisConnection<String, String> connection = fromText.connect()) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");
        } finally {
            fromText.shutdown();
        }
    }

    @Test
    void connectAsync_verifiedServer_connects() throws Exception {
        StatefulRedisConnection<String, String> connection = client.connectAsync(StringCodec.UTF8, uri())
                .toCompletableFuture()
                .get(60, TimeUnit.SECONDS);

        assertThat(connection.sync().ping()).isEqualTo("PONG");
        connection.close();
    }

    @Test
    void genericObjectPool_existingCode_goesOnUnchanged() throws Exception {
        try (GenericObjectPool<StatefulRedisConnection<String, String>> pool =
                        ConnectionPoolSupport.createGenericObjectPool(
                                client::connect, new GenericObjectPoolConfig<>());
                StatefulRedisConnection<String, String> first = pool.borrowObject();
                StatefulRedisConnection<String, String> second = pool.borrowObject()) {
            first.sync().set("pooled", "yes");
            assertThat(second.sync().get("pooled")).isEqualTo("yes");
        }
        assertThat(pki.heard.succeeded).hasSize(2);
    }

    @Test
    void asyncPool_existingCode_goesOnUnchanged() throws Exception {
        BoundedAsyncPool<StatefulRedisConnection<String, String>> pool =
                AsyncConnectionPoolSupport.createBoundedObjectPoolAsync(
                                () -> client.connectAsync(StringCodec.UTF8, uri()), BoundedPoolConfig.create())
                        .toCompletableFuture()
                        .get(60, TimeUnit.SECONDS);

        String answer = pool.acquire()
                .thenCompose(connection -> connection
                        .async()
                        .ping()
                        .toCompletableFuture()
                        .whenComplete((pong, failure) -> {
                            var unused = pool.release(connection);
                        }))
                .get(60, TimeUnit.SECONDS);

        assertThat(answer).isEqualTo("PONG");
        pool.closeAsync().get(60, TimeUnit.SECONDS);
    }

    @Test
    void pubSub_message_arrives() {
        List<String> received = new CopyOnWriteArrayList<>();
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
                StatefulRedisConnection<String, String> publisher = client.connect()) {
            subscriber.addListener(new RedisPubSubAdapter<String, String>() {
                @Override
                public void message(String channel, String message) {
                    received.add(channel + ": " + message);
                }
            });
            subscriber.sync().subscribe("news");

            publisher.sync().publish("news", "hello");

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(received).containsExactly("news: hello"));
        }
    }

    @Test
    void connect_oneAfterTheOther_resumesSessions() {
        for (int i = 0; i < 10; i++) {
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().ping()).isEqualTo("PONG");
            }
        }

        assertThat(pki.heard.succeeded).hasSize(10).anyMatch(VerifiedHandshake::resumed);
    }

    @Test
    void shutdown_ownResources_leavesNoThreadNoSelectorAndNoConnection() {
        client.shutdown();
        useAndShutDown();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(lettuceThreads()).isEmpty());
        List<String> before = openSelectors();

        for (int i = 0; i < 3; i++) {
            useAndShutDown();
        }

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(lettuceThreads()).isEmpty();
            assertThat(openSelectors()).hasSizeLessThanOrEqualTo(before.size());
            assertThat(server.execute("CLIENT", "LIST").lines())
                    .as("the test kit's own connection is left")
                    .hasSize(1);
        });
    }

    private void useAndShutDown() {
        RedisClient another = SecureLettuce.client(tls, uri());
        assertThat(another.connect().sync().ping()).isEqualTo("PONG");
        assertThat(another.connectPubSub().sync().ping()).isEqualTo("PONG");
        another.shutdown();
        another.shutdown();
    }

    private static List<String> lettuceThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("lettuce") || name.startsWith(HandshakeThreads.PREFIX))
                .toList();
    }

    /**
     * Linux only; elsewhere there are none. Sockets are left out: Lettuce 7's own DNS resolver leaves some UDP sockets
     * open.
     */
    private static List<String> openSelectors() {
        String[] open = new File("/proc/self/fd").list();
        return Stream.of(open == null ? new String[0] : open)
                .map(number -> {
                    try {
                        return Files.readSymbolicLink(Path.of("/proc/self/fd", number))
                                .toString();
                    } catch (IOException e) {
                        return "closed by now";
                    }
                })
                .filter(target -> target.startsWith("anon_inode:"))
                .toList();
    }

    @Test
    void shutdown_usersResources_leavesThemRunning() {
        List<Channel> seen = new CopyOnWriteArrayList<>();
        ClientResources base = ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        seen.add(channel);
                    }
                })
                .build();
        try {
            for (int i = 1; i <= 2; i++) {
                RedisClient sharing =
                        SecureLettuce.clientBuilder(tls, uri()).resources(base).build();
                assertThat(sharing.connect().sync().ping()).isEqualTo("PONG");
                sharing.shutdown();

                assertThat(seen).as("the user's own customizer is called, too").hasSize(i);
                assertThat(base.eventExecutorGroup().isShuttingDown()).isFalse();
            }
        } finally {
            base.shutdown().syncUninterruptibly();
        }
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() ->
                        assertThat(base.eventExecutorGroup().isTerminated()).isTrue());
    }
}
