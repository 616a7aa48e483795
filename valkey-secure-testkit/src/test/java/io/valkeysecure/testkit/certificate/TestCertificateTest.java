package io.valkeysecure.testkit.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.testkit.OpenSsl;
import io.valkeysecure.testkit.internal.Pem;
import io.valkeysecure.testkit.internal.PrivateKeyEncryption;
import io.valkeysecure.testkit.internal.PrivateKeyFormat;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class TestCertificateTest {
    private static final String SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final char[] PASSWORD = "correct horse".toCharArray();

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate ca = root.issue().ca().build();

    private final Path directory;

    TestCertificateTest(@TempDir Path directory) {
        this.directory = directory;
    }

    // Chains

    @Test
    void leaf_ofAnIntermediate_isAcceptedByOpenSslInItsStrictestMode() throws Exception {
        TestCertificate leaf =
                ca.issue().dnsName("localhost").ipAddress("127.0.0.1").build();

        OpenSsl.Result result = verify(leaf, root, ca);

        assertThat(result.output()).contains("OK");
        assertThat(result.exitCode()).isZero();
    }

    @Test
    void leaf_ofAnotherRootWithTheSameSubject_isRefusedByOpenSsl() throws Exception {
        TestCertificate other = TestCertificate.root().subject(root.subject()).build();
        TestCertificate leaf = other.issue().dnsName("localhost").build();

        assertThat(verify(leaf, root, ca).exitCode()).isNotZero();
    }

    @Test
    void chain_ofALeaf_beginsWithTheLeafAndEndsBeforeTheRoot() {
        TestCertificate second = ca.issue().ca().build();
        TestCertificate leaf = second.issue().build();

        assertThat(leaf.chain()).containsExactly(leaf.certificate(), second.certificate(), ca.certificate());
        assertThat(root.issue().build().chain()).hasSize(1);
        assertThat(root.chain()).containsExactly(root.certificate());
    }

    @Test
    void chain_withOtherIntermediates_isWhatWasGiven() {
        TestCertificate leaf = ca.issue().build();

        assertThat(leaf.withIntermediates().chain()).containsExactly(leaf.certificate());
        assertThat(leaf.withIntermediates(root, ca).chain())
                .containsExactly(leaf.certificate(), root.certificate(), ca.certificate());
    }

    @Test
    void crossSigned_sameSubjectAndKey_letsALeafVerifyUnderEitherRoot() throws Exception {
        TestCertificate newRoot = TestCertificate.root().build();
        TestCertificate cross = newRoot.issue()
                .ca()
                .subject(root.subject())
                .keyPair(root.keyPair())
                .build();
        TestCertificate leaf = root.issue().dnsName("localhost").build();

        assertThat(verify(leaf, root).exitCode()).isZero();
        assertThat(verify(leaf, newRoot, cross).exitCode()).isZero();
    }

    @Test
    void selfSigned_leaf_isItsOwnIssuer() throws Exception {
        TestCertificate leaf = TestCertificate.selfSigned().dnsName("localhost").build();

        leaf.certificate().verify(leaf.keyPair().getPublic());
        assertThat(leaf.issuer()).isSameAs(leaf);
        assertThat(leaf.certificate().getBasicConstraints()).isEqualTo(-1);
    }

    // Defaults

    @Test
    void leaf_byDefault_isForServersAndClientsAndHasNoName() throws Exception {
        X509Certificate leaf = ca.issue().build().certificate();

        assertThat(leaf.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(leaf.getKeyUsage()).startsWith(true, false, false);
        assertThat(leaf.getSubjectAlternativeNames()).isNull();
        assertThat(leaf.getSubjectX500Principal().getName()).doesNotContain("localhost");
        assertThat(leaf.getVersion()).isEqualTo(3);
        assertThat(leaf.getSerialNumber()).isPositive();
    }

    @Test
    void validity_byDefault_isHoursAroundTheClock() {
        Clock clock = Clock.fixed(Instant.parse("2031-05-06T07:08:09Z"), ZoneOffset.UTC);
        TestCertificate issuer = TestCertificate.root().clock(clock).build();

        X509Certificate leaf = issuer.issue().build().certificate();

        assertThat(leaf.getNotBefore()).isEqualTo("2031-05-06T07:07:09Z");
        assertThat(leaf.getNotAfter()).isEqualTo("2031-05-06T13:08:09Z");
    }

    // Sins

    @Test
    void validity_set_isInTheCertificate() {
        Instant from = Instant.parse("2001-01-01T00:00:00Z");
        Instant until = Instant.parse("2051-01-01T00:00:00Z");

        X509Certificate leaf =
                ca.issue().notBefore(from).notAfter(until).build().certificate();

        assertThat(leaf.getNotBefore()).isEqualTo(from);
        assertThat(leaf.getNotAfter()).isEqualTo(until);
    }

    @Test
    void subject_empty_makesTheNamesCritical() {
        X509Certificate leaf =
                ca.issue().subject("").dnsName("localhost").build().certificate();

        assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
        assertThat(leaf.getCriticalExtensionOIDs()).contains(SUBJECT_ALTERNATIVE_NAME);
    }

    @Test
    void names_ofAllForms_areInTheCertificate() throws Exception {
        X509Certificate leaf = ca.issue()
                .dnsName("a.test", "*.b.test")
                .ipAddress("127.0.0.1", "::1")
                .uri("spiffe://a.test/b")
                .name(GeneralNameType.EMAIL_ADDRESS, "a@b.test")
                .name(GeneralNameType.DIRECTORY_NAME, "CN=a,O=b")
                .name(GeneralNameType.REGISTERED_ID, "1.2.3")
                .otherName("1.2.3.4", new byte[] {0x0c, 1, 'x'})
                .build()
                .certificate();

        assertThat(leaf.getSubjectAlternativeNames())
                .extracting(name -> (Object) name.get(0))
                .containsExactly(2, 2, 7, 7, 6, 1, 4, 8, 0);
        assertThat(leaf.getSubjectAlternativeNames()).contains(List.of(7, "0:0:0:0:0:0:0:1"), List.of(4, "CN=a,O=b"));
    }

    @Test
    void rawName_malformed_isInTheCertificateAsGiven() {
        byte[] san = ca.issue()
                .rawName(7, new byte[] {1, 2, 3})
                .build()
                .certificate()
                .getExtensionValue(SUBJECT_ALTERNATIVE_NAME);

        assertThat(san).endsWith((byte) 0x87, (byte) 3, (byte) 1, (byte) 2, (byte) 3);
    }

    @Test
    void keyUsage_everyBit_isWhatTheJdkReads() {
        for (KeyUsage usage : KeyUsage.values()) {
            boolean[] bits = ca.issue().keyUsage(usage).build().certificate().getKeyUsage();

            boolean[] expected = new boolean[9];
            expected[usage.bit()] = true;
            assertThat(Arrays.copyOf(bits, 9)).as(usage.name()).isEqualTo(expected);
        }
        assertThat(ca.issue().withoutKeyUsage().build().certificate().getKeyUsage())
                .isNull();
    }

    @Test
    void extendedKeyUsage_set_replacesTheDefault() throws Exception {
        assertThat(ca.issue()
                        .extendedKeyUsage(ExtendedKeyUsage.ANY)
                        .build()
                        .certificate()
                        .getExtendedKeyUsage())
                .containsExactly("2.5.29.37.0");
        assertThat(ca.issue().withoutExtendedKeyUsage().build().certificate().getExtendedKeyUsage())
                .isNull();
        assertThat(root.issue()
                        .ca()
                        .extendedKeyUsage(ExtendedKeyUsage.CODE_SIGNING)
                        .build()
                        .certificate()
                        .getExtendedKeyUsage())
                .hasSize(1);
        assertThat(ca.issue().extendedKeyUsage().build().certificate().getExtensionValue("2.5.29.37"))
                .containsExactly(4, 2, 0x30, 0);
    }

    @Test
    void basicConstraints_asSet_areWhatTheJdkReads() {
        assertThat(root.issue().ca(3).build().certificate().getBasicConstraints())
                .isEqualTo(3);
        assertThat(root.certificate().getBasicConstraints()).isEqualTo(Integer.MAX_VALUE);
        assertThat(root.certificate().getCriticalExtensionOIDs()).contains(BASIC_CONSTRAINTS);
        X509Certificate without =
                root.issue().ca().withoutBasicConstraints().build().certificate();
        assertThat(without.getExtensionValue(BASIC_CONSTRAINTS)).isNull();
        X509Certificate notCritical =
                root.issue().ca().critical(BASIC_CONSTRAINTS, false).build().certificate();
        assertThat(notCritical.getNonCriticalExtensionOIDs()).contains(BASIC_CONSTRAINTS);
    }

    @Test
    void nameConstraints_broken_areRefusedByOpenSsl() throws Exception {
        TestCertificate limited = root.issue()
                .ca()
                .permitted(GeneralNameType.DNS_NAME, "inside.test")
                .excluded(GeneralNameType.IP_ADDRESS, "10.0.0.0/8")
                .build();

        TestCertificate inside = limited.issue().dnsName("a.inside.test").build();
        TestCertificate outside = limited.issue().dnsName("localhost").build();
        TestCertificate excluded =
                limited.issue().dnsName("a.inside.test").ipAddress("10.1.2.3").build();

        assertThat(verify(inside, root, limited).exitCode()).isZero();
        assertThat(verify(outside, root, limited).output()).contains("permitted subtree violation");
        assertThat(verify(excluded, root, limited).output()).contains("excluded subtree violation");
    }

    @Test
    void signature_withAnotherKey_doesNotVerify() {
        TestCertificate leaf = ca.issue().signedWith(KeyType.EC_P256.generate()).build();

        assertThatThrownBy(() -> leaf.certificate().verify(ca.keyPair().getPublic()))
                .isInstanceOf(SignatureException.class);
    }

    @Test
    void signatureAlgorithm_set_isUsed() throws Exception {
        TestCertificate rsa = TestCertificate.root().keyType(KeyType.RSA_1024).build();
        for (String algorithm : List.of("SHA1withRSA", "MD5withRSA", "SHA512withRSA")) {
            X509Certificate leaf =
                    rsa.issue().signatureAlgorithm(algorithm).build().certificate();
            leaf.verify(rsa.keyPair().getPublic());
            assertThat(leaf.getSigAlgName()).isEqualTo(algorithm);
        }
        X509Certificate pss =
                rsa.issue().signatureAlgorithm("SHA256withRSAandMGF1").build().certificate();
        pss.verify(rsa.keyPair().getPublic());
        assertThat(pss.getSigAlgName()).isEqualTo("RSASSA-PSS");
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> root.issue().signatureAlgorithm("SHA256withRSA").build())
                .withMessageContaining("cannot sign with SHA256withRSA and a key of algorithm EC");
    }

    @Test
    void version1_hasNoExtensions() {
        X509Certificate leaf =
                ca.issue().dnsName("localhost").version1().build().certificate();

        assertThat(leaf.getVersion()).isEqualTo(1);
        assertThat(leaf.getCriticalExtensionOIDs()).isNull();
    }

    @Test
    void issuerNameAndSerialNumber_set_areInTheCertificate() {
        X509Certificate leaf = ca.issue()
                .issuerName("CN=somebody else")
                .serialNumber(BigInteger.valueOf(-5))
                .build()
                .certificate();

        assertThat(leaf.getIssuerX500Principal().getName()).isEqualTo("CN=somebody else");
        assertThat(leaf.getSerialNumber()).isEqualTo(-5);
    }

    @Test
    void extension_raw_takesThePlaceOfTheBuiltOne() {
        X509Certificate leaf = ca.issue()
                .dnsName("localhost")
                .extension(SUBJECT_ALTERNATIVE_NAME, false, new byte[] {0x30, 0})
                .extension("1.2.3.4", true, new byte[] {5, 0})
                .build()
                .certificate();

        assertThat(leaf.getExtensionValue(SUBJECT_ALTERNATIVE_NAME)).containsExactly(4, 2, 0x30, 0);
        assertThat(leaf.getCriticalExtensionOIDs()).contains("1.2.3.4");
    }

    @Test
    void extension_givenTwice_isInTheCertificateTwice() throws Exception {
        TestCertificate leaf = ca.issue()
                .extension("1.2.3.4", false, new byte[] {5, 0})
                .extension("1.2.3.4", false, new byte[] {5, 0})
                .build();

        String text = text(leaf);

        assertThat(text.split("1\\.2\\.3\\.4:", -1)).hasSize(3);
        assertThatIllegalStateException().isThrownBy(leaf::certificate);
    }

    @Test
    void tbsCertificate_changed_hasAGoodSignature() throws Exception {
        TestCertificate leaf = ca.issue()
                .subject("CN=before")
                .tbsCertificate(der -> new String(der, StandardCharsets.ISO_8859_1)
                        .replace("before", "after!")
                        .getBytes(StandardCharsets.ISO_8859_1))
                .build();

        leaf.certificate().verify(ca.keyPair().getPublic());
        assertThat(leaf.certificate().getSubjectX500Principal().getName()).isEqualTo("CN=after!");
    }

    @Test
    void encoding_replaced_keepsKeyAndChain() {
        TestCertificate leaf = ca.issue().build();
        byte[] broken = leaf.encoded();
        broken[0] = 0;

        TestCertificate mutated = leaf.withEncoding(broken);

        assertThat(mutated.encoded()).isEqualTo(broken);
        assertThat(mutated.privateKey()).isEqualTo(leaf.privateKey());
        assertThatIllegalStateException().isThrownBy(mutated::certificate).withMessageContaining("use encoded()");
    }

    @Test
    void keyPair_given_isCertifiedAgain() {
        TestCertificate first = ca.issue().build();
        TestCertificate renewed =
                ca.issue().subject(first.subject()).keyPair(first.keyPair()).build();

        assertThat(renewed.certificate().getPublicKey())
                .isEqualTo(first.certificate().getPublicKey());
        assertThat(renewed.certificate()).isNotEqualTo(first.certificate());
    }

    @Test
    void toString_ofACertificate_hasNoKey() {
        assertThat(ca.toString()).isEqualTo("TestCertificate[subject=%s, issuer=%s]", ca.subject(), root.subject());
    }

    // Keys and files

    @ParameterizedTest
    @EnumSource(value = KeyType.class, mode = EnumSource.Mode.EXCLUDE, names = "RSA_4096") // slow, and no other form
    void key_ofEveryType_isReadBackByOpenSslInEveryFormThatItHas(KeyType type) throws Exception {
        TestCertificate leaf = root.issue().keyType(type).build();
        String algorithm = leaf.privateKey().getAlgorithm();

        assertThat(text(leaf)).contains("Public Key Algorithm");
        for (PrivateKeyFormat format : PrivateKeyFormat.values()) {
            boolean exists = format == PrivateKeyFormat.PKCS8
                    || (format == PrivateKeyFormat.PKCS1 && algorithm.equals("RSA"))
                    || (format == PrivateKeyFormat.SEC1 && algorithm.equals("EC"));
            if (exists) {
                assertReadBack(leaf, format.pem(leaf.keyPair()));
            } else {
                assertThatIllegalArgumentException().isThrownBy(() -> format.pem(leaf.keyPair()));
            }
        }
        for (PrivateKeyEncryption encryption : PrivateKeyEncryption.values()) {
            if (encryption == PrivateKeyEncryption.OPENSSL_AES_256_CBC
                    && !algorithm.equals("RSA")
                    && !algorithm.equals("EC")) {
                assertThatIllegalArgumentException().isThrownBy(() -> encryption.pem(leaf.keyPair(), PASSWORD));
            } else {
                assertReadBack(leaf, encryption.pem(leaf.keyPair(), PASSWORD));
            }
        }
    }

    @Test
    void key_asPkcs8_isReadBackByTheJdk() throws Exception {
        TestCertificate leaf = root.issue().build();
        String base64 = leaf.privateKeyPem().replaceAll("-----.*-----", "").replaceAll("\\s", "");

        PrivateKey read = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));

        assertThat(read).isEqualTo(leaf.privateKey());
    }

    @Test
    void curve_explicit_isSeenByOpenSslAndNotParsedByTheJdk() throws Exception {
        TestCertificate leaf = root.issue().keyType(KeyType.EC_P256_EXPLICIT).build();

        assertThat(text(leaf)).contains("Field Type: prime-field");
        assertThatIllegalStateException().isThrownBy(leaf::certificate);
    }

    @Test
    void writePem_writesTheChainAndAKeyForTheOwnerOnly() throws Exception {
        TestCertificate leaf = ca.issue().build();

        PemFiles files = leaf.writePem(directory, "server");

        assertThat(files.certificate()).hasFileName("server.crt").hasContent(leaf.chainPem());
        assertThat(files.key()).hasFileName("server.key").hasContent(leaf.privateKeyPem());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.key())))
                .isEqualTo("rw-------");
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().contains(".testkit"));
    }

    @Test
    void writePem_again_replacesTheFiles() {
        ca.issue().build().writePem(directory, "server");
        TestCertificate second = ca.issue().build();

        PemFiles files = second.writePem(directory, "server");

        assertThat(files.certificate()).hasContent(second.chainPem());
        assertThat(directory.toFile().list()).hasSize(2);
    }

    @Test
    void keyStore_ofBothTypes_isReadBackByTheJdk() throws Exception {
        TestCertificate leaf = ca.issue().build();
        for (String type : List.of("PKCS12", "JKS")) {
            Path file = leaf.writeKeyStore(directory.resolve("store." + type), type, PASSWORD);

            KeyStore store = load(file, type);

            assertThat(store.getKey("key", PASSWORD)).isEqualTo(leaf.privateKey());
            assertThat(store.getCertificateChain("key")).containsExactly(leaf.certificate(), ca.certificate());
        }
    }

    @Test
    void trustStore_ofBothTypes_isReadBackByTheJdk() throws Exception {
        for (String type : List.of("PKCS12", "JKS")) {
            Path file = TestCertificate.writeTrustStore(directory.resolve("trust." + type), type, PASSWORD, root, ca);

            KeyStore store = load(file, type);

            assertThat(store.getCertificate("anchor-0")).isEqualTo(root.certificate());
            assertThat(store.getCertificate("anchor-1")).isEqualTo(ca.certificate());
        }
    }

    private static KeyStore load(Path file, String type) throws Exception {
        KeyStore store = KeyStore.getInstance(type);
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD);
        }
        return store;
    }

    private void assertReadBack(TestCertificate leaf, String pem) throws Exception {
        Path file = Files.writeString(directory.resolve("read-back.pem"), pem);
        OpenSsl.Result result = OpenSsl.run(
                "pkey",
                "-in",
                file.toString(),
                "-passin",
                "pass:" + new String(PASSWORD),
                "-outform",
                "PEM",
                "-pubout");
        String expected = Pem.encode("PUBLIC KEY", leaf.keyPair().getPublic().getEncoded());
        assertThat(result.output()).as(pem.lines().findFirst().orElse("")).isEqualTo(expected);
    }

    private String text(TestCertificate certificate) throws Exception {
        Path file = Files.writeString(directory.resolve("text.pem"), certificate.certificatePem());
        return OpenSsl.run("x509", "-in", file.toString(), "-noout", "-text").output();
    }

    private OpenSsl.Result verify(TestCertificate leaf, TestCertificate anchor, TestCertificate... untrusted)
            throws Exception {
        Path leafFile = Files.writeString(directory.resolve("leaf.pem"), leaf.certificatePem());
        Path anchorFile = Files.writeString(directory.resolve("anchor.pem"), anchor.certificatePem());
        Path others = Files.writeString(directory.resolve("others.pem"), TestCertificate.pem(untrusted));
        return untrusted.length == 0
                ? OpenSsl.run("verify", "-x509_strict", "-CAfile", anchorFile.toString(), leafFile.toString())
                : OpenSsl.run(
                        "verify",
                        "-x509_strict",
                        "-CAfile",
                        anchorFile.toString(),
                        "-untrusted",
                        others.toString(),
                        leafFile.toString());
    }

    @Test
    void clock_ofTheIssuer_isInheritedWithItsDistance() {
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(400));
        TestCertificate issuer = TestCertificate.root().clock(later).build();

        assertThat(issuer.issue().build().certificate().getNotBefore())
                .isAfter(Instant.now().plus(Duration.ofDays(399)));
    }
}
