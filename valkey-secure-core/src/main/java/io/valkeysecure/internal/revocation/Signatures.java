package io.valkeysecure.internal.revocation;

import java.io.IOException;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.EdECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PSSParameterSpec;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;

/** The signatures and keys that are good enough under a CRL or an OCSP answer: SHA-2 or EdDSA, RSA from 2048 bits. */
final class Signatures {
    private static final int SMALLEST_RSA_BITS = 2048;
    private static final int SMALLEST_CURVE_BITS = 256;

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

    private static final Set<ASN1ObjectIdentifier> PSS_HASHES =
            Set.of(NISTObjectIdentifiers.id_sha256, NISTObjectIdentifiers.id_sha384, NISTObjectIdentifiers.id_sha512);

    private Signatures() {}

    /** What is wrong with an algorithm, or empty. */
    static Optional<String> weakness(AlgorithmIdentifier algorithm) {
        boolean accepted = ACCEPTED.containsKey(algorithm.getAlgorithm());
        if (accepted && algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
            accepted = pssHashIsGood(algorithm);
        }
        return accepted
                ? Optional.empty()
                : Optional.of("it is signed with " + new DefaultAlgorithmNameFinder().getAlgorithmName(algorithm)
                        + ", expected SHA-256 or better with RSA or ECDSA, or EdDSA");
    }

    private static boolean pssHashIsGood(AlgorithmIdentifier algorithm) {
        try {
            RSASSAPSSparams parameters = RSASSAPSSparams.getInstance(algorithm.getParameters());
            return parameters != null
                    && PSS_HASHES.contains(parameters.getHashAlgorithm().getAlgorithm());
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** What is wrong with a key, or empty. */
    static Optional<String> weakness(PublicKey key) {
        boolean good;
        String seen = key.getAlgorithm();
        if (key instanceof RSAPublicKey rsa) {
            int bits = rsa.getModulus().bitLength();
            good = bits >= SMALLEST_RSA_BITS;
            seen += " of " + bits + " bits";
        } else if (key instanceof ECPublicKey ec) {
            int bits = ec.getParams().getOrder().bitLength();
            good = bits >= SMALLEST_CURVE_BITS;
            seen += " of " + bits + " bits";
        } else {
            good = key instanceof EdECPublicKey;
        }
        return good
                ? Optional.empty()
                : Optional.of("its key is " + seen + ", expected RSA from 2048 bits, EC or EdDSA");
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
