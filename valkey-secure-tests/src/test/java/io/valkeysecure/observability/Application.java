package io.valkeysecure.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.micrometer.TlsMetrics;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.RotatingFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * A program with both clients and metrics, against a real Valkey; it also counts by itself what the metrics have to
 * say.
 */
final class Application implements AutoCloseable, TlsListener {
    @SuppressWarnings("TimeInStaticInitializer") // the certificates of one run
    private static final Instant NOW = Instant.now();

    static final TestCertificate ROOT = TestCertificate.root()
            .subject("CN=Root")
            .notBefore(NOW.minus(Duration.ofDays(20)))
            .notAfter(NOW.plus(Duration.ofDays(300)))
            .build();

    /** Near its end. */
    static final Duration IDENTITY_LEFT = Duration.ofDays(5);

    final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    final List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
    final List<RefusalReason> refused = new CopyOnWriteArrayList<>();
    final List<ClosedConnection> closed = new CopyOnWriteArrayList<>();
    final ValkeyServer server = ValkeyServer.builder(leaf(), ROOT).start();
    final SecureTls tls;

    private final RotatingFiles files;
    private final ClientResources resources;

    Application(Path directory) {
        files = new RotatingFiles(directory);
        files.write(WriteStrategy.RENAME, Map.of("ca.crt", ROOT.certificatePem()));
        rotate();
        tls = SecureTls.trusting(TrustAnchors.pem(files.path("ca.crt")))
                .presenting(ClientIdentity.pem(files.path("tls.crt"), files.path("tls.key")))
                .rotation(Rotation.builder()
                        .checkInterval(Duration.ofMillis(100))
                        .drainWindow(Duration.ofSeconds(2))
                        .build())
                .listener(TlsMetrics.builder(registry).histogram().build(), this)
                .build();
        resources = SecureLettuce.resources(tls);
    }

    static TestCertificate leaf() {
        return ROOT.issue().subject("CN=server").dnsName("localhost").build();
    }

    void rotate() {
        TestCertificate identity = ROOT.issue()
                .subject("CN=app")
                .notBefore(NOW.minus(Duration.ofDays(15)))
                .notAfter(NOW.plus(IDENTITY_LEFT))
                .build();
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put("tls.crt", identity.chainPem());
        pair.put("tls.key", identity.privateKeyPem());
        files.write(WriteStrategy.RENAME, pair);
    }

    void writeHalfAKey() throws IOException {
        Files.writeString(files.path("tls.key"), "-----BEGIN PRIVATE KEY-----");
    }

    StatefulRedisConnection<String, String> lettuce(int port) {
        RedisURI uri = RedisURI.Builder.redis("localhost", port).withSsl(true).build();
        return SecureLettuce.clientBuilder(tls, uri)
                .resources(resources)
                .build()
                .connect();
    }

    Jedis jedis(int port) {
        JedisClientConfig config =
                SecureJedis.clientConfig(tls, DefaultJedisClientConfig.builder().build());
        return new Jedis(new HostAndPort("localhost", port), config);
    }

    void connect(int port, ClientLibrary client) {
        if (client == ClientLibrary.JEDIS) {
            try (Jedis jedis = jedis(port)) {
                assertThat(jedis.ping()).isEqualTo("PONG");
            }
        } else {
            RedisURI uri =
                    RedisURI.Builder.redis("localhost", port).withSsl(true).build();
            RedisClient lettuce =
                    SecureLettuce.clientBuilder(tls, uri).resources(resources).build();
            try (StatefulRedisConnection<String, String> connection = lettuce.connect()) {
                assertThat(connection.sync().ping()).isEqualTo("PONG");
            } finally {
                lettuce.shutdown(0, 1, TimeUnit.SECONDS);
            }
        }
    }

    /** What must not be, with each client. */
    void meetStrangers() {
        TestCertificate stranger = TestCertificate.root().build();
        for (ClientLibrary client : List.of(ClientLibrary.JEDIS, ClientLibrary.LETTUCE)) {
            refused(client, HostilePeer::plaintextValkey);
            refused(client, HostilePeer::closesAfterClientHello);
            refused(
                    client,
                    () -> HostilePeer.tls(stranger.issue().dnsName("localhost").build()));
            refused(
                    client,
                    () -> HostilePeer.tls(ROOT.issue().dnsName("db.example").build()));
            refused(
                    client,
                    () -> HostilePeer.tls(ROOT.issue()
                            .dnsName("localhost")
                            .notBefore(NOW.minusSeconds(7200))
                            .notAfter(NOW.minusSeconds(3600))
                            .build()));
        }
    }

    private void refused(ClientLibrary client, Supplier<HostilePeer> opening) {
        try (HostilePeer peer = opening.get()) {
            assertThat(RefusalReason.of(catchThrowable(() -> connect(peer.port(), client))))
                    .isPresent();
        }
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        verified.add(handshake);
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        refused.add(refusal.reason());
    }

    @Override
    public void connectionClosed(ClosedConnection connection) {
        closed.add(connection);
    }

    @Override
    public void close() {
        tls.close();
        var unused = resources.shutdown(0, 1, TimeUnit.SECONDS);
        server.close();
    }
}
