package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.internal.material.FileSnapshot;
import io.valkeysecure.internal.verify.Tlv;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.misc.MiscObjectIdentifiers;
import org.bouncycastle.asn1.misc.ScryptParams;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.EncryptionScheme;
import org.bouncycastle.asn1.pkcs.KeyDerivationFunc;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBES2Parameters;
import org.bouncycastle.asn1.pkcs.PBKDF2Params;
import org.bouncycastle.asn1.pkcs.PKCS12PBEParams;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.util.ScryptConfig;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that ask for more memory, time or stack than any honest one are refused before the work begins, and damaged
 * ones are refused with their name, whatever a parser does with them. No part of a PEM file is passed over in silence.
 */
class MaterialBoundsTest extends WithMaterialFiles {
    private static final char[] PASSWORD = "correct-horse-battery".toCharArray();
    private static final int TOO_MANY_ROUNDS = 1_000_001;
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate OTHER_ROOT = TestCertificate.root().build();
    private static final TestCertificate LEAF =
            ROOT.issue().dnsName("localhost").build();

    MaterialBoundsTest() {
        super(LEAF);
    }

    // PEM, of which no block is lost

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----BEGIN CERTIFICATE----",
                "----BEGIN CERTIFICATE-----",
                "-----BEGIN CERTIFICATE",
                "-----BEGN CERTIFICATE-----",
                "-----BEGIN CERTIFICATE-----x",
                " -----BEGIN CERTIFICATE-----",
                "\u00ef\u00bb\u00bf-----BEGIN CERTIFICATE-----",
                "-----begin certificate-----",
                ""
            })
    void bundle_beginOfABlockIsDamaged_isRefused(String begin) throws IOException {
        String damaged = ROOT.certificatePem().replace("-----BEGIN CERTIFICATE-----", begin);
        assertDamaged(damaged + OTHER_ROOT.certificatePem(), "block 1 is malformed or cut off");
        assertDamaged(OTHER_ROOT.certificatePem() + damaged, "block 2 is malformed or cut off");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-----END CERTIFICATE----",
                "-----END X509 CRL-----",
                "---END CERTIFICATE---",
                "-----END CERTIFICATE-----x",
                ""
            })
    void bundle_endOfABlockIsDamaged_isRefused(String end) throws IOException {
        String damaged = ROOT.certificatePem().replace("-----END CERTIFICATE-----", end);
        assertDamaged(damaged + OTHER_ROOT.certificatePem(), "block 1 is malformed or cut off");
        assertDamaged(OTHER_ROOT.certificatePem() + damaged, "block 2 is malformed or cut off");
    }

    @Test
    void bundle_bothLinesOfABlockAreLost_isRefused() throws IOException {
        String damaged = ROOT.certificatePem().replaceAll("-----[A-Z ]+-----", "");
        assertDamaged(OTHER_ROOT.certificatePem() + damaged, "block 2 is malformed or cut off");
    }

    @Test
    void bundle_withCommentsAroundItsBlocks_isAccepted() throws IOException {
        String comments = String.join(
                "\n",
                "# the CA of 2026 -- not that of 2027",
                "==========",
                "subject: CN=A, O=B - C",
                "----------",
                "sha256 " + "0123456789abcdef".repeat(4),
                "0123456789abcdef".repeat(4),
                "");
        Files.writeString(
                file,
                comments + ROOT.certificatePem().replace("\n", " \r\n") + "\r\nnext\n" + OTHER_ROOT.certificatePem());
        build(TrustAnchors.pem(file));
    }

    /** The content of the block, not what Bouncy Castle would write for it. */
    @Test
    void bundle_certificateWithSomethingBehindIt_isRefused() throws IOException {
        assertDamaged(pem("CERTIFICATE", Tlv.concat(ROOT.encoded(), new byte[1])), "block 1 is ");
    }

    // Key derivation of an encrypted key

    @Test
    void encryptedKey_rounds_areBounded() throws Exception {
        ASN1Encodable rounds = new PBKDF2Params(new byte[16], TOO_MANY_ROUNDS);
        assertThat(keyRefused(new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, rounds)))
                .contains(file
                        + ": block 1 is an encrypted private key that asks for 1000001 rounds of key derivation, expected"
                        + " 1 to 1000000; encrypt it again with the defaults of \"openssl pkcs8 -topk8\"");
        ASN1Encodable octets = new PBKDF2Params(new byte[16], 2_048, Integer.MAX_VALUE);
        assertThat(keyRefused(new KeyDerivationFunc(PKCSObjectIdentifiers.id_PBKDF2, octets)))
                .contains("asks for a derived key of 2147483647 octets, expected at most 64");
        assertAccepted(
                new JcePKCSPBEOutputEncryptorBuilder(NISTObjectIdentifiers.id_aes256_CBC).setIterationCount(600_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.2.840.113549.1.5.13", "1.2.840.113549.1.12.1.3", "1.2.840.113549.1.5.10"})
    void encryptedKey_parametersWithoutContent_areMalformed(String algorithm) throws Exception {
        writeKey(new EncryptedPrivateKeyInfo(
                new AlgorithmIdentifier(new ASN1ObjectIdentifier(algorithm), new DERSequence()), new byte[64]));
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file, PASSWORD)))
                .contains(
                        file + ": block 1 is an encrypted private key that has malformed parameters of its encryption");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1048576 8 1", "16384 512 1", "16384 8 17", "2 8388608 1"})
    void encryptedKey_scrypt_isBounded(String parameters) throws Exception {
        int[] each =
                Arrays.stream(parameters.split(" ")).mapToInt(Integer::parseInt).toArray();
        assertThat(keyRefused(new KeyDerivationFunc(
                        MiscObjectIdentifiers.id_scrypt, new ScryptParams(new byte[16], each[0], each[1], each[2]))))
                .contains("asks for scrypt with N=" + each[0] + ", r=" + each[1] + ", p=" + each[2])
                .contains("expected at most 67108864 bytes and p=16");
    }

    @Test
    void encryptedKey_scryptAsOpenSslHasIt_isAccepted() throws Exception {
        assertAccepted(new JcePKCSPBEOutputEncryptorBuilder(
                new ScryptConfig.Builder(16_384, 8, 1).withSaltLength(16).build(),
                NISTObjectIdentifiers.id_aes256_CBC));
    }

    @Test
    void encryptedKey_oldDerivation_isBounded() throws Exception {
        writeKey(new EncryptedPrivateKeyInfo(
                new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC,
                        new PKCS12PBEParams(new byte[8], TOO_MANY_ROUNDS)),
                new byte[64]));
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file, PASSWORD)))
                .contains("asks for 1000001 rounds");
    }

    @Test
    void key_nestedDeep_isRefusedWithItsFile() throws IOException {
        Files.writeString(file, pem("PRIVATE KEY", deep()));
        assertThat(identityRefused(ClientIdentity.pem(identity.certificate(), file)))
                .contains(file + ": block 1 is malformed or cut off");
    }

    // Stores

    @Test
    void pkcs12_roundsOfItsMac_areBounded() throws Exception {
        Pfx good = Pfx.getInstance(store("PKCS12"));
        MacData mac = good.getMacData();
        write(new Pfx(good.getAuthSafe(), new MacData(mac.getMac(), mac.getSalt(), TOO_MANY_ROUNDS)).getEncoded());
        assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD)))
                .contains(file + " asks for 1000001 rounds of key derivation, expected 1 to 1000000");
        write(good.getEncoded());
        assertThatCode(() -> build(ClientIdentity.keyStore(file, PASSWORD))).doesNotThrowAnyException();
    }

    @Test
    void pkcs12_roundsOfItsContents_areBounded() throws Exception {
        for (boolean encrypted : new boolean[] {true, false}) {
            write(withContents(
                    store("PKCS12"), content -> encrypted ? moreRounds(content) : shroudedByMoreRounds(content)));
            assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD)))
                    .contains(file + " asks for 1000001 rounds of key derivation, expected 1 to 1000000");
        }
    }

    @Test
    void stores_nestedDeep_areRefused() throws Exception {
        write(withContents(
                store("PKCS12"),
                content ->
                        new ContentInfo(PKCSObjectIdentifiers.data, new DEROctetString(Tlv.of(Tlv.SEQUENCE, deep())))));
        assertThat(identityRefused(ClientIdentity.keyStore(file, PASSWORD)))
                .contains(file + " nests values more than 64 levels deep");
        write(jks(deep()));
        assertThat(anchorsRefused(TrustAnchors.keyStore(file, PASSWORD)))
                .contains(file + " nests values more than 64 levels deep");
        // the same store with a certificate is read as far as its digest, which is not that of a password
        write(jks(ROOT.encoded()));
        assertThat(anchorsRefused(TrustAnchors.keyStore(file, PASSWORD))).doesNotContain("levels deep");
    }

    /** Whatever is damaged: a refusal that names the file, or a store that opens all the same. */
    @ParameterizedTest
    @ValueSource(strings = {"PKCS12", "JKS"})
    void store_damagedAnywhere_isRefusedWithItsFile(String type) throws Exception {
        byte[] good = store(type);
        Random random = new Random(20_260_615);
        int files = type.equals("JKS") ? 600 : 60; // each opening of PKCS#12 derives several keys
        for (int i = 0; i < files; i++) {
            byte[] damaged = good.clone();
            for (int change = random.nextInt(3); change >= 0; change--) {
                damaged[random.nextInt(random.nextBoolean() ? 120 : damaged.length)] = (byte) random.nextInt(256);
            }
            write(damaged);
            for (boolean anchors : new boolean[] {true, false}) {
                try {
                    FileSnapshot snapshot = FileSnapshot.read(List.of(file), List.of());
                    if (anchors) {
                        var unused =
                                TrustAnchors.keyStore(file, PASSWORD).material().parse(snapshot);
                    } else {
                        var unused = ClientIdentity.keyStore(file, PASSWORD)
                                .material()
                                .parse(snapshot);
                    }
                } catch (TlsConfigurationException e) {
                    assertThat(e).hasMessageContaining(file.toString());
                    assertThat(e.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE);
                }
            }
        }
    }

    private void assertDamaged(String pem, String problem) throws IOException {
        Files.write(file, pem.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(anchorsRefused(TrustAnchors.pem(file)))
                .startsWith(RefusalReason.MATERIAL_UNREADABLE + " trust anchors " + file + ": " + problem);
    }

    private String keyRefused(KeyDerivationFunc function) throws IOException {
        writeKey(new EncryptedPrivateKeyInfo(
                new AlgorithmIdentifier(
                        PKCSObjectIdentifiers.id_PBES2,
                        new PBES2Parameters(
                                function,
                                new EncryptionScheme(
                                        NISTObjectIdentifiers.id_aes256_CBC, new DEROctetString(new byte[16])))),
                new byte[64]));
        return identityRefused(ClientIdentity.pem(identity.certificate(), file, PASSWORD));
    }

    private void writeKey(EncryptedPrivateKeyInfo info) throws IOException {
        Files.writeString(file, pem("ENCRYPTED PRIVATE KEY", info.getEncoded()));
    }

    private void assertAccepted(JcePKCSPBEOutputEncryptorBuilder encryption) throws Exception {
        writeKey(new PKCS8EncryptedPrivateKeyInfoBuilder(
                        PrivateKeyInfo.getInstance(LEAF.privateKey().getEncoded()))
                .build(encryption.setProvider(new BouncyCastleProvider()).build(PASSWORD))
                .toASN1Structure());
        build(ClientIdentity.pem(identity.certificate(), file, PASSWORD));
    }

    private byte[] store(String type) throws IOException {
        return Files.readAllBytes(LEAF.writeKeyStore(directory.resolve("store." + type), type, PASSWORD));
    }

    private static byte[] withContents(byte[] store, UnaryOperator<ContentInfo> change) throws IOException {
        Pfx pfx = Pfx.getInstance(store);
        ASN1EncodableVector contents = new ASN1EncodableVector();
        for (ASN1Encodable each : ASN1Sequence.getInstance(
                ASN1OctetString.getInstance(pfx.getAuthSafe().getContent()).getOctets())) {
            contents.add(change.apply(ContentInfo.getInstance(each)));
        }
        return new Pfx(
                        new ContentInfo(
                                PKCSObjectIdentifiers.data, new DEROctetString(new DERSequence(contents).getEncoded())),
                        pfx.getMacData())
                .getEncoded();
    }

    private static ContentInfo moreRounds(ContentInfo content) {
        if (!content.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
            return content;
        }
        EncryptedData data = EncryptedData.getInstance(content.getContent());
        return new ContentInfo(
                PKCSObjectIdentifiers.encryptedData,
                new EncryptedData(
                        PKCSObjectIdentifiers.data, withMoreRounds(data.getEncryptionAlgorithm()), data.getContent()));
    }

    private static AlgorithmIdentifier withMoreRounds(AlgorithmIdentifier algorithm) {
        PBES2Parameters parameters = PBES2Parameters.getInstance(algorithm.getParameters());
        PBKDF2Params function =
                PBKDF2Params.getInstance(parameters.getKeyDerivationFunc().getParameters());
        return new AlgorithmIdentifier(
                PKCSObjectIdentifiers.id_PBES2,
                new PBES2Parameters(
                        new KeyDerivationFunc(
                                PKCSObjectIdentifiers.id_PBKDF2,
                                new PBKDF2Params(function.getSalt(), TOO_MANY_ROUNDS, function.getPrf())),
                        parameters.getEncryptionScheme()));
    }

    /** The key in its own encryption, in contents that are not encrypted. */
    private static ContentInfo shroudedByMoreRounds(ContentInfo content) {
        if (!content.getContentType().equals(PKCSObjectIdentifiers.data)) {
            return content;
        }
        ASN1Sequence bags = ASN1Sequence.getInstance(
                ASN1OctetString.getInstance(content.getContent()).getOctets());
        ASN1EncodableVector changed = new ASN1EncodableVector();
        for (ASN1Encodable each : bags) {
            var bag = org.bouncycastle.asn1.pkcs.SafeBag.getInstance(each);
            EncryptedPrivateKeyInfo key = EncryptedPrivateKeyInfo.getInstance(bag.getBagValue());
            changed.add(new org.bouncycastle.asn1.pkcs.SafeBag(
                    bag.getBagId(),
                    new EncryptedPrivateKeyInfo(withMoreRounds(key.getEncryptionAlgorithm()), key.getEncryptedData()),
                    bag.getBagAttributes()));
        }
        try {
            return new ContentInfo(
                    PKCSObjectIdentifiers.data, new DEROctetString(new DERSequence(changed).getEncoded()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] jks(byte[] certificate) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(0xFEEDFEED);
        out.writeInt(2);
        out.writeInt(1);
        out.writeInt(2);
        out.writeUTF("ca");
        out.writeLong(0);
        out.writeUTF("X.509");
        out.writeInt(certificate.length);
        out.write(certificate);
        out.write(new byte[20]);
        return bytes.toByteArray();
    }

    private static byte[] deep() {
        byte[] value = Tlv.of(Tlv.NULL);
        for (int i = 0; i < 10_000; i++) {
            value = Tlv.of(0x30, value);
        }
        return value;
    }

    private void write(byte[] bytes) throws IOException {
        Files.write(file, bytes);
    }

    private static void build(TrustAnchors anchors) {
        SecureTls.trusting(anchors).withoutClientIdentity().build().close();
    }

    private static void build(ClientIdentity identity) {
        SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(identity)
                .build()
                .close();
    }

    private static String anchorsRefused(TrustAnchors anchors) {
        return refused(() -> build(anchors));
    }

    private static String identityRefused(ClientIdentity identity) {
        return refused(() -> build(identity));
    }

    private static String refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable build) {
        TlsConfigurationException refused = catchThrowableOfType(TlsConfigurationException.class, build);
        assertThat(refused).isNotNull();
        return refused.reason() + " " + refused.getMessage();
    }

    private static String pem(String label, byte[] der) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + label + "-----\n";
    }
}
