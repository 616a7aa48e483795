package io.valkeysecure.internal.verify;

import static io.valkeysecure.RefusalReason.CONSTRAINT_VIOLATED;
import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.RefusalReason.UNTRUSTED_ISSUER;
import static io.valkeysecure.internal.verify.Chain.GOOD;
import static io.valkeysecure.internal.verify.Chain.assertPath;
import static io.valkeysecure.internal.verify.Chain.assertRefused;
import static io.valkeysecure.internal.verify.Chain.goodCa;
import static io.valkeysecure.internal.verify.Chain.goodLeaf;
import static io.valkeysecure.internal.verify.Chain.goodRoot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.internal.x509.VerificationBudget;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every count of {@link VerificationBudget}: as many as it allows are accepted, one more is refused. */
class VerificationBudgetTest {
    private static final String UNKNOWN = "1.3.6.1.4.1.55738.";

    private final TestCertificate root = goodRoot().build();
    private final TestCertificate ca = goodCa(root).build();
    private final TestCertificate leaf = goodLeaf(ca).build();
    private final TestCertificate stranger =
            TestCertificate.root().clock(Chain.CLOCK).subject("CN=Stranger").build();

    @Test
    void certificates_moreThanTheLimit_areRefused() throws Exception {
        List<TestCertificate> presented = new ArrayList<>(List.of(leaf, ca));
        while (presented.size() < VerificationBudget.CERTIFICATES) {
            presented.add(stranger.issue().ca().build());
        }
        presented.add(leaf); // the same is not counted again
        assertPath(List.of(root), presented, leaf, ca, root);
        presented.add(stranger.issue().ca().build());
        assertRefused(
                List.of(root), presented, CONSTRAINT_VIOLATED, "expected at most 20 certificates, 21 were presented");
    }

    @Test
    void certificate_largerThanTheLimit_isRefused() throws Exception {
        int ballast = VerificationBudget.CERTIFICATE_BYTES - sized(60_000).encoded().length + 60_000;
        // one signature may be longer than another by a byte or two
        TestCertificate most = sized(ballast);
        while (most.encoded().length != VerificationBudget.CERTIFICATE_BYTES) {
            most = sized(ballast);
        }
        TestCertificate tooLarge = sized(ballast + 8);
        assertThat(tooLarge.encoded().length).isGreaterThan(VerificationBudget.CERTIFICATE_BYTES);
        assertPath(List.of(root), List.of(most, ca), most, ca, root);
        assertRefused(
                List.of(root),
                List.of(tooLarge, ca),
                MALFORMED_CERTIFICATE,
                "certificate 1 of the chain is larger than 65536 bytes");
    }

    private TestCertificate sized(int ballast) {
        return goodLeaf(ca)
                .serialNumber(BigInteger.TEN)
                .extension(UNKNOWN + "1", false, Tlv.of(Tlv.OCTET_STRING, new byte[ballast]))
                .build();
    }

    @Test
    void extensions_moreThanTheLimit_areRefused() throws Exception {
        // what the builder writes itself: five and the SAN
        Chain most = GOOD.withLeaf(builder -> unknown(builder, VerificationBudget.EXTENSIONS - 6));
        most.isAccepted();
        most.withLeaf(builder -> builder.extension(UNKNOWN + "999", false, Tlv.of(Tlv.NULL)))
                .isRefused(MALFORMED_CERTIFICATE, "certificate CN=Leaf has more than 64 extensions");
    }

    private static TestCertificateBuilder unknown(TestCertificateBuilder builder, int count) {
        for (int i = 0; i < count; i++) {
            builder.extension(UNKNOWN + (i + 1), false, Tlv.of(Tlv.NULL));
        }
        return builder;
    }

    @Test
    void path_longerThanTheLimit_isNotFound() throws Exception {
        List<TestCertificate> longest = deep(VerificationBudget.PATH_LENGTH - 1);
        assertThat(Chain.verify(List.of(root), longest.toArray(new TestCertificate[0]))
                        .certificates())
                .hasSize(VerificationBudget.PATH_LENGTH);
        assertRefused(
                List.of(root), deep(VerificationBudget.PATH_LENGTH), UNTRUSTED_ISSUER, "expected a path to one of");
    }

    /** A leaf below so many CAs, one below the other. */
    private List<TestCertificate> deep(int cas) {
        List<TestCertificate> presented = new ArrayList<>();
        TestCertificate issuer = root;
        for (int i = 0; i < cas; i++) {
            issuer = issuer.issue().ca().subject("CN=" + i).build();
            presented.add(0, issuer);
        }
        presented.add(0, goodLeaf(issuer).build());
        return presented;
    }

