package io.valkeysecure.testkit.certificate;

/** The bits of the key usage extension, in the order of RFC 5280 section 4.2.1.3. */
public enum KeyUsage {
    /** Bit 0: the key signs data, as a TLS handshake does. */
    DIGITAL_SIGNATURE(0),
    /** Bit 1, also called contentCommitment. */
    NON_REPUDIATION(1),
    /** Bit 2: the key encrypts keys, as TLS 1.2 with RSA key exchange does. */
    KEY_ENCIPHERMENT(2),
    /** Bit 3. */
    DATA_ENCIPHERMENT(3),
    /** Bit 4. */
    KEY_AGREEMENT(4),
    /** Bit 5: the key signs certificates. */
    KEY_CERT_SIGN(5),
    /** Bit 6: the key signs revocation lists. */
    CRL_SIGN(6),
    /** Bit 7. */
    ENCIPHER_ONLY(7),
    /** Bit 8. */
    DECIPHER_ONLY(8);

    private final int bit;

    KeyUsage(int bit) {
        this.bit = bit;
    }

    /**
     * Returns the number of the bit (RFC 5280, 4.2.1.3).
     *
     * @return from 0 to 8
     */
    public int bit() {
        return bit;
    }
}
