package io.valkeysecure.internal.material;

import io.valkeysecure.internal.x509.CertificateParser;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.Nesting;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.pkcs.CertBag;
import org.bouncycastle.asn1.pkcs.ContentInfo;
import org.bouncycastle.asn1.pkcs.EncryptedData;
import org.bouncycastle.asn1.pkcs.EncryptedPrivateKeyInfo;
import org.bouncycastle.asn1.pkcs.MacData;
import org.bouncycastle.asn1.pkcs.PBMAC1Params;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.Pfx;
import org.bouncycastle.asn1.pkcs.SafeBag;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.InputDecryptorProvider;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;

/**
 * Checks a PKCS#12 (RFC 7292) or JKS store before the JDK opens it: the work of its key derivations, and the size and
 * nesting of its certificates. Other problems are reported by the JDK.
 */
public final class StoreBounds {
    private static final int JKS_MAGIC = 0xFEEDFEED;
    private static final int JKS_KEY = 1;
    private static final int JKS_CERTIFICATE = 2;

    private final InputDecryptorProvider decryptors;
    private int rounds;

    private StoreBounds(char[] password) {
        decryptors = new JcePKCSPBEInputDecryptorProviderBuilder()
                .setProvider(new BouncyCastleProvider())
                .build(password);
    }

    /**
     * Returns whether a store is a JKS store.
     *
     * @param store the bytes of a file
     * @return true if it begins as a JKS store does
     */
    public static boolean isJks(byte[] store) {
        return store.length >= 4
                && ((store[0] & 0xff) << 24 | (store[1] & 0xff) << 16 | (store[2] & 0xff) << 8 | (store[3] & 0xff))
                        == JKS_MAGIC;
    }

    /**
     * Checks a store.
     *
     * @param store the bytes of the file
     * @param password the password of the store
     * @throws MalformedException if it asks for too much work, or holds something too large or too nested
     */
    public static void require(byte[] store, char[] password) throws MalformedException {
        try {
            if (isJks(store)) {
                requireJks(store);
            } else {
                new StoreBounds(password).requirePkcs12(store);
            }
        } catch (IOException | RuntimeException e) {
            throw new MalformedException(
                    "is not a key store in PKCS#12 or JKS format, or is damaged or cut off; copy it again, or make it anew with"
                            + " \"openssl pkcs12 -export\" or \"keytool -importkeystore\"");
        }
    }

    private static void requireJks(byte[] store) throws IOException, MalformedException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(store));
        in.skipNBytes(4);
        boolean typed = in.readInt() == 2;
        for (int entries = in.readInt(); entries > 0; entries--) {
            int kind = in.readInt();
            in.readUTF();
            in.readLong();
            if (kind == JKS_KEY) {
                Nesting.require(sized(in));
                for (int certificates = in.readInt(); certificates > 0; certificates--) {
                    requireJksCertificate(in, typed);
                }
            } else if (kind == JKS_CERTIFICATE) {
                requireJksCertificate(in, typed);
            } else {
                throw new IOException("an unknown kind of entry");
            }
        }
    }

    private static void requireJksCertificate(DataInputStream in, boolean typed)
            throws IOException, MalformedException {
        if (typed) {
            in.readUTF();
        }
        CertificateParser.requireBounded(sized(in));
    }

    private static byte[] sized(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > in.available()) {
            throw new IOException("a length beyond the end");
        }
        return in.readNBytes(length);
    }

    private void requirePkcs12(byte[] store) throws IOException, MalformedException {
        Nesting.require(store);
        Pfx pfx = Pfx.getInstance(store);
        if (pfx.getMacData() != null) {
            count(rounds(pfx.getMacData()));
        }
        if (pfx.getAuthSafe().getContentType().equals(PKCSObjectIdentifiers.data)) {
            for (ASN1Encodable each : sequence(pfx.getAuthSafe())) {
                requireContent(ContentInfo.getInstance(each));
            }
        }
    }

    private static int rounds(MacData mac) throws MalformedException {
        AlgorithmIdentifier algorithm = mac.getMac().getAlgorithmId();
        return algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_PBMAC1)
                ? KeyDerivation.requireFunction(
                        PBMAC1Params.getInstance(algorithm.getParameters()).getKeyDerivationFunc())
                : KeyDerivation.rounds(mac.getIterationCount());
    }

    /**
     * Counts derivations that opening the store always makes; those of private keys are made only for the key in use.
     */
    private void count(int more) throws MalformedException {
        rounds += more;
        if (rounds > KeyDerivation.ROUNDS) {
            throw new MalformedException("asks for more than " + KeyDerivation.ROUNDS
                    + " rounds of key derivation in all; write it anew with \"openssl pkcs12 -export\"");
        }
    }

    private static ASN1Sequence sequence(ContentInfo data) throws MalformedException {
        return sequence(ASN1OctetString.getInstance(data.getContent()).getOctets());
    }

    private static ASN1Sequence sequence(byte[] encoded) throws MalformedException {
        Nesting.require(encoded);
        return ASN1Sequence.getInstance(encoded);
    }

    private void requireContent(ContentInfo content) throws IOException, MalformedException {
        if (content.getContentType().equals(PKCSObjectIdentifiers.data)) {
            requireBags(sequence(content));
        } else if (content.getContentType().equals(PKCSObjectIdentifiers.encryptedData)) {
            EncryptedData encrypted = EncryptedData.getInstance(content.getContent());
            count(KeyDerivation.require(encrypted.getEncryptionAlgorithm()));
            byte[] opened = open(encrypted);
            if (opened.length > 0) {
                requireBags(sequence(opened));
            }
        }
    }

    /** {@return the decrypted content; empty if the password is wrong, which the JDK reports} */
    private byte[] open(EncryptedData encrypted) {
        try {
            return decryptors
                    .get(encrypted.getEncryptionAlgorithm())
                    .getInputStream(
                            new ByteArrayInputStream(encrypted.getContent().getOctets()))
                    .readAllBytes();
        } catch (IOException | OperatorCreationException | RuntimeException e) {
            return new byte[0];
        }
    }

    private static void requireBags(ASN1Sequence bags) throws MalformedException {
        for (ASN1Encodable each : bags) {
            SafeBag bag = SafeBag.getInstance(each);
            if (bag.getBagId().equals(PKCSObjectIdentifiers.pkcs8ShroudedKeyBag)) {
                var unused = KeyDerivation.require(
                        EncryptedPrivateKeyInfo.getInstance(bag.getBagValue()).getEncryptionAlgorithm());
            } else if (bag.getBagId().equals(PKCSObjectIdentifiers.certBag)) {
                CertBag certificate = CertBag.getInstance(bag.getBagValue());
                if (certificate.getCertId().equals(PKCSObjectIdentifiers.x509Certificate)) {
                    CertificateParser.requireBounded(ASN1OctetString.getInstance(certificate.getCertValue())
                            .getOctets());
                }
            }
        }
    }
}
