package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.fail;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.PrivateKeyEncryption;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bad files get an exception at {@code build()} that names file, block and cause. Each shows nothing of what is in the
 * files and leaves no file open: every test here checks that of whatever it caught.
 */
class BadMaterialTest extends WithMaterialFiles {
    private static final char[] PASSWORD = "correct-horse-battery".toCharArray();
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate INTERMEDIATE = ROOT.issue().ca().build();
    private static final TestCertificate LEAF =
            INTERMEDIATE.issue().dnsName("localhost").build();

    BadMaterialTest() {
        super(LEAF);
    }

    // Files that cannot be read at all; also for root, whom permissions do not stop.

    @Test
    void anchors_fileIsMissing_isUnreadable() {
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .isEqualTo(RefusalReason.MATERIAL_UNREADABLE + " " + file
                        + " does not exist, expected a file; is the path right, and its volume mounted?");
    }

    @Test
    void anchors_sourceGivesNone_areUnreadable() {
        assertThat(anchorsRefused(TrustAnchors.from(new Empty())))
                .isEqualTo(RefusalReason.MATERIAL_UNREADABLE + " trust anchors: the source an empty source gave none");
    }

    @Test
    void anchors_sourceGivesOne_areTaken() {
        List<X509Certificate> one = List.of(ROOT.certificate());
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.from(() -> one))
                .withoutClientIdentity()
                .build()) {
            assertThat(tls.status().validities())
                    .extracting(TlsStatus.Validity::subject)
                    .containsExactly(ROOT.subject());
        }
    }

    private static final class Empty implements MaterialSource<List<X509Certificate>> {
        @Override
        public List<X509Certificate> current() {
            return List.of();
        }

        @Override
        public String toString() {
            return "an empty source";
        }
    }

    @Test
    void anchors_pathIsADirectory_isUnreadable() {
        assertThat(anchorsRefused(TrustAnchors.pem(directory)))
                .isEqualTo(RefusalReason.MATERIAL_UNREADABLE + " " + directory
                        + " is a directory, expected a file; name the file itself");
    }

    @Test
    void anchors_pathBelowAFile_isUnreadable() throws IOException {
        Files.writeString(file, "text");
        Path below = file.resolve("ca.crt");
        assertThat(anchorsRefused(TrustAnchors.pem(below)))
                .startsWith(RefusalReason.MATERIAL_UNREADABLE + " " + below + " cannot be read");
    }

    @Test
    void anchors_fileIsEmpty_isUnreadable() throws IOException {
        Files.createFile(file);
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .isEqualTo(RefusalReason.MATERIAL_UNREADABLE + " " + file
                        + " is empty, expected PEM or a key store; was it written in full?");
    }

    @Test
    void anchors_fileIsHuge_isUnreadable() throws IOException {
        Files.write(file, new byte[FileSnapshot.LARGEST_FILE_BYTES + 1]);
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .startsWith(RefusalReason.MATERIAL_UNREADABLE + " " + file + " is larger than 1048576 bytes");
    }

    @Test
    void anchors_oneOfTwoFilesIsMissing_isUnreadable() throws IOException {
        Path good = Files.writeString(directory.resolve("ca.crt"), ROOT.certificatePem());
        assertThat(anchorsRefused(TrustAnchors.pem(good, file))).contains(file + " does not exist");
    }

    @Test
    void identity_filesAreMissingOrEmpty_areUnreadable() throws IOException {
        assertThat(identityRefused(ClientIdentity.pem(file, identity.key()))).contains(file + " does not exist");
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .contains(file + " does not exist");
        assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD))).contains(file + " does not exist");
        Files.createFile(file);
        assertThat(identityRefused(ClientIdentity.pem(file, identity.key()))).contains(file + " is empty");
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .contains(file + " is empty");
        assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD))).contains(file + " is empty");
    }

    // Malformed and cut off.

    @Test
    void anchors_text_hasNoCertificate() throws IOException {
        Files.writeString(file, "this is no certificate\n");
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .isEqualTo(RefusalReason.MATERIAL_UNREADABLE + " trust anchors " + file
                        + ": no PEM block \"-----BEGIN CERTIFICATE-----\" is in it; is it the right file?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"AAAA", "", "!!!!", "MAA="})
    void anchors_secondBlockIsMalformed_isNamed(String content) throws IOException {
        Files.writeString(
                file,
                ROOT.certificatePem() + "-----BEGIN CERTIFICATE-----\n" + content + "\n-----END CERTIFICATE-----\n");
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .startsWith(RefusalReason.MATERIAL_UNREADABLE + " trust anchors " + file + ": block 2 is ");
    }

    @Test
    void anchors_cutOffAnywhere_areUnreadable() throws IOException {
        String pem = ROOT.certificatePem().strip();
        for (int length = 0; length < pem.length(); length += 50) {
            Files.writeString(file, pem.substring(0, length));
            assertThat(anchorsRefused(TrustAnchors.pem(file)))
                    .as("%s of %s characters", length, pem.length())
                    .startsWith(RefusalReason.MATERIAL_UNREADABLE + " ")
                    .contains(file.toString());
        }
    }

    @Test
    void anchors_secondCutOffAnywhere_areUnreadable() throws IOException {
        String first = ROOT.certificatePem();
        String second = TestCertificate.root().build().certificatePem().strip();
        for (int length = "-----BEGIN CERTIFICATE-----".length(); length < second.length(); length += 50) {
            Files.writeString(file, first + second.substring(0, length));
            assertThat(anchorsRefused(TrustAnchors.pem(file)))
                    .as("%s of %s characters", length, second.length())
                    .contains("block 2 ");
        }
    }

    @Test
    void key_cutOffAnywhere_isUnreadable() throws IOException {
        String pem = LEAF.privateKeyPem().strip();
        for (int length = 0; length < pem.length(); length += 50) {
            Files.writeString(file, pem.substring(0, length));
            assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                    .as("%s of %s characters", length, pem.length())
                    .startsWith(RefusalReason.MATERIAL_UNREADABLE + " ")
                    .contains(file.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyStore_cutOffAnywhere_isUnreadable(String type) throws IOException {
        byte[] store = Files.readAllBytes(LEAF.writeKeyStore(directory.resolve("store"), type, PASSWORD));
        for (int length = 0; length < store.length; length += 50) {
            Files.write(file, Arrays.copyOf(store, length));
            assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD)))
                    .as("%s of %s bytes", length, store.length)
                    .startsWith(RefusalReason.MATERIAL_UNREADABLE + " ")
                    .contains(file.toString());
        }
    }

    /** Whatever byte of a certificate is damaged: a typed refusal, or a certificate that parses all the same. */
    @Test
    void anchors_anyByteIsDamaged_noOtherExceptionEscapes() throws IOException {
        byte[] der = ROOT.encoded();
        int refused = 0;
        for (int i = 0; i < der.length; i++) {
            byte[] damaged = der.clone();
            damaged[i] ^= (byte) 0x81;
            Files.writeString(file, pem("CERTIFICATE", damaged));
            try {
                SecureTls.trusting(TrustAnchors.pem(file))
                        .withoutClientIdentity()
                        .build()
                        .close();
            } catch (TlsConfigurationException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(der.length / 4);
    }

    /** The key's bytes must not come out through the message of a parser, either. */
    @Test
    void key_anyByteIsDamaged_isRefusedWithoutItsContent() throws IOException {
        byte[] der = LEAF.privateKey().getEncoded();
        for (int i = 0; i < der.length; i += 3) {
            byte[] damaged = der.clone();
            damaged[i] ^= (byte) 0x55;
            Files.writeString(file, pem("PRIVATE KEY", damaged));
            try {
                SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                        .presenting(ClientIdentity.pem(identity.certificate(), file))
                        .build()
                        .close();
            } catch (TlsConfigurationException e) {
                assertShowsNothingOf(e, pem("PRIVATE KEY", damaged));
            }
        }
    }

    // The wrong kind.

    @Test
    void anchors_keyFile_isNamedAsAKey() throws IOException {
        Files.writeString(file, LEAF.privateKeyPem());
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .isEqualTo(RefusalReason.MATERIAL_UNREADABLE + " trust anchors " + file
                        + ": block 1 is a private key, expected certificates;"
                        + " are the files of certificate and key swapped?");
    }

    @Test
    void anchors_keyBesideTheCertificate_isNamedAsAKey() throws IOException {
        Files.writeString(file, ROOT.certificatePem() + LEAF.encryptedPrivateKeyPem(PASSWORD));
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .contains("block 2 is an encrypted private key, expected certificates");
    }

    @Test
    void key_certificateFile_hasNoKey() throws IOException {
        Files.writeString(file, LEAF.certificatePem());
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .isEqualTo(
                        RefusalReason.MATERIAL_UNREADABLE + " client identity " + file
                                + ": block 1 is a certificate, expected a private key; are the files of certificate and key swapped?");
    }

    @Test
    void certificates_keyFile_isNamedAsAKey() {
        assertThat(identityRefused(ClientIdentity.pem(identity.key(), identity.certificate())))
                .contains(identity.key() + ": block 1 is a private key, expected certificates");
    }

    @Test
    void certificatesAndKey_oneFileWithoutKey_hasNoKey() {
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), identity.certificate())))
                .contains(identity.certificate() + ": block 1 is a certificate, expected a private key");
    }

    @Test
    void anchors_der_hasNoPemBlock() throws IOException {
        Files.write(file, ROOT.encoded());
        assertThat(anchorsRefused(TrustAnchors.pem(file))).contains(file + ": it is DER, expected PEM");
    }

    @Test
    void key_der_hasNoKey() throws IOException {
        Files.write(file, LEAF.privateKey().getEncoded());
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .contains(file + ": it is DER, expected PEM", "openssl pkey -inform der");
    }

    @Test
    void pem_pkcs12File_hasNoPemBlock() {
        Path store = LEAF.writeKeyStore(file, "PKCS12", PASSWORD);
        assertThat(anchorsRefused(TrustAnchors.pem(store))).contains(file + ": it is a PKCS#12 store, expected PEM");
        assertThat(identityRefused(ClientIdentity.pem(store, store)))
                .contains(file + ": it is a PKCS#12 store, expected PEM");
    }

    @Test
    void keyStore_pemFile_isNoKeyStore() throws IOException {
        Files.writeString(file, ROOT.certificatePem());
        assertThat(anchorsRefused(TrustAnchors.keyStore(file, PASSWORD)))
                .startsWith(RefusalReason.MATERIAL_UNREADABLE + " " + file + " is not a key store");
    }

    @Test
    void key_publicKeyBlock_isNamed() throws IOException {
        Files.writeString(file, pem("PUBLIC KEY", LEAF.keyPair().getPublic().getEncoded()));
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .contains("block 1 is a public key", "expected a certificate or a private key");
    }

    @Test
    void key_twoKeys_isAmbiguous() throws IOException {
        Files.writeString(file, LEAF.privateKeyPem() + ROOT.privateKeyPem());
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .contains("block 2 is one more than the one private key that is expected");
    }

    // Passwords.

    @Test
    void encryptedKey_withoutPassword_saysSo() throws IOException {
        Files.writeString(file, LEAF.encryptedPrivateKeyPem(PASSWORD));
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .contains("block 1 is an encrypted private key, expected a password for it, none is given");
    }

    @ParameterizedTest
    @ValueSource(strings = {"wrong-horse-battery", ""})
    void encryptedKey_wrongPassword_saysSoAndShowsNeither(String wrong) throws IOException {
        Files.writeString(file, LEAF.encryptedPrivateKeyPem(PASSWORD));
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file, wrong.toCharArray())))
                .contains("block 1 is an encrypted private key that the password does not open")
                .doesNotContain("wrong-horse");
    }

    @Test
    void encryptedKey_oldOpenSslForm_saysHowToWriteItAnew() throws IOException {
        Files.writeString(file, PrivateKeyEncryption.OPENSSL_AES_256_CBC.pem(LEAF.keyPair(), PASSWORD));
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file, PASSWORD)))
                .contains("openssl pkcs8 -topk8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void keyStore_wrongPassword_saysSoAndShowsNeither(String type) {
        Path store = LEAF.writeKeyStore(file, type, PASSWORD);
        char[] wrong = "wrong-horse-battery".toCharArray();
        assertThat(identityRefused(ClientIdentity.keyStore(store, wrong)))
                .contains(file + " is a key store that the password does not open")
                .doesNotContain("wrong-horse");
        assertThat(anchorsRefused(TrustAnchors.keyStore(store, wrong)))
                .contains(file + " is a key store that the password does not open");
    }

    // Key stores without what is wanted.

    @Test
    void keyStore_identityWithoutKey_saysWhatIsInIt() {
        Path store = TestCertificate.writeTrustStore(file, "PKCS12", PASSWORD, ROOT);
        assertThat(identityRefused(ClientIdentity.keyStore(store, PASSWORD)))
                .contains(file + ": expected one private key entry, it has []");
    }

    @Test
    void keyStore_identityWithTwoKeys_asksForTheAlias() throws Exception {
        twoKeys();
        assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD)))
                .contains(file + ": expected one private key entry, it has [")
                .contains("name one by its alias");
    }

    @Test
    void keyStore_unknownAlias_namesThoseThatAreThere() throws Exception {
        twoKeys();
        assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD, "three")))
                .contains(file + ": no private key entry three is in it, it has [")
                .contains("one");
    }

    @Test
    void keyStore_anchorsWithOnlyAKey_areEmpty() {
        Path store = LEAF.writeKeyStore(file, "PKCS12", PASSWORD);
        assertThat(anchorsRefused(TrustAnchors.keyStore(store, PASSWORD)))
                .contains(file + ": no trusted certificate entry is in it")
                .contains("keytool -importcert");
    }

    private void twoKeys() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (String alias : List.of("one", "two")) {
            store.setKeyEntry(
                    alias, LEAF.privateKey(), PASSWORD, LEAF.chain().toArray(new java.security.cert.Certificate[0]));
        }
        try (var out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD);
        }
    }

    // Good files that do not fit.

    @ParameterizedTest
    @ValueSource(strings = {"EC_P256", "EC_P384", "RSA_2048", "ED25519"})
    void identity_keyOfAnother_isAMismatch(KeyType type) throws IOException {
        Files.writeString(
                file, TestCertificate.selfSigned().keyType(type).build().privateKeyPem());
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .startsWith(RefusalReason.KEY_MISMATCH + " client identity (PEM " + identity.certificate() + ", key "
                        + file + "): the private key does not belong to the first certificate, " + LEAF.subject());
    }

    @Test
    void identity_leafIsNotFirst_saysWhichOneIs() throws IOException {
        Files.writeString(file, TestCertificate.pem(INTERMEDIATE, LEAF));
        assertThat(identityRefused(ClientIdentity.pem(file, identity.key())))
                .startsWith(RefusalReason.KEY_MISMATCH + " ")
                .contains("it is the key of certificate 2: put that one first");
    }

    @Test
    void identity_chainOutOfOrder_saysWhatWasExpected() throws IOException {
        TestCertificate lower = INTERMEDIATE.issue().ca().build();
        TestCertificate leaf = lower.issue().dnsName("localhost").build();
        PemFiles files = leaf.withIntermediates(INTERMEDIATE, lower).writePem(directory, "shuffled");
        assertThat(identityRefused(ClientIdentity.pem(files.certificate(), files.key())))
                .startsWith(RefusalReason.MATERIAL_UNREADABLE + " ")
                .contains("certificate 2 is " + INTERMEDIATE.subject() + ", expected the issuer of the one before, "
                        + lower.subject());
    }

    @Test
    void identity_expired_isNamedWithItsEnd() {
        Instant end = Instant.parse("2020-01-01T00:00:00Z");
        PemFiles expired = INTERMEDIATE
                .issue()
                .subject("CN=expired client")
                .notBefore(end.minus(Duration.ofDays(1)))
                .notAfter(end)
                .build()
                .writePem(directory, "expired");
        assertThat(identityRefused(ClientIdentity.pem(expired.certificate(), expired.key())))
                .startsWith(RefusalReason.EXPIRED + " client identity (PEM " + expired.certificate())
                .contains("CN=expired client expired at 2020-01-01T00:00:00Z");
    }

    @Test
    void identity_notYetValid_isNamedWithItsStart() {
        Instant start = Instant.parse("2090-01-01T00:00:00Z");
        PemFiles early = INTERMEDIATE
                .issue()
                .notBefore(start)
                .notAfter(start.plus(Duration.ofDays(1)))
                .build()
                .writePem(directory, "early");
        assertThat(identityRefused(ClientIdentity.pem(early.certificate(), early.key())))
                .startsWith(RefusalReason.NOT_YET_VALID + " ")
                .contains("valid from 2090-01-01T00:00:00Z");
    }

    @Test
    void identity_intermediateExpired_isExpired() {
        TestCertificate old = ROOT.issue()
                .ca()
                .subject("CN=old CA")
                .notAfter(Instant.now().minusSeconds(30))
                .build();
        PemFiles files = old.issue().build().writePem(directory, "old");
        assertThat(identityRefused(ClientIdentity.pem(files.certificate(), files.key())))
                .startsWith(RefusalReason.EXPIRED + " ")
                .contains("CN=old CA expired at");
    }

    @Test
    void anchors_expired_areRefused() throws IOException {
        TestCertificate old = TestCertificate.root()
                .subject("CN=old root")
                .notAfter(Instant.now().minusSeconds(30))
                .build();
        Files.writeString(file, old.certificatePem());
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .startsWith(RefusalReason.EXPIRED + " trust anchors (PEM [" + file
                        + "]): trust anchor CN=old root expired at");
    }

    @Test
    void anchors_notYetValid_areRefused() {
        TestCertificate early = TestCertificate.root()
                .notBefore(Instant.now().plus(Duration.ofHours(1)))
                .build();
        assertThat(anchorsRefused(TrustAnchors.of(early.certificate())))
                .startsWith(RefusalReason.NOT_YET_VALID + " trust anchors (1 given in memory): ");
    }

    @Test
    void anchors_expiredByTheGivenClock_areRefused() {
        Clock later = Clock.offset(Clock.systemUTC(), Duration.ofDays(1));
        TlsConfigurationException refused = catchThrowableOfType(
                TlsConfigurationException.class,
                () -> SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                        .withoutClientIdentity()
                        .clock(later)
                        .build());
        assertThat(refused.reason()).isEqualTo(RefusalReason.EXPIRED);
    }

    @Test
    void anchors_leafThatIsNoCa_isRefused() throws IOException {
        Files.writeString(file, LEAF.certificatePem());
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .startsWith(RefusalReason.CONSTRAINT_VIOLATED + " trust anchors (PEM [" + file + "]): trust anchor "
                        + LEAF.subject()
                        + " is no CA");
    }

    // Empty lists and options set twice.

    @Test
    void emptyLists_areRefusedAtOnce() {
        assertThatIllegalArgumentException().isThrownBy(TrustAnchors::pem).withMessageContaining("no PEM file");
        assertThatIllegalArgumentException().isThrownBy(TrustAnchors::of).withMessageContaining("must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TrustAnchors.of(List.of()))
                .withMessageContaining("must not be empty");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ClientIdentity.of(LEAF.privateKey(), List.of()))
                .withMessageContaining("must not be empty");
    }

    @Test
    void builder_optionTwice_throwsWithTheOption() {
        SecureTls.Builder builder = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .policy(TlsPolicy.strict())
                .serverIdentity(ServerIdentity.host("valkey.example"))
                .listener(new TlsListener() {})
                .clock(Clock.systemUTC());
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.policy(TlsPolicy.modern()))
                .withMessageStartingWith("policy was already set to strict");
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.serverIdentity(ServerIdentity.host("other.example")))
                .withMessage("server identity was already set to dNSName valkey.example");
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.listener(new TlsListener() {}))
                .withMessageStartingWith("listener was already set");
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.clock(Clock.systemUTC()))
                .withMessageStartingWith("clock was already set");
    }

    /** On Linux the process' open files can be listed: none of ours may be among them, however the test ended. */
    @AfterEach
    void noFileOfOurs_isOpen() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return;
        }
        try (Stream<Path> open = Files.list(descriptors)) {
            assertThat(open.map(BadMaterialTest::target)).noneMatch(target -> target.startsWith(directory.toString()));
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // closed since it was listed
        }
    }

    private String anchorsRefused(TrustAnchors anchors) {
        return refused(SecureTls.trusting(anchors).withoutClientIdentity());
    }

    private String identityRefused(ClientIdentity presented) {
        return refused(SecureTls.trusting(TrustAnchors.of(ROOT.certificate())).presenting(presented));
    }

    /** Returns reason and message without the link to the reasons' page, after looking for secrets in all of it. */
    private String refused(SecureTls.Builder builder) {
        TlsConfigurationException refused;
        try (SecureTls tls = builder.build()) {
            return fail("was built: " + tls);
        } catch (TlsConfigurationException e) {
            refused = e;
        }
        assertShowsNothingOf(refused, LEAF.privateKeyPem());
        assertShowsNothingOf(refused, content(file));
        String message = String.valueOf(refused.getMessage());
        String link = "; see https://valkey-secure.github.io/reasons.html#"
                + refused.reason().tag();
        assertThat(message).endsWith(link);
        return refused.reason() + " " + message.substring(0, message.length() - link.length());
    }

    private static @Nullable String content(Path path) {
        try {
            return Files.isRegularFile(path) ? Files.readString(path, StandardCharsets.ISO_8859_1) : null;
        } catch (IOException e) {
            return null;
        }
    }

    private static void assertShowsNothingOf(TlsConfigurationException refused, @Nullable String secret) {
        StringWriter everything = new StringWriter();
        refused.printStackTrace(new PrintWriter(everything));
        assertThat(everything.toString()).doesNotContain(new String(PASSWORD));
        if (secret != null) {
            assertThat(secret.lines().map(String::strip).filter(line -> line.matches("[A-Za-z0-9+/=]{16,}")))
                    .noneMatch(line -> everything.toString().contains(line.substring(0, 16)));
        }
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }
}
