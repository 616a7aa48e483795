package io.valkeysecure;

import static org.awaitility.Awaitility.await;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.RotatingFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.internal.MutableClock;
import io.valkeysecure.testkit.internal.TlsTerminator;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocket;

/** Files that are rotated, a server that records who came, a listener that remembers, and a clock that can be set. */
final class MaterialScene implements AutoCloseable, TlsListener {
    static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Root").build();
    static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Other Root").build();
    static final TestCertificate SERVER =
            ROOT.issue().subject("CN=server").dnsName("localhost").build();

    final RotatingFiles files;
    final TlsTerminator server = TlsTerminator.alone(SERVER);
    final List<TlsStatus> reloaded = new CopyOnWriteArrayList<>();
    final List<TlsConfigurationException> failed = new CopyOnWriteArrayList<>();
    final List<ExpiryWarning> warned = new CopyOnWriteArrayList<>();
    final List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
    final List<TlsHandshakeException> refused = new CopyOnWriteArrayList<>();
    final MutableClock clock = new MutableClock();

    MaterialScene(Path directory) {
        files = new RotatingFiles(directory);
        files.write(WriteStrategy.RENAME, Map.of("ca.crt", ROOT.certificatePem()));
        files.write(WriteStrategy.RENAME, pair(client("first")));
    }

    static TestCertificate client(String name) {
        return ROOT.issue().subject("CN=" + name).build();
    }

    /** The certificate, then its key. */
    static Map<String, String> pair(TestCertificate identity) {
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put("tls.crt", identity.chainPem());
        pair.put("tls.key", identity.privateKeyPem());
        return pair;
    }

    TrustAnchors anchors() {
        return TrustAnchors.pem(files.path("ca.crt"));
    }

    ClientIdentity identity() {
        return ClientIdentity.pem(files.path("tls.crt"), files.path("tls.key"));
    }

    /** Checked often, so that a test need not wait. */
    static Rotation.Builder often() {
        return Rotation.builder().checkInterval(Duration.ofMillis(100));
    }

    SecureTls.Builder tls() {
        return SecureTls.trusting(anchors()).presenting(identity()).listener(this);
    }

    SSLSocket connect(SecureTls tls) throws IOException {
        Socket plain = new Socket("localhost", server.port());
        return TlsHandshake.start(tls, new Endpoint("localhost", server.port()), ClientLibrary.OTHER)
                .overSocket(plain);
    }

    /** Connects, is answered, and returns what the server saw of the client. */
    String subjectSeen(SecureTls tls) throws IOException {
        try (SSLSocket socket = connect(tls)) {
            ping(socket);
            return server.connections().stream()
                    .filter(connection -> connection.clientPort() == socket.getLocalPort())
                    .map(connection -> String.valueOf(connection.client().getSubjectX500Principal()))
                    .reduce((first, second) -> second)
                    .orElseThrow();
        }
    }

    static void ping(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("PING\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        socket.getOutputStream().flush();
        byte[] answer = socket.getInputStream().readNBytes("+PONG\r\n".length());
        if (answer.length == 0) {
            throw new IOException("no answer");
        }
    }

    static void awaitGeneration(SecureTls tls, long number) {
        awaitStatus(tls, status -> status.generation() == number);
    }

    static void awaitStatus(SecureTls tls, Predicate<TlsStatus> condition) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> condition.test(tls.status()));
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        reloaded.add(status);
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        failed.add(cause);
    }

    @Override
    public void expiryNear(ExpiryWarning warning) {
        warned.add(warning);
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        verified.add(handshake);
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        refused.add(refusal);
    }

    @Override
    public void close() {
        server.close();
    }
}
