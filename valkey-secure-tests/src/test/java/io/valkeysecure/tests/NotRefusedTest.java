package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientLibrary;
import io.valkeysecure.HandshakeListener;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where there is no server there is no refusal: a network that is down must not look like an attack. */
class NotRefusedTest {
    private final List<TlsHandshakeException> refused = new CopyOnWriteArrayList<>();

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

    private void assertNoRefusal(TestClient client, String host, int port) {
        HandshakeListener listener = new HandshakeListener() {
            @Override
            public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary library, Duration elapsed) {
                refused.add(refusal);
            }
        };
        try (SecureTls tls = SecureTls.trusting(
                        TrustAnchors.of(TestCertificate.root().build().certificate()))
                .withoutClientIdentity()
                .listener(listener)
                .build()) {
            Throwable thrown =
                    catchThrowable(() -> client.connect(tls, host, port).close());
            assertThat(thrown).isNotNull();
            assertThat(RefusalReason.of(thrown)).isEmpty();
            assertThat(refused).isEmpty();
        }
    }
}
