package io.valkeysecure.cli.pki.authority;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Locale;

/** The kinds of keys that are made, all of which the strict policy takes. */
public enum KeyType {
    /** The default: fast, small, and everywhere. */
    EC_P256,
    /** For those whose rules ask for more than 128 bits of strength. */
    EC_P384,
    /** For clients that know no elliptic curves. */
    RSA_3072,
    /** For those whose rules ask for it; a handshake costs the server several times that of the others. */
    RSA_4096;

    /** {@return a new pair of keys} */
    public KeyPair generate() {
        try {
            return switch (this) {
                case EC_P256 -> ellipticCurve("secp256r1");
                case EC_P384 -> ellipticCurve("secp384r1");
                case RSA_3072 -> rsa(3072);
                case RSA_4096 -> rsa(4096);
            };
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java cannot make a key of type " + this, e);
        }
    }

    private static KeyPair ellipticCurve(String curve)
            throws GeneralSecurityException, InvalidAlgorithmParameterException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    private static KeyPair rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    /** The signature that a key makes: the digest is no weaker than the key, and every OpenSSL knows it. */
    static String signatureAlgorithm(Key key) {
        if (key instanceof ECKey ellipticCurve) {
            return ellipticCurve.getParams().getOrder().bitLength() > 256 ? "SHA384withECDSA" : "SHA256withECDSA";
        }
        if (key instanceof RSAKey) {
            return "SHA256withRSA";
        }
        throw new IllegalArgumentException("expected an EC or RSA key, was " + key.getAlgorithm());
    }

    /** As it is written on the command line, such as {@code ec-p256}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