    @Test
    void signatures_moreThanTheLimit_endTheSearch() throws Exception {
        Mesh most = Mesh.of(3, 4, KeyType.EC_P256::generate); // 4 + 16 + 16 signatures
        assertRefused(List.of(stranger), most.presented(), UNTRUSTED_ISSUER, "expected a path to one of");
        Mesh more = Mesh.of(3, 5, KeyType.EC_P256::generate); // 5 + 25 + 25
        assertRefused(
                List.of(stranger),
                more.presented(),
                CONSTRAINT_VIOLATED,
                "expected at most 40 signature checks, the chain needs more");
        // a way out that is found at once is taken
        assertThat(Chain.verify(List.of(more.root()), more.presented().toArray(new TestCertificate[0]))
                        .certificates())
                .hasSize(4);
    }

    @Test
    void steps_moreThanTheLimit_endTheSearch() {
        Mesh most = Mesh.of(8, 2, KeyType.EC_P256::generate); // 2 + 4 + 8 + ... + 256 = 510 steps
        assertRefused(List.of(stranger), most.presented(), UNTRUSTED_ISSUER, "expected a path to one of");
        Mesh more = Mesh.of(9, 2, KeyType.EC_P256::generate); // and 512
        assertRefused(
                List.of(stranger),
                more.presented(),
                CONSTRAINT_VIOLATED,
                "expected at most 1000 path-building steps, the chain needs more");
    }

    @Test
    void validations_moreThanTheLimit_endTheSearch() throws Exception {
        List<TestCertificate> presented = new ArrayList<>(List.of(leaf));
        while (presented.size() < VerificationBudget.VALIDATIONS) {
            presented.add(demandingPolicies());
        }
        presented.add(ca);
        assertPath(List.of(root), presented, leaf, ca, root);
        presented.add(1, demandingPolicies());
        assertRefused(
                List.of(root),
                presented,
                CONSTRAINT_VIOLATED,
                "expected at most 4 path validations, the chain needs more");
    }

    /** What only the JDK's validator finds. */
    private TestCertificate demandingPolicies() {
        return goodCa(root)
                .extension("2.5.29.36", true, Tlv.of(Tlv.SEQUENCE, Tlv.of(0x80, Tlv.bytes(0))))
                .build();
    }

    @Test
    void comparisons_moreThanTheLimit_endTheVerification() throws Exception {
        // a thousand names and the subject
        Chain most = GOOD.withLeaf(builder -> names(builder, 999)).withCa(builder -> excluded(builder, 19));
        most.isAccepted();
        GOOD.withLeaf(builder -> names(builder, 999))
                .withCa(builder -> excluded(builder, 20))
                .isRefused(
                        CONSTRAINT_VIOLATED,
                        "expected at most 20000 comparisons of names with constraints, the chain needs more");
        GOOD.withLeaf(builder -> names(builder, 999))
                .withRoot(builder -> permitted(builder, 20))
                .isRefused(CONSTRAINT_VIOLATED, "expected at most 20000 comparisons of names with constraints");
    }

    static TestCertificateBuilder names(TestCertificateBuilder builder, int count) {
        for (int i = 0; i < count; i++) {
            builder.dnsName("h" + i + ".example.com");
        }
        return builder;
    }

    static TestCertificateBuilder excluded(TestCertificateBuilder builder, int count) {
        for (int i = 0; i < count; i++) {
            builder.excluded(GeneralNameType.DNS_NAME, "x" + i + ".example.com");
        }
        return builder;
    }

    private static TestCertificateBuilder permitted(TestCertificateBuilder builder, int count) {
        for (int i = 1; i < count; i++) {
            builder.permitted(GeneralNameType.DNS_NAME, "x" + i + ".example.com");
        }
        return builder.permitted(GeneralNameType.DNS_NAME, "example.com");
    }

    @Test
    void counters_upToTheirLimit_arePassed() {
        VerificationBudget limits = new VerificationBudget();
        exhaust(limits::step, VerificationBudget.PATH_STEPS, "expected at most 1000 path-building steps");
        exhaust(limits::signature, VerificationBudget.SIGNATURES, "expected at most 40 signature checks");
        exhaust(limits::validation, VerificationBudget.VALIDATIONS, "expected at most 4 path validations");
        exhaust(limits::comparison, VerificationBudget.COMPARISONS, "expected at most 20000 comparisons");
    }

    private static void exhaust(Runnable count, int limit, String evidence) {
        assertThatCode(() -> {
                    for (int i = 0; i < limit; i++) {
                        count.run();
                    }
                })
                .doesNotThrowAnyException();
        assertThatThrownBy(count::run)
                .isInstanceOf(VerificationBudget.Exceeded.class)
                .hasMessageStartingWith(evidence);
    }
}
