package io.valkeysecure.internal.x509;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;

/** The fingerprint by which people tell certificates apart. */
public final class Fingerprint {
    private Fingerprint() {}

    /** {@return the SHA-256 digest of the encoding, in lower-case hexadecimal} */
    public static String of(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("every JVM has SHA-256, and a parsed certificate its encoding", e);
        }
    }
}
