package io.valkeysecure.fuzz;

import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.jce.ECNamedCurveTable;
import org.bouncycastle.jce.spec.ECNamedCurveParameterSpec;
import org.bouncycastle.jce.spec.ECNamedCurveSpec;
import org.bouncycastle.math.ec.ECPoint;

/** Certificates that are the same in every run, keys included, so that a finding can be played again. */
public final class Pki {
    /** The time by which all of them are in date. */
    public static final Instant NOW = Instant.parse("2026-06-15T12:00:00Z");

    /** Stands still at {@link #NOW}. */
    public static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    /** In date by the machine's clock, too, which the peers in the tests go by. */
    private static final Instant BEGIN = Instant.parse("2025-01-01T00:00:00Z");

    private static final Instant END = Instant.parse("2049-01-01T00:00:00Z");

    /** Whom the leaves name. */
    public static final String HOST = "valkey.example.com";

    /** The anchor. */
    public static final TestCertificate ROOT = TestCertificate.root()
            .clock(CLOCK)
            .subject("CN=Root, O=Test")
            .serialNumber(BigInteger.ONE)
            .notBefore(BEGIN)
            .notAfter(END)
            .keyPair(key("root"))
            .build();

    /** Below the anchor. */
    public static final TestCertificate CA = ROOT.issue()
            .ca()
            .subject("CN=CA, O=Test")
            .serialNumber(BigInteger.TWO)
            .notBefore(BEGIN)
            .notAfter(END)
            .keyPair(key("ca"))
            .build();

    /** A CA with name constraints. */
    public static final TestCertificate CONSTRAINED = ROOT.issue()
            .ca(0)
            .subject("CN=Constrained CA, O=Test")
            .serialNumber(BigInteger.valueOf(3))
            .notBefore(BEGIN)
            .notAfter(END)
            .keyPair(key("constrained"))
            .permitted(GeneralNameType.DNS_NAME, "example.com")
            .excluded(GeneralNameType.EMAIL_ADDRESS, "example.org")
            .excluded(GeneralNameType.DIRECTORY_NAME, "O=Other")
            .build();

    /** Issued by {@link #CA}. */
    public static final TestCertificate LEAF = CA.issue()
            .subject("CN=Leaf, O=Test")
            .serialNumber(BigInteger.valueOf(4))
            .notBefore(BEGIN)
            .notAfter(END)
            .keyPair(key("leaf"))
            .dnsName(HOST)
            .build();

    /** Issued by {@link #CONSTRAINED}, with every form of name. */
    public static final TestCertificate NAMED = CONSTRAINED
            .issue()
            .subject("CN=Leaf, O=Test")
            .serialNumber(BigInteger.valueOf(5))
            .notBefore(BEGIN)
            .notAfter(END)
            .keyPair(key("leaf"))
            .dnsName(HOST, "*.example.com")
            .ipAddress("192.0.2.7")
            .uri("spiffe://example.com/valkey")
            .name(GeneralNameType.EMAIL_ADDRESS, "a@example.com")
            .name(GeneralNameType.DIRECTORY_NAME, "CN=a")
            .otherName("1.2.3.4", HexFormat.of().parseHex("0c0161"))
            .extension("2.5.29.32", false, HexFormat.of().parseHex("3006300406022a03"))
            .build();

    /** Issued by {@link #ROOT} itself, by way of no CA. */
    public static final TestCertificate DIRECT = ROOT.issue()
            .subject("CN=Direct, O=Test")
            .serialNumber(BigInteger.valueOf(6))
            .notBefore(BEGIN)
            .notAfter(END)
            .keyPair(key("leaf"))
            .dnsName(HOST)
            .build();

    /** Of the application. */
    static final TestCertificate CLIENT = CA.issue()
            .subject("CN=app")
            .serialNumber(BigInteger.TEN)
            .notBefore(BEGIN)
            .notAfter(END)
            .keyPair(key("client"))
            .build();

    private Pki() {}

    /**
     * Derives a key on P-256 from its name.
     *
     * @param name whose key
     * @return the same each time
     */
    public static KeyPair key(String name) {
        try {
            ECNamedCurveParameterSpec curve = ECNamedCurveTable.getParameterSpec("secp256r1");
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
            BigInteger scalar = new BigInteger(1, digest)
                    .mod(curve.getN().subtract(BigInteger.ONE))
                    .add(BigInteger.ONE);
            ECPoint point = curve.getG().multiply(scalar).normalize();
            ECNamedCurveSpec parameters =
                    new ECNamedCurveSpec("secp256r1", curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
            KeyFactory factory = KeyFactory.getInstance("EC");
            return new KeyPair(
                    factory.generatePublic(new ECPublicKeySpec(
                            new java.security.spec.ECPoint(
                                    point.getAffineXCoord().toBigInteger(),
                                    point.getAffineYCoord().toBigInteger()),
                            parameters)),
                    factory.generatePrivate(new ECPrivateKeySpec(scalar, parameters)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has P-256", e);
        }
    }

    /**
     * Signs a TBSCertificate, a TBSCertList or what an OCSP responder says.
     *
     * @param content what is signed, DER or not
     * @param issuer who signs
     * @param more what follows the signature
     * @return content, algorithm, signature and what follows, in a SEQUENCE
     */
    public static byte[] signed(byte[] content, TestCertificate issuer, byte[]... more) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(issuer.privateKey());
            signature.update(content);
            byte[] bits = Der.of(0x03, new byte[1], signature.sign());
            byte[] algorithm = Der.of(Der.SEQUENCE, HexFormat.of().parseHex("06082a8648ce3d040302"));
            return Der.of(Der.SEQUENCE, content, algorithm, bits, Der.joined(more));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK signs with ECDSA", e);
        }
    }

    /**
     * Returns what a certificate or a list has signed.
     *
     * @param signed the whole
     * @return its first part
     */
    public static byte[] content(byte[] signed) {
        return Der.children(signed).get(0);
    }

    /**
     * Writes PEM.
     *
     * @param label such as {@code CERTIFICATE}
     * @param blocks the content of each block
     * @return the text
     */
    public static String pem(String label, List<byte[]> blocks) {
        var encoder = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'});
        StringBuilder text = new StringBuilder();
        for (byte[] block : blocks) {
            text.append("-----BEGIN " + label + "-----\n")
                    .append(encoder.encodeToString(block))
                    .append("\n-----END " + label + "-----\n");
        }
        return text.toString();
    }
}
