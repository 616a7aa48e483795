package io.valkeysecure.testcontainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.recording.RecordingProxy;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.ContainerLaunchException;
import redis.clients.jedis.RedisClient;

/** Against a Docker engine; {@code ./verify containers} has one, other builds leave this out. */
@Tag("container")
class ValkeyTlsContainerTest {
    private static final String IMAGE = "valkey/valkey:8";
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final ValkeyTlsContainer VALKEY = new ValkeyTlsContainer(IMAGE);

    @BeforeAll
    static void start() {
        VALKEY.start();
    }

    @AfterAll
    static void stop() {
        VALKEY.close();
    }

    private static String uri(int port) {
        return "rediss://" + VALKEY.getHost() + ":" + port;
    }

    private static @Nullable Throwable refusal(SecureTls tls, String uri) {
        try (RedisClient client = SecureJedis.client(tls, uri).build()) {
            return catchThrowable(client::ping);
        }
    }

    private static TestCertificate stranger() {
        return TestCertificate.root().build().issue().subject("CN=client").build();
    }

    @Test
    void container_withItsBuilder_isConnectedToOverVerifiedTls() {
        try (SecureTls tls = VALKEY.secureTls().build();
                RedisClient client = SecureJedis.client(tls, VALKEY.uri()).build()) {
            assertThat(client.ping()).isEqualTo("PONG");
            assertThat(tls.status().openConnections()).isPositive();
        }
    }

    /** The twin that trusts another CA. */
    @Test
    void container_otherTrust_isRefusedAndToldNothing() {
        try (RecordingProxy wire = RecordingProxy.to(VALKEY.getHost(), VALKEY.port());
                SecureTls tls = SecureTls.trusting(
                                TrustAnchors.of(TestCertificate.root().build().certificate()))
                        .presenting(ClientIdentity.pem(
                                VALKEY.material().certificateFile(),
                                VALKEY.material().keyFile()))
                        .build()) {
            assertThat(RefusalReason.of(refusal(tls, uri(wire.port())))).contains(RefusalReason.UNTRUSTED_ISSUER);
            wire.assertNoCommandSent(LIMIT);
        }
    }

    /** The twin whose certificate is of another CA. */
    @Test
    void container_otherClient_isRefusedByTheServer() {
        TestCertificate stranger = stranger();
        try (SecureTls tls = SecureTls.trusting(
                        TrustAnchors.pem(VALKEY.material().caFile()))
                .presenting(ClientIdentity.of(stranger.privateKey(), stranger.chain()))
                .build()) {
            assertThat(RefusalReason.of(refusal(tls, VALKEY.uri()))).contains(RefusalReason.CLIENT_IDENTITY_REJECTED);
        }
    }

    @Test
    void container_plaintext_isNotAnswered() throws IOException {
        String answer;
        try (Socket socket = new Socket(VALKEY.getHost(), VALKEY.port())) {
            socket.setSoTimeout((int) LIMIT.toMillis());
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketException e) {
            answer = "reset";
        }
        assertThat(answer).doesNotContain("PONG");
    }

    @Test
    void server_renewed_isPresentedToTheNextConnection() throws IOException {
        try (SecureTls tls = VALKEY.secureTls().build();
                RedisClient client = SecureJedis.client(tls, VALKEY.uri()).build()) {
            assertThat(client.ping()).isEqualTo("PONG");

            TestCertificate renewed = VALKEY.renewServer();

            assertThat(client.ping()).isEqualTo("PONG");
            assertThat(tls.status().openConnections()).isPositive();
            try (SSLSocket socket = (SSLSocket) VALKEY.material()
                    .client()
                    .tlsContext(VALKEY.material().ca())
                    .getSocketFactory()
                    .createSocket(VALKEY.getHost(), VALKEY.port())) {
                assertThat(socket.getSession().getPeerCertificates()[0]).isEqualTo(renewed.certificate());
            }
        }
    }

    @Test
    void client_renewed_isServed() {
        try (SecureTls tls = VALKEY.secureTls().build();
                RedisClient client = SecureJedis.client(tls, VALKEY.uri()).build()) {
            assertThat(client.ping()).isEqualTo("PONG");
            VALKEY.material().renewClient();
            tls.reload();
            assertThat(client.ping()).isEqualTo("PONG");
            assertThat(tls.status().generation()).isEqualTo(2);
        }
    }

    @Test
    void userAndConfig_ofTheContainer_areInForceAndStoppedItIsGone() {
        ValkeyTlsContainer own = new ValkeyTlsContainer(IMAGE)
                .withUser("app", "correct-horse-battery")
                .withConfig("maxclients", "77");
        own.start();
        Path files = own.material().caFile().getParent();
        try (SecureTls tls = own.secureTls().build()) {
            assertThat(refusal(tls, own.uri())).hasMessageContaining("NOAUTH");
            try (RedisClient client = SecureJedis.client(
                            tls, own.uri().replace("rediss://", "rediss://app:correct-horse-battery@"))
                    .build()) {
                assertThat(client.configGet("maxclients")).containsEntry("maxclients", "77");
            }
        } finally {
            own.close();
        }
        assertThat(files).doesNotExist();
        assertThatThrownBy(own::renewServer).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void config_thatTheServerDoesNotKnow_failsTheStartWithItsWords() {
        try (ValkeyTlsContainer broken = new ValkeyTlsContainer(IMAGE).withConfig("no-such-option", "1")) {
            assertThatThrownBy(broken::start)
                    .isInstanceOf(ContainerLaunchException.class)
                    .hasMessageContaining("no-such-option");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ValkeyTlsContainer(IMAGE).withConfig("port", "6379"))
                .withMessage("port is chosen by the container");
    }
}
