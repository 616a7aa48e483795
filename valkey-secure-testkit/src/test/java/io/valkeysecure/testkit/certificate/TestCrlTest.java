package io.valkeysecure.testkit.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.testkit.OpenSsl;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SignatureException;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TestCrlTest {
    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate ca = root.issue().ca().build();
    private final TestCertificate leaf = ca.issue().build();

    private final Path directory;

    TestCrlTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void crl_byDefault_verifiesAndIsCurrent() throws Exception {
        X509CRL crl = ca.crl().build().crl();

        crl.verify(ca.keyPair().getPublic());
        assertThat(crl.getIssuerX500Principal()).isEqualTo(ca.certificate().getSubjectX500Principal());
        assertThat(crl.getThisUpdate()).isInThePast();
        assertThat(crl.getNextUpdate()).isInTheFuture();
        assertThat(crl.isRevoked(leaf.certificate())).isFalse();
    }

    @Test
    void crl_withARevokedCertificate_namesItWithReasonAndTime() {
        Instant when = Instant.parse("2024-02-03T04:05:06Z");

        X509CRLEntry entry = ca.crl()
                .revoke(leaf, CRLReason.KEY_COMPROMISE, when)
                .build()
                .crl()
                .getRevokedCertificate(leaf.certificate());

        assertThat(entry.getRevocationReason()).isEqualTo(CRLReason.KEY_COMPROMISE);
        assertThat(entry.getRevocationDate()).isEqualTo(when);
    }

    @Test
    void crl_withEveryReason_isReadBackWithIt() {
        for (CRLReason reason : CRLReason.values()) {
            if (reason != CRLReason.UNUSED) {
                X509CRL crl =
                        ca.crl().revoke(leaf, reason, Instant.now()).build().crl();
                assertThat(crl.getRevokedCertificate(leaf.certificate()).getRevocationReason())
                        .isEqualTo(reason);
            }
        }
    }

    @Test
    void crl_asPem_makesOpenSslRefuseTheRevokedCertificate() throws Exception {
        TestCertificate other = ca.issue().build();
        Path crl = ca.crl().revoke(leaf).build().write(directory.resolve("ca.crl"));

        assertThat(verify(leaf, crl).output()).contains("certificate revoked");
        assertThat(verify(other, crl).exitCode()).isZero();
    }

    @Test
    void crl_signedWithAnotherKey_doesNotVerify() {
        X509CRL crl = ca.crl().signedWith(KeyType.EC_P256.generate()).build().crl();

        assertThatThrownBy(() -> crl.verify(ca.keyPair().getPublic())).isInstanceOf(SignatureException.class);
    }

    @Test
    void crl_withoutNextUpdate_hasNone() {
        assertThat(ca.crl().withoutNextUpdate().build().crl().getNextUpdate()).isNull();
    }

    @Test
    void crl_deltaAndIndirect_areMarkedCritical() {
        X509CRL delta = ca.crl().number(7).deltaOf(5).build().crl();
        TestCertificate foreign = root.issue().build();
        X509CRL indirect = ca.crl().revokeForOtherIssuer(foreign).build().crl();

        assertThat(delta.getCriticalExtensionOIDs()).containsExactly("2.5.29.27");
        assertThat(delta.getExtensionValue("2.5.29.20")).endsWith((byte) 7);
        assertThat(indirect.getCriticalExtensionOIDs()).containsExactly("2.5.29.28");
        assertThat(indirect.getRevokedCertificates())
                .singleElement()
                .satisfies(entry -> assertThat(entry.getCertificateIssuer())
                        .isEqualTo(root.certificate().getSubjectX500Principal()));
    }

    @Test
    void crl_withRawExtensionsAndOtherIssuer_hasThem() {
        X509CRL crl = ca.crl()
                .issuerName("CN=somebody else")
                .extension("1.2.3.4", true, new byte[] {5, 0})
                .withoutExtension("2.5.29.20")
                .revoke(BigInteger.TEN, Instant.now(), null)
                .build()
                .crl();

        assertThat(crl.getIssuerX500Principal().getName()).isEqualTo("CN=somebody else");
        assertThat(crl.getCriticalExtensionOIDs()).containsExactly("1.2.3.4");
        assertThat(crl.getExtensionValue("2.5.29.20")).isNull();
        assertThat(crl.getRevokedCertificate(BigInteger.TEN)).isNotNull();
    }

    private OpenSsl.Result verify(TestCertificate certificate, Path crl) throws Exception {
        Path file = Files.writeString(directory.resolve("leaf.pem"), certificate.certificatePem());
        Path anchor = Files.writeString(directory.resolve("root.pem"), root.certificatePem());
        Path issuer = Files.writeString(directory.resolve("ca.pem"), ca.certificatePem());
        return OpenSsl.run(
                "verify",
                "-x509_strict",
                "-crl_check",
                "-CRLfile",
                crl.toString(),
                "-CAfile",
                anchor.toString(),
                "-untrusted",
                issuer.toString(),
                file.toString());
    }
}
