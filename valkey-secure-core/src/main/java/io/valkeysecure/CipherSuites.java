package io.valkeysecure;

import java.util.List;
import java.util.stream.Stream;

/** The cipher suites that a policy can allow. */
final class CipherSuites {
    /** RFC 8446, B.4, in order of preference; ChaCha20 is last, because it is slower than AES in hardware. */
    private static final List<String> TLS_1_3_SUITES =
            List.of("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256");

    /** The suites of TLS 1.2 with ephemeral key exchange and AEAD: RFC 5289 and RFC 7905. */
    private static final List<String> TLS_1_2_SUITES = List.of(
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private CipherSuites() {}

    /** {@return the suites of a version and all later ones, in order of preference} */
    static List<String> from(TlsVersion minimum) {
        return minimum == TlsVersion.TLS_1_3
                ? TLS_1_3_SUITES
                : Stream.concat(TLS_1_3_SUITES.stream(), TLS_1_2_SUITES.stream())
                        .toList();
    }

    /** Requires a suite for each version: JSSE accepts a version without one, and fails at the handshake. */
    static void requireFor(TlsVersion minimum, List<String> suites) {
        if (suites.stream().noneMatch(TLS_1_3_SUITES::contains)) {
            throw new IllegalArgumentException(
                    "cipher suites must hold one of TLS 1.3 " + TLS_1_3_SUITES + ", were " + suites);
        }
        if (minimum == TlsVersion.TLS_1_2 && suites.stream().noneMatch(TLS_1_2_SUITES::contains)) {
            throw new IllegalArgumentException("minimum version is TLSv1.2 and no cipher suite of TLS 1.2 is in "
                    + suites + "; add one of " + TLS_1_2_SUITES + " or set the minimum version to TLSv1.3");
        }
        if (minimum == TlsVersion.TLS_1_3 && suites.stream().anyMatch(TLS_1_2_SUITES::contains)) {
            throw new IllegalArgumentException(
                    "minimum version is TLSv1.3 and a cipher suite of TLS 1.2 is in " + suites + "; leave it out");
        }
    }
}
