package io.valkeysecure.spring;

import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Applications with and without the starter, and the certificates of their servers. */
final class Boot {
    static final String USER = "app";
    static final String PASSWORD = "correct-horse-of-spring";

    static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Test Root").build();
    static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Other Root").build();
    static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    static final TestCertificate CLIENT = ROOT.issue().subject("CN=app").build();

    private Boot() {}

    /** TLS only, client certificate required, the default user switched off. */
    static ValkeyServer.Builder server() {
        return ValkeyServer.builder(SERVER, ROOT).user(USER, PASSWORD);
    }

    /** An application as it would be without this library. */
    static ApplicationContextRunner alone() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        SslAutoConfiguration.class,
                        DataRedisAutoConfiguration.class,
                        DataRedisReactiveAutoConfiguration.class))
                .withPropertyValues("spring.data.redis.connect-timeout=20s", "spring.data.redis.timeout=20s");
    }

    /** The same application with the starter. */
    static ApplicationContextRunner secure() {
        return alone().withConfiguration(AutoConfigurations.of(
                ValkeySecureAutoConfiguration.class,
                ValkeySecureHealthContributorAutoConfiguration.class,
                ValkeySecureInfoContributorAutoConfiguration.class,
                ValkeySecureMetricsAutoConfiguration.class));
    }

    /** The properties of an SSL bundle with the name valkey, of PEM files. */
    static String[] pemBundle(Path directory) {
        Path anchors = write(directory.resolve("ca.crt"), ROOT.certificatePem());
        PemFiles client = CLIENT.writePem(directory, "client");
        return pemBundle(anchors, client.certificate(), client.key());
    }

    /** The same, of the files that a field of a test has asked for. */
    static String[] pemBundle(TlsMaterial material) {
        return pemBundle(material.caFile(), material.certificateFile(), material.keyFile());
    }

    private static String[] pemBundle(Path anchors, Path certificate, Path key) {
        return new String[] {
            "spring.data.redis.ssl.bundle=valkey",
            "spring.ssl.bundle.pem.valkey.truststore.certificate=" + anchors.toUri(),
            "spring.ssl.bundle.pem.valkey.keystore.certificate=" + certificate.toUri(),
            "spring.ssl.bundle.pem.valkey.keystore.private-key=" + key.toUri()
        };
    }

    static String[] login(int port) {
        return new String[] {
            "spring.data.redis.host=localhost",
            "spring.data.redis.port=" + port,
            "spring.data.redis.username=" + USER,
            "spring.data.redis.password=" + PASSWORD
        };
    }

    static Path write(Path file, String text) {
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
