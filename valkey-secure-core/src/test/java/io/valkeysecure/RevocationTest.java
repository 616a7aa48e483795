package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.revocation.RevocationCheck;
import io.valkeysecure.internal.revocation.RevocationMethod;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevocationTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final TestCertificate ROOT = TestCertificate.root()
            .clock(Clock.fixed(NOW, ZoneOffset.UTC))
            .subject("CN=Root")
            .build();

    private final Path directory;

    RevocationTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void crls_none_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(Revocation::crls).withMessageContaining("CRLs must be named");
    }

    @Test
    void files_directory_isListedAnewEachTime() throws Exception {
        Path second = ROOT.crl().build().write(directory.resolve("b.crl"));
        Files.writeString(directory.resolve("notes.txt"), "x");
        Files.createDirectory(directory.resolve("d.pem"));
        RevocationMethod revocation = Revocation.crls(directory, second).method();
        assertThat(revocation.files()).containsExactly(second);
        Path first = Files.write(directory.resolve("a.der"), ROOT.crl().build().encoded());
        Path third = Files.copy(second, directory.resolve("c.pem"));
        assertThat(revocation.files()).containsExactly(first, second, third);
        assertThat(Revocation.crls(third, directory).method().files()).containsExactly(third, first, second);
    }

    @Test
    void files_directoryWithoutLists_isRefused() throws Exception {
        Files.writeString(directory.resolve("notes.txt"), "x");
        TlsConfigurationException e =
                configurationRefused(() -> Revocation.crls(directory).method().files());
        assertThat(e.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE);
        assertThat(e).hasMessageContaining("no file in the directory " + directory);
    }

    @Test
    void files_otherKinds_haveNone() {
        assertThat(Revocation.ocsp().method().files()).isEmpty();
        assertThat(Revocation.stapled().method().files()).isEmpty();
        assertThat(Revocation.notChecked().method().files()).isEmpty();
    }

    @Test
    void prepare_crls_checksWhatWasRead() throws Exception {
        Path file = ROOT.crl().build().write(directory.resolve("root.crl"));
        TestCertificate leaf = ROOT.issue().build();
        RevocationMethod revocation =
                Revocation.crls(file).withTolerance(Duration.ofHours(1)).method();
        List<Path> files = revocation.files();
        FileSnapshot snapshot = FileSnapshot.read(files, List.of());
        Files.delete(file);
        RevocationCheck check = revocation.prepare(snapshot.bytes(files), List.of(ROOT.certificate()), 2048, NOW);
        Instant end = NOW.plus(Duration.ofHours(7));
        CertificationPath path = new CertificationPath(
                List.of(ParsedCertificate.of(leaf.certificate())), ParsedCertificate.of(ROOT.certificate()));
        check.check(path, end, List.of(), System.nanoTime());
        assertThatThrownBy(() -> check.check(path, end.plusSeconds(1), List.of(), System.nanoTime()))
                .hasMessageContaining("nextUpdate was");
    }

    @Test
    void prepare_malformedCrl_isRefused() throws Exception {
        Path file = Files.writeString(directory.resolve("root.crl"), "not a list");
        TlsConfigurationException e = configurationRefused(() -> prepare(Revocation.crls(file)));
        assertThat(e.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE);
        assertThat(e).hasMessageContaining("CRLs: " + file + ": no PEM block");
    }

    @Test
    void prepare_forgedOrStaleCrl_isRefused() {
        Path forged = ROOT.crl().signedWith(KeyType.EC_P256.generate()).build().write(directory.resolve("forged.crl"));
        TlsConfigurationException e = configurationRefused(() -> prepare(Revocation.crls(forged)));
        assertThat(e.reason()).isEqualTo(RefusalReason.REVOCATION_UNKNOWN);
        assertThat(e).hasMessageContaining("forged.crl").hasMessageContaining("not signed by its key");
        Path stale = ROOT.crl().nextUpdate(NOW.minusSeconds(1)).build().write(directory.resolve("stale.crl"));
        assertThat(configurationRefused(() -> prepare(Revocation.crls(stale))))
                .hasMessageContaining("no CRL can be used now");
        assertThat(prepare(Revocation.crls(stale).withTolerance(Duration.ofSeconds(1)))
                        .freshUntil())
                .contains(NOW);
    }

    @Test
    void ocsp_notPlainHttp_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Revocation.ocsp(URI.create("https://user:secret@ocsp.example/")))
                .withMessageContaining("must be an http URL")
                .withMessageNotContaining("secret");
    }

    @Test
    void options_outOfRange_areRefused() {
        Revocation.Ocsp ocsp = Revocation.ocsp();
        Duration week = Duration.ofDays(7);
        assertThat(ocsp.withTolerance(week).toString()).contains("PT168H");
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withTolerance(week.plusNanos(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withTolerance(Duration.ofNanos(-1)));
        assertThat(ocsp.withTimeout(Duration.ofMinutes(1)).toString()).contains("timeout PT1M");
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withTimeout(Duration.ofSeconds(61)));
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withTimeout(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withTimeout(Duration.ofNanos(-1)));
        assertThat(ocsp.withCache(1, Duration.ZERO).toString()).contains("1 answers kept for PT0S");
        assertThat(ocsp.withCache(100_000, week).toString()).contains("100000 answers kept for PT168H");
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withCache(0, week));
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withCache(100_001, week));
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withCache(1, week.plusNanos(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> ocsp.withCache(1, Duration.ofNanos(-1)));
    }

    @Test
    void options_setTwice_areRefused() {
        Duration minute = Duration.ofMinutes(1);
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> Revocation.crls(directory).withTolerance(minute).withTolerance(minute))
                .withMessage("tolerance was already set to PT1M");
        assertThatIllegalStateException()
                .isThrownBy(() -> Revocation.stapled().withTolerance(minute).withTolerance(Duration.ZERO));
        assertThatIllegalStateException()
                .isThrownBy(() -> Revocation.ocsp().withTolerance(minute).withTolerance(minute));
        assertThatIllegalStateException()
                .isThrownBy(() -> Revocation.ocsp().withTimeout(minute).withTimeout(minute));
        assertThatIllegalStateException()
                .isThrownBy(() -> Revocation.ocsp().withCache(1, minute).withCache(2, minute));
        assertThat(Revocation.ocsp().withCache(1, minute).withTimeout(minute).withTolerance(minute))
                .hasToString(
                        "OCSP at the responder that each certificate names, hard fail, timeout PT1M, tolerance PT1M,"
                                + " 1 answers kept for PT1M at most");
    }

    @Test
    void toString_everyKind_writesTheChoiceOut() {
        assertThat(Revocation.notChecked()).hasToString("not checked");
        assertThat(Revocation.stapled()).hasToString("OCSP response stapled to the leaf, hard fail, tolerance PT1M");
        assertThat(Revocation.crls(Path.of("a.crl"), Path.of("crls")))
                .hasToString("CRLs [a.crl, crls], hard fail, tolerance PT0S");
        assertThat(Revocation.ocsp())
                .hasToString("OCSP at the responder that each certificate names, hard fail, timeout PT5S, tolerance"
                        + " PT1M, 1000 answers kept for PT1H at most");
        assertThat(Revocation.ocsp(URI.create("http://ocsp.example/")).toString())
                .startsWith("OCSP at http://ocsp.example/, hard fail");
    }

    private static RevocationCheck prepare(Revocation revocation) {
        RevocationMethod method = revocation.method();
        FileSnapshot snapshot = FileSnapshot.read(method.files(), List.of());
        return method.prepare(snapshot.bytes(method.files()), List.of(ROOT.certificate()), 2048, NOW);
    }

    private static TlsConfigurationException configurationRefused(Supplier<?> action) {
        try {
            throw new AssertionError("accepted " + action.get());
        } catch (TlsConfigurationException e) {
            return e;
        }
    }
}
