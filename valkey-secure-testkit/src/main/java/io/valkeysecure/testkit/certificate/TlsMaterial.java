package io.valkeysecure.testkit.certificate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A CA, and a client certificate of it that can be renewed, in memory and in PEM files. With JUnit,
 * {@code @ValkeyTls} on a field of this type makes and closes one. Not safe for use by several threads.
 */
public final class TlsMaterial implements AutoCloseable {
    private static final String CA_FILE = "ca.crt";
    private static final String CERTIFICATE_FILE = "tls.crt";
    private static final String KEY_FILE = "tls.key";

    private final TestCertificate ca = TestCertificate.root().build();
    private final Path directory;
    private final RotatingFiles files;
    private TestCertificate client;

    private TlsMaterial() {
        try {
            directory = Files.createTempDirectory("valkey-tls");
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a directory for certificates", e);
        }
        files = new RotatingFiles(directory);
        files.write(WriteStrategy.RENAME, Map.of(CA_FILE, ca.certificatePem()));
        client = renewClient();
    }

    /** {@return a new CA and a client of it, to be closed by the caller} */
    public static TlsMaterial create() {
        return new TlsMaterial();
    }

    /** {@return the CA that issued the certificates of the servers and of the client} */
    public TestCertificate ca() {
        return ca;
    }

    /** {@return the certificate of the client that is in the files now} */
    public TestCertificate client() {
        return client;
    }

    /** {@return the PEM file with the CA's certificate} */
    public Path caFile() {
        return files.path(CA_FILE);
    }

    /** {@return the PEM file with the client's certificate} */
    public Path certificateFile() {
        return files.path(CERTIFICATE_FILE);
    }

    /** {@return the PEM file with the client's private key} */
    public Path keyFile() {
        return files.path(KEY_FILE);
    }

    /**
     * Issues a new client certificate with a new key, and writes both files as Kubernetes does
     * ({@link WriteStrategy#SYMLINK_SWAP}).
     *
     * @return the new certificate
     */
    public TestCertificate renewClient() {
        TestCertificate renewed = ca.issue().subject("CN=client").build();
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put(CERTIFICATE_FILE, renewed.chainPem());
        pair.put(KEY_FILE, renewed.privateKeyPem());
        files.write(WriteStrategy.SYMLINK_SWAP, pair);
        client = renewed;
        return renewed;
    }

    /**
     * Issues a certificate for a server on this machine, such as one for
     * {@link io.valkeysecure.testkit.server.ValkeyServer#restart(TestCertificate)}.
     *
     * @return a new certificate for {@code localhost} and {@code 127.0.0.1}
     */
    public TestCertificate issueServer() {
        return ca.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    }

    /** Deletes the files. Does nothing the second time. */
    @Override
    public void close() {
        if (Files.notExists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + directory, e);
        }
    }
}
