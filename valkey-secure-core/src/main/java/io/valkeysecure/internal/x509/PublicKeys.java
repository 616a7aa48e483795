package io.valkeysecure.internal.x509;

import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.ec.CustomNamedCurves;

/** Checks that a public key is well-formed; {@link KeyStrength} checks that it is strong enough. */
public final class PublicKeys {
    private static final int ED25519_OCTETS = 32;
    private static final int ED448_OCTETS = 57;

    private PublicKeys() {}

    /**
     * Checks a public key. The JDK takes an EC point without asking whether it is on its curve (SEC 1, 3.2.2.1).
     *
     * @param info the key
     * @throws MalformedException if no key has this value
     */
    static void requireWellFormed(SubjectPublicKeyInfo info) throws MalformedException {
        if (info.getPublicKeyData().getPadBits() != 0) {
            throw new MalformedException("has a public key that is not whole octets");
        }
        byte[] key = info.getPublicKeyData().getOctets();
        ASN1ObjectIdentifier algorithm = info.getAlgorithm().getAlgorithm();
        if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
            requireLength(key, ED25519_OCTETS);
        } else if (algorithm.equals(EdECObjectIdentifiers.id_Ed448)) {
            requireLength(key, ED448_OCTETS);
        } else if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)
                && info.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve) {
            requirePoint(key, curve);
        }
    }

    private static void requireLength(byte[] key, int octets) throws MalformedException {
        if (key.length != octets) {
            throw new MalformedException("has an Edwards key of " + key.length + " octets, expected " + octets);
        }
    }

    private static void requirePoint(byte[] key, ASN1ObjectIdentifier id) throws MalformedException {
        X9ECParameters curve = CustomNamedCurves.getByOID(id);
        if (curve == null || !KeyStrength.CURVES.contains(id)) {
            return; // a curve that is refused as too weak
        }
        boolean valid;
        try {
            valid = !curve.getCurve().decodePoint(key).isInfinity();
        } catch (IllegalArgumentException e) {
            valid = false;
        }
        if (!valid) {
            throw new MalformedException("has an EC key that is not a point of its curve " + id);
        }
    }
}
