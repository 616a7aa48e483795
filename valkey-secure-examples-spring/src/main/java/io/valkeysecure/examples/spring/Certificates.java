package io.valkeysecure.examples.spring;

import io.valkeysecure.testkit.certificate.RotatingFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A CA and the files of a client certificate, which are renewed as an operator's tool would. */
final class Certificates {
    static final String USER = "shop";
    static final String PASSWORD = "of-the-demo";

    private final TestCertificate root =
            TestCertificate.root().subject("CN=Shop CA").build();
    private final TestCertificate server =
            root.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    private final RotatingFiles files;
    private int issued;

    /** Writes the first certificate. */
    Certificates(Path directory) {
        files = new RotatingFiles(directory);
        files.write(WriteStrategy.RENAME, Map.of("ca.crt", root.certificatePem()));
        renew();
    }

    /** Starts a server that speaks only TLS and demands a certificate of this CA. */
    ValkeyServer startServer() {
        return ValkeyServer.builder(server, root).user(USER, PASSWORD).start();
    }

    /** Issues a certificate for the server of another name, by the same CA. */
    TestCertificate ofAnotherName() {
        return root.issue().dnsName("other.example").build();
    }

    /** Writes a new client certificate and its key, both at once. */
    void renew() {
        TestCertificate client = root.issue().subject("CN=shop " + ++issued).build();
        write(client.chainPem(), client.privateKeyPem());
    }

    /** Puts what is no certificate in the place of one. */
    void damage() {
        write("half a certificate", "half a key");
    }

    private void write(String certificate, String key) {
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put("tls.crt", certificate);
        pair.put("tls.key", key);
        files.write(WriteStrategy.SYMLINK_SWAP, pair);
    }

    /** Returns the properties of the application: where the server is, and its SSL bundle. */
    List<String> properties(int port) {
        String bundle = "spring.ssl.bundle.pem.valkey.";
        return List.of(
                "spring.data.redis.port=" + port,
                "spring.data.redis.username=" + USER,
                "spring.data.redis.password=" + PASSWORD,
                bundle + "truststore.certificate=" + files.path("ca.crt").toUri(),
                bundle + "keystore.certificate=" + files.path("tls.crt").toUri(),
                bundle + "keystore.private-key=" + files.path("tls.key").toUri(),
                "spring.ssl.bundle.watch.file.quiet-period=200ms",
                "valkey.secure.rotation.check-interval=1s",
                "valkey.secure.rotation.drain-window=2s");
    }
}
