package io.valkeysecure.internal.x509;

import java.io.IOException;
import java.math.BigInteger;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.pkcs.RSASSAPSSparams;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.jspecify.annotations.Nullable;

/** Decides whether a key or a signature algorithm is strong enough, for certificates, CRLs and OCSP responses alike. */
public final class KeyStrength {
    static final Set<ASN1ObjectIdentifier> CURVES =
            Set.of(SECObjectIdentifiers.secp256r1, SECObjectIdentifiers.secp384r1, SECObjectIdentifiers.secp521r1);

    private static final Set<ASN1ObjectIdentifier> EDWARDS =
            Set.of(EdECObjectIdentifiers.id_Ed25519, EdECObjectIdentifiers.id_Ed448);

    private static final Set<ASN1ObjectIdentifier> RSA_SIGNATURES = Set.of(
            PKCSObjectIdentifiers.sha256WithRSAEncryption,
            PKCSObjectIdentifiers.sha384WithRSAEncryption,
            PKCSObjectIdentifiers.sha512WithRSAEncryption);

    private static final Set<ASN1ObjectIdentifier> ECDSA_SIGNATURES = Set.of(
            X9ObjectIdentifiers.ecdsa_with_SHA256,
            X9ObjectIdentifiers.ecdsa_with_SHA384,
            X9ObjectIdentifiers.ecdsa_with_SHA512);

    private static final Set<ASN1ObjectIdentifier> HASHES =
            Set.of(NISTObjectIdentifiers.id_sha256, NISTObjectIdentifiers.id_sha384, NISTObjectIdentifiers.id_sha512);

    private static final BigInteger SMALLEST_EXPONENT = BigInteger.valueOf(65_537);

    private KeyStrength() {}

    /**
     * Judges a key.
     *
     * @param info the key
     * @param minimumRsaKeyBits the smallest RSA modulus
     * @return what was expected and seen; null if it is strong enough
     */
    public static @Nullable String problemOf(SubjectPublicKeyInfo info, int minimumRsaKeyBits) {
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        ASN1Encodable parameters = info.getAlgorithm().getParameters();
        if (EDWARDS.contains(algorithm)) {
            return parameters == null ? null : "has an Edwards key with parameters (RFC 8410 3)";
        }
        if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
            return parameters instanceof ASN1ObjectIdentifier curve && CURVES.contains(curve)
                    ? null
                    : "expected an EC key on P-256, P-384 or P-521 by name, has "
                            + (parameters instanceof ASN1ObjectIdentifier
                                    ? "the curve " + parameters
                                    : "a curve of its own");
        }
        if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)
                || algorithm.equals(PKCSObjectIdentifiers.id_RSASSA_PSS)) {
            return rsaKey(info, minimumRsaKeyBits);
        }
        return "expected an EC, Edwards or RSA key, has one of algorithm " + algorithm;
    }

    private static @Nullable String rsaKey(SubjectPublicKeyInfo info, int minimumBits) {
        RSAPublicKey key;
        try {
            key = RSAPublicKey.getInstance(info.parsePublicKey());
        } catch (IOException | RuntimeException e) {
            return "has an RSA key that does not parse";
        }
        int bits = key.getModulus().bitLength();
        if (bits < minimumBits || bits > VerificationBudget.RSA_BITS) {
            return "expected an RSA key from " + minimumBits + " to " + VerificationBudget.RSA_BITS + " bits, has "
                    + bits;
        }
        if (bits % 8 != 0 || !key.getModulus().testBit(0)) {
            return "has an RSA modulus of " + bits + " bits that no sound generator makes";
        }
        BigInteger exponent = key.getPublicExponent();
        if (!exponent.testBit(0) || exponent.compareTo(SMALLEST_EXPONENT) < 0 || exponent.bitLength() > Long.SIZE) {
            return "expected an odd RSA exponent from 65537, below 2^64";
        }
        return null;
    }

    /**
     * Judges a signature algorithm and its parameters.
     *
     * @param algorithm the algorithm
     * @return what was expected and seen; null if it is strong enough
     */
    public static @Nullable String problemOf(AlgorithmIdentifier algorithm) {
        ASN1ObjectIdentifier id = algorithm.getAlgorithm();
        ASN1Encodable parameters = algorithm.getParameters();
        boolean strong;
        if (RSA_SIGNATURES.contains(id)) {
            strong = parameters == null || DERNull.INSTANCE.equals(parameters);
        } else if (ECDSA_SIGNATURES.contains(id) || EDWARDS.contains(id)) {
            strong = parameters == null;
        } else {
            strong = id.equals(PKCSObjectIdentifiers.id_RSASSA_PSS) && isStrongPss(parameters);
        }
        return strong
                ? null
                : "expected a signature with SHA-256, SHA-384 or SHA-512, or by an Edwards key, has algorithm " + id;
    }

    private static boolean isStrongPss(@Nullable ASN1Encodable encoded) {
        if (encoded == null) {
            return false;
        }
        RSASSAPSSparams parameters = RSASSAPSSparams.getInstance(encoded);
        AlgorithmIdentifier generator = parameters.getMaskGenAlgorithm();
        return HASHES.contains(parameters.getHashAlgorithm().getAlgorithm())
                && generator.getAlgorithm().equals(PKCSObjectIdentifiers.id_mgf1)
                && HASHES.contains(AlgorithmIdentifier.getInstance(generator.getParameters())
                        .getAlgorithm());
    }
}
