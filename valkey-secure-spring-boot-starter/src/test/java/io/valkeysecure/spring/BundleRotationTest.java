package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.SecureTls;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.RotatingFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.internal.TlsTerminator;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A renewed SSL bundle reaches the connections, fails no command, and is not used unless it can be proved. */
@Tag("long")
class BundleRotationTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int ROTATIONS = 20;
    private static final int THREADS = 6;

    @TempDir
    private Path directory = Path.of("");

    private RotatingFiles files = new RotatingFiles(Path.of(""));
    private int written;

    @BeforeEach
    void writeFiles() {
        files = new RotatingFiles(directory);
        files.write(WriteStrategy.RENAME, Map.of("ca.crt", Boot.ROOT.certificatePem()));
        renew();
    }

    /** Writes a new client certificate and returns its subject. */
    private String renew() {
        TestCertificate identity =
                Boot.ROOT.issue().subject("CN=app " + ++written).build();
        write(identity.chainPem(), identity.privateKeyPem());
        return identity.subject();
    }

    private void write(String certificate, String key) {
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put("tls.crt", certificate);
        pair.put("tls.key", key);
        files.write(WriteStrategy.SYMLINK_SWAP, pair);
    }

    /** Only the update of the bundle brings news: our own watching looks once in an hour. */
    private ApplicationContextRunner application(ApplicationContextRunner runner, String client, int port) {
        return runner.withUserConfiguration(Counting.class)
                .withPropertyValues(Boot.login(port))
                .withPropertyValues(
                        "spring.data.redis.client-type=" + client,
                        "spring.data.redis.ssl.bundle=valkey",
                        "spring.ssl.bundle.pem.valkey.reload-on-update=true",
                        "spring.ssl.bundle.watch.file.quiet-period=100ms",
                        "spring.ssl.bundle.pem.valkey.truststore.certificate="
                                + files.path("ca.crt").toUri(),
                        "spring.ssl.bundle.pem.valkey.keystore.certificate="
                                + files.path("tls.crt").toUri(),
                        "spring.ssl.bundle.pem.valkey.keystore.private-key="
                                + files.path("tls.key").toUri(),
                        "valkey.secure.rotation.check-interval=1h",
                        "valkey.secure.rotation.drain-window=2s");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void bundle_renewedUnderLoad_failsNoCommand(String client) {
        try (ValkeyServer server = Boot.server().start()) {
            application(Boot.secure(), client, server.port()).run(context -> {
                assertThat(context).hasNotFailed();
                SecureTls tls = context.getBean(SecureTls.class);
                try (Load load = new Load(context.getBean(StringRedisTemplate.class))) {
                    await().atMost(PATIENCE).until(() -> load.commands.get() > THREADS);
                    int before = context.getBean(Handshakes.class).count().get();
                    for (int i = 0; i < ROTATIONS; i++) {
                        long generation = tls.status().generation();
                        renew();
                        await().atMost(PATIENCE).until(() -> tls.status().generation() > generation);
                    }
                    await().atMost(PATIENCE).until(() -> draining(tls.status()) == 0);
                    long after = load.commands.get();
                    await().atMost(PATIENCE).until(() -> load.commands.get() > after + THREADS);
                    assertThat(context.getBean(Handshakes.class).count().get()).isGreaterThan(before);
                    assertThat(load.failures).isEmpty();
                }
            });
        }
    }

    private static int draining(TlsStatus status) {
        return status.connections().values().stream()
                .mapToInt(TlsStatus.Connections::draining)
                .sum();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void bundle_renewed_isPresentedByUsAndNotBySpringBootAlone(String client) {
        try (ValkeyServer server = Boot.server().plaintextPort().start()) {
            assertThat(presentedAfterRenewal(Boot.secure(), client, server)).isEqualTo("CN=app " + written);
            String before = "CN=app " + written;
            assertThat(presentedAfterRenewal(Boot.alone(), client, server)).isEqualTo(before);
        }
    }

    /** Returns the subject of the client certificate of a connection that is opened after the bundle was updated. */
    private String presentedAfterRenewal(ApplicationContextRunner runner, String client, ValkeyServer server) {
        List<String> presented = new ArrayList<>();
        AtomicInteger updates = new AtomicInteger();
        try (TlsTerminator front = TlsTerminator.of(Boot.SERVER, server.host(), server.plaintextPort())) {
            application(runner, client, front.port())
                    .withPropertyValues(
                            "spring.data.redis.lettuce.pool.enabled=false",
                            "spring.data.redis.jedis.pool.enabled=false")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        ping(context);
                        context.getBean(org.springframework.boot.ssl.SslBundles.class)
                                .addBundleUpdateHandler("valkey", bundle -> updates.incrementAndGet());
                        renew();
                        await().atMost(PATIENCE).until(() -> updates.get() > 0);
                        ((org.springframework.context.Lifecycle) context.getBean(RedisConnectionFactory.class)).stop();
                        ((org.springframework.context.Lifecycle) context.getBean(RedisConnectionFactory.class)).start();
                        ping(context);
                        List<TlsTerminator.Connection> connections = front.connections();
                        X509Certificate shown =
                                connections.get(connections.size() - 1).client();
                        presented.add(
                                shown == null
                                        ? "none"
                                        : shown.getSubjectX500Principal().getName());
                    });
        }
        return presented.get(0);
    }

    private static void ping(AssertableApplicationContext context) {
        try (RedisConnection connection =
                context.getBean(RedisConnectionFactory.class).getConnection()) {
            assertThat(connection.ping()).isEqualTo("PONG");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void bundle_renewedWithAKeyOfAnother_keepsTheLastGood(String client) {
        try (ValkeyServer server = Boot.server().start()) {
            application(Boot.secure(), client, server.port()).run(context -> {
                SecureTls tls = context.getBean(SecureTls.class);
                write(Boot.ROOT.issue().subject("CN=app").build().chainPem(), Boot.CLIENT.privateKeyPem());
                await().atMost(PATIENCE).until(() -> tls.health().state() == TlsHealth.State.DEGRADED);
                assertThat(tls.status().generation()).isEqualTo(1);
                ping(context);
                renew();
                await().atMost(PATIENCE).until(() -> tls.health().state() == TlsHealth.State.UP);
                assertThat(tls.status().generation()).isEqualTo(2);
                ping(context);
            });
        }
    }

    /** Threads that write and read until they are told to stop. */
    private static final class Load implements AutoCloseable {
        private final AtomicLong commands = new AtomicLong();
        private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final List<Thread> threads = new ArrayList<>();

        Load(StringRedisTemplate template) {
            for (int i = 0; i < THREADS; i++) {
                String key = "load-" + i;
                Thread thread = new Thread(() -> work(template, key), key);
                threads.add(thread);
                thread.start();
            }
        }

        private void work(StringRedisTemplate template, String key) {
            for (long i = 0; !stopped.get(); i++) {
                try {
                    template.opsForValue().set(key, "value " + i);
                    assertThat(template.opsForValue().get(key)).isEqualTo("value " + i);
                    commands.addAndGet(2);
                } catch (Throwable e) {
                    failures.add(e);
                }
                LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
            }
        }

        @Override
        public void close() {
            stopped.set(true);
            threads.forEach(thread -> await().atMost(PATIENCE).until(() -> !thread.isAlive()));
        }
    }

    /** How many handshakes succeeded. */
    record Handshakes(AtomicInteger count) implements TlsListener {
        @Override
        public void handshakeSucceeded(VerifiedHandshake handshake) {
            count.incrementAndGet();
        }
    }

    @Configuration
    static class Counting {
        @Bean
        Handshakes handshakes() {
            return new Handshakes(new AtomicInteger());
        }
    }
}
