package io.valkeysecure.cli.doctor.probe;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** Cipher suites by their numbers, IANA's, and what is wrong with them. */
public final class Suites {
    /** Of TLS 1.3, whose suites no other version has; the last two truncate the tag or are rare. */
    static final List<Integer> TLS_13 = List.of(0x1302, 0x1303, 0x1301, 0x1304, 0x1305);

    private static final Map<Integer, String> NAMES = new LinkedHashMap<>();

    static {
        NAMES.put(0x1301, "TLS_AES_128_GCM_SHA256");
        NAMES.put(0x1302, "TLS_AES_256_GCM_SHA384");
        NAMES.put(0x1303, "TLS_CHACHA20_POLY1305_SHA256");
        NAMES.put(0x1304, "TLS_AES_128_CCM_SHA256");
        NAMES.put(0x1305, "TLS_AES_128_CCM_8_SHA256");
        // forward secrecy and authenticated encryption
        from(0xc02b, "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
        from(0xc02f, "ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE_RSA_WITH_AES_256_GCM_SHA384");
        from(
                0xcca8,
                "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
                "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
                "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
        from(0x009e, "DHE_RSA_WITH_AES_128_GCM_SHA256", "DHE_RSA_WITH_AES_256_GCM_SHA384");
        from(0xc09e, "DHE_RSA_WITH_AES_128_CCM", "DHE_RSA_WITH_AES_256_CCM");
        from(0xc0ac, "ECDHE_ECDSA_WITH_AES_128_CCM", "ECDHE_ECDSA_WITH_AES_256_CCM");
        from(0xc05c, "ECDHE_ECDSA_WITH_ARIA_128_GCM_SHA256", "ECDHE_ECDSA_WITH_ARIA_256_GCM_SHA384");
        from(0xc052, "DHE_RSA_WITH_ARIA_128_GCM_SHA256", "DHE_RSA_WITH_ARIA_256_GCM_SHA384");
        from(0xc060, "ECDHE_RSA_WITH_ARIA_128_GCM_SHA256", "ECDHE_RSA_WITH_ARIA_256_GCM_SHA384");
        // broken: no encryption, export, RC4, DES, no authentication
        from(
                0x0001,
                "RSA_WITH_NULL_MD5",
                "RSA_WITH_NULL_SHA",
                "RSA_EXPORT_WITH_RC4_40_MD5",
                "RSA_WITH_RC4_128_MD5",
                "RSA_WITH_RC4_128_SHA",
                "RSA_EXPORT_WITH_RC2_CBC_40_MD5",
                "RSA_WITH_IDEA_CBC_SHA",
                "RSA_EXPORT_WITH_DES40_CBC_SHA",
                "RSA_WITH_DES_CBC_SHA",
                "RSA_WITH_3DES_EDE_CBC_SHA");
        from(
                0x0014,
                "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
                "DHE_RSA_WITH_DES_CBC_SHA",
                "DHE_RSA_WITH_3DES_EDE_CBC_SHA",
                "DH_anon_EXPORT_WITH_RC4_40_MD5",
                "DH_anon_WITH_RC4_128_MD5",
                "DH_anon_EXPORT_WITH_DES40_CBC_SHA",
                "DH_anon_WITH_DES_CBC_SHA",
                "DH_anon_WITH_3DES_EDE_CBC_SHA");
        from(0x0046, "DH_anon_WITH_CAMELLIA_128_CBC_SHA");
        from(0x0089, "DH_anon_WITH_CAMELLIA_256_CBC_SHA");
        from(0x009b, "DH_anon_WITH_SEED_CBC_SHA");
        from(0x00bf, "DH_anon_WITH_CAMELLIA_128_CBC_SHA256");
        from(0x00c5, "DH_anon_WITH_CAMELLIA_256_CBC_SHA256");
        from(0xc046, "DH_anon_WITH_ARIA_128_CBC_SHA256", "DH_anon_WITH_ARIA_256_CBC_SHA384");
        from(0xc05a, "DH_anon_WITH_ARIA_128_GCM_SHA256", "DH_anon_WITH_ARIA_256_GCM_SHA384");
        from(0xc084, "DH_anon_WITH_CAMELLIA_128_GCM_SHA256", "DH_anon_WITH_CAMELLIA_256_GCM_SHA384");
        from(0x003b, "RSA_WITH_NULL_SHA256");
        from(0x0034, "DH_anon_WITH_AES_128_CBC_SHA");
        from(0x003a, "DH_anon_WITH_AES_256_CBC_SHA");
        from(0x006c, "DH_anon_WITH_AES_128_CBC_SHA256", "DH_anon_WITH_AES_256_CBC_SHA256");
        from(0x00a6, "DH_anon_WITH_AES_128_GCM_SHA256", "DH_anon_WITH_AES_256_GCM_SHA384");
        from(0xc006, "ECDHE_ECDSA_WITH_NULL_SHA", "ECDHE_ECDSA_WITH_RC4_128_SHA", "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA");
        from(0xc010, "ECDHE_RSA_WITH_NULL_SHA", "ECDHE_RSA_WITH_RC4_128_SHA", "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA");
        from(
                0xc015,
                "ECDH_anon_WITH_NULL_SHA",
                "ECDH_anon_WITH_RC4_128_SHA",
                "ECDH_anon_WITH_3DES_EDE_CBC_SHA",
                "ECDH_anon_WITH_AES_128_CBC_SHA",
                "ECDH_anon_WITH_AES_256_CBC_SHA");
        // weak: no forward secrecy, or CBC, or a short tag
        from(0x002f, "RSA_WITH_AES_128_CBC_SHA");
        from(0x0035, "RSA_WITH_AES_256_CBC_SHA");
        from(0x003c, "RSA_WITH_AES_128_CBC_SHA256", "RSA_WITH_AES_256_CBC_SHA256");
        from(0x009c, "RSA_WITH_AES_128_GCM_SHA256", "RSA_WITH_AES_256_GCM_SHA384");
        from(0xc09c, "RSA_WITH_AES_128_CCM", "RSA_WITH_AES_256_CCM");
        from(0xc0a0, "RSA_WITH_AES_128_CCM_8", "RSA_WITH_AES_256_CCM_8");
        from(0xc0a2, "DHE_RSA_WITH_AES_128_CCM_8", "DHE_RSA_WITH_AES_256_CCM_8");
        from(0xc0ae, "ECDHE_ECDSA_WITH_AES_128_CCM_8", "ECDHE_ECDSA_WITH_AES_256_CCM_8");
        from(0x0033, "DHE_RSA_WITH_AES_128_CBC_SHA");
        from(0x0039, "DHE_RSA_WITH_AES_256_CBC_SHA");
        from(0x0067, "DHE_RSA_WITH_AES_128_CBC_SHA256");
        from(0x006b, "DHE_RSA_WITH_AES_256_CBC_SHA256");
        from(0xc009, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE_ECDSA_WITH_AES_256_CBC_SHA");
        from(0xc013, "ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE_RSA_WITH_AES_256_CBC_SHA");
        from(0xc023, "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384");
        from(0xc027, "ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE_RSA_WITH_AES_256_CBC_SHA384");
        from(0x0041, "RSA_WITH_CAMELLIA_128_CBC_SHA");
        from(0x0084, "RSA_WITH_CAMELLIA_256_CBC_SHA");
        from(0x0045, "DHE_RSA_WITH_CAMELLIA_128_CBC_SHA");
        from(0x0088, "DHE_RSA_WITH_CAMELLIA_256_CBC_SHA");
        from(0x00ba, "RSA_WITH_CAMELLIA_128_CBC_SHA256");
        from(0x00c0, "RSA_WITH_CAMELLIA_256_CBC_SHA256");
        from(0x00be, "DHE_RSA_WITH_CAMELLIA_128_CBC_SHA256");
        from(0x00c4, "DHE_RSA_WITH_CAMELLIA_256_CBC_SHA256");
        from(0xc072, "ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256", "ECDHE_ECDSA_WITH_CAMELLIA_256_CBC_SHA384");
        from(0xc076, "ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256", "ECDHE_RSA_WITH_CAMELLIA_256_CBC_SHA384");
        from(0xc050, "RSA_WITH_ARIA_128_GCM_SHA256", "RSA_WITH_ARIA_256_GCM_SHA384");
        from(0x0096, "RSA_WITH_SEED_CBC_SHA");
        from(0x009a, "DHE_RSA_WITH_SEED_CBC_SHA");
    }

    private Suites() {}

    private static void from(int first, String... names) {
        for (int i = 0; i < names.length; i++) {
            NAMES.put(first + i, "TLS_" + names[i]);
        }
    }

    /** Those of TLS 1.2 and older. */
    static List<Integer> beforeTls13() {
        return matching(name -> true);
    }

    static List<Integer> broken() {
        return matching(Suites::isBroken);
    }

    static List<Integer> weak() {
        return matching(name -> !isBroken(name) && isWeak(name));
    }

    static List<Integer> ephemeralDh() {
        return matching(name -> name.startsWith("TLS_DHE_"));
    }

    /** Every other number that IANA has given away, without the two signals that are no suites. */
    static List<Integer> unknown() {
        return IntStream.of(0x0000, 0xc000, 0xc100, 0xcc00, 0xd000)
                .flatMap(first -> IntStream.range(first, first + 0x100))
                .filter(number -> number != 0x00ff && !NAMES.containsKey(number))
                .boxed()
                .toList();
    }

    private static List<Integer> matching(Predicate<String> wanted) {
        List<Integer> found = new ArrayList<>();
        NAMES.forEach((number, name) -> {
            if (!TLS_13.contains(number) && wanted.test(name)) {
                found.add(number);
            }
        });
        return found;
    }

    private static boolean isBroken(String name) {
        return List.of("_NULL_", "_anon_", "_EXPORT_", "_RC4_", "_DES_", "_3DES_", "_IDEA_").stream()
                .anyMatch(name::contains);
    }

    private static boolean isWeak(String name) {
        return name.startsWith("TLS_RSA_") || name.contains("_CBC_") || name.endsWith("_8");
    }

    static String name(int suite) {
        return NAMES.getOrDefault(suite, String.format(Locale.ROOT, "0x%04x", suite));
    }
}
