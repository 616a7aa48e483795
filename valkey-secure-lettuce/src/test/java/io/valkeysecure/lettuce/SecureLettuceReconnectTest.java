package io.valkeysecure.lettuce;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.internal.HostAndPort;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.MappingSocketAddressResolver;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.TlsRecord;
import io.valkeysecure.testkit.recording.TlsTranscript;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A reconnect is guarded as the first connection is. The address resolver stands for a DNS or a proxy that was taken
 * over.
 */
class SecureLettuceReconnectTest {
    private static final String PASSWORD = "correct-horse-battery";

    private final Pki pki = new Pki();
    private final AtomicInteger dialled = new AtomicInteger();
    private final SecureTls tls = pki.tls();
    private final ClientResources resources = ClientResources.builder()
            .reconnectDelay(Delay.constant(Duration.ofMillis(20)))
            .socketAddressResolver(MappingSocketAddressResolver.create(
                    (HostAndPort asked) -> HostAndPort.of(asked.getHostText(), dialled.get())))
            .build();
    private ValkeyServer server;
    private RedisClient client;
    private StatefulRedisConnection<String, String> connection;

    @BeforeEach
    void connect() {
        server = pki.valkey().user("app", PASSWORD).start();
        dialled.set(server.port());
        RedisURI uri = Pki.uri(server);
        Pki.authenticate(uri, "app", PASSWORD);
        client = SecureLettuce.clientBuilder(tls, uri).resources(resources).build();
        connection = client.connect();
        assertThat(connection.sync().set("before", "1")).isEqualTo("OK");
    }

    @AfterEach
    void close() {
        client.shutdown();
        resources.shutdown().syncUninterruptibly();
        server.close();
        tls.close();
    }

    @Test
    void reconnect_serverRestarted_servesTheSameConnection() throws Exception {
        stopServer();
        RedisFuture<String> queued = connection.async().set("after", "2");
        server.restart();

        assertThat(queued.get(60, TimeUnit.SECONDS)).isEqualTo("OK");
        assertThat(connection.sync().get("after")).isEqualTo("2");
        assertThat(pki.heard.succeeded).hasSize(2);
    }

    @Test
    void reconnect_plaintextImpostor_isToldNothingAndTheQueuedCommandWaits() throws Exception {
        try (HostilePeer impostor = HostilePeer.plaintextValkey()) {
            RedisFuture<String> queued = reconnectTo(impostor, RefusalReason.PLAINTEXT_PEER);

            assertThat(TlsRecord.allOf(impostor.rawBytes())).noneMatch(TlsRecord::isApplicationData);
            assertThat(TlsTranscript.of(impostor.rawBytes()).contains(PASSWORD.getBytes(UTF_8)))
                    .isFalse();
            assertServedByTheServerAgain(queued);
        }
    }

    @Test
    void reconnect_impostorWithACertificateOfItsOwn_isToldNothingAndTheQueuedCommandWaits() throws Exception {
        TestCertificate forged = TestCertificate.root()
                .subject("CN=Test Root")
                .build()
                .issue()
                .dnsName("localhost")
                .build();
        try (HostilePeer impostor = HostilePeer.tls(forged)) {
            RedisFuture<String> queued = reconnectTo(impostor, RefusalReason.UNTRUSTED_ISSUER);

            assertThat(impostor.applicationBytes()).isEmpty();
            assertServedByTheServerAgain(queued);
        }
    }

    /** Returns when Lettuce knows of it: it fails a command that it writes into a connection which is just ending. */
    private void stopServer() throws InterruptedException {
        CountDownLatch disconnected = new CountDownLatch(1);
        client.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> ended) {
                disconnected.countDown();
            }
        });
        server.stop();
        assertThat(disconnected.await(60, TimeUnit.SECONDS)).isTrue();
    }

    private RedisFuture<String> reconnectTo(HostilePeer impostor, RefusalReason expected) throws InterruptedException {
        dialled.set(impostor.port());
        stopServer();
        RedisFuture<String> queued = connection.async().set("secret", "value");
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(pki.heard.refused).hasSizeGreaterThan(2));
        assertThat(pki.heard.refused).extracting(TlsHandshakeException::reason).containsOnly(expected);
        assertThat(pki.heard.refused)
                .extracting(refused -> refused.endpoint().port())
                .containsOnly(impostor.port());
        assertThat(queued.isDone()).isFalse();
        return queued;
    }

    private void assertServedByTheServerAgain(RedisFuture<String> queued) throws Exception {
        server.restart();
        dialled.set(server.port());
        assertThat(queued.get(60, TimeUnit.SECONDS)).isEqualTo("OK");
        assertThat(connection.sync().get("secret")).isEqualTo("value");
    }
}
