package io.valkeysecure.testkit;

import java.security.PrivateKey;
import java.security.interfaces.ECKey;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Chooses and makes the signatures of certificates, revocation lists and OCSP answers. */
final class Signers {
    private Signers() {}

    static ContentSigner signer(PrivateKey key, String algorithm) {
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

    static String algorithmFor(PrivateKey key) {
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
