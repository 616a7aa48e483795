package io.valkeysecure.internal.verify;

import static io.valkeysecure.RefusalReason.CONSTRAINT_VIOLATED;
import static io.valkeysecure.RefusalReason.EXPIRED;
import static io.valkeysecure.RefusalReason.KEY_USAGE;
import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.RefusalReason.NOT_YET_VALID;
import static io.valkeysecure.RefusalReason.WEAK_KEY;
import static io.valkeysecure.RefusalReason.WEAK_SIGNATURE;
import static io.valkeysecure.internal.verify.Chain.GOOD;
import static io.valkeysecure.internal.verify.Chain.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.x509.VerificationBudget;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every rule of {@link Rules}: a chain that breaks it alone is refused by it, and its twin that keeps it is accepted.
 */
class RulesTest {
    private static final String BASIC_CONSTRAINTS = "2.5.29.19";
    private static final String KEY_USAGE_ID = "2.5.29.15";
    private static final String NAME_CONSTRAINTS = "2.5.29.30";
    private static final String POLICY_CONSTRAINTS = "2.5.29.36";
    private static final String UNKNOWN = "1.3.6.1.4.1.55738.1";
    private static final byte[] NULL = Tlv.of(Tlv.NULL);

    private static final KeyPair RSA_2048 = KeyType.RSA_2048.generate();
    private static final KeyPair RSA_3072 = KeyType.RSA_3072.generate();
    private static final KeyPair ED25519 = KeyType.ED25519.generate();

    private static final byte[] SECP256K1 = Tlv.of(Tlv.OID, Tlv.bytes(0x2b, 0x81, 0x04, 0x00, 0x0a));
    private static final Set<String> NOT_PARSED =
            Set.of("*.a.example.com", "..example.com", "https://example.com", "a@");

    /**
     * A rule, what breaks it and what does not.
     *
     * @param rule its name in {@link Rules}
     * @param what what is wrong
     * @param reason why it is refused
     * @param evidence part of the message
     * @param refused breaks the rule
     * @param accepted differs in one attribute and keeps it
     */
    record Case(String rule, String what, RefusalReason reason, String evidence, Chain refused, Chain accepted) {
        @Override
        public String toString() {
            return rule + ": " + what;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                        version(),
                        serialNumber(),
                        pathLengthOfNoCa(),
                        keyUsageBits(),
                        alternativeNames(),
                        nameConstraintsForm(),
                        criticalExtensions(),
                        dates(),
                        caBit(),
                        keyUsage(),
                        purposes(),
                        keys(),
                        signatures(),
                        profile(),
                        pathLength(),
                        nameConstraints(),
                        policyMappings())
                .flatMap(cases -> cases);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void rule_chainThatBreaksIt_isRefusedByIt(Case rule) {
        rule.refused().isRefused(rule.reason(), rule.evidence());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void rule_twinThatKeepsIt_isAccepted(Case rule) throws Exception {
        rule.accepted().isAccepted();
    }

    @Test
    void rules_all_haveACaseWithTheirReason() {
        Set<String> tested =
                cases().map(rule -> rule.rule() + " " + rule.reason().tag()).collect(Collectors.toSet());
        Set<String> written = Stream.concat(
                        Rules.OF_CERTIFICATE.stream()
                                .map(rule -> rule.name() + " " + rule.reason().tag()),
                        Rules.OF_PATH.stream()
                                .map(rule -> rule.name() + " " + rule.reason().tag()))
                .collect(Collectors.toSet());
        assertThat(tested).isEqualTo(written);
    }

    private static Stream<Case> version() {
        String rule = "version 3";
        return Stream.of(
                new Case(
                        rule,
                        "a leaf of version 1",
                        MALFORMED_CERTIFICATE,
                        "leaf CN=Leaf expected version 3, has version 1",
                        GOOD.withLeaf(TestCertificateBuilder::version1),
                        GOOD),
                new Case(
                        rule,
                        "an intermediate of version 1",
                        MALFORMED_CERTIFICATE,
                        "intermediate CN=Intermediate expected version 3, has version 1",
                        GOOD.withCa(TestCertificateBuilder::version1),
                        GOOD),
                new Case(
                        rule,
                        "an anchor of version 1",
                        MALFORMED_CERTIFICATE,
                        "trust anchor CN=Root expected version 3, has version 1",
                        GOOD.withRoot(TestCertificateBuilder::version1),
                        GOOD));
    }

    private static Stream<Case> serialNumber() {
        String rule = "a positive serial number of at most 20 octets";
        BigInteger longest = BigInteger.ONE.shiftLeft(159).subtract(BigInteger.ONE);
        return Stream.of(
                new Case(
                        rule,
                        "zero in a leaf",
                        MALFORMED_CERTIFICATE,
                        "leaf CN=Leaf expected a positive serial number of at most 20 octets, has 0",
                        GOOD.withLeaf(builder -> builder.serialNumber(BigInteger.ZERO)),
                        GOOD.withLeaf(builder -> builder.serialNumber(BigInteger.ONE))),
                new Case(
                        rule,
                        "zero in an intermediate, which does no harm in an anchor",
                        MALFORMED_CERTIFICATE,
                        "intermediate CN=Intermediate expected a positive serial number",
                        GOOD.withCa(builder -> builder.serialNumber(BigInteger.ZERO)),
                        GOOD.withRoot(builder -> builder.serialNumber(BigInteger.ZERO))),
                new Case(
                        rule,
                        "below zero in an anchor",
                        MALFORMED_CERTIFICATE,
                        "trust anchor CN=Root expected a positive serial number of at most 20 octets, has -1",
                        GOOD.withRoot(builder -> builder.serialNumber(BigInteger.ONE.negate())),
                        GOOD.withRoot(builder -> builder.serialNumber(BigInteger.ONE))),
                new Case(
                        rule,
                        "21 octets",
                        MALFORMED_CERTIFICATE,
                        "has 8000000000000000000000000000000000000000",
                        GOOD.withLeaf(builder -> builder.serialNumber(longest.add(BigInteger.ONE))),
                        GOOD.withLeaf(builder -> builder.serialNumber(longest))));
    }

    private static Stream<Case> pathLengthOfNoCa() {
        String rule = "a path length only in a CA, and not below zero";
        byte[] zeroOfNoCa = Tlv.of(Tlv.SEQUENCE, integer(0));
        byte[] belowZero = Tlv.of(Tlv.SEQUENCE, Tlv.of(Tlv.BOOLEAN, Tlv.bytes(0xff)), integer(0xff));
        byte[] zero = Tlv.of(Tlv.SEQUENCE, Tlv.of(Tlv.BOOLEAN, Tlv.bytes(0xff)), integer(0));
        return Stream.of(
                new Case(
                        rule,
                        "a path length in a leaf",
                        MALFORMED_CERTIFICATE,
                        "leaf CN=Leaf has a path length and is no CA",
                        GOOD.withLeaf(builder -> builder.extension(BASIC_CONSTRAINTS, true, zeroOfNoCa)),
                        GOOD.withLeaf(builder -> builder.extension(BASIC_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE)))),
                new Case(
                        rule,
                        "a path length of -1",
                        MALFORMED_CERTIFICATE,
                        "intermediate CN=Intermediate has the path length -1",
                        GOOD.withCa(builder -> builder.extension(BASIC_CONSTRAINTS, true, belowZero)),
                        GOOD.withCa(builder -> builder.extension(BASIC_CONSTRAINTS, true, zero))));
    }

