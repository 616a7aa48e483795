package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/**
 * A pin: the SHA-256 digest of a certificate's public key (SubjectPublicKeyInfo), written {@code sha256/<base64>} (RFC
 * 7469, 2.4). If pins are set, one of them must match a key of the validated path: the leaf, an issuer, or the trust
 * anchor.
 *
 * <p>A pin names a key, not a certificate, so it survives a renewal that keeps the key. Pins are checked in addition to
 * the path, never instead of it. {@code valkey-secure pki pins ca.crt} prints the pins of certificates; in Java, {@link
 * #of} does.
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(anchors)
 *         .withoutClientIdentity()
 *         .pins(SpkiPin.parse("sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), backupPin)
 *         .build()) {
 *     // make a client with it, and close the client first
 * }
 * }</pre>
 *
 * <p>Immutable.
 */
public final class SpkiPin {
    private static final String PREFIX = "sha256/";
    private static final int DIGEST_LENGTH_BYTES = 32;

    private final String text;

    private SpkiPin(byte[] digest) {
        this.text = PREFIX + Base64.getEncoder().encodeToString(digest);
    }

    /**
     * Parses a pin.
     *
     * @param text a pin such as {@code sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=}
     * @return the pin
     * @throws IllegalArgumentException if the prefix is not {@code sha256/}, the rest is not base64, or it is not 32
     *     bytes
     */
    public static SpkiPin parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("pin must begin with sha256/, was " + Printable.value(text));
        }
        byte[] digest;
        try {
            digest = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("pin must be base64 after sha256/, was " + Printable.value(text), e);
        }
        if (digest.length != DIGEST_LENGTH_BYTES) {
            throw new IllegalArgumentException("pin must be " + DIGEST_LENGTH_BYTES + " bytes, was " + digest.length
                    + ": " + Printable.value(text));
        }
        return new SpkiPin(digest);
    }

    /**
     * Returns the pin of a certificate's key.
     *
     * @param certificate the certificate
     * @return the pin
     */
    public static SpkiPin of(X509Certificate certificate) {
        try {
            return new SpkiPin(MessageDigest.getInstance("SHA-256")
                    .digest(certificate.getPublicKey().getEncoded()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SpkiPin pin && pin.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** Returns the pin as {@link #parse} takes it. */
    @Override
    public String toString() {
        return text;
    }
}
