package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.RotatingFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.internal.TlsTerminator;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** Pools under load while the client certificate changes, and when trust ends. */
@SuppressWarnings("deprecation") // JedisPool: existing pool code goes on unchanged
class RotationTest {
    private static final Duration WINDOW = Duration.ofSeconds(2);
    private static final int CONNECTIONS = 16;

    /** What a thread does between its commands, when its connection is back in the pool. */
    private static final long THINKING = 5_000_000;

    private static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Other Root").build();

    private static ValkeyServer server;

    @TempDir
    private Path directory = Path.of("");

    private TlsTerminator front;
    private RotatingFiles files;
    private SecureTls tls;

    @BeforeAll
    static void startServer() {
        server = Fixture.server().plaintextPort().start();
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void start() {
        front = TlsTerminator.of(Fixture.SERVER, server.host(), server.plaintextPort());
        files = new RotatingFiles(directory);
        files.write(WriteStrategy.RENAME, Map.of("ca.crt", Fixture.ROOT.certificatePem()));
        writeIdentity("first");
        tls = tls(WINDOW);
    }

    private SecureTls tls(Duration window) {
        return SecureTls.trusting(TrustAnchors.pem(files.path("ca.crt")))
                .presenting(ClientIdentity.pem(files.path("tls.crt"), files.path("tls.key")))
                .rotation(Rotation.builder().drainWindow(window).build())
                .build();
    }

    @AfterEach
    void stop() {
        tls.close();
        front.close();
    }

    private void writeIdentity(String name) {
        TestCertificate identity = Fixture.ROOT.issue().subject("CN=" + name).build();
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put("tls.crt", identity.chainPem());
        pair.put("tls.key", identity.privateKeyPem());
        files.write(WriteStrategy.SYMLINK_SWAP, pair);
    }

    private JedisClientConfig config() {
        return SecureJedis.clientConfig(tls, Fixture.login().build());
    }

    private static <T> GenericObjectPoolConfig<T> sized(GenericObjectPoolConfig<T> config) {
        config.setMaxTotal(CONNECTIONS);
        config.setMaxIdle(CONNECTIONS);
        return config;
    }

    private JedisPool jedisPool() {
        return new JedisPool(
                SecureJedis.poolConfig(tls, sized(new JedisPoolConfig())), Fixture.localhost(front.port()), config());
    }

    @Test
    void jedisPool_someIdle_replacesWithoutAFailure() {
        try (JedisPool pool = jedisPool()) {
            load(CONNECTIONS / 2, THINKING, (key, value) -> {
                try (Jedis jedis = pool.getResource()) {
                    jedis.set(key, value);
                    return jedis.get(key);
                }
            });
        }
    }

    @Test
    void jedisPool_hardlyEverIdle_replacesWithoutAFailure() {
        try (JedisPool pool = new JedisPool(
                SecureJedis.poolConfig(tls, sized(new JedisPoolConfig())),
                SecureJedis.jedisFactory(Fixture.localhost(front.port()), config()))) {
            load(CONNECTIONS, 0, (key, value) -> {
                try (Jedis jedis = pool.getResource()) {
                    jedis.set(key, value);
                    return jedis.get(key);
                }
            });
        }
    }

    @Test
    void pooledClient_someIdle_replacesWithoutAFailure() {
        try (UnifiedJedis client = Clients.pooled(
                Fixture.localhost(front.port()),
                config(),
                SecureJedis.poolConfig(tls, sized(new ConnectionPoolConfig())))) {
            load(CONNECTIONS / 2, THINKING, (key, value) -> {
                client.set(key, value);
                return client.get(key);
            });
        }
    }

    /** As a cluster client has it, which makes its pools itself and takes no factory. */
    @Test
    void pooledClient_busyButWithSpareConnectionsInTurn_replacesWithoutAFailure() {
        tls.close();
        tls = tls(WINDOW.multipliedBy(2));
        GenericObjectPoolConfig<Connection> config = sized(new ConnectionPoolConfig());
        config.setMinIdle(CONNECTIONS / 4);
        config.setLifo(false);
        try (UnifiedJedis client =
                Clients.pooled(Fixture.localhost(front.port()), config(), SecureJedis.poolConfig(tls, config))) {
            load(CONNECTIONS * 3 / 4, 0, (key, value) -> {
                client.set(key, value);
                return client.get(key);
            });
        }
    }

    @Test
    void pooledClient_hardlyEverIdle_replacesWithoutAFailure() {
        try (UnifiedJedis client = Clients.over(new PooledConnectionProvider(
                SecureJedis.connectionFactory(Fixture.localhost(front.port()), config()),
                SecureJedis.poolConfig(tls, sized(new ConnectionPoolConfig()))))) {
            load(CONNECTIONS, 0, (key, value) -> {
                client.set(key, value);
                return client.get(key);
            });
        }
    }

    // The shortest code: nothing was said about rotation.

    @Test
    void pool_ofTheFrontDoorHardlyEverIdle_replacesWithoutAFailure() {
        try (JedisPool pool = SecureJedis.pool(
                tls, Fixture.localhost(front.port()), Fixture.login().build(), sized(new JedisPoolConfig()))) {
            load(CONNECTIONS, 0, (key, value) -> {
                try (Jedis jedis = pool.getResource()) {
                    jedis.set(key, value);
                    return jedis.get(key);
                }
            });
        }
    }

    @Test
    void client_ofTheFrontDoorHardlyEverIdle_replacesWithoutAFailure() {
        try (UnifiedJedis client = Clients.ofTheFrontDoor(
                tls, Fixture.localhost(front.port()), Fixture.login().build())) {
            load(8, 0, (key, value) -> { // as many as the pool has by default
                client.set(key, value);
                return client.get(key);
            });
        }
    }

    /**
     * Writes and reads all the while, over all rotations, and expects every answer, and no old identity in the end.
     */
    private void load(int threads, long thinkingNanos, BiFunction<String, String, String> setAndGet) {
        AtomicBoolean ended = new AtomicBoolean();
        AtomicLong commands = new AtomicLong();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<Void>> clients = IntStream.range(0, threads)
                .mapToObj(thread -> CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; !ended.get(); i++) {
                                String value = "v" + i;
                                try {
                                    assertThat(setAndGet.apply("rotation" + thread, value))
                                            .isEqualTo(value);
                                    commands.addAndGet(2);
                                    LockSupport.parkNanos(thinkingNanos);
                                } catch (RuntimeException | AssertionError e) {
                                    failures.add(e);
                                }
                            }
                        },
                        task -> new Thread(task, "load").start()))
                .toList();
        try {
            await().atMost(Duration.ofSeconds(30)).until(() -> front.open().size() >= threads / 2);
            for (int i = 0; i < Clients.ROTATIONS; i++) {
                String subject = "CN=number " + i;
                writeIdentity("number " + i);
                tls.reload();
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> subjects().stream().allMatch(subject::equals));
            }
        } finally {
            ended.set(true);
            clients.forEach(CompletableFuture::join);
        }
        assertThat(failures).isEmpty();
        assertThat(commands.get()).isGreaterThan(100);
        System.out.printf(
                "jedis pool, %d threads, %d rotations: %d commands, 0 failed%n",
                threads, Clients.ROTATIONS, commands.get());
    }

    private List<String> subjects() {
        return front.open().stream()
                .map(connection -> String.valueOf(connection.client().getSubjectX500Principal()))
                .toList();
    }

    @Test
    void jedisPool_anchorRemoved_idleOnesAreTakenOutAndTheReasonIsTold() {
        try (JedisPool pool = jedisPool()) {
            try (Jedis jedis = pool.getResource();
                    Jedis other = pool.getResource()) {
                jedis.ping();
                other.ping();
            }
            assertThat(pool.getNumIdle()).isEqualTo(2);
            files.write(WriteStrategy.RENAME, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
            await().atMost(Duration.ofSeconds(60)).until(() -> pool.getNumIdle() == 0);
            assertThat(front.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(RefusalReason.of(catchThrowable(pool::getResource))).contains(RefusalReason.UNTRUSTED_ISSUER);

            files.write(WriteStrategy.RENAME, Map.of("ca.crt", Fixture.ROOT.certificatePem()));
            tls.reload();
            try (Jedis jedis = pool.getResource()) {
                assertThat(jedis.ping()).isEqualTo("PONG");
            }
        }
    }

    /** Jedis would connect again by itself, and then not log in. */
    @Test
    void jedis_closedWhileBorrowed_isBrokenAndNotConnectedAnewWithoutALogin() {
        try (JedisPool pool = jedisPool();
                Jedis jedis = pool.getResource()) {
            jedis.ping();
            files.write(WriteStrategy.RENAME, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
            tls.reload();
            await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().openConnections() == 0);
            files.write(WriteStrategy.RENAME, Map.of("ca.crt", Fixture.ROOT.certificatePem()));
            tls.reload();

            assertThatExceptionOfType(JedisException.class)
                    .isThrownBy(jedis::ping)
                    .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER));
            assertThat(jedis.isBroken()).isTrue();
        }
    }

    @Test
    void poolConfig_ownEvictionAndTests_goOn() {
        JedisPoolConfig base = new JedisPoolConfig();
        base.setTestWhileIdle(true);
        base.setTimeBetweenEvictionRuns(Duration.ofMillis(300));
        List<Object> asked = new ArrayList<>();
        base.setEvictionPolicy((config, idle, count) -> {
            asked.add(idle);
            return false;
        });
        try (JedisPool pool =
                new JedisPool(SecureJedis.poolConfig(tls, base), Fixture.localhost(front.port()), config())) {
            pool.getResource().close();
            await().atMost(Duration.ofSeconds(60)).until(() -> asked.size() > 2);
            assertThat(pool.getNumIdle()).isEqualTo(1);
            front.close(); // the next test while idle finds it gone
            await().atMost(Duration.ofSeconds(60)).until(() -> pool.getNumIdle() == 0);
        }
        assertThat(base.getTestWhileIdle()).isTrue();
        assertThat(base.getDurationBetweenEvictionRuns()).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    void poolConfig_policyNamedByItsClass_throws() {
        GenericObjectPoolConfig<Connection> base = new GenericObjectPoolConfig<>();
        base.setEvictionPolicyClassName("com.example.Policy");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SecureJedis.poolConfig(tls, base))
                .withMessageContaining("com.example.Policy");
    }

    @Test
    void factories_configurationOfAnotherKind_throw() {
        JedisClientConfig raw = DefaultJedisClientConfig.builder().build();
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.jedisFactory(Fixture.localhost(1), raw));
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.connectionFactory(Fixture.localhost(1), raw));
    }
}
