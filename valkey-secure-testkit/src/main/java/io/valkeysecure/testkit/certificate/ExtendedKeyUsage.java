package io.valkeysecure.testkit.certificate;

/** The purposes of the extended key usage extension, RFC 5280 section 4.2.1.12. */
public enum ExtendedKeyUsage {
    /** {@code anyExtendedKeyUsage}. */
    ANY("2.5.29.37.0"),
    /** {@code id-kp-clientAuth}. */
    CLIENT_AUTH("1.3.6.1.5.5.7.3.2"),
    /** {@code id-kp-codeSigning}: a purpose that has nothing to do with TLS. */
    CODE_SIGNING("1.3.6.1.5.5.7.3.3"),
    /** {@code id-kp-OCSPSigning}: the mark of a delegated OCSP responder. */
    OCSP_SIGNING("1.3.6.1.5.5.7.3.9"),
    /** {@code id-kp-serverAuth}. */
    SERVER_AUTH("1.3.6.1.5.5.7.3.1");

    private final String oid;

    ExtendedKeyUsage(String oid) {
        this.oid = oid;
    }

    String oid() {
        return oid;
    }
}
