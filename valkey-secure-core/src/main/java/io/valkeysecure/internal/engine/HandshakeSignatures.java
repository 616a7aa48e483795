package io.valkeysecure.internal.engine;

import java.security.AlgorithmConstraints;
import java.security.AlgorithmParameters;
import java.security.CryptoPrimitive;
import java.security.Key;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The signature schemes that a handshake may use: SHA-256 or better with RSA or ECDSA, and EdDSA. They apply to the key
 * exchange of the server and to the proof of the client key.
 */
public final class HandshakeSignatures {
    /** IANA "TLS SignatureScheme", RFC 8446, 4.2.3. */
    private static final Map<Integer, String> STRONG = Map.ofEntries(
            Map.entry(0x0401, "rsa_pkcs1_sha256"),
            Map.entry(0x0501, "rsa_pkcs1_sha384"),
            Map.entry(0x0601, "rsa_pkcs1_sha512"),
            Map.entry(0x0403, "ecdsa_secp256r1_sha256"),
            Map.entry(0x0503, "ecdsa_secp384r1_sha384"),
            Map.entry(0x0603, "ecdsa_secp521r1_sha512"),
            Map.entry(0x0804, "rsa_pss_rsae_sha256"),
            Map.entry(0x0805, "rsa_pss_rsae_sha384"),
            Map.entry(0x0806, "rsa_pss_rsae_sha512"),
            Map.entry(0x0807, "ed25519"),
            Map.entry(0x0808, "ed448"),
            Map.entry(0x0809, "rsa_pss_pss_sha256"),
            Map.entry(0x080a, "rsa_pss_pss_sha384"),
            Map.entry(0x080b, "rsa_pss_pss_sha512"));

    /** Weak schemes that old TLS 1.2 servers use, named for messages. */
    private static final Map<Integer, String> WEAK = Map.of(
            0x0101, "rsa_pkcs1_md5",
            0x0201, "rsa_pkcs1_sha1",
            0x0202, "dsa_sha1",
            0x0203, "ecdsa_sha1",
            0x0301, "rsa_pkcs1_sha224",
            0x0303, "ecdsa_sha224");

    /** The JDK asks by the scheme's name, by the name of the signature and by that of the key, in either case. */
    private static final Set<String> STRONG_TO_JDK = Stream.concat(
                    STRONG.values().stream(),
                    Stream.of(
                            "sha256withrsa",
                            "sha384withrsa",
                            "sha512withrsa",
                            "sha256withecdsa",
                            "sha384withecdsa",
                            "sha512withecdsa",
                            "rsassa-pss",
                            "eddsa",
                            "rsa",
                            "ec"))
            .collect(Collectors.toCollection(() -> new TreeSet<>(String.CASE_INSENSITIVE_ORDER)));

    private HandshakeSignatures() {}

    /**
     * Tells whether a signature scheme is strong enough.
     *
     * @param scheme its number, as it is on the wire
     * @return true if it is
     */
    public static boolean isStrong(int scheme) {
        return STRONG.containsKey(scheme);
    }

    /**
     * Names a signature scheme for people.
     *
     * @param scheme its number, as it is on the wire
     * @return its IANA name; its number if it is rare
     */
    public static String name(int scheme) {
        String name = STRONG.getOrDefault(scheme, WEAK.get(scheme));
        return name == null ? String.format(Locale.ROOT, "signature scheme 0x%04x", scheme) : name;
    }

    /**
     * Returns constraints that make the JDK offer and use only these schemes. They work on every JDK;
     * {@code SSLParameters.setSignatureSchemes} exists only since JDK 19.
     */
    static AlgorithmConstraints constraints() {
        return OnlyStrong.INSTANCE;
    }

    private static final class OnlyStrong implements AlgorithmConstraints {
        static final OnlyStrong INSTANCE = new OnlyStrong();

        @Override
        public boolean permits(
                Set<CryptoPrimitive> primitives, String algorithm, @Nullable AlgorithmParameters parameters) {
            return !primitives.contains(CryptoPrimitive.SIGNATURE) || STRONG_TO_JDK.contains(algorithm);
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
}
