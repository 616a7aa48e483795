package io.valkeysecure.internal.verify;

import static io.valkeysecure.RefusalReason.CONSTRAINT_VIOLATED;
import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.internal.verify.Chain.GOOD;
import static io.valkeysecure.internal.verify.Chain.assertPath;
import static io.valkeysecure.internal.verify.Chain.assertRefused;
import static io.valkeysecure.internal.verify.Chain.goodCa;
import static io.valkeysecure.internal.verify.Chain.goodLeaf;
import static io.valkeysecure.internal.verify.Chain.goodRoot;

import io.valkeysecure.internal.x509.Fingerprint;
import io.valkeysecure.testkit.certificate.GeneralNameType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a careful reader of RFC 5280 sees in a chain and no rule of {@link Rules} has a name for, since the parsers or
 * the name constraints see to it; each beside what such a reader has nothing against.
 */
class CarefulReaderTest {
    private static final String ALTERNATIVE_NAMES = "2.5.29.17";

    @Test
    void emptySubject_withANamesExtensionThatIsNotCritical_isRefused() throws Exception {
        Chain unnamed = GOOD.withLeaf(builder -> builder.subject(""));
        unnamed.isAccepted();
        unnamed.withLeaf(builder -> builder.critical(ALTERNATIVE_NAMES, false)).isRefused(MALFORMED_CERTIFICATE, "");
    }

    @Test
    void emptySubject_ofACa_isRefused() throws Exception {
        GOOD.withRoot(builder -> builder.subject("").dnsName("ca.example.com")).isRefused(MALFORMED_CERTIFICATE, "");
        GOOD.withCa(builder -> builder.subject("").dnsName("ca.example.com")).isRefused(MALFORMED_CERTIFICATE, "");
        GOOD.withCa(builder -> builder.dnsName("ca.example.com")).isAccepted();
    }

