package io.valkeysecure.testkit.internal;

import java.security.KeyPair;

/** The ways in which the private key in a PEM file can be encrypted with a password. */
public enum PrivateKeyEncryption {
    /**
     * OpenSSL's own form of before PKCS#8: {@code RSA PRIVATE KEY} or {@code EC PRIVATE KEY} with the headers
     * {@code Proc-Type} and {@code DEK-Info}, here with AES-256-CBC. RSA and EC keys only.
     */
    OPENSSL_AES_256_CBC,
    /** {@code ENCRYPTED PRIVATE KEY} with PBES1 of PKCS#12: SHA-1 and three-key triple DES. Old, but still met. */
    PBES1_SHA1_3DES,
    /** {@code ENCRYPTED PRIVATE KEY} with PBES2, PBKDF2 with HMAC-SHA-256, AES-128-CBC. */
    PBES2_AES_128_CBC,
    /** {@code ENCRYPTED PRIVATE KEY} with PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC: what OpenSSL 3 writes. */
    PBES2_AES_256_CBC,
    /** {@code ENCRYPTED PRIVATE KEY} with PBES2 and triple DES. Old, but still met. */
    PBES2_3DES;

    /** Throws {@link IllegalArgumentException} if keys of this algorithm have no such form. */
    public String pem(KeyPair pair, char[] password) {
        return Pem.encryptedPrivateKey(pair, this, password);
    }
}
