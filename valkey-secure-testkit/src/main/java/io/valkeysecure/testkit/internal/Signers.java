package io.valkeysecure.testkit.internal;

import java.io.IOException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.interfaces.ECKey;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERBitString;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** Chooses and makes the signatures of certificates, revocation lists and OCSP answers. */
public final class Signers {
    private Signers() {}

    /** What is signed, the algorithm and the signature, as certificates and revocation lists have it. */
    public static byte[] signed(byte[] tbs, ContentSigner signer) throws IOException {
        signer.getOutputStream().write(tbs);
        return Der.sequence(
                tbs,
                signer.getAlgorithmIdentifier().getEncoded(ASN1Encoding.DER),
                new DERBitString(signer.getSignature()).getEncoded(ASN1Encoding.DER));
    }

    /** Signs by an algorithm of the JCA, or where none is named by the usual one for the key. */
    public static ContentSigner signer(KeyPair pair, @Nullable String named) {
        PrivateKey key = pair.getPrivate();
        String algorithm = named != null ? named : algorithmFor(key);
        try {
            JcaContentSignerBuilder builder = new JcaContentSignerBuilder(algorithm);
            if (algorithm.endsWith("andMGF1")) {
                // the JDK has RSASSA-PSS only under one name with parameters
                builder.setProvider(new BouncyCastleProvider());
            }
            return builder.build(key);
        } catch (OperatorCreationException | IllegalArgumentException e) {
            throw new IllegalStateException(
                    "cannot sign with " + algorithm + " and a key of algorithm " + key.getAlgorithm(), e);
        }
    }

    private static String algorithmFor(PrivateKey key) {
        if (key instanceof ECKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            return bits > 384 ? "SHA512withECDSA" : bits > 256 ? "SHA384withECDSA" : "SHA256withECDSA";
        }
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "DSA" -> "SHA256withDSA";
            case "EdDSA", "Ed25519" -> "Ed25519";
            default -> throw new IllegalArgumentException("no signature algorithm for a key of " + key.getAlgorithm());
        };
    }
}
