package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.SpkiPin;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code pki pins}, of files and of servers. */
class PkiPinsCommandTest {
    private final TestCertificate root =
            TestCertificate.root().subject("CN=pins CA").build();
    private final TestCertificate intermediate =
            root.issue().ca().subject("CN=pins intermediate").build();
    private final TestCertificate leaf =
            intermediate.issue().subject("CN=pins leaf").dnsName("localhost").build();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    private int run(String... arguments) {
        return Main.call(new PrintWriter(out), new PrintWriter(err), arguments);
    }

    @Test
    void pins_pemFile_printsEveryCertificate() throws IOException {
        PemFiles files = leaf.writePem(directory, "leaf");

        assertThat(run("pki", "pins", files.certificate().toString())).isZero();
        assertThat(out.toString())
                .contains(SpkiPin.of(leaf.certificate()) + "  CN=pins leaf")
                .contains(SpkiPin.of(intermediate.certificate()) + "  CN=pins intermediate");
    }

    @Test
    void pins_liveServer_printsWhatItPresentsAndSendsNothing() throws IOException {
        try (HostilePeer server = HostilePeer.tls(leaf)) {
            assertThat(run("pki", "pins", "localhost:" + server.port())).isZero();
            assertThat(out.toString())
                    .contains(SpkiPin.of(leaf.certificate()) + "  CN=pins leaf")
                    .contains(SpkiPin.of(intermediate.certificate()).toString());
            assertThat(server.applicationBytes()).isEmpty();
        }
    }

    @Test
    void pins_serverWithoutTls_isToldAndExitsOne() throws IOException {
        try (HostilePeer server = HostilePeer.plaintextValkey()) {
            assertThat(run("pki", "pins", "localhost:" + server.port())).isEqualTo(ExitCode.REFUSED);
            assertThat(err.toString())
                    .startsWith("valkey-secure: error: localhost:" + server.port() + " presented no certificate");
        }
    }

    @Test
    void pins_keyFile_isUsageError() throws IOException {
        PemFiles files = leaf.writePem(directory, "leaf");

        assertThat(run("pki", "pins", files.key().toString())).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .contains("holds")
                .doesNotContain(Files.readString(files.key()).substring(30, 60));
    }

    @Test
    void pins_neitherFileNorServer_isUsageError() {
        assertThat(run("pki", "pins", "no-such-file")).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString())
                .startsWith("valkey-secure: error: neither a file that exists nor HOST:PORT: no-such-file");
    }
}
