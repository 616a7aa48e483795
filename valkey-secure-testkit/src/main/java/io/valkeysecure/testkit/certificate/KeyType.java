package io.valkeysecure.testkit.certificate;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.jspecify.annotations.Nullable;

/** A kind of key that a {@link TestCertificate} can certify, good and bad ones alike. */
public enum KeyType {
    /** DSA with 2048 bits: signs, but no TLS version in use accepts it. */
    DSA_2048("DSA", 2048, null),
    /** The curve P-256 (secp256r1); the default. */
    EC_P256("EC", 0, "secp256r1"),
    /**
     * P-256 whose parameters are written out in the certificate instead of the curve's name, which RFC 5480 section
     * 2.1.1 forbids. The private key is an ordinary one. The JDK cannot parse such a certificate, see
     * {@link TestCertificate#encoded()}.
     */
    EC_P256_EXPLICIT("EC", 0, "secp256r1"),
    /** The curve P-384 (secp384r1). */
    EC_P384("EC", 0, "secp384r1"),
    /** The curve P-521 (secp521r1). */
    EC_P521("EC", 0, "secp521r1"),
    /** Ed25519, RFC 8410. */
    ED25519("Ed25519", 0, null),
    /** RSA with 1024 bits: too short. */
    RSA_1024("RSA", 1024, null),
    /** RSA with 2048 bits. */
    RSA_2048("RSA", 2048, null),
    /** RSA with 3072 bits. */
    RSA_3072("RSA", 3072, null),
    /** RSA with 4096 bits; takes a second or more to generate. */
    RSA_4096("RSA", 4096, null);

    private final String algorithm;
    private final int bits;
    private final @Nullable String curve;

    KeyType(String algorithm, int bits, @Nullable String curve) {
        this.algorithm = algorithm;
        this.bits = bits;
        this.curve = curve;
    }

    /** {@return a fresh key pair of this kind, as the JDK's own key objects} */
    public KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (curve != null) {
                generator.initialize(new ECGenParameterSpec(curve));
            } else if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK cannot generate a key of type " + this, e);
        }
    }
}
