package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.junit.ValkeyTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What must not be refused, or not for long: a network that is down must not look like an attack. */
class NotRefusedTest {
    @ValkeyTls
    private static TlsMaterial material;

    @ValkeyTls(user = TestClient.USER, password = TestClient.PASSWORD, config = "tls-session-caching no")
    private static ValkeyServer cachesNoSessions;

    private final RecordingListener listener = new RecordingListener();

    @ParameterizedTest
    @EnumSource
    void connect_unknownHost_isNoRefusal(TestClient client) {
        assertNoRefusal(client, "no-such-host.test", 6379);
    }

    @ParameterizedTest
    @EnumSource
    void connect_closedPort_isNoRefusal(TestClient client) throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertNoRefusal(client, "localhost", port);
    }

    /**
     * OpenSSL fails each handshake that would resume a session, where it asks for certificates and caches no sessions.
     */
    @ParameterizedTest
    @EnumSource
    void connect_serverThatCachesNoSessions_isFullFromTheFirstFailureOn(TestClient client) throws Exception {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(material.caFile()))
                .presenting(ClientIdentity.pem(material.certificateFile(), material.keyFile()))
                .engine(client.engine())
                .build()) {
            setAndGet(client, tls);
            Throwable resumed = catchThrowable(() -> setAndGet(client, tls));
            assertThat(RefusalReason.of(resumed)).contains(RefusalReason.PEER_ALERT);
            for (int i = 0; i < 3; i++) {
                setAndGet(client, tls);
            }
        }
    }

    private static void setAndGet(TestClient client, SecureTls tls) {
        try (TestClient.Connection connection = client.connect(tls, "localhost", cachesNoSessions.port())) {
            connection.set("key", "value");
            assertThat(connection.get("key")).isEqualTo("value");
        }
    }

    private void assertNoRefusal(TestClient client, String host, int port) {
        try (SecureTls tls = SecureTls.trusting(
                        TrustAnchors.of(TestCertificate.root().build().certificate()))
                .withoutClientIdentity()
                .engine(client.engine())
                .listener(listener)
                .build()) {
            Throwable thrown =
                    catchThrowable(() -> client.connect(tls, host, port).close());
            assertThat(thrown).isNotNull();
            assertThat(RefusalReason.of(thrown)).isEmpty();
            assertThat(listener.refused()).isEmpty();
        }
    }
}
