package io.valkeysecure.internal.verify;

import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.RefusalReason.UNTRUSTED_ISSUER;
import static io.valkeysecure.internal.verify.Chain.GOOD;
import static io.valkeysecure.internal.verify.Chain.assertPath;
import static io.valkeysecure.internal.verify.Chain.assertRefused;
import static io.valkeysecure.internal.verify.Chain.goodCa;
import static io.valkeysecure.internal.verify.Chain.goodLeaf;
import static io.valkeysecure.internal.verify.Chain.goodRoot;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Certificates that a generous reader takes and OpenSSL does not, since a part of them is passed over. Each is refused,
 * and its twin, which differs in that part alone, is accepted.
 */
class StructureTest {
    private static final byte[] NULL = Tlv.of(Tlv.NULL);
    private static final byte[] COMMON_NAME = HexFormat.of().parseHex("0603550403");
    private static final byte[] NOTICE = HexFormat.of().parseHex("06032a0304");

    /**
     * A part of a leaf that is malformed.
     *
     * @param what what is wrong
     * @param evidence part of the message
     * @param malformed the change that makes it wrong
     * @param wellFormed the change that differs in that alone
     */
    record Case(
            String what,
            String evidence,
            UnaryOperator<TestCertificateBuilder> malformed,
            UnaryOperator<TestCertificateBuilder> wellFormed) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Case> cases() {
        byte[] uniqueIssuer = Tlv.of(0x81, Tlv.bytes(0, 1));
        byte[] uniqueSubject = Tlv.of(0x82, Tlv.bytes(0, 2));
        return Stream.of(
                fields(
                        "two blocks of extensions",
                        "has a field that is unknown, out of order or there twice",
                        List.of(UNKNOWN_CRITICAL),
                        List.of()),
                fields(
                        "an unknown field behind the extensions",
                        "has a field that is unknown, out of order or there twice",
                        List.of(Tlv.of(0xa4, NULL)),
                        List.of()),
                fields(
                        "a field without a tag behind the extensions",
                        "has a field that is unknown, out of order or there twice",
                        List.of(NULL),
                        List.of()),
                beforeExtensions(
                        "unique identifiers out of order",
                        "has a field that is unknown, out of order or there twice",
                        List.of(uniqueSubject, uniqueIssuer),
                        List.of(uniqueIssuer, uniqueSubject)),
                beforeExtensions(
                        "a unique identifier twice",
                        "has a field that is unknown, out of order or there twice",
                        List.of(uniqueIssuer, uniqueIssuer),
                        List.of(uniqueIssuer)),
                beforeExtensions(
                        "a unique identifier that is no bit string", "", List.of(Tlv.of(0x81)), List.of(uniqueIssuer)),
                otherName("content that is no sequence", "020101", "06032a0304a0020500"),
                otherName("a value without its tag", "06032a0304020101", "06032a0304a003020101"),
                otherName("a value under another tag", "06032a0304a1020500", "06032a0304a0020500"),
                otherName("no value", "06032a0304", "06032a0304a0020500"),
                otherName("a type that is no identifier", "020101a0020500", "06032a0304a0020500"),
                otherName("a field too many", "06032a0304a00205000500", "06032a0304a0020500"),
                new Case(
                        "a registeredID that is none",
                        "extension 2.5.29.17 that",
                        builder -> builder.rawName(8, new byte[0]),
                        builder -> builder.rawName(8, Tlv.bytes(0x2a, 3, 4))),
                subject("a common name that is an INTEGER", "020101", "0c0161"),
                subject("a common name that is a BOOLEAN", "0101ff", "130161"),
                subject("a common name that is an OCTET STRING", "040161", "140161"),
                subject("a common name that is a SEQUENCE", "30030c0161", "1e020061"),
                subject("a common name that is a BIT STRING", "030200ff", "1c0400000061"),
                subject("a common name that is not UTF-8", "0c01ff", "0c02c3a4"),
                new Case(
                        "an attribute of three fields",
                        "",
                        subject(Tlv.of(Tlv.SEQUENCE, COMMON_NAME, HexFormat.of().parseHex("0c0161"), NULL)),
                        subject(Tlv.of(Tlv.SEQUENCE, COMMON_NAME, HexFormat.of().parseHex("0c0161")))),
                new Case(
                        "a point that is not on its curve",
                        "has an EC key that is not a point of its curve 1.2.840.10045.3.1.7",
                        key(true),
                        key(false)),
                extension("an authorityKeyIdentifier twice in itself", "2.5.29.35", "300a80030102038003010203", ""),
                extension("a distribution point that is none", "2.5.29.31", "3003020101", "30093007a005a003860161"),
                extension(
                        "a distribution point of no form", "2.5.29.31", "30073005a003840161", "30093007a005a003860161"),
                extension("an issuer's name of no form", "2.5.29.18", "3005a003020101", "3003820161"));
    }

