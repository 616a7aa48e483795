package io.valkeysecure.tests.jedis;

import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.RotatingFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.tests.RecordingListener;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files of a client identity that can be renewed, the TLS made of them, and what its listener heard. */
final class Rotating implements AutoCloseable {
    static final Duration WINDOW = Duration.ofSeconds(2);

    private final RecordingListener listener = new RecordingListener();
    private final RotatingFiles files;
    private final SecureTls tls;
    private int written;

    Rotating(Path directory) {
        files = new RotatingFiles(directory);
        files.write(WriteStrategy.RENAME, Map.of("ca.crt", Pki.ROOT.certificatePem()));
        write();
        tls = SecureTls.trusting(TrustAnchors.pem(files.path("ca.crt")))
                .presenting(ClientIdentity.pem(files.path("tls.crt"), files.path("tls.key")))
                .rotation(Rotation.builder()
                        .checkInterval(Duration.ofMillis(100))
                        .drainWindow(WINDOW)
                        .build())
                .listener(listener)
                .build();
    }

    SecureTls tls() {
        return tls;
    }

    int handshakes() {
        return listener.verified().size();
    }

    List<TlsHandshakeException> refused() {
        return listener.refused();
    }

    /** Renews the identity, and waits until it is in force. */
    void rotate() {
        long before = tls.status().generation();
        write();
        await().atMost(Duration.ofSeconds(30)).until(() -> tls.status().generation() > before);
    }

    private void write() {
        TestCertificate identity =
                Pki.ROOT.issue().subject("CN=client " + ++written).build();
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put("tls.crt", identity.chainPem());
        pair.put("tls.key", identity.privateKeyPem());
        files.write(WriteStrategy.SYMLINK_SWAP, pair);
    }

    @Override
    public void close() {
        tls.close();
    }
}
