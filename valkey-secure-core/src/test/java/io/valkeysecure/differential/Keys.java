package io.valkeysecure.differential;

import io.valkeysecure.testkit.certificate.KeyType;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.RSAKeyGenParameterSpec;
import java.util.HashMap;
import java.util.Map;

/** Keys, made once: they are the dear part of a certificate. */
final class Keys {
    private final Map<String, KeyPair> made = new HashMap<>();

    /** A key that a rule may refuse or accept, by its name. */
    synchronized KeyPair named(String name) {
        return made.computeIfAbsent(name, Keys::generate);
    }

    /** A key on P-256 for a CA or leaf. */
    KeyPair ordinary(String owner) {
        return named("EC_P256 " + owner);
    }

    private static KeyPair generate(String name) {
        try {
            if (name.equals("RSA_EXPONENT_3")) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F0));
                return generator.generateKeyPair();
            } else if (name.equals("RSA_2052")) {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
                generator.initialize(2052);
                return generator.generateKeyPair();
            } else if (name.equals("RSA_EVEN")) {
                KeyPair key = KeyType.RSA_2048.generate();
                var spec = KeyFactory.getInstance("RSA")
                        .getKeySpec(key.getPublic(), java.security.spec.RSAPublicKeySpec.class);
                var even = new java.security.spec.RSAPublicKeySpec(
                        spec.getModulus().clearBit(0), spec.getPublicExponent());
                return new KeyPair(KeyFactory.getInstance("RSA").generatePublic(even), key.getPrivate());
            }
            return KeyType.valueOf(name.split(" ", 2)[0]).generate();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
