package io.valkeysecure.internal.verify;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The parameters of signature algorithms; every signature here is good. */
class SignatureParametersTest {
    private static final KeyPair RSA = KeyType.RSA_2048.generate();
    private static final KeyPair EC = KeyType.EC_P256.generate();
    private static final KeyPair ED25519 = KeyType.ED25519.generate();

    private static final String ECDSA_WITH_SHA256 = "06082a8648ce3d040302";
    private static final String SHA256_WITH_RSA = "06092a864886f70d01010b";
    private static final String PSS = "06092a864886f70d01010a";
    private static final String ED25519_ID = "06032b6570";
    private static final String NULL = "0500";
    private static final String SHA1 = "300906052b0e03021a0500";
    private static final String SHA256 = "300d06096086480165030402010500";
    private static final String MGF1 = "06092a864886f70d010108";

    private final TestCertificate root = Chain.goodRoot().build();

    @Test
    void ecdsa_withoutParameters_isAccepted() throws Exception {
        accepted(signed(EC, Signature.getInstance("SHA256withECDSA"), ECDSA_WITH_SHA256));
    }

    @Test
    void ecdsa_withNull_isRefused() throws Exception {
        refused(signed(EC, Signature.getInstance("SHA256withECDSA"), ECDSA_WITH_SHA256 + NULL));
    }

    @Test
    void ed25519_withoutParameters_isAccepted() throws Exception {
        accepted(signed(ED25519, Signature.getInstance("Ed25519"), ED25519_ID));
    }

    @Test
    void rsa_withNull_isAccepted() throws Exception {
        accepted(signed(RSA, Signature.getInstance("SHA256withRSA"), SHA256_WITH_RSA + NULL));
    }

    @Test
    void rsa_withoutParameters_isAccepted() throws Exception {
        accepted(signed(RSA, Signature.getInstance("SHA256withRSA"), SHA256_WITH_RSA));
    }

    @Test
    void pss_withOneHashThroughout_isAccepted() throws Exception {
        accepted(signed(RSA, pss("SHA-256", MGF1ParameterSpec.SHA256), pssWith(SHA256, MGF1, SHA256)));
    }

    @Test
    void pss_withSha1InTheMask_isRefused() throws Exception {
        refused(signed(RSA, pss("SHA-256", MGF1ParameterSpec.SHA1), pssWith(SHA256, MGF1, SHA1)));
    }

    @Test
    void pss_withSha1OverTheMessage_isRefused() throws Exception {
        refused(signed(RSA, pss("SHA-1", MGF1ParameterSpec.SHA256), pssWith(SHA1, MGF1, SHA256)));
    }

    @Test
    void pss_withDefaultsOfSha1_isRefused() throws Exception {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(PSSParameterSpec.DEFAULT);
        refused(signed(RSA, signature, PSS + "3000"));
    }

    private static Signature pss(String hash, MGF1ParameterSpec mask) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("RSASSA-PSS");
        signature.setParameter(new PSSParameterSpec(hash, "MGF1", mask, 32, 1));
        return signature;
    }

    private static String pssWith(String hash, String generator, String mask) {
        byte[] parameters = Tlv.of(
                Tlv.SEQUENCE,
                Tlv.of(0xa0, hex(hash)),
                Tlv.of(0xa1, Tlv.of(Tlv.SEQUENCE, hex(generator), hex(mask))),
                Tlv.of(0xa2, Tlv.of(Tlv.INTEGER, Tlv.bytes(32))));
        return PSS + HexFormat.of().formatHex(parameters);
    }

    /** A leaf whose signature is made as asked, and the CA that made it. */
    private List<TestCertificate> signed(KeyPair caKey, Signature signature, String algorithm)
            throws GeneralSecurityException {
        TestCertificate ca = Chain.goodCa(root).keyPair(caKey).build();
        TestCertificate leaf = Chain.goodLeaf(ca).build();
        byte[] identifier = Tlv.of(Tlv.SEQUENCE, hex(algorithm));
        byte[] signedPart = Tlv.replace(Tlv.SIGNATURE, identifier)
                .apply(Tlv.children(leaf.encoded()).get(0));
        signature.initSign(caKey.getPrivate());
        signature.update(signedPart);
        byte[] encoded =
                Tlv.of(Tlv.SEQUENCE, signedPart, identifier, Tlv.of(Tlv.BIT_STRING, Tlv.bytes(0), signature.sign()));
        return List.of(leaf.withEncoding(encoded), ca);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private void accepted(List<TestCertificate> chain) throws Exception {
        Chain.assertPath(List.of(root), chain, chain.get(0), chain.get(1), root);
    }

    private void refused(List<TestCertificate> chain) {
        Chain.assertRefused(
                List.of(root),
                chain,
                RefusalReason.WEAK_SIGNATURE,
                "leaf CN=Leaf expected a signature with SHA-256, SHA-384 or SHA-512, or by an Edwards key");
    }
}
