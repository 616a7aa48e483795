package io.valkeysecure.benchmarks;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * A CA with keys of one type, the files that clients are given, and a Valkey that speaks TLS 1.3 only and demands
 * client certificates. It has a plaintext port too, for what plaintext is measured by.
 */
final class Site implements AutoCloseable {
    /** Of the key stores. */
    static final String PASSWORD = "benchmark";

    private static final String MOST_CLIENTS = "12000";

    private final TestCertificate root;
    private final TestCertificate leaf;
    private final Path directory;
    private final PemFiles client;
    private final Path anchors;
    private final ValkeyServer server;

    private Site(KeyType keys, Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
        root = TestCertificate.root().keyType(keys).build();
        leaf = root.issue().keyType(keys).dnsName("localhost").build();
        TestCertificate identity = identity(keys);
        client = identity.writePem(directory, "client");
        anchors = Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        // the JDK's own parameters for PKCS#12, which are those of keytool: PBKDF2 with 10,000 iterations
        var unusedIdentity = identity.writeKeyStore(keyStore(), "PKCS12", PASSWORD.toCharArray());
        var unusedAnchors = TestCertificate.writeTrustStore(trustStore(), "PKCS12", PASSWORD.toCharArray(), root);
        exportByOpenSsl();
        server = start();
    }

    static Site of(KeyType keys, Path directory) throws IOException {
        return new Site(keys, directory);
    }

    /** Another server of the same CA and with the same certificate, to be ended and started by one variant alone. */
    ValkeyServer start() {
        return ValkeyServer.builder(leaf, root)
                .tlsProtocols("TLSv1.3")
                .config("maxclients", MOST_CLIENTS)
                .plaintextPort()
                .start();
    }

    TestCertificate identity(KeyType keys) {
        return root.issue().keyType(keys).subject("CN=client").build();
    }

    /** PKCS#12 as {@code openssl pkcs12 -export} writes it: PBKDF2 with 2,048 iterations. */
    private void exportByOpenSsl() throws IOException {
        Process process = new ProcessBuilder(
                        "openssl",
                        "pkcs12",
                        "-export",
                        "-in",
                        client.certificate().toString(),
                        "-inkey",
                        client.key().toString(),
                        "-out",
                        openSslKeyStore().toString(),
                        "-passout",
                        "pass:" + PASSWORD)
                .inheritIO()
                .start();
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                process.destroyForcibly();
                throw new IOException("openssl has written no key store");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    ValkeyServer server() {
        return server;
    }

    Endpoint endpoint() {
        return new Endpoint(server.host(), server.port());
    }

    PemFiles client() {
        return client;
    }

    Path anchors() {
        return anchors;
    }

    TestCertificate root() {
        return root;
    }

    Path keyStore() {
        return directory.resolve("client.p12");
    }

    Path openSslKeyStore() {
        return directory.resolve("client-openssl.p12");
    }

    Path trustStore() {
        return directory.resolve("trust.p12");
    }

    /** Ours, with files as users have them. */
    SecureTls.Builder secure(TlsEngine engine) {
        return engine.choice()
                .apply(SecureTls.trusting(TrustAnchors.pem(anchors))
                        .presenting(ClientIdentity.pem(client.certificate(), client.key())));
    }

    /** The number of a server's process. */
    static long process(ValkeyServer server) {
        return server.execute("INFO", "server")
                .lines()
                .filter(line -> line.startsWith("process_id:"))
                .map(line -> Long.valueOf(line.substring(line.indexOf(':') + 1).strip()))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void close() {
        server.close();
    }
}
