package io.valkeysecure.internal.material;

import io.valkeysecure.internal.x509.CertificateParser;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.Nesting;
import java.io.IOException;
import java.io.StringReader;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMException;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * Certificates and private keys out of PEM text (RFC 7468, RFC 5958, RFC 8017 A.1.2, RFC 5915).
 *
 * <p>A {@link MalformedException} names the block and its kind. No message holds content of a block, and no exception
 * of a parser is kept as a cause, because its message may hold content.
 */
public final class Pem {
    private Pem() {}

    /**
     * Reads a text that holds certificates and nothing else.
     *
     * @param text the bytes of a PEM file
     * @return the certificates in the order of the text, at least one
     * @throws MalformedException if there is none, or anything else, or one that cannot be parsed
     */
    public static List<X509Certificate> certificates(byte[] text) throws MalformedException {
        return certificates(text, false);
    }

    /**
     * Reads the certificates of a text that also holds their private key.
     *
     * @param text the bytes of a PEM file
     * @return the certificates in the order of the text, at least one
     * @throws MalformedException if there is none, or one that cannot be parsed
     */
    public static List<X509Certificate> certificatesBesideKey(byte[] text) throws MalformedException {
        return certificates(text, true);
    }

    private static List<X509Certificate> certificates(byte[] text, boolean besideKey) throws MalformedException {
        List<X509Certificate> certificates = new ArrayList<>();
        List<Parsed> blocks = blocks(text);
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).object() instanceof X509CertificateHolder) {
                certificates.add(certificate(blocks.get(i), i + 1));
            } else if (!besideKey) {
                throw new MalformedException(
                        "block " + (i + 1) + " is " + kind(blocks.get(i).object()));
            }
        }
        if (certificates.isEmpty()) {
            throw new MalformedException(
                    kindOr(text, "no PEM block \"-----BEGIN CERTIFICATE-----\" is in it; is it the right file?"));
        }
        return certificates;
    }

    /**
     * Reads a text that holds one private key: PKCS#8, encrypted PKCS#8, PKCS#1 or SEC1. Certificates and EC parameters
     * beside it are passed over, so that a file with both may serve for both.
     *
     * @param text the bytes of a PEM file
     * @param password the password of an encrypted key, or null
     * @return the key
     * @throws MalformedException if there is no key, more than one, or one that cannot be opened
     */
    public static PrivateKey privateKey(byte[] text, char @Nullable [] password) throws MalformedException {
        @Nullable PrivateKey key = null;
        List<Parsed> blocks = blocks(text);
        for (int i = 0; i < blocks.size(); i++) {
            Object block = blocks.get(i).object();
            if (block instanceof X509CertificateHolder
                    || block instanceof ASN1ObjectIdentifier
                    || block instanceof X9ECParameters) {
                continue;
            }
            if (key != null) {
                throw new MalformedException(
                        "block " + (i + 1) + " is one more than the one private key that is expected");
            }
            key = privateKey(block, i + 1, password);
        }
        if (key == null) {
            throw new MalformedException(
                    blocks.isEmpty()
                            ? kindOr(text, "no private key is in it; is it the right file?")
                            : "block 1 is " + kind(blocks.get(0).object()));
        }
        return key;
    }

    private static PrivateKey privateKey(Object block, int number, char @Nullable [] password)
            throws MalformedException {
        if (block instanceof PrivateKeyInfo info) {
            return convert(info, number);
        } else if (block instanceof PEMKeyPair pair) {
            return convert(pair.getPrivateKeyInfo(), number);
        } else if (block instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
            if (password == null) {
                throw new MalformedException(
                        "block " + number + " is an encrypted private key and no password is given;"
                                + " give it by pem(certificate, key, password)");
            }
            return convert(decrypt(encrypted, number, password), number);
        } else if (block instanceof PEMEncryptedKeyPair) {
            throw new MalformedException(
                    "block " + number + " is a key under the old OpenSSL encryption (Proc-Type:"
                            + " 4,ENCRYPTED), which hashes the password once with MD5; write it anew with \"openssl pkcs8 -topk8\"");
        }
        throw new MalformedException("block " + number + " is " + kind(block));
    }

    private static PrivateKeyInfo decrypt(PKCS8EncryptedPrivateKeyInfo encrypted, int number, char[] password)
            throws MalformedException {
        try {
            var unused = KeyDerivation.require(encrypted.toASN1Structure().getEncryptionAlgorithm());
        } catch (MalformedException e) {
            throw new MalformedException("block " + number + " is an encrypted private key that " + e.problem());
        }
        try {
            return encrypted.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                    .setProvider(new BouncyCastleProvider())
                    .build(password));
        } catch (PKCSException | OperatorCreationException | RuntimeException e) {
            throw new MalformedException(
                    "block " + number + " is an encrypted private key that the password does not open;"
                            + " try it with \"openssl pkey -in FILE -noout\"");
        }
    }

    private static PrivateKey convert(PrivateKeyInfo info, int number) throws MalformedException {
        try {
            return new JcaPEMKeyConverter().getPrivateKey(info);
        } catch (PEMException | RuntimeException e) {
            throw new MalformedException(
                    "block " + number + " is a malformed private key, or one of an unknown algorithm");
        }
    }

    private static X509Certificate certificate(Parsed block, int number) throws MalformedException {
        try {
            return CertificateParser.parse(block.content());
        } catch (MalformedException e) {
            throw new MalformedException("block " + number + " is a malformed certificate: it " + e.problem());
        }
    }

    /** A block, and the object that Bouncy Castle parsed from it. */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, and not compared
    private record Parsed(Object object, byte[] content) {}

    private static List<Parsed> blocks(byte[] text) throws MalformedException {
        List<PemBlocks.Block> read;
        try {
            read = PemBlocks.read(text);
        } catch (MalformedException e) {
            throw new MalformedException(e.problem() + "; " + kindOr(text, "copy it again in full"));
        }
        List<Parsed> blocks = new ArrayList<>();
        for (PemBlocks.Block block : read) {
            blocks.add(new Parsed(object(block, blocks.size() + 1), block.content()));
        }
        return blocks;
    }

    private static String kindOr(byte[] text, String problem) {
        String kind = FileKind.of(text);
        return kind == null ? problem : kind;
    }

    private static Object object(PemBlocks.Block block, int number) throws MalformedException {
        String foreign = FileKind.ofLabel(block.label());
        if (foreign != null) {
            throw new MalformedException("block " + number + " is " + foreign);
        }
        try (PEMParser parser = new PEMParser(new StringReader(block.text()))) {
            Nesting.require(block.content());
            Object object = parser.readObject();
            if (object != null) {
                return object;
            }
        } catch (IOException | RuntimeException | MalformedException e) {
            // reported below: the message of a parser may hold a part of the block
        }
        throw new MalformedException(
                "block " + number
                        + " is malformed or cut off (expected -----BEGIN ...-----, base64, -----END ...-----); copy it again in full");
    }

    private static String kind(Object block) {
        if (block instanceof PrivateKeyInfo || block instanceof PEMKeyPair) {
            return "a private key, expected certificates; are the files of certificate and key swapped?";
        } else if (block instanceof PKCS8EncryptedPrivateKeyInfo || block instanceof PEMEncryptedKeyPair) {
            return "an encrypted private key, expected certificates; are the files of certificate and key swapped?";
        }
        return FileKind.ofBlock(block);
    }
}
