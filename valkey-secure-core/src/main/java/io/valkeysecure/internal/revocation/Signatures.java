package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.x509.KeyStrength;
import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;

/** The signatures under CRLs and OCSP answers, with the floor of those under certificates. */
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

    /** What is wrong with an algorithm, or empty. */
    static Optional<String> weakness(AlgorithmIdentifier algorithm) {
        return KeyStrength.problemOf(algorithm) == null
                ? Optional.empty()
                : Optional.of("it is signed with " + new DefaultAlgorithmNameFinder().getAlgorithmName(algorithm)
                        + ", expected SHA-256 or better with RSA or ECDSA, or EdDSA");
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
            return false; // a key of another kind, or a signature that is none
        }
    }
}
