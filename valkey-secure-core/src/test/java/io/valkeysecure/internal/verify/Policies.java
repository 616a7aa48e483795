package io.valkeysecure.internal.verify;

import io.valkeysecure.testkit.certificate.TestCertificateBuilder;

/** Certificate policies, mappings and constraints (RFC 5280 4.2.1.4, 4.2.1.5, 4.2.1.11) of numbered policies. */
final class Policies {
    private static final int ANY = 0;

    private Policies() {}

    /** Has policies; number 0 is anyPolicy. */
    static TestCertificateBuilder with(TestCertificateBuilder builder, int... policies) {
        byte[][] information = new byte[policies.length][];
        for (int i = 0; i < policies.length; i++) {
            information[i] = Tlv.of(Tlv.SEQUENCE, id(policies[i]));
        }
        return builder.extension("2.5.29.32", false, Tlv.of(Tlv.SEQUENCE, information));
    }

    /** Has policy 1, and maps it to so many others, of which the first is 2. */
    static TestCertificateBuilder mapping(TestCertificateBuilder builder, int count) {
        byte[][] mappings = new byte[count][];
        for (int i = 0; i < count; i++) {
            mappings[i] = mapping(1, i + 2);
        }
        return with(builder, 1).extension("2.5.29.33", true, Tlv.of(Tlv.SEQUENCE, mappings));
    }

    static byte[] mapping(int from, int to) {
        return Tlv.of(Tlv.SEQUENCE, id(from), id(to));
    }

    /** Demands a policy from here on. */
    static TestCertificateBuilder required(TestCertificateBuilder builder) {
        return builder.extension("2.5.29.36", true, Tlv.of(Tlv.SEQUENCE, Tlv.of(0x80, Tlv.bytes(0))));
    }

    private static byte[] id(int policy) {
        return policy == ANY
                ? Tlv.of(Tlv.OID, Tlv.bytes(0x55, 0x1d, 0x20, 0x00))
                : Tlv.of(Tlv.OID, Tlv.bytes(0x2a, 0x03, policy));
    }
}
