package io.valkeysecure.internal.verify;

import static io.valkeysecure.RefusalReason.CONSTRAINT_VIOLATED;
import static io.valkeysecure.internal.verify.Chain.GOOD;
import static io.valkeysecure.internal.verify.Chain.assertPath;
import static io.valkeysecure.internal.verify.Chain.assertRefused;
import static io.valkeysecure.internal.verify.Chain.goodCa;
import static io.valkeysecure.internal.verify.Chain.goodLeaf;
import static io.valkeysecure.internal.verify.Chain.goodRoot;
import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every form of a name, inside and outside of subtrees of its form. The anchor has the constraints: the JDK leaves them
 * out.
 */
class NameConstraintRulesTest {
    private static final String NAME_CONSTRAINTS = "2.5.29.30";

    /** Form, subtree, name, and whether the name is inside. */
    @ParameterizedTest
    @CsvSource(
            value = {
                "2, example.com, a.example.com, true",
                "2, EXAMPLE.com, a.example.COM, true",
                "2, a.example.com, a.example.com, true",
                "2, example.com, aexample.com, false",
                "2, a.example.com, example.com, false",
                "2, example.org, a.example.com, false",
                "2, com, a.example.com, true",
                "2, '', a.example.com, true",
                "2, .example.com, a.example.com, true",
                "2, .EXAMPLE.com, b.a.example.COM, true",
                "2, .example.com, example.com, false",
                "2, .example.com, aexample.com, false",
                "2, .example.com, *.example.com, true",
                "2, example.com, *.example.com, true",
                "2, example.com, *.b.example.com, true",
                "1, example.com, a@example.com, true",
                "1, EXAMPLE.com, a@example.COM, true",
                "1, example.com, a@b.example.com, false",
                "1, .example.com, a@b.example.com, true",
                "1, .EXAMPLE.com, a@b.example.COM, true",
                "1, .example.com, a@example.com, false",
                "1, a@example.com, a@example.com, true",
                "1, a@EXAMPLE.com, a@example.com, true",
                "1, A@example.com, a@example.com, false",
                "1, a@example.com, b@example.com, false",
                "1, a@example.com, a@example.org, false",
                "6, example.com, https://example.com/a, true",
                "6, EXAMPLE.com, https://example.COM/a, true",
                "6, example.com, https://example.com:8443/a, true",
                "6, example.com, https://a.example.com/a, false",
                "6, .example.com, https://a.example.com/a, true",
                "6, .example.com, https://example.com/a, false",
                "6, example.com, spiffe://example.com/a, true",
                "6, example.org, spiffe://example.com/a, false"
            })
    void name_inOrOutsideOfASubtree_isPermittedOrExcluded(int tag, String subtree, String name, boolean inside)
            throws Exception {
        Chain named = GOOD.withLeaf(builder -> tag == 2
                ? builder.withoutNames().rawName(2, ascii(name)).dnsName("h.other.test")
                : builder.rawName(tag, ascii(name)));
        // whatever the subtree, the name that is dialled is not what is asked here
        Chain host = tag == 2 ? named.forHost("h.other.test") : named;
        Chain permitted = tag == 2
                ? constrained(host, Tlv.of(0xa0, subtree(0x82, ascii(subtree)), subtree(0x82, ascii("other.test"))))
                : constrained(host, Tlv.of(0xa0, subtree(0x80 | tag, ascii(subtree))));
        Chain excluded = constrained(
                tag == 2 && subtree.isEmpty() ? named : host, Tlv.of(0xa1, subtree(0x80 | tag, ascii(subtree))));
        if (inside) {
            permitted.isAccepted();
            excluded.isRefused(CONSTRAINT_VIOLATED, "excluded by ");
        } else {
            permitted.isRefused(CONSTRAINT_VIOLATED, ", not permitted");
            excluded.isAccepted();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // one expansion is excluded, or not permitted
        "*.example.com, a.example.com, false, true",
        "*.example.com, A.EXAMPLE.COM, false, true",
        "*.example.com, b.a.example.com, false, false",
        "*.example.com, a.example.org, false, false",
        "*.example.com, example.com, true, true",
        "*.example.com, com, true, true",
        "*.b.example.com, example.com, true, true",
        "*.b.example.com, .example.com, true, true",
        "*.example.com, .a.example.com, false, false",
        "a.example.com, a.a.example.com, false, false"
    })
    void wildcard_underASubtree_isPermittedAsAWholeAndExcludedInPart(
            String name, String subtree, boolean isPermitted, boolean isExcluded) throws Exception {
        Chain named = GOOD.withLeaf(builder -> builder.withoutNames().dnsName(name, "h.other.test"))
                .forHost("h.other.test");
        Chain permitted =
                constrained(named, Tlv.of(0xa0, subtree(0x82, ascii(subtree)), subtree(0x82, ascii("other.test"))));
        Chain excluded = constrained(named, Tlv.of(0xa1, subtree(0x82, ascii(subtree))));
        if (isPermitted) {
            permitted.isAccepted();
        } else {
            permitted.isRefused(CONSTRAINT_VIOLATED, ", not permitted");
        }
        if (isExcluded) {
            excluded.isRefused(CONSTRAINT_VIOLATED, "excluded by ");
        } else {
            excluded.isAccepted();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0a000000ff000000, 0a010203, true",
        "0a000000ff000000, 0b010203, false",
        "0a010203ffffffff, 0a010203, true",
        "0a010203ffffffff, 0a010204, false",
        "0a010200fffffe00, 0a010400, false",
        "0a010200fffffe00, 0a0103ff, true",
        "0000000000000000, ffffffff, true",
        "0000000000000000, 00000000000000000000000000000001, false",
        "20010db8000000000000000000000000ffffffff000000000000000000000000, 20010db8000000000000000000000001, true",
        "20010db8000000000000000000000000ffffffff000000000000000000000000, 20010db9000000000000000000000001, false",
        "20010db8000000000000000000000000ffffffff000000000000000000000000, 20010db8, false"
    })
    void address_inOrOutsideOfANetwork_isPermittedOrExcluded(String network, String address, boolean inside)
            throws Exception {
        Chain named = GOOD.withLeaf(builder -> builder.rawName(7, hex(address)));
        Chain permitted = constrained(named, Tlv.of(0xa0, subtree(0x87, hex(network))));
        Chain excluded = constrained(named, Tlv.of(0xa1, subtree(0x87, hex(network))));
        if (inside) {
            permitted.isAccepted();
            excluded.isRefused(CONSTRAINT_VIOLATED, "excluded by iPAddress");
        } else {
            permitted.isRefused(CONSTRAINT_VIOLATED, ", not permitted");
            excluded.isAccepted();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "O=Test | CN=a, O=Test | true",
                "O=test | CN=a, O=\"  TEST \" | true",
                "O=Test | O=Test | true",
                "O=Test | CN=a, O=Other | false",
                "CN=a, O=Test | O=Test | false",
                "CN=a, O=Test | CN=b, CN=a, O=Test | true",
                "CN=a | CN=a, O=Test | false"
            })
    void directoryName_belowOrBesideASubtree_isPermittedOrExcluded(String subtree, String name, boolean inside)
            throws Exception {
        Chain permitted = GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DIRECTORY_NAME, subtree)
                        .permitted(GeneralNameType.DIRECTORY_NAME, "CN=Leaf")
                        .permitted(GeneralNameType.DIRECTORY_NAME, "CN=Intermediate"))
                .withLeaf(builder -> builder.name(GeneralNameType.DIRECTORY_NAME, name));
        Chain excluded = GOOD.withRoot(builder -> builder.excluded(GeneralNameType.DIRECTORY_NAME, subtree))
                .withLeaf(builder -> builder.name(GeneralNameType.DIRECTORY_NAME, name));
        if (inside) {
            permitted.isAccepted();
            excluded.isRefused(CONSTRAINT_VIOLATED, "excluded by directoryName");
        } else {
            permitted.isRefused(CONSTRAINT_VIOLATED, ", not permitted");
            excluded.isAccepted();
        }
    }

    /** What one reader takes for the excluded name is excluded, and what another takes for other is not permitted. */
    @ParameterizedTest
    @CsvSource({
        "0c, Test Org, true, true",
        "13, TEST  org, true, true",
        "16, Test Org, true, true",
        "14, Test Org, true, true",
        "0c, 'Test\tOrg', true, true",
        "0c, 'Te\u0003st Org', true, false",
        "0c, \uff34est Org, true, false",
        "0c, Test\u00a0Org, true, false",
        "0c, Te\u200bst Org, true, false",
        "0c, TestOrg, false, false",
        "0c, Test Organ, false, false"
    })
    void directoryName_thatReadersTakeForOne_isExcludedByEachAndPermittedByAll(
            String type, String organization, boolean isExcluded, boolean isPermitted) throws Exception {
        byte[] tested = directory(Tlv.of(Integer.parseInt(type, 16), organization.getBytes(StandardCharsets.UTF_8)));
        byte[] names = Tlv.of(Tlv.SEQUENCE, Tlv.of(0x82, ascii(Chain.HOST)), tested);
        Chain named = GOOD.withLeaf(builder -> builder.withoutNames().extension("2.5.29.17", false, names));
        byte[] subtree = directory(Tlv.of(0x0c, ascii("Test Org")));
        Chain excluded = excludingInRoot(named, subtree);
        Chain permitted = constrained(
                named.withCa(builder -> builder.subject("CN=Intermediate"))
                        .withLeaf(builder -> builder.subject("CN=Leaf, CN=Intermediate")),
                Tlv.of(
                        0xa0,
                        Tlv.of(Tlv.SEQUENCE, subtree),
                        Tlv.of(Tlv.SEQUENCE, Tlv.of(0xa4, Tlv.of(Tlv.SEQUENCE, COMMON_NAME_INTERMEDIATE)))));
        if (isExcluded) {
            excluded.isRefused(CONSTRAINT_VIOLATED, ", excluded by directoryName O=Test Org");
        } else {
            excluded.isAccepted();
        }
        if (isPermitted) {
            permitted.isAccepted();
        } else {
            permitted.isRefused(CONSTRAINT_VIOLATED, ", not permitted");
        }
    }

    private static final byte[] COMMON_NAME_INTERMEDIATE =
            Tlv.of(0x31, Tlv.of(Tlv.SEQUENCE, hex("0603550403"), Tlv.of(0x0c, ascii("Intermediate"))));

    private static byte[] directory(byte[] organization) {
        return Tlv.of(0xa4, Tlv.of(Tlv.SEQUENCE, Tlv.of(0x31, Tlv.of(Tlv.SEQUENCE, hex("060355040a"), organization))));
    }

    /** The parts of an RDN are a set: another type of string gives them another order in DER. */
    @Test
    void directoryName_ofAnRdnOfTwoAttributes_isExcludedInAnyOrder() throws Exception {
        byte[] subtree = twoAttributes(Tlv.of(0x0c, ascii("ab")), Tlv.of(0x0c, ascii("abc")));
        Chain other = withDirectory(twoAttributes(Tlv.of(0x1e, hex("00610062")), Tlv.of(0x0c, ascii("abc"))));
        excludingInRoot(other, subtree).isRefused(CONSTRAINT_VIOLATED, ", excluded by directoryName");
        Chain another = withDirectory(twoAttributes(Tlv.of(0x1e, hex("00610063")), Tlv.of(0x0c, ascii("abc"))));
        excludingInRoot(another, subtree).isAccepted();
    }

    private static byte[] twoAttributes(byte[] organization, byte[] unit) {
        byte[] first = Tlv.of(Tlv.SEQUENCE, hex("060355040a"), organization);
        byte[] second = Tlv.of(Tlv.SEQUENCE, hex("060355040b"), unit);
        boolean ordered = java.util.Arrays.compareUnsigned(first, second) < 0;
        return Tlv.of(0xa4, Tlv.of(Tlv.SEQUENCE, Tlv.of(0x31, ordered ? first : second, ordered ? second : first)));
    }

    private static Chain withDirectory(byte[] directory) {
        byte[] names = Tlv.of(Tlv.SEQUENCE, Tlv.of(0x82, ascii(Chain.HOST)), directory);
        return GOOD.withLeaf(builder -> builder.withoutNames().extension("2.5.29.17", false, names));
    }

    @Test
    void subject_isADirectoryName() throws Exception {
        Chain named = GOOD.withCa(builder -> builder.subject("CN=Intermediate, O=Test"))
                .withLeaf(builder -> builder.subject("CN=Leaf, O=Test"));
        named.withRoot(builder -> builder.permitted(GeneralNameType.DIRECTORY_NAME, "O=Test"))
                .isAccepted();
        named.withRoot(builder -> builder.permitted(GeneralNameType.DIRECTORY_NAME, "O=Other"))
                .isRefused(CONSTRAINT_VIOLATED, "has directoryName O=Test,CN=Intermediate, not permitted");
        named.withCa(builder -> builder.excluded(GeneralNameType.DIRECTORY_NAME, "O=Test"))
                .isRefused(CONSTRAINT_VIOLATED, "has directoryName O=Test,CN=Leaf, excluded by directoryName O=Test");
        // an empty one is no name
        named.withLeaf(builder -> builder.subject(""))
                .withCa(builder -> builder.permitted(GeneralNameType.DIRECTORY_NAME, "O=Other"))
                .isAccepted();
    }

    @Test
    void mailAddressOfTheSubject_isAMailAddress() throws Exception {
        Chain named = GOOD.withLeaf(builder -> builder.subject("EMAILADDRESS=a@example.org, CN=Leaf"));
        named.withRoot(builder -> builder.permitted(GeneralNameType.EMAIL_ADDRESS, "example.org"))
                .isAccepted();
        named.withRoot(builder -> builder.permitted(GeneralNameType.EMAIL_ADDRESS, "example.com"))
                .isRefused(CONSTRAINT_VIOLATED, "has rfc822Name a@example.org, not permitted");
        named.withRoot(builder -> builder.excluded(GeneralNameType.EMAIL_ADDRESS, "example.org"))
                .isRefused(CONSTRAINT_VIOLATED, "has rfc822Name a@example.org, excluded by");
        // what is no address is not inside
        GOOD.withLeaf(builder -> builder.subject("EMAILADDRESS=@example.org, CN=Leaf"))
                .withRoot(builder -> builder.permitted(GeneralNameType.EMAIL_ADDRESS, "example.org"))
                .isRefused(CONSTRAINT_VIOLATED, "has rfc822Name @example.org, not permitted");
        GOOD.withLeaf(builder -> builder.subject("EMAILADDRESS=a@.example.org, CN=Leaf"))
                .withRoot(builder -> builder.permitted(GeneralNameType.EMAIL_ADDRESS, ".example.org"))
                .isRefused(CONSTRAINT_VIOLATED, "has rfc822Name a@.example.org, not permitted");
        GOOD.withLeaf(builder -> builder.subject("EMAILADDRESS=a@example.org+CN=Leaf, O=Test"))
                .withRoot(builder -> builder.permitted(GeneralNameType.EMAIL_ADDRESS, "example.com"))
                .isRefused(CONSTRAINT_VIOLATED, "has rfc822Name a@example.org, not permitted");
    }

    @ParameterizedTest
    @CsvSource({
        "a+b@example.org, a+b@example.org, true",
        "a+b@example.org, c+b@example.org, false",
        "example.org, a@\u0165xample.org, false",
        "example.org, \u0161a@example.org, false"
    })
    void mailAddressOfTheSubject_ofAnyCharacters_isReadAsItIsWritten(String subtree, String mail, boolean inside)
            throws Exception {
        byte[] attribute = Tlv.of(
                Tlv.SEQUENCE, hex("06092a864886f70d010901"), Tlv.of(0x0c, mail.getBytes(StandardCharsets.UTF_8)));
        Chain named = GOOD.withLeaf(builder ->
                builder.tbsCertificate(Tlv.replace(Tlv.SUBJECT, Tlv.of(Tlv.SEQUENCE, Tlv.of(0x31, attribute)))));
        Chain permitted = named.withRoot(builder -> builder.permitted(GeneralNameType.EMAIL_ADDRESS, subtree));
        if (inside) {
            permitted.isAccepted();
            named.withRoot(builder -> builder.excluded(GeneralNameType.EMAIL_ADDRESS, subtree))
                    .isRefused(CONSTRAINT_VIOLATED, "excluded by rfc822Name");
        } else {
            permitted.isRefused(CONSTRAINT_VIOLATED, ", not permitted");
        }
    }

    @ParameterizedTest
    @CsvSource({"urn:a:b", "https://192.0.2.7/", "mailto:a@example.com", "https://[::1]/"})
    void uri_withoutAHostThatCanBeTold_isNeitherPermittedNorLeftOutOfWhatIsExcluded(String uri) throws Exception {
        Chain named = GOOD.withLeaf(builder -> builder.rawName(6, ascii(uri)));
        named.isAccepted();
        named.withRoot(builder -> builder.permitted(GeneralNameType.URI, "example.com"))
                .isRefused(CONSTRAINT_VIOLATED, ", not permitted");
        named.withRoot(builder -> builder.excluded(GeneralNameType.URI, "example.com"))
                .isRefused(CONSTRAINT_VIOLATED, "excluded by ");
    }

    @Test
    void otherForms_underAConstraintOfTheirForm_areRefused() throws Exception {
        byte[] otherName = Tlv.of(Tlv.SEQUENCE, Tlv.of(0xa0, hex("06032a0304"), Tlv.of(0xa0, hex("0c0161"))));
        byte[] registered = Tlv.of(Tlv.SEQUENCE, Tlv.of(0x88, hex("2a0304")));
        for (int list : new int[] {0xa0, 0xa1}) {
            String evidence = list == 0xa0 ? ", not permitted" : ", excluded by a name of type";
            Chain other = GOOD.withLeaf(builder -> builder.otherName("1.2.3.4", hex("0c0161")));
            constrained(other, Tlv.of(list, otherName)).isRefused(CONSTRAINT_VIOLATED, "a name of type 0" + evidence);
            constrained(other, Tlv.of(list, registered)).isAccepted();
            Chain id = GOOD.withLeaf(builder -> builder.name(GeneralNameType.REGISTERED_ID, "1.2.3.4"));
            constrained(id, Tlv.of(list, registered)).isRefused(CONSTRAINT_VIOLATED, "a name of type 8");
            constrained(id, Tlv.of(list, otherName)).isAccepted();
        }
    }

    /** Every choice of GeneralName in turn (RFC 5280 4.2.1.6), as a name and as a subtree. */
    private static final List<byte[]> NAMES = List.of(
            Tlv.of(0xa0, hex("06032a0304"), Tlv.of(0xa0, hex("0c0161"))),
            Tlv.of(0x81, ascii("a@form.test")),
            Tlv.of(0x82, ascii("a.form.test")),
            Tlv.of(0xa3, Tlv.of(Tlv.SEQUENCE)),
            Tlv.of(0xa4, hex("300f310d300b060355040a0c04466f726d")),
            Tlv.of(0xa5, Tlv.of(0xa1, hex("0c0161"))),
            Tlv.of(0x86, ascii("https://form.test/")),
            Tlv.of(0x87, hex("0a010203")),
            Tlv.of(0x88, hex("2a0304")));

    private static final List<byte[]> SUBTREES = List.of(
            NAMES.get(0),
            Tlv.of(0x81, ascii("form.test")),
            Tlv.of(0x82, ascii("form.test")),
            NAMES.get(3),
            NAMES.get(4),
            NAMES.get(5),
            Tlv.of(0x86, ascii("form.test")),
            Tlv.of(0x87, hex("0a000000ff000000")),
            NAMES.get(8));

    @Test
    void forms_all_areExcludedByASubtreeOfTheirFormAndFreeOfOthers() throws Exception {
        byte[] host = Tlv.of(0x82, ascii(Chain.HOST));
        for (int form = 0; form < NAMES.size(); form++) {
            byte[] names = Tlv.of(Tlv.SEQUENCE, host, NAMES.get(form));
            Chain named = GOOD.withLeaf(builder -> builder.withoutNames().extension("2.5.29.17", false, names));
            excludingInRoot(named, SUBTREES.get(form)).isRefused(CONSTRAINT_VIOLATED, ", excluded by ");
            excludingInRoot(named, SUBTREES.get((form + 1) % SUBTREES.size())).isAccepted();
        }
    }

    /** Not critical, since the JDK does not parse every form. */
    private static Chain excludingInRoot(Chain chain, byte[] subtree) {
        byte[] constraints = Tlv.of(Tlv.SEQUENCE, Tlv.of(0xa1, Tlv.of(Tlv.SEQUENCE, subtree)));
        return chain.withRoot(builder -> builder.extension(NAME_CONSTRAINTS, false, constraints));
    }

    @Test
    void form_withoutAConstraintOfIt_isFree() throws Exception {
        GOOD.withRoot(builder -> builder.permitted(GeneralNameType.EMAIL_ADDRESS, "example.org")
                        .excluded(GeneralNameType.URI, "example.org"))
                .withLeaf(builder -> builder.ipAddress("192.0.2.7"))
                .isAccepted();
    }

    @Test
    void subtrees_excludedAndPermitted_excludedWins() throws Exception {
        Chain both = GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.com")
                .excluded(GeneralNameType.DNS_NAME, "b.example.com"));
        both.isAccepted();
        both.withLeaf(builder -> builder.dnsName("a.b.example.com"))
                .isRefused(CONSTRAINT_VIOLATED, "has dNSName a.b.example.com, excluded by dNSName b.example.com");
    }

    @Test
    void subtrees_ofSeveralCas_allHaveToPermit() throws Exception {
        GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.com"))
                .withCa(builder -> builder.permitted(GeneralNameType.DNS_NAME, Chain.HOST))
                .isAccepted();
        GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.com"))
                .withCa(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.org"))
                .isRefused(CONSTRAINT_VIOLATED, "expected names within the constraints of CN=Intermediate");
        GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.org"))
                .withCa(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.com"))
                .isRefused(CONSTRAINT_VIOLATED, "expected names within the constraints of CN=Root");
    }

    @Test
    void constraints_notCritical_holdAsWell() {
        GOOD.withRoot(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.org")
                        .critical(NAME_CONSTRAINTS, false))
                .isRefused(CONSTRAINT_VIOLATED, ", not permitted");
    }

    @Test
    void namesOfIntermediates_areConstrainedToo() {
        GOOD.withRoot(builder -> builder.excluded(GeneralNameType.DNS_NAME, "example.org"))
                .withCa(builder -> builder.dnsName("a.example.org"))
                .isRefused(CONSTRAINT_VIOLATED, "CN=Intermediate has dNSName a.example.org, excluded by");
    }

    /** The JDK's validator takes the common name for a dNSName where the SAN has none. */
    @ParameterizedTest
    @CsvSource({"IssuingCA1", "ca.other.test", "192.0.2.7"})
    void commonNameOfAnIntermediate_underConstraints_isNoNameOfAServer(String commonName) throws Exception {
        TestCertificate root = goodRoot().build();
        TestCertificate constrained = goodCa(root)
                .permitted(GeneralNameType.DNS_NAME, "example.com")
                .permitted(GeneralNameType.IP_ADDRESS, "10.0.0.0/8")
                .excluded(GeneralNameType.DNS_NAME, "other.test")
                .build();
        TestCertificate issuing = issuing(constrained, commonName).build();
        TestCertificate leaf = goodLeaf(issuing).build();
        assertPath(List.of(root), List.of(leaf, issuing, constrained), leaf, issuing, constrained, root);

        TestCertificate named = issuing(constrained, commonName)
                .rawName(2, ascii("ca.other.test"))
                .build();
        assertRefused(
                List.of(root),
                List.of(goodLeaf(named).build(), named, constrained),
                CONSTRAINT_VIOLATED,
                "has dNSName ca.other.test, excluded by");
    }

    private static TestCertificateBuilder issuing(TestCertificate issuer, String commonName) {
        return goodCa(issuer).subject("CN=" + commonName).keyPair(KeyType.EC_P256.generate());
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.7", "2001:db8::7", "Leaf", "a server"})
    void commonNameOfALeaf_thatIsNoDnsName_isNoNameOfAServer(String commonName) throws Exception {
        Chain address = addressed(commonName);
        address.isAccepted();
        address.withLeaf(builder -> builder.dnsName("leaf.other.test"))
                .isRefused(CONSTRAINT_VIOLATED, "has dNSName leaf.other.test, excluded by");
        address.withCa(builder -> builder.permitted(GeneralNameType.IP_ADDRESS, "10.0.0.0/8"))
                .isRefused(CONSTRAINT_VIOLATED, "has iPAddress 192.0.2.7, not permitted");
    }

    @Test
    void commonNameOfALeaf_thatIsADnsName_isConstrainedWhereTheSanHasNone() throws Exception {
        addressed("leaf.other.test").isRefused(CONSTRAINT_VIOLATED, "has dNSName leaf.other.test, excluded by");
        addressed("leaf.third.test").isRefused(CONSTRAINT_VIOLATED, "has dNSName leaf.third.test, not permitted");
        addressed("leaf.example.com").isAccepted();
        addressed("leaf.other.test")
                .withLeaf(builder -> builder.dnsName("leaf.example.com"))
                .isAccepted();
    }

    /** A leaf for an address, below a CA that constrains dNSNames. */
    private static Chain addressed(String commonName) {
        return GOOD.withCa(builder -> builder.permitted(GeneralNameType.DNS_NAME, "example.com")
                        .excluded(GeneralNameType.DNS_NAME, "other.test"))
                .withLeaf(
                        builder -> builder.withoutNames().ipAddress("192.0.2.7").subject("CN=" + commonName))
                .forHost("192.0.2.7");
    }

    /** The JDK's validator judges the path in parts because of the constraints; a demand for policies passes them. */
    @Test
    void policies_acrossACaWithConstraints_areDemanded() throws Exception {
        TestCertificate root = goodRoot().build();
        TestCertificate demanding =
                Policies.required(Policies.with(goodCa(root), 1)).build();
        TestCertificate issuing = Policies.with(issuing(demanding, "IssuingCA1"), 1)
                .permitted(GeneralNameType.DNS_NAME, "example.com")
                .build();
        TestCertificate without = goodLeaf(issuing).build();
        assertRefused(List.of(root), List.of(without, issuing, demanding), CONSTRAINT_VIOLATED, "path refused by PKIX");
        TestCertificate with = Policies.with(goodLeaf(issuing), 1).build();
        assertPath(List.of(root), List.of(with, issuing, demanding), with, issuing, demanding, root);
    }

    @Test
    void selfIssuedIntermediate_isSkippedAndTheSelfIssuedLeafIsNot() throws Exception {
        TestCertificate root = goodRoot()
                .subject("CN=Same")
                .excluded(GeneralNameType.DNS_NAME, "example.org")
                .build();
        TestCertificate again =
                goodCa(root).subject("CN=Same").dnsName("a.example.org").build();
        TestCertificate leaf = goodLeaf(again).build();
        assertPath(List.of(root), List.of(leaf, again), leaf, again, root);
        TestCertificate sameName = goodLeaf(again)
                .subject("CN=Same")
                .dnsName("a.example.org")
                .keyPair(KeyType.EC_P256.generate())
                .build();
        assertRefused(
                List.of(root), List.of(sameName, again), CONSTRAINT_VIOLATED, "has dNSName a.example.org, excluded by");
    }

    /** Forms that the JDK's parser refuses before the rules see them. */
    @ParameterizedTest
    @CsvSource({
        "6, *.a.example.com",
        "6, ..example.com",
        "6, https://example.com",
        "1, a@",
        "1, @a",
        "1, ''",
        "6, ''",
        "2, ..example.com",
        "2, .",
        "2, *.example.com"
    })
    void form_malformed_isTold(int tag, String base) {
        assertThat(problem(Tlv.of(0xa0, subtree(0x80 | tag, ascii(base)))))
                .startsWith("has the malformed name constraint ");
        assertThat(problem(Tlv.of(0xa1, subtree(0x80 | tag, ascii(base)))))
                .startsWith("has the malformed name constraint ");
    }

    @ParameterizedTest
    @CsvSource({"1, example.com", "1, .example.com", "1, a@example.com", "6, .example.com", "2, .example.com", "2, ''"})
    void form_wellFormed_isKept(int tag, String base) {
        assertThat(problem(Tlv.of(0xa0, subtree(0x80 | tag, ascii(base))))).isNull();
    }

    @ParameterizedTest
    @CsvSource({"00000000000000", "000000000000000000", "00", "ffffffff"})
    void network_ofALengthThatNoneHas_isTold(String octets) {
        assertThat(problem(Tlv.of(0xa0, subtree(0x87, hex(octets)))))
                .isEqualTo("has the malformed name constraint iPAddress " + NameConstraintRulesTest.shown(octets));
    }

    private static String shown(String octets) {
        return octets.length() == 8 ? "255.255.255.255" : octets;
    }

    @org.jspecify.annotations.Nullable
    private static String problem(byte[] list) {
        return NameConstraintRules.problemOf(NameConstraints.getInstance(
                org.bouncycastle.asn1.ASN1Sequence.getInstance(Tlv.of(Tlv.SEQUENCE, list))));
    }

    /** The anchor has the constraints. */
    private static Chain constrained(Chain chain, byte[]... lists) {
        return chain.withRoot(builder -> builder.extension(NAME_CONSTRAINTS, true, Tlv.of(Tlv.SEQUENCE, lists)));
    }

    private static byte[] subtree(int tag, byte[] base) {
        return Tlv.of(Tlv.SEQUENCE, Tlv.of(tag, base));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }
}
