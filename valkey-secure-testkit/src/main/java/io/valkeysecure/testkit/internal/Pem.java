package io.valkeysecure.testkit.internal;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.Base64;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.ECPrivateKey;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptor;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.OutputEncryptor;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfoBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemHeader;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Writes PEM. */
public final class Pem {
    private Pem() {}

    public static String encode(String label, byte[] content) {
        byte[] lineEnd = "\n".getBytes(StandardCharsets.US_ASCII);
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, lineEnd).encodeToString(content)
                + "\n-----END " + label + "-----\n";
    }

    public static String privateKey(KeyPair pair, PrivateKeyFormat format) {
        try {
            return switch (format) {
                case PKCS8 -> encode("PRIVATE KEY", pair.getPrivate().getEncoded());
                case PKCS1 -> encode("RSA PRIVATE KEY", traditional(pair, "RSA"));
                case SEC1 -> encode("EC PRIVATE KEY", traditional(pair, "EC"));
            };
        } catch (IOException e) {
            throw new IllegalStateException("cannot encode the private key", e);
        }
    }

    public static String encryptedPrivateKey(KeyPair pair, PrivateKeyEncryption encryption, char[] password) {
        try {
            if (encryption == PrivateKeyEncryption.OPENSSL_AES_256_CBC) {
                return encryptedTraditional(pair, password);
            }
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
            byte[] der = new PKCS8EncryptedPrivateKeyInfoBuilder(info)
                    .build(encryptor(encryption, password))
                    .getEncoded();
            return encode("ENCRYPTED PRIVATE KEY", der);
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("cannot encrypt the private key with " + encryption, e);
        }
    }

    private static OutputEncryptor encryptor(PrivateKeyEncryption encryption, char[] password)
            throws OperatorCreationException {
        ASN1ObjectIdentifier algorithm = switch (encryption) {
            case PBES1_SHA1_3DES -> PKCSObjectIdentifiers.pbeWithSHAAnd3_KeyTripleDES_CBC;
            case PBES2_AES_128_CBC -> new ASN1ObjectIdentifier("2.16.840.1.101.3.4.1.2");
            case PBES2_AES_256_CBC -> new ASN1ObjectIdentifier("2.16.840.1.101.3.4.1.42");
            case PBES2_3DES -> PKCSObjectIdentifiers.des_EDE3_CBC;
            case OPENSSL_AES_256_CBC -> throw new IllegalArgumentException("not a form of PKCS#8");
        };
        return new JcePKCSPBEOutputEncryptorBuilder(algorithm)
                .setPRF(new AlgorithmIdentifier(PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE))
                .setIterationCount(2048)
                .setProvider(new BouncyCastleProvider())
                .build(password);
    }

    private static String encryptedTraditional(KeyPair pair, char[] password) throws IOException {
        boolean rsa = "RSA".equals(pair.getPrivate().getAlgorithm());
        byte[] der = traditional(pair, rsa ? "RSA" : "EC");
        PEMEncryptor encryptor = new JcePEMEncryptorBuilder("AES-256-CBC")
                .setProvider(new BouncyCastleProvider())
                .build(password);
        StringBuilder iv = new StringBuilder();
        for (byte b : encryptor.getIV()) {
            iv.append(String.format("%02X", b));
        }
        StringWriter text = new StringWriter();
        try (PemWriter writer = new PemWriter(text)) {
            writer.writeObject(new PemObject(
                    rsa ? "RSA PRIVATE KEY" : "EC PRIVATE KEY",
                    java.util.List.of(
                            new PemHeader("Proc-Type", "4,ENCRYPTED"),
                            new PemHeader("DEK-Info", encryptor.getAlgorithm() + "," + iv)),
                    encryptor.encrypt(der)));
        }
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    /** The key without its PKCS#8 frame; an EC key then needs its curve inside. */
    private static byte[] traditional(KeyPair pair, String algorithm) throws IOException {
        PrivateKeyInfo info = PrivateKeyInfo.getInstance(pair.getPrivate().getEncoded());
        ASN1ObjectIdentifier oid = info.getPrivateKeyAlgorithm().getAlgorithm();
        ASN1Encodable key = info.parsePrivateKey();
        if (algorithm.equals("RSA") && oid.equals(PKCSObjectIdentifiers.rsaEncryption)) {
            return key.toASN1Primitive().getEncoded(ASN1Encoding.DER);
        }
        if (algorithm.equals("EC") && oid.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            int bits = ((java.security.interfaces.ECKey) pair.getPrivate())
                    .getParams()
                    .getOrder()
                    .bitLength();
            DERBitString publicKey = new DERBitString(org.bouncycastle.asn1.x509.SubjectPublicKeyInfo.getInstance(
                            pair.getPublic().getEncoded())
                    .getPublicKeyData()
                    .getOctets());
            return new ECPrivateKey(
                            bits,
                            ECPrivateKey.getInstance(key).getKey(),
                            publicKey,
                            info.getPrivateKeyAlgorithm().getParameters())
                    .getEncoded(ASN1Encoding.DER);
        }
        throw new IllegalArgumentException(
                "a key of algorithm " + pair.getPrivate().getAlgorithm() + " has no " + algorithm + " form");
    }
}
