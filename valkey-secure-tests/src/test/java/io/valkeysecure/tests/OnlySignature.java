package io.valkeysecure.tests;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Leaves a server one signature for its handshakes, by the names that the JDK has for it. */
record OnlySignature(Set<String> names) implements AlgorithmConstraints {
    static final OnlySignature SHA1 = new OnlySignature(Set.of("rsa_pkcs1_sha1", "sha1withrsa", "rsa"));
    static final OnlySignature MD5 = new OnlySignature(Set.of("rsa_md5", "md5withrsa", "rsa"));
    static final OnlySignature SHA256 = new OnlySignature(Set.of("rsa_pkcs1_sha256", "sha256withrsa", "rsa"));

    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, @Nullable AlgorithmParameters parameters) {
        return !primitives.contains(CryptoPrimitive.SIGNATURE) || names.contains(algorithm.toLowerCase(Locale.ROOT));
    }

    @Override
    public boolean permits(Set<CryptoPrimitive> primitives, Key key) {
        return true;
    }

    @Override
    public boolean permits(
            Set<CryptoPrimitive> primitives, String algorithm, Key key, @Nullable AlgorithmParameters parameters) {
        return permits(primitives, algorithm, parameters);
    }
}
