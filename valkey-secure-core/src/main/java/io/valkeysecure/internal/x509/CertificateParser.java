package io.valkeysecure.internal.x509;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;

/** Parses the DER of one certificate with the JDK, after its size and nesting are known to be bounded. */
public final class CertificateParser {
    private static final byte SEQUENCE = 0x30;

    private CertificateParser() {}

    /**
     * Parses a certificate.
     *
     * @param der one certificate and nothing behind it
     * @return the certificate
     * @throws MalformedException if it is anything else
     */
    public static X509Certificate parse(byte[] der) throws MalformedException {
        requireBounded(der);
        // the JDK would read PEM, too
        if (der.length == 0 || der[0] != SEQUENCE) {
            throw new MalformedException("is not a certificate in DER");
        }
        try {
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            // the JDK ignores bytes after the certificate, and accepts BER
            if (Arrays.equals(certificate.getEncoded(), der)) {
                return certificate;
            }
        } catch (CertificateException | RuntimeException e) {
            throw new MalformedException("is not a certificate in DER");
        }
        throw new MalformedException("is not a certificate in DER: more than one certificate, or another encoding");
    }

    /**
     * Checks what no certificate may exceed, before a parser sees it.
     *
     * @param der the certificate
     * @throws MalformedException if it is too large or nests too deep
     */
    public static void requireBounded(byte[] der) throws MalformedException {
        if (der.length > VerificationBudget.CERTIFICATE_BYTES) {
            throw new MalformedException("is larger than " + VerificationBudget.CERTIFICATE_BYTES + " bytes");
        }
        Nesting.require(der);
    }
}
