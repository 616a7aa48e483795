package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Under TLS 1.2: what a server signs its key exchange with, and that there is one handshake, by each client on each
 * engine.
 */
class HandshakeFloorsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int SHA1 = 0x0201;
    private static final int SHA256 = 0x0401;

    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().keyType(KeyType.RSA_2048).dnsName("localhost").build();
    private static final TestCertificate CLIENT =
            ROOT.issue().keyType(KeyType.RSA_2048).build();

    private final RecordingListener listener = new RecordingListener();

    private SecureTls tls(Transport transport) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain()))
                .engine(transport.engine())
                .listener(listener)
                .build();
    }

    private static Consumer<SSLParameters> tls12(OnlySignature only) {
        return parameters -> {
            parameters.setProtocols(new String[] {"TLSv1.2"});
            parameters.setAlgorithmConstraints(only);
        };
    }

    private void assertConnects(Transport transport, int port) {
        try (SecureTls tls = tls(transport);
                TestClient.Connection connection = transport.connect(tls, "localhost", port)) {
            connection.set("key", "value");
            assertThat(connection.get("key")).isEqualTo("value");
        }
        assertThat(listener.refused()).isEmpty();
    }

    private Throwable assertRefused(Transport transport, int port) {
        try (SecureTls tls = tls(transport)) {
            return catchThrowable(
                    () -> transport.connect(tls, "localhost", port).close());
        }
    }

    /**
     * The JDK's engine offers no SHA-1, so this server finds nothing in common; BoringSSL's may offer it as the last.
     */
    @ParameterizedTest
    @EnumSource
    void keyExchange_signedWithSha1_isRefused(Transport transport) {
        try (HostilePeer peer = HostilePeer.tls(SERVER, tls12(OnlySignature.SHA1))) {
            assertThat(RefusalReason.of(assertRefused(transport, peer.port())))
                    .isPresent()
                    .get()
                    .isIn(RefusalReason.WEAK_SIGNATURE, RefusalReason.CIPHER_SUITE);
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keyExchange_signedWithSha256_isConnected(Transport transport) {
        try (HostilePeer peer = HostilePeer.tls(SERVER, tls12(OnlySignature.SHA256))) {
            assertConnects(transport, peer.port());
        }
    }

    /** Whatever the engine thinks of it: it is looked at before the engine is. */
    @ParameterizedTest
    @EnumSource
    void keyExchange_saysSha1InSmallRecords_isRefusedByTheFloor(Transport transport) throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER, tls12(OnlySignature.SHA256));
                RecordRelay relay = new RecordRelay(peer.port(), 5, SHA1)) {
            Throwable thrown = assertRefused(transport, relay.port());
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.WEAK_SIGNATURE);
            assertThat(thrown)
                    .hasStackTraceContaining(
                            "expected a key exchange signed with SHA-256 or better, the server signed it with rsa_pkcs1_sha1");
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void keyExchange_saysSha256InSmallRecords_isConnected(Transport transport) throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER, tls12(OnlySignature.SHA256));
                RecordRelay relay = new RecordRelay(peer.port(), 5, SHA256)) {
            assertConnects(transport, relay.port());
        }
    }

    /** A server that wants our key proved with SHA-1: no engine of ours is brought to do it. */
    @ParameterizedTest
    @EnumSource
    void ownSignature_askedForWithSha1_isNotSent(Transport transport) throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER, tls12(OnlySignature.SHA256));
                RecordRelay relay = new RecordRelay(peer.port(), 1000, null, SHA1)) {
            Throwable thrown = assertRefused(transport, relay.port());
            assertThat(RefusalReason.of(thrown)).isPresent();
            assertThat(relay.schemesOfClients()).doesNotContain(SHA1);
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void ownSignature_askedForWithSha256_isSent(Transport transport) throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER, tls12(OnlySignature.SHA256));
                RecordRelay relay = new RecordRelay(peer.port(), 1000, null, SHA256)) {
            assertConnects(transport, relay.port());
            assertThat(relay.schemesOfClients()).containsOnly(SHA256);
        }
    }

    @ParameterizedTest
    @EnumSource
    void helloRequest_afterTheHandshake_closesTheConnection(Transport transport) {
        try (HostilePeer peer = HostilePeer.renegotiates(SERVER);
                SecureTls tls = tls(transport)) {
            var unused = catchThrowable(() -> {
                try (TestClient.Connection connection = transport.connect(tls, "localhost", peer.port())) {
                    for (int i = 0; i < 3; i++) {
                        connection.set("key", "value");
                    }
                }
            });
            assertThat(unused).isNotNull();
            await().atMost(PATIENCE).until(() -> !listener.refused().isEmpty());
            // Lettuce connects again and again; the end of the test may cut its last attempt short
            assertThat(listener.refused())
                    .extracting(TlsHandshakeException::reason)
                    .startsWith(RefusalReason.RENEGOTIATION)
                    .isSubsetOf(RefusalReason.RENEGOTIATION, RefusalReason.PEER_CLOSED);
            assertThat(listener.refused().get(0)).hasMessageContaining("TLS 1.2 renegotiation");
        }
    }

    @ParameterizedTest
    @EnumSource
    void noHelloRequest_afterTheHandshake_goesOn(Transport transport) {
        try (HostilePeer peer =
                        HostilePeer.tls(SERVER, parameters -> parameters.setProtocols(new String[] {"TLSv1.2"}));
                SecureTls tls = tls(transport);
                TestClient.Connection connection = transport.connect(tls, "localhost", peer.port())) {
            for (int i = 0; i < 100; i++) {
                connection.set("key", "value".repeat(1000));
                assertThat(connection.get("key")).hasSize(5000);
            }
        }
        assertThat(listener.refused()).isEmpty();
    }
}