    @Test
    void emptyIssuer_isRefused() throws Exception {
        GOOD.withLeaf(builder -> builder.issuerName("")).isRefused(MALFORMED_CERTIFICATE, "");
        GOOD.withLeaf(builder -> builder.issuerName("CN=Intermediate")).isAccepted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.5.29.17", "2.5.29.19", "2.5.29.15", "2.5.29.14"})
    void extension_twice_isRefused(String id) {
        GOOD.withLeaf(builder -> builder.tbsCertificate(Tlv.change(Tlv.EXTENSIONS, extensions -> {
                    List<byte[]> all = new ArrayList<>(
                            Tlv.children(Tlv.children(extensions).get(0)));
                    byte[] oid = Tlv.of(Tlv.OID, HexFormat.of().parseHex("551d" + String.format("%02x", lastArc(id))));
                    byte[] first = all.stream()
                            .filter(each ->
                                    java.util.Arrays.equals(Tlv.children(each).get(0), oid))
                            .findFirst()
                            .orElseThrow();
                    all.add(first);
                    return Tlv.of(0xa3, Tlv.of(Tlv.SEQUENCE, all.toArray(new byte[0][])));
                })))
                .isRefused(MALFORMED_CERTIFICATE, "");
    }

    private static int lastArc(String id) {
        return Integer.parseInt(id.substring(id.lastIndexOf('.') + 1));
    }

    /** RFC 5280 7.1: names are compared without regard to case, repeated spaces and the type of string. */
    @ParameterizedTest
    @ValueSource(strings = {"CN=intermediate", "CN=INTERMEDIATE", "CN=\"  Intermediate \""})
    void issuer_writtenInAnotherWay_isTheSameName(String issuer) throws Exception {
        GOOD.withLeaf(builder -> builder.issuerName(issuer)).isAccepted();
        GOOD.withLeaf(builder -> builder.issuerName("CN=Inter mediate"))
                .isRefused(io.valkeysecure.RefusalReason.UNTRUSTED_ISSUER, "issuer CN=Inter mediate");
    }

    @Test
    void issuer_asPrintableString_isTheSameName() throws Exception {
        // 0c is UTF8String, 13 PrintableString
        GOOD.withLeaf(builder -> builder.tbsCertificate(Tlv.replace(
                        Tlv.ISSUER,
                        Tlv.of(
                                Tlv.SEQUENCE,
                                Tlv.of(
                                        0x31,
                                        Tlv.of(
                                                Tlv.SEQUENCE,
                                                HexFormat.of().parseHex("0603550403"),
                                                Tlv.of(0x13, ascii("Intermediate"))))))))
                .isAccepted();
    }

    /** The subtrees of an intermediate reach the JDK's validator, too, which throws at some forms. */
    @Test
    void otherNameConstraint_ofAnIntermediate_mattersOnlyToOtherNames() throws Exception {
        byte[] constraint = Tlv.of(
                Tlv.SEQUENCE,
                Tlv.of(0xa1, Tlv.of(Tlv.SEQUENCE, Tlv.of(0xa0, HexFormat.of().parseHex("06032a0304a0030c0161")))));
        Chain constrained = GOOD.withCa(builder -> builder.extension("2.5.29.30", true, constraint));
        constrained.isAccepted();
        constrained
                .withLeaf(builder -> builder.otherName("1.2.3.4", HexFormat.of().parseHex("0c0161")))
                .isRefused(CONSTRAINT_VIOLATED, "has a name of type 0, excluded by");
    }

    @Test
    void mappedAddress_underAnExcludedIpv4Network_isTheAddressInIt() throws Exception {
        Chain mapped = GOOD.withLeaf(
                builder -> builder.rawName(7, HexFormat.of().parseHex("00000000000000000000ffff0a010203")));
        excluding(mapped, 0x87, HexFormat.of().parseHex("0a000000ff000000"))
                .isRefused(CONSTRAINT_VIOLATED, "excluded by iPAddress");
        excluding(mapped, 0x87, HexFormat.of().parseHex("0b000000ff000000")).isAccepted();
        // an address that only ends in the same way is another
        excluding(
                        GOOD.withLeaf(builder ->
                                builder.rawName(7, HexFormat.of().parseHex("00000000000000000001ffff0a010203"))),
                        0x87,
                        HexFormat.of().parseHex("0a000000ff000000"))
                .isAccepted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://example.org./a", "https://a_b.example.org/a", "https://example%2eorg/"})
    void uri_whoseHostIsNoPlainName_isNotLeftOutOfWhatIsExcluded(String uri) throws Exception {
        Chain named = GOOD.withLeaf(builder -> builder.rawName(6, ascii(uri)));
        named.isAccepted();
        excluding(named, 0x86, ascii("example.org")).isRefused(CONSTRAINT_VIOLATED, "excluded by ");
        excluding(
                        GOOD.withLeaf(builder -> builder.rawName(6, ascii("https://example.net/a"))),
                        0x86,
                        ascii("example.org"))
                .isAccepted();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a@example.org.", "a", "@example.org", "a@b@example.org"})
    void mailAddressOfTheSubject_ofNoForm_isNotLeftOutOfWhatIsExcluded(String mail) throws Exception {
        Chain named = GOOD.withLeaf(builder -> builder.subject("EMAILADDRESS=" + mail + ", CN=Leaf"));
        named.isAccepted();
        named.withRoot(builder -> builder.excluded(GeneralNameType.EMAIL_ADDRESS, "example.net"))
                .isRefused(CONSTRAINT_VIOLATED, "excluded by rfc822Name example.net");
        GOOD.withLeaf(builder -> builder.subject("EMAILADDRESS=a@example.org, CN=Leaf"))
                .withRoot(builder -> builder.excluded(GeneralNameType.EMAIL_ADDRESS, "example.net"))
                .isAccepted();
    }

    @Test
    void leafUnderAnAnchorOfTheSameName_isToldFromIt() throws Exception {
        TestCertificate root = goodRoot().subject("CN=Same").build();
        TestCertificate ca = goodCa(root).build();
        TestCertificate leaf = goodLeaf(ca).subject("CN=Same").build();
        assertPath(List.of(root), List.of(leaf, ca), leaf, ca, root);
        TestCertificate own = TestCertificate.selfSigned()
                .clock(Chain.CLOCK)
                .subject("CN=Same")
                .dnsName(Chain.HOST)
                .build();
        assertRefused(
                List.of(root),
                List.of(own),
                io.valkeysecure.RefusalReason.UNTRUSTED_ISSUER,
                "the trust anchor of the name CN=Same (SHA-256 " + Fingerprint.of(root.certificate())
                        + ") did not sign CN=Same");
    }

    private static Chain excluding(Chain chain, int tag, byte[] base) {
        byte[] constraints = Tlv.of(Tlv.SEQUENCE, Tlv.of(0xa1, Tlv.of(Tlv.SEQUENCE, Tlv.of(tag, base))));
        return chain.withRoot(builder -> builder.extension("2.5.29.30", true, constraints));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
