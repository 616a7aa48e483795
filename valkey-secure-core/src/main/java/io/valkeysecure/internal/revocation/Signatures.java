package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.x509.KeyStrength;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;
import org.jspecify.annotations.Nullable;

/** Verifies signatures of CRLs and OCSP responses. They have to be as strong as signatures of certificates. */
final class Signatures {
    private static final Map<ASN1ObjectIdentifier, String> ACCEPTED = Map.of(
            PKCSObjectIdentifiers.sha256WithRSAEncryption, "SHA256withRSA",
            PKCSObjectIdentifiers.sha384WithRSAEncryption, "SHA384withRSA",
            PKCSObjectIdentifiers.sha512WithRSAEncryption, "SHA512withRSA",
            PKCSObjectIdentifiers.id_RSASSA_PSS, "RSASSA-PSS",
            X9ObjectIdentifiers.ecdsa_with_SHA256, "SHA256withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA384, "SHA384withECDSA",
            X9ObjectIdentifiers.ecdsa_with_SHA512, "SHA512withECDSA",
            EdECObjectIdentifiers.id_Ed25519, "Ed25519",
            EdECObjectIdentifiers.id_Ed448, "Ed448");

    private Signatures() {}

    /** {@return why an algorithm is too weak; null if it is strong enough} */
    static @Nullable String problemOf(AlgorithmIdentifier algorithm) {
        return KeyStrength.problemOf(algorithm) == null
                ? null
                : "it is signed with " + new DefaultAlgorithmNameFinder().getAlgorithmName(algorithm)
                        + ", expected SHA-256 or better with RSA or ECDSA, or EdDSA";
    }

    static boolean verifies(AlgorithmIdentifier algorithm, byte[] signed, byte[] signature, PublicKey key) {
        String name = ACCEPTED.get(algorithm.getAlgorithm());
        if (name == null) {
            return false;
        }
        try {
            Signature verifier = Signature.getInstance(name);
            verifier.initVerify(key);
            if (name.equals("RSASSA-PSS")) {
                AlgorithmParameters parameters = AlgorithmParameters.getInstance(name);
                parameters.init(Der.encoded(algorithm.getParameters()));
                verifier.setParameter(parameters.getParameterSpec(PSSParameterSpec.class));
            }
            verifier.update(signed);
            return verifier.verify(signature);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException e) {
            return false; // the key is of another kind, or the signature is malformed
        }
    }
}