    private static Stream<Case> keyUsageBits() {
        return Stream.of(new Case(
                "a key usage with at least one bit",
                "a key usage of no bit",
                MALFORMED_CERTIFICATE,
                "leaf CN=Leaf has a key usage without a bit",
                GOOD.withLeaf(TestCertificateBuilder::keyUsage),
                GOOD.withLeaf(builder -> builder.keyUsage(KeyUsage.DIGITAL_SIGNATURE))));
    }

    private static Stream<Case> alternativeNames() {
        String rule = "well-formed names in the SAN";
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "a".repeat(61);
        Chain most = GOOD.withLeaf(builder -> names(builder, VerificationBudget.ENTRIES - 1));
        return Stream.of(
                        Stream.of(new Case(
                                rule,
                                "no name at all",
                                MALFORMED_CERTIFICATE,
                                "leaf CN=Leaf has an empty SAN",
                                GOOD.withLeaf(builder ->
                                        builder.withoutNames().extension("2.5.29.17", false, Tlv.of(Tlv.SEQUENCE))),
                                GOOD)),
                        Stream.of(new Case(
                                rule,
                                "too many names",
                                MALFORMED_CERTIFICATE,
                                "has 1025 names in its SAN, expected at most 1024",
                                most.withLeaf(builder -> builder.dnsName("one-more.example.com")),
                                most)),
                        Stream.of(new Case(
                                rule,
                                "in an intermediate as well",
                                MALFORMED_CERTIFICATE,
                                "intermediate CN=Intermediate has the malformed name dNSName a..b in its SAN",
                                GOOD.withCa(builder -> builder.dnsName("a..b")),
                                GOOD.withCa(builder -> builder.dnsName("a.b")))),
                        Stream.of(new Case(
                                rule,
                                "in an anchor as well",
                                MALFORMED_CERTIFICATE,
                                "trust anchor CN=Root has the malformed name dNSName a..b in its SAN",
                                GOOD.withRoot(builder -> builder.dnsName("a..b")),
                                GOOD.withRoot(builder -> builder.dnsName("a.b")))),
                        Stream.of(
                                        name(2, "", "a"),
                                        name(2, "a.", "a"),
                                        name(2, ".a", "a"),
                                        name(2, "a..b", "a.b"),
                                        name(2, "-a.b", "a-a.b"),
                                        name(2, "a-.b", "a-a.b"),
                                        name(2, "a_a.b", "a-a.b"),
                                        name(2, "a b", "a.b"),
                                        name(2, "a/b", "a.b"),
                                        name(2, "a:b", "a.b"),
                                        name(2, "A[b", "AZ.azb"),
                                        name(2, "a@b", "az.b"),
                                        name(2, "a`b", "a09.b"),
                                        name(2, "a{b", "az.b"),
                                        name(2, "10.0.0.1", "10.0.0.a1"),
                                        name(2, "a.0", "a.0a"),
                                        name(2, "a.9", "a.a9"),
                                        name(2, "a" + label, label),
                                        name(2, "a" + longest, longest),
                                        name(2, "*", "*.a.b"),
                                        name(2, "*.a", "*.a.b"),
                                        name(2, "*.*.a.b", "*.a.b"),
                                        name(2, "a.*.b", "*.a.b"),
                                        name(2, "*a.b.c", "*.b.c"),
                                        name(2, "a*.b.c", "*.b.c"),
                                        name(2, "*.a.b.", "*.a.b"),
                                        name(2, "*..a.b", "*.a.b"),
                                        name(2, "xn--*.b.c", "xn--a.b.c"),
                                        name(1, "a", "a@b"),
                                        name(1, "@b", "a@b"),
                                        name(1, "a@", "a@b"),
                                        name(1, "a@b@c", "a@b"),
                                        name(1, "a@b_c", "a@b-c"),
                                        name(6, "a", "a:b"),
                                        name(6, "//a/b", "c://a/b"),
                                        name(6, "a:b c", "a:b"))
                                .map(names -> new Case(
                                        rule,
                                        "\"" + abbreviated(names.malformed()) + "\" of type " + names.tag(),
                                        MALFORMED_CERTIFICATE,
                                        "leaf CN=Leaf has the malformed name",
                                        GOOD.withLeaf(
                                                builder -> builder.rawName(names.tag(), ascii(names.malformed()))),
                                        GOOD.withLeaf(
                                                builder -> builder.rawName(names.tag(), ascii(names.wellFormed()))))),
                        Stream.of(3, 5, 8, 15, 17, 32)
                                .map(length -> new Case(
                                        rule,
                                        "an address of " + length + " octets",
                                        MALFORMED_CERTIFICATE,
                                        "leaf CN=Leaf has the malformed name iPAddress " + "00".repeat(length),
                                        GOOD.withLeaf(builder -> builder.rawName(7, new byte[length])),
                                        GOOD.withLeaf(builder -> builder.rawName(7, new byte[length < 8 ? 4 : 16])))),
                        Stream.of(new Case(
                                rule,
                                "an octet above 7F",
                                MALFORMED_CERTIFICATE,
                                "leaf CN=Leaf ",
                                GOOD.withLeaf(builder -> builder.rawName(2, Tlv.bytes('a', 0xe4, 'a'))),
                                GOOD.withLeaf(builder -> builder.rawName(2, Tlv.bytes('a', 0x61, 'a'))))),
                        Stream.of(new Case(
                                rule,
                                "a NUL after a good name",
                                MALFORMED_CERTIFICATE,
                                "dNSName valkey.example.com\\u0000.evil.example",
                                GOOD.withLeaf(builder -> builder.dnsName(Chain.HOST + "\0.evil.example")),
                                GOOD.withLeaf(builder -> builder.dnsName(Chain.HOST + ".evil.example")))),
                        Stream.of(new Case(
                                rule,
                                "an empty directory name",
                                MALFORMED_CERTIFICATE,
                                "leaf CN=Leaf has the malformed name directoryName",
                                GOOD.withLeaf(builder -> builder.name(GeneralNameType.DIRECTORY_NAME, "")),
                                GOOD.withLeaf(builder -> builder.name(GeneralNameType.DIRECTORY_NAME, "CN=a")))))
                .flatMap(cases -> cases);
    }