    private static final byte[] UNKNOWN_CRITICAL = Tlv.of(
            0xa3,
            Tlv.of(
                    Tlv.SEQUENCE,
                    Tlv.of(
                            Tlv.SEQUENCE,
                            NOTICE,
                            Tlv.of(Tlv.BOOLEAN, Tlv.bytes(0xff)),
                            Tlv.of(Tlv.OCTET_STRING, NULL))));

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void leaf_thatIsMalformed_isRefused(Case it) {
        GOOD.withLeaf(it.malformed()).isRefused(MALFORMED_CERTIFICATE, it.evidence());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void leaf_twin_isAccepted(Case it) throws Exception {
        GOOD.withLeaf(it.wellFormed()).isAccepted();
    }

    @Test
    void intermediateAndAnchor_withTwoBlocksOfExtensions_areRefused() {
        UnaryOperator<TestCertificateBuilder> twice =
                builder -> builder.tbsCertificate(append(List.of(UNKNOWN_CRITICAL)));
        GOOD.withCa(twice).isRefused(MALFORMED_CERTIFICATE, "CN=Intermediate has a field that is unknown");
        GOOD.withRoot(twice).isRefused(MALFORMED_CERTIFICATE, "CN=Root has a field that is unknown");
    }

    /** Attributes that are no strings keep their own types. */
    @ParameterizedTest
    @CsvSource({"060355042d, 030200ff", "0603550410, 30030c0161"})
    void subject_attributeOfAnotherType_isAccepted(String type, String value) throws Exception {
        HexFormat hex = HexFormat.of();
        GOOD.withLeaf(subject(Tlv.of(Tlv.SEQUENCE, hex.parseHex(type), hex.parseHex(value))))
                .isAccepted();
    }

    /**
     * What OpenSSL calls "authority and subject key identifier mismatch", whatever the server sends beside the leaf.
     */
    @ParameterizedTest
    @ValueSource(strings = {"30058003010203", "3019a110a40e300c310a300806035504030c0158820501020304ff"})
    void authorityKeyIdentifier_ofAnotherKeyOrCertificate_isRefusedWithAndWithoutTheRoot(String identifier)
            throws Exception {
        TestCertificate root = goodRoot().build();
        TestCertificate good = goodLeaf(root).build();
        TestCertificate leaf = goodLeaf(root)
                .extension("2.5.29.35", false, HexFormat.of().parseHex(identifier))
                .build();
        String evidence =
                "the authorityKeyIdentifier of CN=Leaf names another key or certificate than that of the issuer CN=Root";
        assertRefused(List.of(root), List.of(leaf), UNTRUSTED_ISSUER, evidence);
        assertRefused(List.of(root), List.of(leaf, root), UNTRUSTED_ISSUER, evidence);
        assertPath(List.of(root), List.of(good), good, root);
        assertPath(List.of(root), List.of(good, root), good, root);
    }

    @Test
    void authorityKeyIdentifier_ofAnIntermediateOfTheSameName_choosesTheOther() throws Exception {
        TestCertificate root = goodRoot().build();
        TestCertificate ca = goodCa(root).build();
        TestCertificate other = goodCa(root)
                .extension("2.5.29.14", false, HexFormat.of().parseHex("0403010203"))
                .build();
        TestCertificate leaf = goodLeaf(ca).build();
        assertPath(List.of(root), List.of(leaf, other, ca), leaf, ca, root);
        assertRefused(List.of(root), List.of(leaf, other), UNTRUSTED_ISSUER, "names another key or certificate");
    }

    private static Case fields(String what, String evidence, List<byte[]> malformed, List<byte[]> wellFormed) {
        return new Case(
                what,
                evidence,
                builder -> builder.tbsCertificate(append(malformed)),
                builder -> builder.tbsCertificate(append(wellFormed)));
    }

    private static Case beforeExtensions(
            String what, String evidence, List<byte[]> malformed, List<byte[]> wellFormed) {
        return new Case(
                what,
                evidence,
                builder -> builder.tbsCertificate(insert(malformed)),
                builder -> builder.tbsCertificate(insert(wellFormed)));
    }

    private static UnaryOperator<byte[]> append(List<byte[]> fields) {
        return content -> {
            List<byte[]> all = new ArrayList<>(Tlv.children(content));
            all.addAll(fields);
            return Tlv.with(content, all);
        };
    }

    private static UnaryOperator<byte[]> insert(List<byte[]> fields) {
        return content -> {
            List<byte[]> all = new ArrayList<>(Tlv.children(content));
            all.addAll(Tlv.EXTENSIONS, fields);
            return Tlv.with(content, all);
        };
    }

    private static Case otherName(String what, String malformed, String wellFormed) {
        return new Case(
                "an otherName with " + what,
                "extension 2.5.29.17 that",
                names(0xa0, HexFormat.of().parseHex(malformed)),
                names(0xa0, HexFormat.of().parseHex(wellFormed)));
    }

    private static UnaryOperator<TestCertificateBuilder> names(int tag, byte[] content) {
        byte[] names = Tlv.of(
                Tlv.SEQUENCE, Tlv.of(0x82, Chain.HOST.getBytes(StandardCharsets.US_ASCII)), Tlv.of(tag, content));
        return builder -> builder.extension("2.5.29.17", false, names);
    }

    private static Case subject(String what, String malformed, String wellFormed) {
        HexFormat hex = HexFormat.of();
        return new Case(
                what,
                "",
                subject(Tlv.of(Tlv.SEQUENCE, COMMON_NAME, hex.parseHex(malformed))),
                subject(Tlv.of(Tlv.SEQUENCE, COMMON_NAME, hex.parseHex(wellFormed))));
    }

    private static UnaryOperator<TestCertificateBuilder> subject(byte[] attribute) {
        return builder ->
                builder.tbsCertificate(Tlv.replace(Tlv.SUBJECT, Tlv.of(Tlv.SEQUENCE, Tlv.of(0x31, attribute))));
    }

    /** The last octet of the key's value, which belongs to y. */
    private static UnaryOperator<TestCertificateBuilder> key(boolean damaged) {
        return builder -> builder.tbsCertificate(Tlv.change(Tlv.KEY, info -> {
            byte[] changed = info.clone();
            changed[changed.length - 1] ^= (byte) (damaged ? 1 : 0);
            return changed;
        }));
    }

    private static Case extension(String what, String id, String malformed, String wellFormed) {
        return new Case(
                what,
                "extension " + id,
                builder -> builder.extension(id, false, HexFormat.of().parseHex(malformed)),
                wellFormed.isEmpty()
                        ? UnaryOperator.identity()
                        : builder -> builder.extension(id, false, HexFormat.of().parseHex(wellFormed)));
    }
}
