package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.PrivateKeyEncryption;
import io.valkeysecure.testkit.internal.PrivateKeyFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every form in which anchors and identities may come is read, and the identity read is the one that was written. */
class MaterialFormatsTest {
    private static final char[] PASSWORD = "correct horse".toCharArray();
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate INTERMEDIATE = ROOT.issue().ca().build();

    @TempDir
    private Path directory = Path.of("");

    private Path certificates = Path.of("");
    private Path key = Path.of("");

    @BeforeEach
    void nameFiles() {
        certificates = directory.resolve("tls.crt");
        key = directory.resolve("tls.key");
    }

    @ParameterizedTest
    @CsvSource({
        "EC_P256, PKCS8",
        "EC_P384, PKCS8",
        "EC_P521, PKCS8",
        "RSA_2048, PKCS8",
        "ED25519, PKCS8",
        "EC_P256, SEC1",
        "EC_P384, SEC1",
        "RSA_2048, PKCS1"
    })
    void pem_keyFormat_isRead(KeyType type, PrivateKeyFormat format) throws IOException {
        TestCertificate leaf = leaf(type);
        Files.writeString(certificates, leaf.chainPem());
        Files.writeString(key, format.pem(leaf.keyPair()));
        assertIdentity(leaf, ClientIdentity.pem(certificates, key));
    }

    @ParameterizedTest
    @EnumSource(names = "OPENSSL_AES_256_CBC", mode = EnumSource.Mode.EXCLUDE)
    void pem_encryptedKey_isRead(PrivateKeyEncryption encryption) throws IOException {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        Files.writeString(certificates, leaf.chainPem());
        Files.writeString(key, encryption.pem(leaf.keyPair(), PASSWORD));
        assertIdentity(leaf, ClientIdentity.pem(certificates, key, PASSWORD));
    }

    @Test
    void pem_passwordForAKeyThatIsNotEncrypted_isRead() throws IOException {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        PemFiles files = leaf.writePem(directory, "tls");
        assertIdentity(leaf, ClientIdentity.pem(files.certificate(), files.key(), PASSWORD));
    }

    @Test
    void pem_ecParametersBeforeTheKey_isRead() throws IOException {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        String parameters = "-----BEGIN EC PARAMETERS-----\n"
                + Base64.getEncoder().encodeToString(SECObjectIdentifiers.secp256r1.getEncoded())
                + "\n-----END EC PARAMETERS-----\n";
        Files.writeString(certificates, leaf.chainPem());
        Files.writeString(key, parameters + PrivateKeyFormat.SEC1.pem(leaf.keyPair()));
        assertIdentity(leaf, ClientIdentity.pem(certificates, key));
    }

    @Test
    void pem_windowsLineEnds_isRead() throws IOException {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        Files.writeString(certificates, leaf.chainPem().replace("\n", "\r\n"));
        Files.writeString(key, leaf.privateKeyPem().replace("\n", "\r\n"));
        assertIdentity(leaf, ClientIdentity.pem(certificates, key));
    }

    @Test
    void pem_textAroundTheBlocks_isRead() throws IOException {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        String bagAttributes = "Bag Attributes\n    friendlyName: valkey\nsubject=CN = b\u00fccher\n";
        Files.writeString(certificates, bagAttributes + leaf.chainPem() + "\n# end\n");
        Files.writeString(key, "\ufeff" + bagAttributes + leaf.privateKeyPem() + "\n\n");
        assertIdentity(leaf, ClientIdentity.pem(certificates, key));
    }

    @Test
    void pem_noNewlineAtTheEnd_isRead() throws IOException {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        Files.writeString(certificates, leaf.chainPem().strip());
        Files.writeString(key, leaf.privateKeyPem().strip());
        assertIdentity(leaf, ClientIdentity.pem(certificates, key));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void pem_keyAndCertificatesInOneFile_isRead(boolean keyFirst) throws IOException {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        Path both = directory.resolve("both.pem");
        Files.writeString(
                both, keyFirst ? leaf.privateKeyPem() + leaf.chainPem() : leaf.chainPem() + leaf.privateKeyPem());
        assertIdentity(leaf, ClientIdentity.pem(both, both));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyStore_identity_isRead(String type) {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        Path store = leaf.writeKeyStore(directory.resolve("identity"), type, PASSWORD);
        assertIdentity(leaf, ClientIdentity.keyStore(store, PASSWORD));
        assertIdentity(leaf, ClientIdentity.keyStore(store, PASSWORD, "key"));
    }

    @Test
    void of_readyKey_isUsed() {
        TestCertificate leaf = leaf(KeyType.EC_P256);
        assertIdentity(leaf, ClientIdentity.of(leaf.privateKey(), leaf.chain()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyStore_anchors_areRead(String type) {
        TestCertificate second = TestCertificate.root().build();
        Path store = TestCertificate.writeTrustStore(directory.resolve("anchors"), type, PASSWORD, ROOT, second);
        assertAnchors(TrustAnchors.keyStore(store, PASSWORD), ROOT, second);
    }

    @Test
    void pem_anchorsInSeveralFilesAndTwice_areReadOnceEach() throws IOException {
        TestCertificate second = TestCertificate.root().build();
        Path one = Files.writeString(directory.resolve("one.crt"), TestCertificate.pem(ROOT, second));
        Path two = Files.writeString(directory.resolve("two.crt"), "# the old one\n" + ROOT.certificatePem());
        assertAnchors(TrustAnchors.pem(one, two, one), ROOT, second);
    }

    @Test
    void password_changedAfterwards_wasCopied() {
        char[] password = PASSWORD.clone();
        TestCertificate leaf = leaf(KeyType.EC_P256);
        Path identity = leaf.writeKeyStore(directory.resolve("identity"), "PKCS12", password);
        Path anchors = TestCertificate.writeTrustStore(directory.resolve("anchors"), "PKCS12", password, ROOT);
        var building = SecureTls.trusting(TrustAnchors.keyStore(anchors, password))
                .presenting(ClientIdentity.keyStore(identity, password));
        java.util.Arrays.fill(password, ' ');
        building.build().close();
    }

    private static TestCertificate leaf(KeyType type) {
        return INTERMEDIATE.issue().keyType(type).dnsName("localhost").build();
    }

    /** Only the key that belongs to the leaf passes {@code build()}, which signs with it. */
    private static void assertIdentity(TestCertificate leaf, ClientIdentity identity) {
        SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(identity)
                .build()
                .close();
        assertThat(identity.material()
                        .parse(FileSnapshot.of(identity.material()))
                        .chain())
                .isEqualTo(leaf.chain());
    }

    private static void assertAnchors(TrustAnchors anchors, TestCertificate... expected) {
        assertThat(anchors.material().parse(FileSnapshot.of(anchors.material())))
                .containsExactlyInAnyOrderElementsOf(List.of(expected).stream()
                        .map(TestCertificate::certificate)
                        .toList());
    }
}
