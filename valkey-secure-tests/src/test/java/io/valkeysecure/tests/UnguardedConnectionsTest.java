package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.valkey.JedisPooled;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.SkippableTime;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.micrometer.TlsMeters;
import io.valkeysecure.micrometer.TlsMetrics;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeyServer;
import io.valkeysecure.valkeyjava.SecureValkeyJava;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;

/**
 * Clients of Lettuce and Jedis that are made without this library, beside guarded ones in the same process. The guarded
 * ones are older, so that what is reported would include them.
 */
@SuppressWarnings("deprecation") // JedisPool and the setters of Jedis, which raw clients are made with
class UnguardedConnectionsTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate CERTIFICATE =
            ROOT.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    private static final TestCertificate CLIENT =
            ROOT.issue().subject("CN=client").build();

    private static ValkeyServer server;

    @TempDir
    private static Path directory;

    private static Path anchors;

    private final SkippableTime time = new SkippableTime();
    private final List<Endpoint> told = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    @BeforeAll
    static void start() throws IOException {
        server = ValkeyServer.builder(CERTIFICATE, ROOT)
                .config("tls-auth-clients", "no")
                .plaintextPort()
                .start();
        anchors = Files.writeString(directory.resolve("ca.crt"), ROOT.certificatePem());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @AfterEach
    void closeRegistry() {
        registry.close();
    }

    private static SecureTls.Builder tls() {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain()));
    }

    private SecureTls watching(int... ports) {
        return time.of(tls().reportUnguarded(ports).listener(TlsMetrics.to(registry), new TlsListener() {
                    @Override
                    public void unguardedConnections(Endpoint remote, int connections) {
                        told.add(remote);
                    }
                }))
                .build();
    }

    /** Clients as somebody writes them who does not know this library; each opens one connection. */
    private enum Raw {
        LETTUCE_PLAINTEXT {
            @Override
            AutoCloseable open() {
                return lettuce(RedisClient.create(RedisURI.create("redis://localhost:" + server.plaintextPort())));
            }
        },
        LETTUCE_TLS {
            @Override
            AutoCloseable open() {
                RedisClient client = RedisClient.create(RedisURI.create("rediss://localhost:" + server.port()));
                client.setOptions(ClientOptions.builder()
                        .sslOptions(SslOptions.builder()
                                .trustManager(anchors.toFile())
                                .build())
                        .build());
                return lettuce(client);
            }
        },
        JEDIS_PLAINTEXT {
            @Override
            AutoCloseable open() {
                return pool(new JedisPool("localhost", server.plaintextPort()));
            }
        },
        JEDIS_TLS {
            @Override
            AutoCloseable open() {
                return pool(new JedisPool(
                        new HostAndPort("localhost", server.port()),
                        DefaultJedisClientConfig.builder()
                                .ssl(true)
                                .sslSocketFactory(CLIENT.tlsContext(ROOT).getSocketFactory())
                                .build()));
            }
        },
        VALKEY_JAVA_TLS {
            @Override
            AutoCloseable open() {
                return valkeyJava(new JedisPooled(
                        "localhost",
                        server.port(),
                        true,
                        CLIENT.tlsContext(ROOT).getSocketFactory(),
                        null,
                        null));
            }
        };

        abstract AutoCloseable open();

        int port() {
            return name().endsWith("_TLS") ? server.port() : server.plaintextPort();
        }
    }

    private static AutoCloseable lettuce(RedisClient client) {
        StatefulRedisConnection<String, String> connection = client.connect();
        assertThat(connection.sync().ping()).isEqualTo("PONG");
        return () -> client.shutdown(0, 10, TimeUnit.SECONDS);
    }

    private static AutoCloseable pool(JedisPool pool) {
        try (Jedis jedis = pool.getResource()) {
            assertThat(jedis.ping()).isEqualTo("PONG");
        }
        return pool;
    }

    private static AutoCloseable valkeyJava(JedisPooled client) {
        assertThat(client.ping()).isEqualTo("PONG");
        return client;
    }

    private TlsStatus.Unguarded unguarded(SecureTls tls) {
        return tls.status().unguarded().orElseThrow();
    }

    /** {@return how many connections are reported for each port} */
    private Map<Integer, Integer> byPort(SecureTls tls) {
        return unguarded(tls).connections().entrySet().stream()
                .collect(Collectors.toMap(each -> each.getKey().port(), Map.Entry::getValue));
    }

    /** Lets time pass until a look at the connections has this result. */
    private void awaitReported(SecureTls tls, Map<Integer, Integer> expected) {
        await().atMost(LONG).untilAsserted(() -> {
            time.skip(Duration.ofMinutes(3));
            assertThat(byPort(tls)).isEqualTo(expected);
            assertThat(registry.get(TlsMeters.CONNECTIONS_UNGUARDED.getName())
                            .gauge()
                            .value())
                    .isEqualTo(expected.values().stream()
                            .mapToInt(Integer::intValue)
                            .sum());
        });
        assertThat(unguarded(tls).notLookedAt()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void rawClient_besideGuardedOnes_isReportedAndTheyAreNot(Raw raw) throws Exception {
        String uri = "rediss://localhost:" + server.port();
        SecureTls second = tls().build();
        try (SecureTls tls = watching(server.plaintextPort());
                AutoCloseable ours = lettuce(SecureLettuce.client(tls, uri));
                AutoCloseable pooled = pool(SecureJedis.pool(tls, uri));
                AutoCloseable ofValkeyJava = valkeyJava(SecureValkeyJava.pooled(tls, uri));
                AutoCloseable others = lettuce(SecureLettuce.client(second, uri));
                AutoCloseable othersPool = pool(SecureJedis.pool(second, uri))) {
            second.close(); // its connections stay open, and stay verified
            try (AutoCloseable found = raw.open()) {
                assertThat(found).isNotNull();
                awaitReported(tls, Map.of(raw.port(), 1));
                await().atMost(LONG)
                        .untilAsserted(() ->
                                assertThat(told).extracting(Endpoint::port).containsExactly(raw.port()));
                assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            }
            awaitReported(tls, Map.of());
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.UP);
            assertThat(List.of(ours, pooled, ofValkeyJava, others, othersPool)).hasSize(5);
        }
    }

    /** A reconnect, a pool that is emptied and filled again, and a connection of each node of a cluster. */
    @Test
    @Tag("cluster") // which containers do not have
    void guardedClients_ofAClusterThatReconnectAndClose_areNotReported() throws Exception {
        try (ValkeyCluster cluster = ValkeyCluster.builder(CERTIFICATE, ROOT)
                        .primaries(3)
                        .replicas(0)
                        .start();
                SecureTls tls = watching()) {
            HostAndPort seed = new HostAndPort("localhost", cluster.node(0).port());
            RedisClusterClient lettuce = SecureLettuce.clusterClient(tls, "rediss://localhost:" + seed.getPort());
            var jedis = SecureJedis.clusterClient(
                    tls, DefaultJedisClientConfig.builder().build());
            try (var connection = lettuce.connect();
                    var client = jedis.nodes(Set.of(seed)).build()) {
                for (int i = 0; i < 20; i++) {
                    connection.sync().set("key-" + i, "value");
                    assertThat(client.get("key-" + i)).isEqualTo("value");
                }
                cluster.node(1).execute("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
                for (int i = 0; i < 20; i++) {
                    assertThat(connection.sync().get("key-" + i)).isEqualTo("value");
                }
                int port = cluster.node(2).port();
                try (Jedis raw = new Jedis(
                        "localhost", port, true, CLIENT.tlsContext(ROOT).getSocketFactory(), null, null)) {
                    assertThat(raw.ping()).isEqualTo("PONG");
                    awaitReported(tls, Map.of(port, 1));
                }
                awaitReported(tls, Map.of());
            } finally {
                lettuce.shutdown(0, 10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void rawClient_notAskedFor_isNotLookedForAndTheMetricHasNoValue() throws Exception {
        try (SecureTls tls = tls().listener(TlsMetrics.to(registry)).build();
                AutoCloseable raw = Raw.JEDIS_PLAINTEXT.open()) {
            assertThat(raw).isNotNull();
            assertThat(tls.status().unguarded()).isEmpty();
            assertThat(registry.get(TlsMeters.CONNECTIONS_UNGUARDED.getName())
                            .gauge()
                            .value())
                    .isNaN();
        }
    }

    @Test
    void reportUnguarded_portOutOfRangeOrSetTwice_isRefused() {
        assertThatThrownBy(() -> tls().reportUnguarded(6379, 0)).hasMessageContaining("port must be 1 to 65535, was 0");
        assertThatThrownBy(() -> tls().reportUnguarded(6379).reportUnguarded())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[6379]");
    }
}
