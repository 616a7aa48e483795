package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server's certificate whose values are nested so deep that a parser that recurses runs out of stack. */
class NestedCertificateTest {
    private static final String UNKNOWN_EXTENSION = "1.2.3.4.5";
    private static final int DEEP = 5_500;
    private static final int SHALLOW = 50;

    /** Small, so that the JDK's parser runs out of it in a warm JVM, too. */
    private static final long STACK_BYTES = 192 * 1024;

    private static final TestCertificate ROOT = TestCertificate.root().build();

    private final RecordingListener listener = new RecordingListener();

    private static TestCertificate nested(int levels) {
        byte[] value = new byte[4 * levels];
        for (int i = 0; i < levels; i++) {
            value[2 * i] = 0x24; // constructed OCTET STRING
            value[2 * i + 1] = (byte) 0x80; // of indefinite length, ended by two zeros
        }
        return ROOT.issue()
                .dnsName("localhost")
                .extension(UNKNOWN_EXTENSION, false, value)
                .build();
    }

    private SecureTls tls(Transport transport) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .engine(transport.engine())
                .listener(listener)
                .build();
    }

    private Throwable refusedOnASmallStack(Transport transport, int port) throws Exception {
        try (SecureTls tls = tls(transport)) {
            FutureTask<Throwable> connecting = new FutureTask<>(() -> catchThrowable(
                    () -> transport.connect(tls, "localhost", port).close()));
            new Thread(null, connecting, "small-stack", STACK_BYTES).start();
            Throwable thrown = connecting.get();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> !listener.refused().isEmpty());
            return thrown;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SSL_SOCKET, TLSv1.2", "SSL_SOCKET, TLSv1.3",
        "SSL_ENGINE, TLSv1.2", "SSL_ENGINE, TLSv1.3",
        "JEDIS, TLSv1.2", "JEDIS, TLSv1.3",
        "JEDIS_BORINGSSL, TLSv1.2", "JEDIS_BORINGSSL, TLSv1.3",
        "LETTUCE, TLSv1.2", "LETTUCE, TLSv1.3",
        "LETTUCE_BORINGSSL, TLSv1.2", "LETTUCE_BORINGSSL, TLSv1.3"
    })
    void certificate_nestedDeep_isRefusedAndToldAndTheConnectionClosed(Transport transport, String version)
            throws Exception {
        try (HostilePeer peer =
                HostilePeer.tls(nested(DEEP), parameters -> parameters.setProtocols(new String[] {version}))) {
            Throwable thrown = refusedOnASmallStack(transport, peer.port());
            assertThat(thrown).isNotInstanceOf(Error.class);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.MALFORMED_CERTIFICATE);
            assertThat(listener.refused())
                    .first()
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(RefusalReason.MALFORMED_CERTIFICATE));
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"SSL_SOCKET", "SSL_ENGINE", "JEDIS", "JEDIS_BORINGSSL", "LETTUCE", "LETTUCE_BORINGSSL"})
    void certificate_nestedLessDeep_isConnected(Transport transport) {
        try (HostilePeer peer = HostilePeer.tls(nested(SHALLOW), parameters -> {});
                SecureTls tls = tls(transport);
                TestClient.Connection connection = transport.connect(tls, "localhost", peer.port())) {
            connection.set("key", "value");
            assertThat(connection.get("key")).isEqualTo("value");
        }
        assertThat(listener.refused()).isEmpty();
    }
}
