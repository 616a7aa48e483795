package io.valkeysecure.testkit.internal;

import java.security.KeyPair;

/** The unencrypted forms in which a private key can be written to a PEM file. */
public enum PrivateKeyFormat {
    /** RSA keys only: {@code RSA PRIVATE KEY}, RFC 8017 appendix A.1.2. */
    PKCS1,
    /** Every kind of key: {@code PRIVATE KEY}, RFC 5958. */
    PKCS8,
    /** EC keys only: {@code EC PRIVATE KEY}, RFC 5915. */
    SEC1;

    /** Throws {@link IllegalArgumentException} if keys of this algorithm have no such form. */
    public String pem(KeyPair pair) {
        return Pem.privateKey(pair, this);
    }
}