    private record Twins(int tag, String malformed, String wellFormed) {}

    private static Twins name(int tag, String malformed, String wellFormed) {
        return new Twins(tag, malformed, wellFormed);
    }

    private static Stream<Case> nameConstraintsForm() {
        String rule = "well-formed name constraints, and only in a CA";
        byte[] permittedDns = Tlv.of(0xa0, subtree(0x82, ascii("example.com")));
        Chain inCa = GOOD.withCa(builder -> builder.extension(
                NAME_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE, Tlv.of(0xa0, subtree(0x82, ascii("example.com"))))));
        Chain most = constrained(subtrees(VerificationBudget.SUBTREES));
        return Stream.of(
                        Stream.of(
                                new Case(
                                        rule,
                                        "name constraints in a leaf",
                                        MALFORMED_CERTIFICATE,
                                        "leaf CN=Leaf has name constraints and is a leaf",
                                        GOOD.withLeaf(builder -> builder.extension(
                                                NAME_CONSTRAINTS, false, Tlv.of(Tlv.SEQUENCE, permittedDns))),
                                        inCa),
                                new Case(
                                        rule,
                                        "neither permitted nor excluded subtrees",
                                        MALFORMED_CERTIFICATE,
                                        "intermediate CN=Intermediate has empty name constraints",
                                        GOOD.withCa(builder ->
                                                builder.extension(NAME_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE))),
                                        inCa),
                                new Case(
                                        rule,
                                        "the same in an anchor",
                                        MALFORMED_CERTIFICATE,
                                        "trust anchor CN=Root has empty name constraints",
                                        GOOD.withRoot(builder ->
                                                builder.extension(NAME_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE))),
                                        GOOD.withRoot(builder -> builder.extension(
                                                NAME_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE, permittedDns)))),
                                new Case(
                                        rule,
                                        "an empty list of permitted subtrees",
                                        MALFORMED_CERTIFICATE,
                                        "CN=Intermediate has",
                                        constrained(Tlv.of(0xa0)),
                                        inCa),
                                new Case(
                                        rule,
                                        "an empty list of excluded subtrees",
                                        MALFORMED_CERTIFICATE,
                                        "CN=Intermediate has",
                                        constrained(Tlv.of(0xa1)),
                                        inCa),
                                new Case(
                                        rule,
                                        "too many subtrees",
                                        MALFORMED_CERTIFICATE,
                                        "has a name constraint with 257 subtrees, expected 1 to 256",
                                        constrained(subtrees(VerificationBudget.SUBTREES + 1)),
                                        most),
                                new Case(
                                        rule,
                                        "a minimum distance",
                                        MALFORMED_CERTIFICATE,
                                        "has a name constraint with a minimum or maximum distance",
                                        constrained(Tlv.of(
                                                0xa0,
                                                Tlv.of(
                                                        Tlv.SEQUENCE,
                                                        Tlv.of(0x82, ascii("example.com")),
                                                        Tlv.of(0x80, Tlv.bytes(1))))),
                                        constrained(permittedDns)),
                                new Case(
                                        rule,
                                        "a maximum distance",
                                        MALFORMED_CERTIFICATE,
                                        "has a name constraint with a minimum or maximum distance",
                                        constrained(Tlv.of(
                                                0xa0,
                                                Tlv.of(
                                                        Tlv.SEQUENCE,
                                                        Tlv.of(0x82, ascii("example.com")),
                                                        Tlv.of(0x81, Tlv.bytes(9))))),
                                        constrained(permittedDns))),
                        Stream.of(
                                        name(2, "example..com", ".example.com"),
                                        name(2, "*.example.com", "example.com"),
                                        name(2, "example.com.", "example.com"),
                                        name(2, "a b", "example.com"),
                                        name(6, "*.a.example.com", ".example.com"),
                                        name(6, "..example.com", ".example.com"),
                                        name(6, "https://example.com", "example.com"),
                                        name(1, "@example.com", "a@example.com"),
                                        name(1, "a@.example.com", ".example.com"),
                                        name(1, "a@", "example.com"),
                                        name(1, "a@b@example.com", "b@example.com"),
                                        name(1, "ex ample.com", "example.com"))
                                .flatMap(names -> Stream.of(0xa0, 0xa1)
                                        .map(list -> new Case(
                                                rule,
                                                "\"" + names.malformed() + "\" of type " + names.tag()
                                                        + (list == 0xa0 ? " permitted" : " excluded"),
                                                MALFORMED_CERTIFICATE,
                                                // the JDK parses some of the forms itself
                                                NOT_PARSED.contains(names.malformed())
                                                        ? "certificate 2 of the chain is not a certificate in DER"
                                                        : "CN=Intermediate has the malformed name constraint",
                                                constrained(Tlv.of(
                                                        list, subtree(0x80 | names.tag(), ascii(names.malformed())))),
                                                constrained(Tlv.of(
                                                        0xa0,
                                                        subtree(0x80 | names.tag(), ascii(names.wellFormed()))))))),
                        Stream.of(
                                        network(Tlv.bytes(10, 0, 0, 0), Tlv.bytes(10, 0, 0, 0, 255, 0, 0, 0)),
                                        network(new byte[7], new byte[8]),
                                        network(new byte[9], new byte[8]),
                                        network(new byte[16], new byte[32]),
                                        network(new byte[31], new byte[32]),
                                        network(new byte[33], new byte[32]),
                                        network(
                                                Tlv.bytes(10, 0, 0, 0, 255, 0, 255, 0),
                                                Tlv.bytes(10, 0, 0, 0, 255, 255, 0, 0)),
                                        network(
                                                Tlv.bytes(10, 0, 0, 0, 255, 255, 253, 0),
                                                Tlv.bytes(10, 0, 0, 0, 255, 255, 252, 0)),
                                        network(
                                                Tlv.bytes(10, 0, 0, 1, 255, 0, 0, 0),
                                                Tlv.bytes(10, 0, 0, 0, 255, 0, 0, 0)),
                                        network(
                                                Tlv.bytes(10, 0, 0, 1, 255, 255, 255, 254),
                                                Tlv.bytes(10, 0, 0, 1, 255, 255, 255, 255)),
                                        network(
                                                Tlv.bytes(10, 128, 0, 0, 255, 0, 0, 0),
                                                Tlv.bytes(10, 128, 0, 0, 255, 128, 0, 0)))
                                .map(networks -> new Case(
                                        rule,
                                        "the network " + HexFormat.of().formatHex(networks.malformed()),
                                        MALFORMED_CERTIFICATE,
                                        networks.malformed().length % 2 != 0
                                                ? "certificate 2 of the chain is not a certificate in DER"
                                                : "has the malformed name constraint iPAddress",
                                        constrained(Tlv.of(0xa1, subtree(0x87, networks.malformed()))),
                                        constrained(Tlv.of(0xa1, subtree(0x87, networks.wellFormed()))))))
                .flatMap(cases -> cases);
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Networks(byte[] malformed, byte[] wellFormed) {}

    private static Networks network(byte[] malformed, byte[] wellFormed) {
        return new Networks(malformed, wellFormed);
    }

    private static Stream<Case> criticalExtensions() {
        String rule = "no critical extension that is not processed";
        byte[] explicitPolicy = Tlv.of(Tlv.SEQUENCE, Tlv.of(0x80, Tlv.bytes(9)));
        Stream<Case> unknown = Stream.of(
                new Case(
                        rule,
                        "in a leaf",
                        CONSTRAINT_VIOLATED,
                        "leaf CN=Leaf has the critical extension " + UNKNOWN + ", which is not processed",
                        GOOD.withLeaf(builder -> builder.extension(UNKNOWN, true, NULL)),
                        GOOD.withLeaf(builder -> builder.extension(UNKNOWN, false, NULL))),
                new Case(
                        rule,
                        "in an intermediate",
                        CONSTRAINT_VIOLATED,
                        "intermediate CN=Intermediate has the critical extension " + UNKNOWN,
                        GOOD.withCa(builder -> builder.extension(UNKNOWN, true, NULL)),
                        GOOD.withCa(builder -> builder.extension(UNKNOWN, false, NULL))),
                new Case(
                        rule,
                        "in an anchor",
                        CONSTRAINT_VIOLATED,
                        "trust anchor CN=Root has the critical extension " + UNKNOWN,
                        GOOD.withRoot(builder -> builder.extension(UNKNOWN, true, NULL)),
                        GOOD.withRoot(builder -> builder.extension(UNKNOWN, false, NULL))),
                new Case(
                        rule,
                        "policyConstraints that are not critical",
                        CONSTRAINT_VIOLATED,
                        "has the extension 2.5.29.36, which is not critical (RFC 5280 4.2.1.11, 4.2.1.14)",
                        GOOD.withCa(builder -> builder.extension(POLICY_CONSTRAINTS, false, explicitPolicy)),
                        GOOD.withCa(builder -> builder.extension(POLICY_CONSTRAINTS, true, explicitPolicy))),
                new Case(
                        rule,
                        "policyConstraints of an anchor",
                        CONSTRAINT_VIOLATED,
                        "trust anchor CN=Root has the extension 2.5.29.36, which is not processed in a trust anchor",
                        GOOD.withRoot(builder -> builder.extension(POLICY_CONSTRAINTS, true, explicitPolicy)),
                        GOOD.withCa(builder -> builder.extension(POLICY_CONSTRAINTS, true, explicitPolicy))),
                new Case(
                        rule,
                        "inhibitAnyPolicy of an anchor",
                        CONSTRAINT_VIOLATED,
                        "trust anchor CN=Root has the extension 2.5.29.54, which is not processed in a trust anchor",
                        GOOD.withRoot(builder -> builder.extension("2.5.29.54", true, integer(9))),
                        GOOD.withCa(builder -> builder.extension("2.5.29.54", true, integer(9)))),
                new Case(
                        rule,
                        "inhibitAnyPolicy that is not critical",
                        CONSTRAINT_VIOLATED,
                        "has the extension 2.5.29.54, which is not critical (RFC 5280 4.2.1.11, 4.2.1.14)",
                        GOOD.withCa(builder -> builder.extension("2.5.29.54", false, integer(9))),
                        GOOD.withCa(builder -> builder.extension("2.5.29.54", true, integer(9)))));
        Stream<Case> identifiers = Stream.of("2.5.29.35", "2.5.29.14")
                .map(id -> new Case(
                        rule,
                        id + " critical",
                        CONSTRAINT_VIOLATED,
                        "leaf CN=Leaf has the critical extension " + id,
                        GOOD.withLeaf(builder -> builder.critical(id, true)),
                        GOOD));
        Stream<Case> places = Stream.of(
                        new String[] {"2.5.29.31", "30143012a010a00e860c687474703a2f2f612f62632f"},
                        new String[] {"1.3.6.1.5.5.7.1.1", "3018301606082b06010505073001860a687474703a2f2f612e62"})
                .map(extension -> new Case(
                        rule,
                        extension[0] + " critical",
                        CONSTRAINT_VIOLATED,
                        "leaf CN=Leaf has the critical extension " + extension[0],
                        GOOD.withLeaf(builder -> builder.extension(
                                extension[0], true, HexFormat.of().parseHex(extension[1]))),
                        GOOD.withLeaf(builder -> builder.extension(
                                extension[0], false, HexFormat.of().parseHex(extension[1])))));
        Stream<Case> processed = Stream.of(BASIC_CONSTRAINTS, KEY_USAGE_ID, "2.5.29.37", "2.5.29.17", "2.5.29.32")
                .map(id -> new Case(
                        rule,
                        "another one than " + id + ", which is processed",
                        CONSTRAINT_VIOLATED,
                        "has the critical extension " + UNKNOWN,
                        policies(id).withLeaf(builder -> builder.extension(UNKNOWN, true, NULL)),
                        policies(id)));
        Stream<Case> ofPolicies = Stream.<String[]>of(new String[] {"2.5.29.54", "020109"})
                .map(extension -> new Case(
                        rule,
                        "another one than " + extension[0] + ", which is processed",
                        CONSTRAINT_VIOLATED,
                        "has the critical extension " + UNKNOWN,
                        GOOD.withCa(builder -> builder.extension(
                                        extension[0], true, HexFormat.of().parseHex(extension[1]))
                                .extension(UNKNOWN, true, NULL)),
                        GOOD.withCa(builder -> builder.extension(
                                extension[0], true, HexFormat.of().parseHex(extension[1])))));
        return Stream.of(unknown, identifiers, places, processed, ofPolicies).flatMap(cases -> cases);
    }

    /** A leaf with a certificate policy, one of whose extensions is critical. */
    private static Chain policies(String critical) {
        return GOOD.withLeaf(builder -> builder.extension(
                        "2.5.29.32",
                        critical.equals("2.5.29.32"),
                        HexFormat.of().parseHex("3006300406022a03"))
                .critical(critical, true));
    }

    private static Stream<Case> dates() {
        Duration second = Duration.ofSeconds(1);
        return Stream.of(
                        new Role("leaf CN=Leaf", GOOD::withLeaf),
                        new Role("intermediate CN=Intermediate", GOOD::withCa),
                        new Role("trust anchor CN=Root", GOOD::withRoot))
                .flatMap(role -> Stream.of(
                        new Case(
                                "not before its time",
                                "a second too early, " + role.name(),
                                NOT_YET_VALID,
                                role.name() + " is valid from 2026-06-15T12:00:01Z, now is 2026-06-15T12:00:00Z",
                                role.change().apply(builder -> builder.notBefore(NOW.plus(second))),
                                role.change().apply(builder -> builder.notBefore(NOW))),
                        new Case(
                                "not after its time",
                                "a second too late, " + role.name(),
                                EXPIRED,
                                role.name() + " expired at 2026-06-15T11:59:59Z, now is 2026-06-15T12:00:00Z",
                                role.change().apply(builder -> builder.notAfter(NOW.minus(second))),
                                role.change().apply(builder -> builder.notAfter(NOW))),
                        new Case(
                                "not after its time",
                                "a second too late, while a part of the last second is none, " + role.name(),
                                EXPIRED,
                                role.name() + " expired at 2026-06-15T11:59:59Z, now is 2026-06-15T12:00:00Z",
                                role.change()
                                        .apply(builder -> builder.notAfter(NOW.minus(second)))
                                        .at(NOW.plusMillis(1)),
                                role.change()
                                        .apply(builder -> builder.notAfter(NOW))
                                        .at(NOW.plusMillis(999)))));
    }

    private interface RoleChange {
        Chain apply(UnaryOperator<TestCertificateBuilder> change);
    }

    private record Role(String name, RoleChange change) {}

    private static Stream<Case> caBit() {
        String rule = "a CA above the leaf, and none as the leaf";
        return Stream.of(
                new Case(
                        rule,
                        "a CA as the leaf",
                        CONSTRAINT_VIOLATED,
                        "expected a server's certificate as the leaf, it is a CA",
                        GOOD.withLeaf(builder -> builder.ca()
                                .keyUsage(KeyUsage.DIGITAL_SIGNATURE)
                                .extendedKeyUsage(ExtendedKeyUsage.SERVER_AUTH)),
                        GOOD.withLeaf(builder -> builder.keyUsage(KeyUsage.DIGITAL_SIGNATURE)
                                .extendedKeyUsage(ExtendedKeyUsage.SERVER_AUTH))),
                new Case(
                        rule,
                        "an intermediate without the CA bit",
                        CONSTRAINT_VIOLATED,
                        "intermediate CN=Intermediate issued a certificate and is no CA (basicConstraints)",
                        GOOD.withCa(builder -> builder.extension(BASIC_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE))),
                        GOOD),
                new Case(
                        rule,
                        "an intermediate without basicConstraints",
                        CONSTRAINT_VIOLATED,
                        "intermediate CN=Intermediate issued a certificate and is no CA (basicConstraints)",
                        GOOD.withCa(TestCertificateBuilder::withoutBasicConstraints),
                        GOOD.withLeaf(TestCertificateBuilder::withoutBasicConstraints)),
                new Case(
                        rule,
                        "an anchor without basicConstraints",
                        CONSTRAINT_VIOLATED,
                        "trust anchor CN=Root is no CA (basicConstraints), expected one; name the certificate of the CA",
                        GOOD.withRoot(TestCertificateBuilder::withoutBasicConstraints),
                        GOOD));
    }

    private static Stream<Case> keyUsage() {
        String rule = "a key usage that allows what the key is used for";
        return Stream.of(
                new Case(
                        rule,
                        "a leaf for key agreement only",
                        KEY_USAGE,
                        "leaf CN=Leaf expected the key usage digitalSignature",
                        GOOD.withLeaf(builder -> builder.keyUsage(KeyUsage.KEY_AGREEMENT, KeyUsage.KEY_ENCIPHERMENT)),
                        GOOD.withLeaf(builder -> builder.keyUsage(
                                KeyUsage.KEY_AGREEMENT, KeyUsage.KEY_ENCIPHERMENT, KeyUsage.DIGITAL_SIGNATURE))),
                new Case(
                        rule,
                        "a leaf that may sign certificates",
                        KEY_USAGE,
                        "leaf CN=Leaf has the key usage keyCertSign and is no CA",
                        GOOD.withLeaf(builder -> builder.keyUsage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_CERT_SIGN)),
                        GOOD.withLeaf(builder -> builder.keyUsage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.CRL_SIGN))),
                new Case(
                        rule,
                        "an intermediate for lists only",
                        KEY_USAGE,
                        "intermediate CN=Intermediate expected the key usage keyCertSign",
                        GOOD.withCa(builder -> builder.keyUsage(KeyUsage.CRL_SIGN)),
                        GOOD.withCa(builder -> builder.keyUsage(KeyUsage.KEY_CERT_SIGN))),
                new Case(
                        rule,
                        "an anchor for lists only",
                        KEY_USAGE,
                        "trust anchor CN=Root expected the key usage keyCertSign",
                        GOOD.withRoot(builder -> builder.keyUsage(KeyUsage.CRL_SIGN)),
                        GOOD.withRoot(TestCertificateBuilder::withoutKeyUsage)),
                new Case(
                        rule,
                        "a leaf for encipherment, while without the extension all is allowed",
                        KEY_USAGE,
                        "leaf CN=Leaf expected the key usage digitalSignature",
                        GOOD.withLeaf(builder -> builder.keyUsage(KeyUsage.DECIPHER_ONLY)),
                        GOOD.withLeaf(TestCertificateBuilder::withoutKeyUsage)));
    }

    private static Stream<Case> purposes() {
        String rule = "serverAuth wherever purposes are named";
        Chain strict = strict();
        return Stream.of(
                new Case(
                        rule,
                        "a leaf for clients",
                        KEY_USAGE,
                        "leaf CN=Leaf expected the extended key usage serverAuth, has",
                        GOOD.withLeaf(builder -> builder.extendedKeyUsage(ExtendedKeyUsage.CLIENT_AUTH)),
                        GOOD.withLeaf(builder ->
                                builder.extendedKeyUsage(ExtendedKeyUsage.CLIENT_AUTH, ExtendedKeyUsage.SERVER_AUTH))),
                new Case(
                        rule,
                        "a leaf for any purpose",
                        KEY_USAGE,
                        "leaf CN=Leaf expected the extended key usage serverAuth, has",
                        GOOD.withLeaf(builder -> builder.extendedKeyUsage(ExtendedKeyUsage.ANY)),
                        GOOD.withLeaf(builder ->
                                builder.extendedKeyUsage(ExtendedKeyUsage.ANY, ExtendedKeyUsage.SERVER_AUTH))),
                new Case(
                        rule,
                        "an intermediate for code",
                        KEY_USAGE,
                        "intermediate CN=Intermediate expected the extended key usage serverAuth, has",
                        GOOD.withCa(builder -> builder.extendedKeyUsage(ExtendedKeyUsage.CODE_SIGNING)),
                        GOOD.withCa(builder ->
                                builder.extendedKeyUsage(ExtendedKeyUsage.CODE_SIGNING, ExtendedKeyUsage.SERVER_AUTH))),
                new Case(
                        rule,
                        "an anchor for any purpose",
                        KEY_USAGE,
                        "trust anchor CN=Root expected the extended key usage serverAuth, has",
                        GOOD.withRoot(builder -> builder.extendedKeyUsage(ExtendedKeyUsage.ANY)),
                        GOOD.withRoot(builder -> builder.extendedKeyUsage(ExtendedKeyUsage.SERVER_AUTH))),
                new Case(
                        rule,
                        "none in a leaf, under strict()",
                        KEY_USAGE,
                        "leaf CN=Leaf expected the extended key usage serverAuth, has none",
                        strict.withLeaf(TestCertificateBuilder::withoutExtendedKeyUsage),
                        GOOD.withLeaf(TestCertificateBuilder::withoutExtendedKeyUsage)));
    }

    private static Stream<Case> keys() {
        String rule = "a key above the floor";
        return Stream.of(
                rsa("RSA of 2040 bits", modulus(2040), "expected an RSA key from 2048 to 8192 bits, has 2040"),
                rsa("RSA of 8200 bits", modulus(8200), "expected an RSA key from 2048 to 8192 bits, has 8200"),
                rsa("RSA of 2052 bits", modulus(2052), "has an RSA modulus of 2052 bits that no sound generator makes"),
                rsa(
                        "an even RSA modulus",
                        modulus(2048).clearBit(0),
                        "has an RSA modulus of 2048 bits that no sound generator makes"),
                new Case(
                        rule,
                        "the highest RSA modulus but one",
                        WEAK_KEY,
                        "has 8200",
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus(8200), 65_537))),
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus(8192), 65_537)))),
                new Case(
                        rule,
                        "the exponent 65535",
                        WEAK_KEY,
                        "leaf CN=Leaf expected an odd RSA exponent from 65537, below 2^64",
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus(2048), 65_535))),
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus(2048), 65_537)))),
                new Case(
                        rule,
                        "the exponent 65538",
                        WEAK_KEY,
                        "leaf CN=Leaf expected an odd RSA exponent from 65537, below 2^64",
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus(2048), 65_538))),
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus(2048), 65_539)))),
                new Case(
                        rule,
                        "the exponent 2^64 + 1",
                        WEAK_KEY,
                        "leaf CN=Leaf expected an odd RSA exponent from 65537, below 2^64",
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(
                                modulus(2048), BigInteger.ONE.shiftLeft(64).setBit(0)))),
                        GOOD.withLeaf(builder -> builder.keyPair(rsaKey(
                                modulus(2048), BigInteger.ONE.shiftLeft(63).setBit(0))))),
                new Case(
                        rule,
                        "an anchor's RSA of 1024 bits",
                        WEAK_KEY,
                        "trust anchor CN=Root expected an RSA key from 2048 to 8192 bits, has 1024",
                        GOOD.withRoot(builder -> builder.keyPair(KeyType.RSA_1024.generate())),
                        GOOD.withRoot(builder -> builder.keyPair(RSA_2048))),
                new Case(
                        rule,
                        "an intermediate's RSA of 1024 bits",
                        WEAK_KEY,
                        "intermediate CN=Intermediate expected an RSA key from 2048 to 8192 bits, has 1024",
                        GOOD.withCa(builder -> builder.keyPair(KeyType.RSA_1024.generate())),
                        GOOD.withCa(builder -> builder.keyPair(RSA_2048))),
                new Case(
                        rule,
                        "RSA of 2048 bits under strict()",
                        WEAK_KEY,
                        "leaf CN=Leaf expected an RSA key from 3072 to 8192 bits, has 2048",
                        strict().withLeaf(builder -> builder.keyPair(RSA_2048)),
                        strict().withLeaf(builder -> builder.keyPair(RSA_3072))),
                new Case(
                        rule,
                        "DSA",
                        WEAK_KEY,
                        "leaf CN=Leaf expected an EC, Edwards or RSA key, has one of algorithm 1.2.840.10040.4.1",
                        GOOD.withLeaf(builder -> builder.keyPair(KeyType.DSA_2048.generate())),
                        GOOD.withLeaf(builder -> builder.keyPair(ED25519))),
                new Case(
                        rule,
                        "an Edwards key with parameters",
                        WEAK_KEY,
                        "leaf CN=Leaf has an Edwards key with parameters (RFC 8410 3)",
                        GOOD.withLeaf(builder -> builder.keyPair(ED25519)
                                .tbsCertificate(algorithmOfKey(
                                        algorithm -> Tlv.of(Tlv.SEQUENCE, Tlv.content(algorithm), NULL)))),
                        GOOD.withLeaf(builder -> builder.keyPair(ED25519))),
                new Case(
                        rule,
                        "secp256k1",
                        WEAK_KEY,
                        "expected an EC key on P-256, P-384 or P-521 by name, has the curve 1.3.132.0.10",
                        GOOD.withLeaf(builder -> builder.tbsCertificate(algorithmOfKey(Tlv.replace(1, SECP256K1)))),
                        GOOD.withLeaf(builder -> builder.keyType(KeyType.EC_P384))),
                new Case(
                        rule,
                        "an RSA key for PSS of 1024 bits",
                        WEAK_KEY,
                        "expected an RSA key from 2048 to 8192 bits, has 1024",
                        GOOD.withLeaf(builder -> builder.keyPair(KeyType.RSA_1024.generate())
                                .tbsCertificate(algorithmOfKey(RulesTest::rsaPss))),
                        GOOD.withLeaf(builder ->
                                builder.keyPair(RSA_2048).tbsCertificate(algorithmOfKey(RulesTest::rsaPss)))));
    }

    private static Case rsa(String what, BigInteger modulus, String evidence) {
        return new Case(
                "a key above the floor",
                what,
                WEAK_KEY,
                "leaf CN=Leaf " + evidence,
                GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus, 65_537))),
                GOOD.withLeaf(builder -> builder.keyPair(rsaKey(modulus(2048), 65_537))));
    }

    private static byte[] rsaPss(byte[] rsaAlgorithm) {
        return Tlv.of(Tlv.SEQUENCE, Tlv.of(Tlv.OID, HexFormat.of().parseHex("2a864886f70d01010a")));
    }

    private static UnaryOperator<byte[]> algorithmOfKey(UnaryOperator<byte[]> change) {
        return Tlv.change(Tlv.KEY, Tlv.change(0, change));
    }

    private static BigInteger modulus(int bits) {
        return BigInteger.ONE.shiftLeft(bits - 1).setBit(0).setBit(7);
    }

    private static KeyPair rsaKey(BigInteger modulus, long exponent) {
        return rsaKey(modulus, BigInteger.valueOf(exponent));
    }

    /** The public half of a key; nobody signs with a leaf's here. */
    private static KeyPair rsaKey(BigInteger modulus, BigInteger exponent) {
        try {
            return new KeyPair(
                    KeyFactory.getInstance("RSA").generatePublic(new RSAPublicKeySpec(modulus, exponent)),
                    RSA_2048.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<Case> signatures() {
        String rule = "a signature above the floor";
        Chain rsa = GOOD.withCa(builder -> builder.keyPair(RSA_2048));
        Chain ed25519 = GOOD.withCa(builder -> builder.keyPair(ED25519));
        String expected = "leaf CN=Leaf expected a signature with SHA-256, SHA-384 or SHA-512, or by an Edwards key";
        return Stream.of(
                new Case(
                        rule,
                        "RSA with SHA-1",
                        WEAK_SIGNATURE,
                        expected + ", has algorithm 1.2.840.113549.1.1.5",
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA1withRSA")),
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA256withRSA"))),
                new Case(
                        rule,
                        "RSA with MD5",
                        WEAK_SIGNATURE,
                        expected + ", has algorithm 1.2.840.113549.1.1.4",
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("MD5withRSA")),
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA384withRSA"))),
                new Case(
                        rule,
                        "RSA with SHA-224",
                        WEAK_SIGNATURE,
                        expected + ", has algorithm 1.2.840.113549.1.1.14",
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA224withRSA")),
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA512withRSA"))),
                new Case(
                        rule,
                        "ECDSA with SHA-1",
                        WEAK_SIGNATURE,
                        expected + ", has algorithm 1.2.840.10045.4.1",
                        GOOD.withLeaf(builder -> builder.signatureAlgorithm("SHA1withECDSA")),
                        GOOD.withLeaf(builder -> builder.signatureAlgorithm("SHA512withECDSA"))),
                new Case(
                        rule,
                        "ECDSA with SHA-224",
                        WEAK_SIGNATURE,
                        expected + ", has algorithm 1.2.840.10045.4.3.1",
                        GOOD.withLeaf(builder -> builder.signatureAlgorithm("SHA224withECDSA")),
                        GOOD.withLeaf(builder -> builder.signatureAlgorithm("SHA384withECDSA"))),
                new Case(
                        rule,
                        "an intermediate's with SHA-1, which an anchor's of itself may be",
                        WEAK_SIGNATURE,
                        "intermediate CN=Intermediate expected a signature with SHA-256",
                        GOOD.withCa(builder -> builder.signatureAlgorithm("SHA1withECDSA")),
                        GOOD.withRoot(builder -> builder.signatureAlgorithm("SHA1withECDSA"))),
                new Case(
                        rule,
                        "PSS with SHA-1",
                        WEAK_SIGNATURE,
                        expected + ", has algorithm 1.2.840.113549.1.1.10",
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA1withRSAandMGF1")),
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA256withRSAandMGF1"))),
                new Case(
                        rule,
                        "PSS with SHA-224, while SHA-384 will do",
                        WEAK_SIGNATURE,
                        expected + ", has algorithm 1.2.840.113549.1.1.10",
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA224withRSAandMGF1")),
                        rsa.withLeaf(builder -> builder.signatureAlgorithm("SHA384withRSAandMGF1"))),
                new Case(
                        rule,
                        "ECDSA with SHA-1, while Ed25519 will do",
                        WEAK_SIGNATURE,
                        expected,
                        GOOD.withLeaf(builder -> builder.signatureAlgorithm("SHA1withECDSA")),
                        ed25519));
        // parameters of the algorithms are in SignatureParametersTest
    }

    private static Stream<Case> profile() {
        String rule = "the identifiers and the criticality of the profile, under a policy that asks for it";
        Chain strict = strict();
        return Stream.of(
                profile(
                        rule,
                        "no authority key identifier in a leaf",
                        "leaf CN=Leaf expected an authorityKeyIdentifier with a key identifier",
                        strict.withLeaf(TestCertificateBuilder::withoutAuthorityKeyIdentifier)),
                profile(
                        rule,
                        "an authority key identifier without a key identifier",
                        "leaf CN=Leaf expected an authorityKeyIdentifier with a key identifier",
                        strict.withLeaf(builder -> builder.extension("2.5.29.35", false, Tlv.of(Tlv.SEQUENCE)))),
                profile(
                        rule,
                        "no authority key identifier in an intermediate, which an anchor needs not",
                        "intermediate CN=Intermediate expected an authorityKeyIdentifier with a key identifier",
                        strict.withCa(TestCertificateBuilder::withoutAuthorityKeyIdentifier)),
                profile(
                        rule,
                        "no subject key identifier in an intermediate",
                        "intermediate CN=Intermediate expected a subjectKeyIdentifier in a CA",
                        strict.withCa(TestCertificateBuilder::withoutSubjectKeyIdentifier)),
                profile(
                        rule,
                        "no subject key identifier in an anchor",
                        "trust anchor CN=Root expected a subjectKeyIdentifier in a CA",
                        strict.withRoot(TestCertificateBuilder::withoutSubjectKeyIdentifier)),
                profile(
                        rule,
                        "no key usage in an intermediate",
                        "intermediate CN=Intermediate expected a key usage in a CA",
                        strict.withCa(TestCertificateBuilder::withoutKeyUsage)),
                profile(
                        rule,
                        "basicConstraints of an anchor that are not critical",
                        "trust anchor CN=Root expected basicConstraints of a CA to be critical",
                        strict.withRoot(builder -> builder.critical(BASIC_CONSTRAINTS, false))),
                new Case(
                        rule,
                        "no subject key identifier in an anchor, while a leaf needs none",
                        CONSTRAINT_VIOLATED,
                        "trust anchor CN=Root expected a subjectKeyIdentifier in a CA",
                        strict.withRoot(TestCertificateBuilder::withoutSubjectKeyIdentifier),
                        strict.withLeaf(builder -> builder.withoutSubjectKeyIdentifier()
                                .withoutKeyUsage()
                                .critical(BASIC_CONSTRAINTS, false))));
    }

    /** What strict() refuses and modern() does not. */
    private static Case profile(String rule, String what, String evidence, Chain refused) {
        return new Case(
                rule,
                what,
                CONSTRAINT_VIOLATED,
                evidence,
                refused,
                new Chain(
                        refused.root(),
                        refused.ca(),
                        refused.leaf(),
                        refused.host(),
                        io.valkeysecure.TlsPolicy.modern(),
                        refused.now()));
    }

    private static Chain strict() {
        return GOOD.strict();
    }

    private static Stream<Case> pathLength() {
        String rule = "no more CAs below a CA than its path length allows, the anchor's too";
        // paths of several CAs are in PathSearchTest
        return Stream.of(new Case(
                rule,
                "an anchor that allows no CA below it",
                CONSTRAINT_VIOLATED,
                "path CN=Root allows 0 CAs below it, there are 1",
                GOOD.withRoot(builder -> builder.ca(0)),
                GOOD.withRoot(builder -> builder.ca(1)).withCa(builder -> builder.ca(0))));
    }

    private static Stream<Case> nameConstraints() {
        String rule = "names within the name constraints of every CA above, the anchor's too";
        // every form of a name is in NameConstraintRulesTest
        return Stream.of(
                new Case(
                        rule,
                        "a name that the anchor does not permit",
                        CONSTRAINT_VIOLATED,
                        "path expected names within the constraints of CN=Root, CN=Leaf has dNSName valkey.example.com,"
                                + " not permitted",
                        GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.org")),
                        GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.com"))),
                new Case(
                        rule,
                        "a name that the intermediate excludes",
                        CONSTRAINT_VIOLATED,
                        "path expected names within the constraints of CN=Intermediate, CN=Leaf has dNSName"
                                + " valkey.example.com, excluded by dNSName example.com",
                        GOOD.withCa(builder -> builder.excluded(GeneralNameType.DNS_NAME, "example.com")),
                        GOOD.withCa(builder -> builder.excluded(GeneralNameType.DNS_NAME, "example.org"))));
    }

    private static Stream<Case> policyMappings() {
        String rule = "no mapping of a policy to many";
        // what the JDK makes of mappings is in PoliciesTest
        return Stream.of(new Case(
                rule,
                "a policy mapped to nine",
                CONSTRAINT_VIOLATED,
                "path maps policies to so many that there are 9 ways, expected at most 8",
                GOOD.withCa(builder -> Policies.mapping(builder, 9)),
                GOOD.withCa(builder -> Policies.mapping(builder, 8))));
    }

    private static TestCertificateBuilder names(TestCertificateBuilder builder, int count) {
        for (int i = 0; i < count; i++) {
            builder.dnsName("h" + i + ".example.com");
        }
        return builder;
    }

    private static Chain constrained(byte[] subtrees) {
        return GOOD.withCa(builder -> builder.extension(NAME_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE, subtrees)));
    }

    private static byte[] subtree(int tag, byte[] base) {
        return Tlv.of(Tlv.SEQUENCE, Tlv.of(tag, base));
    }

    private static byte[] subtrees(int count) {
        byte[][] all = new byte[count][];
        for (int i = 0; i < count; i++) {
            all[i] = subtree(0x82, ascii("h" + i + ".example.org"));
        }
        return Tlv.of(0xa1, all);
    }

    private static byte[] integer(int value) {
        return Tlv.of(Tlv.INTEGER, Tlv.bytes(value));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String abbreviated(String text) {
        return text.length() > 70 ? text.length() + " characters" : text;
    }
}
