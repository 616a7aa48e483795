package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.recording.TlsTranscript;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A server that announces its maintenance tells Lettuce where to go on; who is there is judged as at any connection.
 */
class SecureLettuceMovingTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Pki pki = new Pki();
    private final SecureTls tls = pki.tls();

    @AfterEach
    void close() {
        tls.close();
    }

    private RedisClient client(int port) {
        RedisURI uri = Pki.uri("localhost", port);
        Pki.authenticate(uri, "app", "correct-horse-battery");
        return SecureLettuce.clientBuilder(tls, uri)
                .options(ClientOptions.builder()
                        .maintNotificationsConfig(MaintNotificationsConfig.enabled())
                        .build())
                .build();
    }

    @Test
    void moving_toAnHonestServer_isFollowedAndVerified() {
        try (ValkeyServer target =
                        pki.valkey().user("app", "correct-horse-battery").start();
                MovingServer old = new MovingServer(pki.server, "localhost:" + target.port());
                RedisClient client = client(old.port());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");

            old.announce();

            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(pki.heard.succeeded)
                            .anySatisfy(handshake ->
                                    assertThat(handshake.endpoint().port()).isEqualTo(target.port())));
            assertThat(connection.sync().set("k", "v")).isEqualTo("OK");
        }
    }

    @Test
    void moving_toAPlaintextServer_isRefusedAndToldNothing() {
        try (HostilePeer target = HostilePeer.plaintextValkey()) {
            requireRefused(target, RefusalReason.PLAINTEXT_PEER);
            assertThat(TlsTranscript.of(target.rawBytes()).isAllTls()).isTrue();
        }
    }

    @Test
    void moving_toAServerOfAnotherCa_isRefusedAndToldNothing() {
        TestCertificate foreign =
                TestCertificate.root().build().issue().dnsName("localhost").build();
        try (HostilePeer target = HostilePeer.tls(foreign)) {
            requireRefused(target, RefusalReason.UNTRUSTED_ISSUER);
            assertThat(target.applicationBytes()).isEmpty();
        }
    }

    private void requireRefused(HostilePeer target, RefusalReason reason) {
        try (MovingServer old = new MovingServer(pki.server, "localhost:" + target.port());
                RedisClient client = client(old.port());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");

            old.announce();

            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(pki.heard.refused).anySatisfy(refused -> {
                        assertThat(refused.endpoint().port()).isEqualTo(target.port());
                        assertThat(refused.reason()).isEqualTo(reason);
                    }));
        }
    }
}
