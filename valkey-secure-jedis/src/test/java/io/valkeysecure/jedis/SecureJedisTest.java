package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.testkit.recording.Recording;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.RedisCredentialsProvider;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisAccessControlException;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Real connections to a Valkey that speaks only TLS, demands a client certificate and a login. */
@SuppressWarnings("deprecation") // JedisPool: existing pool code goes on unchanged
class SecureJedisTest {
    private static ValkeyServer server;
    private static Fixture.RecordingListener listener;
    private static SecureTls tls;

    @BeforeAll
    static void start() {
        server = Fixture.server().start();
        listener = new Fixture.RecordingListener();
        tls = Fixture.tls().listener(listener).build();
    }

    @AfterAll
    static void stop() {
        tls.close();
        server.close();
    }

    // Entry points.

    @Test
    void jedis_setsAndGets() {
        try (Jedis jedis = new Jedis(Fixture.address(server), secure())) {
            assertThat(jedis.set("jedis", "a")).isEqualTo("OK");
            assertThat(jedis.get("jedis")).isEqualTo("a");
            assertThat(jedis.aclWhoAmI()).isEqualTo(Fixture.USER);
        }
    }

    @ParameterizedTest
    @EnumSource(RedisProtocol.class)
    void jedis_protocolIsSet_setsAndGets(RedisProtocol protocol) {
        JedisClientConfig config = SecureJedis.clientConfig(
                tls,
                Fixture.login()
                        .protocol(protocol)
                        .database(3)
                        .clientName("named")
                        .build());

        try (Jedis jedis = new Jedis(Fixture.address(server), config)) {
            jedis.set("protocol", protocol.name());
            assertThat(jedis.get("protocol")).isEqualTo(protocol.name());
            assertThat(jedis.clientGetname()).isEqualTo("named");
            assertThat(jedis.clientInfo()).contains("db=3");
        }
    }

    @Test
    void jedisPool_setsAndGets() {
        JedisPoolConfig poolConfig = new JedisPoolConfig();
        poolConfig.setTestOnBorrow(true);

        try (JedisPool pool = new JedisPool(poolConfig, Fixture.address(server), secure())) {
            for (int i = 0; i < 3; i++) {
                try (Jedis jedis = pool.getResource()) {
                    jedis.set("pool", "b" + i);
                    assertThat(jedis.get("pool")).isEqualTo("b" + i);
                }
            }
            assertThat(pool.getCreatedCount()).isEqualTo(1);
        }
    }

    @Test
    void client_setsAndGets() {
        HostAndPort address = Fixture.address(server);
        String uri = "rediss://" + Fixture.USER + ":" + Fixture.PASSWORD + "@" + address + "/2";
        try (RedisClient byAddress = SecureJedis.client(
                                tls, address, Fixture.login().database(2).build())
                        .build();
                RedisClient byUri = SecureJedis.client(tls, uri).build()) {
            assertThat(byAddress.set("door", "a")).isEqualTo("OK");
            assertThat(byUri.get("door")).isEqualTo("a");
            assertThat(byUri.getPool().getNumIdle()).isEqualTo(1);
        }
    }

