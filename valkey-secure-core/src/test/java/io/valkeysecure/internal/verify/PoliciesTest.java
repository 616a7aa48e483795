package io.valkeysecure.internal.verify;

import static io.valkeysecure.RefusalReason.CONSTRAINT_VIOLATED;
import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.internal.verify.Chain.GOOD;
import static io.valkeysecure.internal.verify.Chain.assertPath;
import static io.valkeysecure.internal.verify.Chain.assertRefused;
import static io.valkeysecure.internal.verify.Chain.goodCa;
import static io.valkeysecure.internal.verify.Chain.goodLeaf;
import static io.valkeysecure.internal.verify.Chain.goodRoot;

import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Policies and their mappings, which the JDK's validator follows: only a CA that demands a policy makes them matter.
 */
class PoliciesTest {
    private static final String PKIX = "path refused by PKIX";

    @Test
    void policy_demandedAndHeldThroughout_isAccepted() throws Exception {
        Chain demanding = GOOD.withCa(builder -> Policies.required(Policies.with(builder, 1)));
        demanding.withLeaf(builder -> Policies.with(builder, 1)).isAccepted();
        demanding.withLeaf(builder -> Policies.with(builder, 2)).isRefused(CONSTRAINT_VIOLATED, PKIX);
        demanding.isRefused(CONSTRAINT_VIOLATED, PKIX);
    }

    @Test
    void policy_mappedAndDemanded_isThatOfTheSubjectsDomain() throws Exception {
        Chain mapped = GOOD.withCa(builder -> Policies.required(Policies.mapping(builder, 1)));
        mapped.withLeaf(builder -> Policies.with(builder, 2)).isAccepted();
        mapped.withLeaf(builder -> Policies.with(builder, 1)).isRefused(CONSTRAINT_VIOLATED, PKIX);
        mapped.withLeaf(builder -> Policies.with(builder, 3)).isRefused(CONSTRAINT_VIOLATED, PKIX);
    }

    @Test
    void policy_mappedAndNotDemanded_doesNotMatter() throws Exception {
        Chain mapped = GOOD.withCa(builder -> Policies.mapping(builder, 1));
        mapped.isAccepted();
        mapped.withLeaf(builder -> Policies.with(builder, 3)).isAccepted();
        GOOD.withCa(builder -> Policies.mapping(builder, 1).critical("2.5.29.33", false))
                .isAccepted();
    }

    @Test
    void anyPolicy_mapped_isRefused() {
        GOOD.withCa(builder -> Policies.with(builder, 1)
                        .extension("2.5.29.33", true, Tlv.of(Tlv.SEQUENCE, Policies.mapping(0, 2))))
                .isRefused(CONSTRAINT_VIOLATED, PKIX);
        GOOD.withCa(builder -> Policies.with(builder, 1)
                        .extension("2.5.29.33", true, Tlv.of(Tlv.SEQUENCE, Policies.mapping(1, 0))))
                .isRefused(CONSTRAINT_VIOLATED, PKIX);
    }

    @Test
    void mappings_ofSeveralCas_multiply() throws Exception {
        TestCertificate root = goodRoot().build();
        TestCertificate first = Policies.mapping(goodCa(root), 4).build();
        TestCertificate second = Policies.mapping(second(first), 2).build();
        TestCertificate leaf = goodLeaf(second).build();
        assertPath(List.of(root), List.of(leaf, second, first), leaf, second, first, root);
        TestCertificate more = Policies.mapping(second(first), 3).build();
        assertRefused(
                List.of(root),
                List.of(goodLeaf(more).build(), more, first),
                CONSTRAINT_VIOLATED,
                "path maps policies to so many that there are 12 ways, expected at most 8");
        // two that are mapped to one each are no more than one is
        byte[] two = Tlv.of(Tlv.SEQUENCE, Policies.mapping(1, 3), Policies.mapping(2, 3));
        TestCertificate narrow = second(first).extension("2.5.29.33", true, two).build();
        TestCertificate below = goodLeaf(narrow).build();
        assertPath(List.of(root), List.of(below, narrow, first), below, narrow, first, root);
    }

    private static TestCertificateBuilder second(TestCertificate first) {
        return goodCa(first).subject("CN=Second").keyPair(KeyType.EC_P256.generate());
    }

    @Test
    void policiesAndMappings_moreThanTheLimit_areRefused() throws Exception {
        GOOD.withLeaf(builder -> Policies.with(builder, numbers(64))).isAccepted();
        GOOD.withLeaf(builder -> Policies.with(builder, numbers(65)))
                .isRefused(MALFORMED_CERTIFICATE, "has 65 certificatePolicies, expected 1 to 64");
        GOOD.withCa(builder -> builder.extension("2.5.29.33", true, mappings(64)))
                .isAccepted();
        GOOD.withCa(builder -> builder.extension("2.5.29.33", true, mappings(65)))
                .isRefused(MALFORMED_CERTIFICATE, "has 65 policyMappings, expected 1 to 64");
    }

    private static int[] numbers(int count) {
        return java.util.stream.IntStream.rangeClosed(1, count).toArray();
    }

    private static byte[] mappings(int count) {
        byte[][] mappings = new byte[count][];
        for (int i = 0; i < count; i++) {
            mappings[i] = Policies.mapping(i + 1, i + 1);
        }
        return Tlv.of(Tlv.SEQUENCE, mappings);
    }
}
