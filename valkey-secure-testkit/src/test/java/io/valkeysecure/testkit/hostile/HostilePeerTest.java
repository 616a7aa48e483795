package io.valkeysecure.testkit.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.testkit.TlsClient;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.server.Resp;
import io.valkeysecure.testkit.recording.TlsTranscript;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class HostilePeerTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int SHORT_MILLIS = 300;
    private static final String TIMED_OUT = "Read timed out";

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate leaf = root.issue().dnsName("localhost").build();
    private final SSLContext client = root.issue().subject("CN=client").build().tlsContext(root);

    static Stream<Arguments> peers() {
        return Stream.of(
                peer(HostilePeer::plaintextValkey, "Unsupported or unrecognized SSL message"),
                peer(HostilePeer::speaksHttp, "Unsupported or unrecognized SSL message"),
                peer(HostilePeer::speaksGarbage, "Unsupported or unrecognized SSL message"),
                peer(HostilePeer::closesAtOnce, "Remote host terminated the handshake"),
                peer(HostilePeer::resetsAtOnce, "onnection reset"),
                peer(HostilePeer::closesAfterClientHello, "Remote host terminated the handshake"),
                peer(HostilePeer::staysSilent, TIMED_OUT),
                peer(HostilePeer::stallsMidHandshake, TIMED_OUT),
                peer(HostilePeer::stallsAfterRecordHeader, TIMED_OUT),
                peer(() -> HostilePeer.sendsFatalAlert(40), "Received fatal alert: handshake_failure"),
                peer(HostilePeer::choosesTls10, "TLS10 is not accepted"),
                peer(HostilePeer::choosesTls11, "TLS11 is not accepted"));
    }

    private static Arguments peer(Supplier<HostilePeer> peer, String failure) {
        return Arguments.of(peer, failure);
    }

    @ParameterizedTest
    @MethodSource("peers")
    void peer_metByATlsClient_failsItAsItsNameSaysAndGetsNothing(Supplier<HostilePeer> kind, String failure)
            throws Exception {
        try (HostilePeer peer = kind.get()) {
            for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
                // short where nothing else ends the wait; with the others, a slow machine takes its time
                int timeout = failure.equals(TIMED_OUT) ? SHORT_MILLIS : (int) LIMIT.toMillis();
                assertThatThrownBy(() -> handshake(peer, version, timeout))
                        .as(version)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining(failure);
            }
            assertThat(peer.awaitEnd(LIMIT)).isTrue();
            assertThat(peer.connections()).isEqualTo(2);
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    private void handshake(HostilePeer peer, String version, int timeout) throws IOException {
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("localhost", peer.port())) {
            socket.setEnabledProtocols(new String[] {version});
            socket.setSoTimeout(timeout);
            socket.startHandshake();
        }
    }

    @Test
    void plaintextValkey_metByAPlaintextClient_saysYesAndKeepsWhatItHears() throws Exception {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            try (Socket socket = new Socket("localhost", peer.port())) {
                socket.setSoTimeout((int) LIMIT.toMillis());
                assertThat(ask(socket, Resp.command("HELLO", "3", "AUTH", "app", "pw"), "%6\r\n"))
                        .isTrue();
                InputStream in = socket.getInputStream();
                for (int lines = 0; lines < 18; lines++) {
                    Resp.readLine(in);
                }
                assertThat(Resp.readLine(in)).isEqualTo(":3");
                assertThat(Resp.readLine(in) + Resp.readLine(in) + Resp.readLine(in))
                        .isEqualTo("$2id:1");
                assertThat(ask(socket, Resp.command("SET", "key", "value"), "+OK\r\n"))
                        .isTrue();
                assertThat(ask(socket, Resp.command("GET", "key"), "$5\r\nvalue\r\n"))
                        .isTrue();
                assertThat(ask(socket, Resp.command("GET", "nothing"), "_\r\n")).isTrue();
                assertThat(ask(socket, Resp.command("PING"), "+PONG\r\n")).isTrue();
            }
            assertThat(peer.awaitEnd(LIMIT)).isTrue();
            assertThat(peer.applicationBytes()).asString().contains("AUTH").contains("\r\npw\r\n");
            assertThat(peer.rawBytes()).isEqualTo(peer.applicationBytes());
        }
    }

    private static boolean ask(Socket socket, byte[] question, String answer) throws IOException {
        socket.getOutputStream().write(question);
        byte[] expected = answer.getBytes(StandardCharsets.US_ASCII);
        return java.util.Arrays.equals(socket.getInputStream().readNBytes(expected.length), expected);
    }

    @Test
    void speaksHttp_toAnything_isABadRequest() throws Exception {
        try (HostilePeer peer = HostilePeer.speaksHttp();
                Socket socket = new Socket("localhost", peer.port())) {
            assertThat(ask(socket, new byte[] {1}, "HTTP/1.1 400 Bad Request\r\n"))
                    .isTrue();
        }
    }

    @Test
    void dripsSlowly_keepsTheHandshakeAlive() throws Exception {
        try (HostilePeer peer = HostilePeer.dripsSlowly(Duration.ofMillis(3));
                SSLSocket hello = (SSLSocket) client.getSocketFactory().createSocket("localhost", peer.port())) {
            hello.setSoTimeout(60_000);
            // the flight is longer than a thousand bytes
            long start = System.nanoTime();
            assertThatThrownBy(hello::startHandshake)
                    .isInstanceOf(SSLHandshakeException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
        }
    }

    @Test
    void dripsSlowly_clientLeaves_endsTheConnection() throws Exception {
        try (HostilePeer peer = HostilePeer.dripsSlowly(Duration.ofSeconds(100))) {
            try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("localhost", peer.port())) {
                socket.setSoTimeout(SHORT_MILLIS);
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SocketTimeoutException.class);
            }
            assertThat(peer.awaitEnd(LIMIT)).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tls_clientTrustsIt_recordsWhatItDecrypts(String version) throws Exception {
        try (HostilePeer peer = HostilePeer.tls(leaf)) {
            try (TlsClient connection = TlsClient.connect(client, peer.port(), version)) {
                assertThat(connection.command("PING")).isEqualTo("+PONG");
                assertThat(connection.command("AUTH app pw")).isEqualTo("+OK");
            }
            assertThat(peer.awaitEnd(LIMIT)).isTrue();
            assertThat(peer.applicationBytes()).asString().isEqualTo("PING\r\nAUTH app pw\r\n");
            assertThat(TlsTranscript.of(peer.rawBytes()).isAllTls()).isTrue();
            assertThat(peer.handshakeFailures()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void tls_clientRefusesIt_getsNothingButTheAlert(String version) throws Exception {
        TestCertificate expired = root.issue()
                .dnsName("localhost")
                .notBefore(java.time.Instant.now().minusSeconds(60))
                .notAfter(java.time.Instant.now().minusSeconds(10))
                .build();
        try (HostilePeer peer = HostilePeer.tls(expired)) {
            assertThatThrownBy(() -> TlsClient.connect(client, peer.port(), version))
                    .hasStackTraceContaining("CertificateExpiredException");
            assertThat(peer.awaitEnd(LIMIT)).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
            assertThat(peer.handshakeFailures())
                    .singleElement()
                    .satisfies(failure -> assertThat(failure).hasMessageContaining("Received fatal alert"));
        }
    }

    @Test
    void tls_withOtherParameters_negotiatesWithThem() throws Exception {
        TestCertificate rsa = root.issue()
                .keyType(KeyType.RSA_2048)
                .keyUsage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_ENCIPHERMENT)
                .dnsName("localhost")
                .build();
        String suite = "TLS_RSA_WITH_AES_128_CBC_SHA";
        try (HostilePeer peer = HostilePeer.tls(rsa, parameters -> parameters.setCipherSuites(new String[] {suite}));
                SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket("localhost", peer.port())) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setCipherSuites(new String[] {suite});
            socket.setSSLParameters(parameters);

            socket.startHandshake();

            assertThat(socket.getSession().getCipherSuite()).isEqualTo(suite);
        }
    }

    @Test
    void tls_nothingInCommon_sendsItsAlert() {
        try (HostilePeer peer =
                HostilePeer.tls(leaf, parameters -> parameters.setProtocols(new String[] {"TLSv1.2"}))) {
            assertThatThrownBy(() -> TlsClient.connect(client, peer.port(), "TLSv1.3"))
                    .isInstanceOf(SSLHandshakeException.class)
                    .hasMessageContaining("Received fatal alert: protocol_version");
        }
    }

    @Test
    void tls_certificateThatTheJdkCannotParse_isPresentedAllTheSame() throws Exception {
        byte[] broken = leaf.encoded();
        broken[4] ^= 0x40; // the tag of the TBSCertificate
        try (HostilePeer peer = HostilePeer.tls(leaf.withEncoding(broken))) {
            assertThatThrownBy(() -> TlsClient.connect(client, peer.port(), "TLSv1.2"))
                    .isInstanceOf(SSLException.class)
                    .hasStackTraceContaining("CertificateParsingException");
        }
    }

    @Test
    void manInTheMiddle_clientTrustsIt_readsAndRelays() throws Exception {
        TestCertificate attacker = root.issue().dnsName("localhost").build();
        try (ValkeyServer server = ValkeyServer.builder(leaf, root).start();
                HostilePeer peer = HostilePeer.manInTheMiddle(attacker, server.host(), server.port())) {
            try (TlsClient connection = TlsClient.connect(client, peer.port())) {
                assertThat(connection.command("SET key a-secret-value")).isEqualTo("+OK");
            }
            assertThat(peer.awaitEnd(LIMIT)).isTrue();
            assertThat(server.execute("GET", "key")).isEqualTo("a-secret-value");
            assertThat(peer.applicationBytes()).asString().isEqualTo("SET key a-secret-value\r\n");
        }
    }

    @Test
    void manInTheMiddle_clientRefusesIt_readsNothing() throws Exception {
        TestCertificate attacker =
                TestCertificate.selfSigned().dnsName("localhost").build();
        try (ValkeyServer server = ValkeyServer.builder(leaf, root).start();
                HostilePeer peer = HostilePeer.manInTheMiddle(attacker, server.host(), server.port())) {
            assertThatThrownBy(() -> TlsClient.connect(client, peer.port())).isInstanceOf(SSLException.class);

            assertThat(peer.awaitEnd(LIMIT)).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
            assertThat(peer).hasToString("HostilePeer[manInTheMiddle, localhost:" + peer.port() + "]");
        }
    }

    @Test
    void close_endsOpenConnections() throws Exception {
        HostilePeer peer = HostilePeer.staysSilent();
        try (Socket socket = new Socket("localhost", peer.port())) {
            socket.getOutputStream().write(1);
            socket.setSoTimeout((int) LIMIT.toMillis());

            peer.close();

            assertThatThrownBy(() -> {
                        if (socket.getInputStream().read() < 0) {
                            throw new IOException("the peer has closed the connection");
                        }
                    })
                    .isInstanceOf(IOException.class)
                    .isNotInstanceOf(SocketTimeoutException.class);
        }
    }
}