    @Test
    void client_addressGivenLater_isDialled() {
        try (RedisClient client = SecureJedis.client(
                        tls, Fixture.localhost(1), Fixture.login().build())
                .hostAndPort(server.host(), server.port())
                .build()) {
            assertThat(client.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void client_aSettingThatMakesJedisCopyTheConfiguration_logsIn() {
        try (RedisClient client = SecureJedis.client(
                        tls, Fixture.address(server), Fixture.login().build())
                .searchDialect(3)
                .build()) {
            assertThat(client.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void pool_setsAndGets() {
        HostAndPort address = Fixture.address(server);
        String uri = "rediss://" + Fixture.USER + ":" + Fixture.PASSWORD + "@" + address;
        JedisPoolConfig two = new JedisPoolConfig();
        two.setMaxTotal(2);
        try (JedisPool byAddress =
                        SecureJedis.pool(tls, address, Fixture.login().build());
                JedisPool sized = SecureJedis.pool(tls, address, Fixture.login().build(), two);
                JedisPool byUri = SecureJedis.pool(tls, uri);
                Jedis one = byAddress.getResource();
                Jedis other = byUri.getResource()) {
            assertThat(one.set("pool door", "a")).isEqualTo("OK");
            assertThat(other.get("pool door")).isEqualTo("a");
            assertThat(sized.getMaxTotal()).isEqualTo(2);
        }
    }

    @Test
    void frontDoors_plaintextUri_areRefused() {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.client(tls, "redis://:s3cret@localhost:1"))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.pool(tls, "redis://:s3cret@localhost:1"))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
    }

    static Stream<Arguments> nullArguments() {
        JedisClientConfig base = Fixture.login().build();
        HostAndPort here = Fixture.localhost(1);
        return Stream.of(
                nullArgument("tls", () -> SecureJedis.client(none(), here, base)),
                nullArgument("server", () -> SecureJedis.client(tls, none(), base)),
                nullArgument("base", () -> SecureJedis.client(tls, here, none())),
                nullArgument("tls", () -> SecureJedis.client(none(), "rediss://localhost:1")),
                nullArgument("uri", () -> SecureJedis.client(tls, (String) none())),
                nullArgument("tls", () -> SecureJedis.pool(none(), here, base)),
                nullArgument("server", () -> SecureJedis.pool(tls, none(), base)),
                nullArgument("base", () -> SecureJedis.pool(tls, here, none())),
                nullArgument("poolConfig", () -> SecureJedis.pool(tls, here, base, none())),
                nullArgument("uri", () -> SecureJedis.pool(tls, (String) none())),
                nullArgument("tls", () -> SecureJedis.poolConfig(none(), new JedisPoolConfig())),
                nullArgument("base", () -> SecureJedis.poolConfig(tls, none())),
                nullArgument("server", () -> SecureJedis.jedisFactory(none(), secure())),
                nullArgument("config", () -> SecureJedis.jedisFactory(here, none())),
                nullArgument("server", () -> SecureJedis.connectionFactory(none(), secure())),
                nullArgument("config", () -> SecureJedis.connectionFactory(here, none())),
                nullArgument("tls", () -> SecureJedis.clusterClient(none(), base)),
                nullArgument("base", () -> SecureJedis.clusterClient(tls, none())),
                nullArgument("tls", () -> SecureJedis.sentinelClient(none())),
                nullArgument("base", () -> SecureJedis.sentinelClient(tls).clientConfig(none())),
                nullArgument("base", () -> SecureJedis.sentinelClient(tls).sentinelClientConfig(none())),
                nullArgument("tls", () -> SecureJedis.sentinelPool(none())),
                nullArgument("name", () -> SecureJedis.sentinelPool(tls).masterName(none())),
                nullArgument("addresses", () -> SecureJedis.sentinelPool(tls).sentinels(none())),
                nullArgument("base", () -> SecureJedis.sentinelPool(tls).clientConfig(none())),
                nullArgument("base", () -> SecureJedis.sentinelPool(tls).sentinelClientConfig(none())),
                nullArgument("base", () -> SecureJedis.sentinelPool(tls).poolConfig(none())),
                nullArgument("databases", () -> SecureJedis.multiDbClient(none())),
                nullArgument("uri", () -> SecureJedis.clientConfig(tls, (String) none())),
                nullArgument("uri", () -> SecureJedis.clientConfig(tls, (URI) none())),
                nullArgument("uri", () -> SecureJedis.hostAndPort((String) none())),
                nullArgument("uri", () -> SecureJedis.hostAndPort((URI) none())));
    }

    private static Arguments nullArgument(String name, ThrowingCallable call) {
        return Arguments.of(name, call);
    }

    /** What a caller without a null checker may do. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals", "DataFlowIssue"})
    private static <T> T none() {
        return null;
    }

    @ParameterizedTest
    @MethodSource("nullArguments")
    void frontDoors_nullArgument_nameIt(String name, ThrowingCallable call) {
        assertThatNullPointerException().isThrownBy(call).withMessage(name);
    }

    @Test
    void sentinelPool_withoutNameOrSentinels_saysWhatIsMissing() {
        assertThatIllegalStateException()
                .isThrownBy(() -> SecureJedis.sentinelPool(tls)
                        .sentinels(Set.of(Fixture.localhost(1)))
                        .build()
                        .close())
                .withMessageContaining("masterName is missing");
        assertThatIllegalStateException()
                .isThrownBy(() -> SecureJedis.sentinelPool(tls)
                        .masterName("primary")
                        .build()
                        .close())
                .withMessageContaining("sentinels is missing");
    }

    // The login is Jedis' own: what the server says of it comes out as ever.

    @Test
    void login_wrongPassword_isJedisOwnException() {
        JedisClientConfig wrong =
                SecureJedis.clientConfig(tls, Fixture.login().password("wrong").build());

        for (RedisProtocol protocol : RedisProtocol.values()) {
            JedisClientConfig config = SecureJedis.clientConfig(
                    tls, Fixture.login().password("wrong").protocol(protocol).build());
            assertThatExceptionOfType(JedisAccessControlException.class)
                    .isThrownBy(() -> new Jedis(Fixture.address(server), config))
                    .withMessageContaining("WRONGPASS");
        }
        assertThatExceptionOfType(JedisAccessControlException.class)
                .isThrownBy(() -> new Jedis(Fixture.address(server), wrong))
                .withMessageContaining("WRONGPASS");
        try (JedisPool pool = SecureJedis.pool(tls, Fixture.address(server), wrong)) {
            assertThatExceptionOfType(JedisAccessControlException.class).isThrownBy(pool::getResource);
        }
        try (RedisClient client =
                SecureJedis.client(tls, Fixture.address(server), wrong).build()) {
            assertThatExceptionOfType(JedisAccessControlException.class).isThrownBy(client::ping);
        }
    }

    /** A provider may clear the password as soon as Jedis says that it is done. */
    @Test
    void login_providerThatClearsItsPassword_isAskedForEachConnection() {
        List<char[]> handedOut = new ArrayList<>();
        RedisCredentialsProvider provider = new RedisCredentialsProvider() {
            private char[] password = {};

            @Override
            public void prepare() {
                password = Fixture.PASSWORD.toCharArray();
                handedOut.add(password);
            }

            @Override
            public RedisCredentials get() {
                return new DefaultRedisCredentials(Fixture.USER, password);
            }

            @Override
            public void cleanUp() {
                Arrays.fill(password, '0');
            }
        };
        JedisClientConfig config = SecureJedis.clientConfig(
                tls, Fixture.login().credentialsProvider(provider).build());

        for (int i = 0; i < 2; i++) {
            try (Jedis jedis = new Jedis(Fixture.address(server), config)) {
                assertThat(jedis.aclWhoAmI()).isEqualTo(Fixture.USER);
            }
        }

        assertThat(handedOut)
                .hasSize(2)
                .allSatisfy(password -> assertThat(password).containsOnly('0'));
    }

    @Test
    void redisClient_setsAndGets() {
        try (RedisClient client = client()) {
            assertThat(client.set("client", "c")).isEqualTo("OK");
            assertThat(client.get("client")).isEqualTo("c");
        }
    }

    @Test
    void redisClient_builderOverridesThatCopyTheConfiguration_setsAndGets() {
        try (RedisClient client = RedisClient.builder()
                .hostAndPort(Fixture.address(server))
                .clientConfig(secure())
                .searchDialect(3)
                .build()) {
            client.set("copied", "c");
            assertThat(client.get("copied")).isEqualTo("c");
        }
    }

    @Test
    void redisClient_fromTlsUriAfterTheConfiguration_setsAndGets() {
        URI uri = URI.create("rediss://" + server.host() + ":" + server.port());

        try (RedisClient client =
                RedisClient.builder().clientConfig(secure()).fromURI(uri).build()) {
            client.set("from-uri", "c");
            assertThat(client.get("from-uri")).isEqualTo("c");
        }
    }

    @Test
    void connectionPool_setsAndGets() {
        try (ConnectionPool pool = new ConnectionPool(Fixture.address(server), secure(), new ConnectionPoolConfig());
                Connection connection = pool.getResource()) {
            connection.executeCommand(
                    new CommandArguments(Protocol.Command.SET).add("connection").add("d"));
            Object value = connection.executeCommand(new CommandArguments(Protocol.Command.GET).add("connection"));
            assertThat(value).isEqualTo("d".getBytes(StandardCharsets.UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"valkeys", "rediss"})
    void uri_setsAndGets(String scheme) {
        String uri = scheme + "://" + Fixture.USER + ":" + Fixture.PASSWORD + "@" + server.host() + ":" + server.port()
                + "/2?protocol=3";

        try (RedisClient client = RedisClient.builder()
                .hostAndPort(SecureJedis.hostAndPort(uri))
                .clientConfig(SecureJedis.clientConfig(tls, uri))
                .build()) {
            client.set("uri", scheme);
            assertThat(client.get("uri")).isEqualTo(scheme);
        }
    }

    @Test
    void pipelineAndTransaction_runOverTheSameConnection() {
        try (RedisClient client = client()) {
            Response<String> piped;
            try (var pipeline = client.pipelined()) {
                pipeline.set("piped", "e");
                piped = pipeline.get("piped");
                pipeline.sync();
            }
            assertThat(piped.get()).isEqualTo("e");
        }
        try (Jedis jedis = new Jedis(Fixture.address(server), secure())) {
            Transaction transaction = jedis.multi();
            transaction.set("multi", "f");
            Response<String> value = transaction.get("multi");
            transaction.exec();
            assertThat(value.get()).isEqualTo("f");
        }
    }

    @Test
    void largeValues_crossManyRecords() {
        String value = "0123456789abcdef".repeat(128 * 1024);

        try (RedisClient client = client()) {
            client.set("large", value);
            assertThat(client.get("large")).isEqualTo(value);
        }
    }

    @Test
    void pubSub_ofPooledJedis_receives() throws Exception {
        try (JedisPool pool = new JedisPool(new JedisPoolConfig(), Fixture.address(server), secure());
                Jedis subscriber = pool.getResource();
                Jedis publisher = pool.getResource()) {
            Subscription subscription = new Subscription();
            CompletableFuture<Void> ended =
                    CompletableFuture.runAsync(() -> subscriber.subscribe(subscription, "news"));
            assertThat(subscription.subscribed.await(60, TimeUnit.SECONDS)).isTrue();

            publisher.publish("news", "hello");

            assertThat(subscription.message.get(60, TimeUnit.SECONDS)).isEqualTo("hello");
            ended.get(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void pubSub_ofRedisClient_receives() throws Exception {
        try (RedisClient client = client()) {
            Subscription subscription = new Subscription();
            CompletableFuture<Void> ended =
                    CompletableFuture.runAsync(() -> client.subscribe(subscription, "more-news"));
            assertThat(subscription.subscribed.await(60, TimeUnit.SECONDS)).isTrue();

            client.publish("more-news", "hello");

            assertThat(subscription.message.get(60, TimeUnit.SECONDS)).isEqualTo("hello");
            ended.get(60, TimeUnit.SECONDS);
        }
    }

    private static final class Subscription extends JedisPubSub {
        final CountDownLatch subscribed = new CountDownLatch(1);
        final CompletableFuture<String> message = new CompletableFuture<>();

        @Override
        public void onSubscribe(String channel, int subscribedChannels) {
            subscribed.countDown();
        }

        @Override
        public void onMessage(String channel, String received) {
            message.complete(received);
            unsubscribe();
        }
    }

    // What Jedis is told, and what is verified.

    @Test
    void mapper_nameThatIsDialled_isTheOneVerified() {
        Fixture.RecordingListener heard = new Fixture.RecordingListener();
        try (SecureTls listening = Fixture.tls().listener(heard).build()) {
            JedisClientConfig config = SecureJedis.clientConfig(
                    listening,
                    Fixture.login()
                            .hostAndPortMapper(asked -> Fixture.address(server))
                            .build());

            try (Jedis jedis = new Jedis(new HostAndPort("valkey.invalid", 1), config)) {
                jedis.set("mapped", "g");
                assertThat(jedis.get("mapped")).isEqualTo("g");
            }
        }
        assertThat(heard.succeeded)
                .singleElement()
                .satisfies(verified ->
                        assertThat(verified.endpoint()).isEqualTo(new Endpoint(server.host(), server.port())));
    }

    @Test
    void address_literal_isVerifiedAsAddress() {
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port());
                Jedis jedis = new Jedis(new HostAndPort("127.0.0.1", proxy.port()), secure())) {
            assertThat(jedis.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void listener_hearsOfJedis() {
        int before = listener.succeeded.size();

        try (Jedis jedis = new Jedis(Fixture.address(server), secure())) {
            jedis.ping();
        }

        assertThat(listener.succeeded).hasSizeGreaterThan(before);
        assertThat(listener.succeeded)
                .allSatisfy(verified -> assertThat(verified.client()).isEqualTo(ClientLibrary.JEDIS));
    }

    @Test
    void socketTimeout_afterTheHandshake_isJedis() throws Exception {
        JedisClientConfig config = secure();

        try (Socket connected = new Socket(server.host(), server.port())) {
            connected.setSoTimeout(1234);
            try (Socket verified =
                    config.getSslSocketFactory().createSocket(connected, server.host(), server.port(), true)) {
                assertThat(verified.getSoTimeout()).isEqualTo(1234);
            }
        }
        try (Jedis jedis = new Jedis(Fixture.address(server), config)) {
            assertThat(jedis.getConnection().getSoTimeout()).isEqualTo(5000);
        }
    }

    @Test
    void wire_holdsNothingButTls() {
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            try (Jedis jedis = new Jedis(Fixture.localhost(proxy.port()), secure())) {
                jedis.set("seen", "by nobody");
            }
            assertThat(proxy.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(proxy.recordings()).singleElement().satisfies(SecureJedisTest::assertAllTls);
        }
    }

    private static void assertAllTls(Recording recording) {
        assertThat(recording.clientTranscript().isAllTls()).isTrue();
        assertThat(recording.serverTranscript().isAllTls()).isTrue();
        assertThat(recording.clientTranscript().contains(Fixture.PASSWORD.getBytes(StandardCharsets.UTF_8)))
                .isFalse();
    }

    // Many connections.

    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void connects_inSequence_resume(TlsVersion version) {
        Fixture.RecordingListener heard = new Fixture.RecordingListener();
        try (ValkeyServer limited =
                        Fixture.server().tlsProtocols(version.protocol()).start();
                SecureTls listening = Fixture.tls().listener(heard).build()) {
            JedisClientConfig config =
                    SecureJedis.clientConfig(listening, Fixture.login().build());
            for (int i = 0; i < 5; i++) {
                try (Jedis jedis = new Jedis(Fixture.address(limited), config)) {
                    jedis.ping();
                }
            }
        }
        assertThat(heard.succeeded).hasSize(5).allMatch(verified -> verified.version() == version);
        assertThat(heard.succeeded).first().matches(verified -> !verified.resumed());
        assertThat(heard.succeeded).anyMatch(VerifiedHandshake::resumed);
    }

    @Test
    void pool_serverRestarted_connectsAgain() {
        JedisPoolConfig poolConfig = new JedisPoolConfig();
        poolConfig.setTestOnBorrow(true);
        try (ValkeyServer restarted = Fixture.server().start();
                JedisPool pool = new JedisPool(poolConfig, Fixture.address(restarted), secure())) {
            try (Jedis jedis = pool.getResource()) {
                jedis.set("before", "h");
            }

            restarted.restart();

            try (Jedis jedis = pool.getResource()) {
                jedis.set("after", "i");
                assertThat(jedis.get("after")).isEqualTo("i");
            }
        }
    }

    @Test
    void redisClient_connectionsDropped_connectsAgain() {
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port());
                RedisClient client = RedisClient.builder()
                        .hostAndPort(Fixture.localhost(proxy.port()))
                        .clientConfig(secure())
                        .build()) {
            client.set("dropped", "j");

            proxy.dropConnections();

            await().atMost(Duration.ofSeconds(60))
                    .ignoreExceptionsMatching(JedisConnectionException.class::isInstance)
                    .until(() -> "j".equals(client.get("dropped")));
            assertThat(proxy.recordings())
                    .hasSizeGreaterThan(1)
                    .allSatisfy(recording ->
                            assertThat(recording.clientTranscript().isAllTls()).isTrue());
        }
    }

    @Test
    void manyThreads_shareOneConfiguration() {
        JedisPoolConfig poolConfig = new JedisPoolConfig();
        poolConfig.setMaxTotal(8);
        poolConfig.setMaxIdle(0); // every borrow connects
        try (JedisPool pool = new JedisPool(poolConfig, Fixture.address(server), secure())) {
            List<CompletableFuture<Void>> threads = IntStream.range(0, 8)
                    .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                        for (int i = 0; i < 10; i++) {
                            try (Jedis jedis = pool.getResource()) {
                                jedis.set("thread" + thread, "" + i);
                                assertThat(jedis.get("thread" + thread)).isEqualTo("" + i);
                            }
                        }
                    }))
                    .toList();
            threads.forEach(CompletableFuture::join);
        }
    }

    private static JedisClientConfig secure() {
        return SecureJedis.clientConfig(tls, Fixture.login().build());
    }

    private static RedisClient client() {
        return RedisClient.builder()
                .hostAndPort(Fixture.address(server))
                .clientConfig(secure())
                .build();
    }
}
