package io.valkeysecure.internal.verify;

import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.internal.verify.Chain.GOOD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How strictly a certificate is parsed: what has two readings is refused. */
class ParsedCertificateTest {
    private static final byte[] NULL = Tlv.of(Tlv.NULL);

    @ParameterizedTest
    @CsvSource({
        "2.5.29.17, 6a756e6b",
        "2.5.29.17, 30030c0161",
        "2.5.29.17, 300382016100",
        "2.5.29.14, 6a756e6b",
        "2.5.29.14, 04010100",
        "2.5.29.35, 6a756e6b",
        "1.3.6.1.5.5.7.1.1, 6a756e6b",
        "1.3.6.1.5.5.7.1.1, 3000",
        "2.5.29.32, 3000",
        "2.5.29.37, 6a756e6b",
        "2.5.29.37, 3000"
    })
    void extension_thatDoesNotParseToItsLastByte_isRefused(String id, String value) {
        GOOD.withLeaf(builder -> builder.extension(id, false, HexFormat.of().parseHex(value)))
                .isRefused(
                        MALFORMED_CERTIFICATE, "certificate CN=Leaf has an extension " + id + " that does not parse");
    }

    @Test
    void extension_thatIsNotDer_isRefused() {
        GOOD.withLeaf(builder ->
                        builder.extension("2.5.29.19", true, HexFormat.of().parseHex("3003010101")))
                .isRefused(MALFORMED_CERTIFICATE, "certificate CN=Leaf is not DER in extension 2.5.29.19");
        GOOD.withLeaf(builder ->
                        builder.extension("2.5.29.19", true, HexFormat.of().parseHex("308100")))
                .isRefused(MALFORMED_CERTIFICATE, "CN=Leaf");
    }

    @Test
    void trueOfAnExtension_otherThanFf_isRefused() throws Exception {
        withExtension("06032a0304", "010101").isRefused(MALFORMED_CERTIFICATE, "is not DER in the certificate");
        withExtension("06032a0304", "0101fe").isRefused(MALFORMED_CERTIFICATE, "is not DER in the certificate");
        // written out though it is the default: common, and of one meaning
        withExtension("06032a0304", "010100").isAccepted();
        withExtension("06032a0304", "0101ff")
                .isRefused(RefusalReason.CONSTRAINT_VIOLATED, "has the critical extension 1.2.3.4");
    }

    private static Chain withExtension(String id, String critical) {
        HexFormat hex = HexFormat.of();
        byte[] extension =
                Tlv.of(Tlv.SEQUENCE, hex.parseHex(id), hex.parseHex(critical), Tlv.of(Tlv.OCTET_STRING, NULL));
        return content(Tlv.change(
                Tlv.EXTENSIONS,
                extensions -> Tlv.of(
                        0xa3,
                        Tlv.of(
                                Tlv.SEQUENCE,
                                Tlv.content(Tlv.children(extensions).get(0)),
                                extension))));
    }

    @Test
    void length_inMoreOctetsThanNeeded_isRefused() {
        content(Tlv.change(
                        Tlv.SERIAL_NUMBER,
                        serial -> Tlv.concat(Tlv.bytes(Tlv.INTEGER, 0x81, serial.length - 2), Tlv.content(serial))))
                .isRefused(MALFORMED_CERTIFICATE, "certificate CN=Leaf is not DER in the certificate");
    }

    @Test
    void algorithms_insideAndOutside_haveToBeTheSame() {
        byte[] other = HexFormat.of().parseHex("300a06082a8648ce3d040303");
        content(Tlv.replace(Tlv.SIGNATURE, other)).isRefused(MALFORMED_CERTIFICATE, "");
    }

    @Test
    void extensions_noneInTheList_areRefused() {
        content(Tlv.replace(Tlv.EXTENSIONS, Tlv.of(0xa3, Tlv.of(Tlv.SEQUENCE))))
                .isRefused(MALFORMED_CERTIFICATE, "certificate CN=Leaf ");
    }

    @ParameterizedTest
    @CsvSource({
        // form, from, until; now is 2026-06-15T12:00:00Z
        "17, 250101000000Z, 270101000000Z, ''",
        "17, 500101000000Z, 491231235959Z, ''",
        "18, 20250101000000Z, 20270101000000Z, ''",
        "18, 19500101000000Z, 99991231235959Z, ''",
        "17, 260615120000Z, 260615120000Z, ''",
        "17, 260615120001Z, 270101000000Z, is valid from 2026-06-15T12:00:01Z",
        "17, 250101000000Z, 260615115959Z, expired at 2026-06-15T11:59:59Z",
        "17, 250101000000Z, 500101000000Z, expired at 1950-01-01T00:00:00Z",
        "17, 250101000000Z, 990101000000Z, expired at 1999-01-01T00:00:00Z",
        "17, 2501010000Z, 270101000000Z, in the form of RFC 5280 4.1.2.5",
        "17, 250101000000+0000, 270101000000Z, in the form of RFC 5280 4.1.2.5",
        "18, 20250101000000.5Z, 20270101000000Z, in the form of RFC 5280 4.1.2.5",
        "18, 20250101000000+0100, 20270101000000Z, in the form of RFC 5280 4.1.2.5",
        "17, 250230000000Z, 270101000000Z, has a date that no calendar has",
        "17, 250101000000Z, 270229000000Z, has a date that no calendar has"
    })
    void date_inEitherForm_isReadToTheSecond(String tag, String from, String until, String refusal) throws Exception {
        int form = Integer.parseInt(tag, 16);
        Chain dated = content(
                Tlv.replace(Tlv.VALIDITY, Tlv.of(Tlv.SEQUENCE, Tlv.of(form, ascii(from)), Tlv.of(form, ascii(until)))));
        if (refusal.isEmpty()) {
            dated.isAccepted();
        } else {
            dated.isRefused(
                    refusal.startsWith("is valid")
                            ? RefusalReason.NOT_YET_VALID
                            : refusal.startsWith("expired") ? RefusalReason.EXPIRED : MALFORMED_CERTIFICATE,
                    refusal);
        }
    }

    @Test
    void description_isTheSubject() throws Exception {
        ParsedCertificate named =
                ParsedCertificate.of(Chain.parse(Chain.goodRoot().build()));
        assertThat(named).hasToString("CN=Root");
        var root = Chain.goodRoot().build();
        ParsedCertificate unnamed = ParsedCertificate.of(
                Chain.parse(Chain.goodLeaf(root).subject("").build()));
        assertThat(unnamed).hasToString("(empty subject)");
    }

    @Test
    void purposes_cannotBeChanged() throws Exception {
        var root = Chain.goodRoot().build();
        ParsedCertificate leaf =
                ParsedCertificate.of(Chain.parse(Chain.goodLeaf(root).build()));
        assertThat(leaf.purposes()).hasSize(2).isUnmodifiable();
        assertThat(ParsedCertificate.of(Chain.parse(root)).purposes()).isNull();
        assertThat(leaf.basicConstraints()).isNotNull();
    }

    @Test
    void issuer_withAMalformedAttribute_isRefusedAsTheSubjectIs() throws Exception {
        content(Tlv.replace(Tlv.ISSUER, name("020101"))).isRefused(MALFORMED_CERTIFICATE, "");
        content(Tlv.replace(Tlv.ISSUER, name("0c0161"))).isRefused(RefusalReason.UNTRUSTED_ISSUER, "");
    }

    private static byte[] name(String commonName) {
        byte[] attribute = Tlv.of(
                Tlv.SEQUENCE,
                HexFormat.of().parseHex("0603550403"),
                HexFormat.of().parseHex(commonName));
        return Tlv.of(Tlv.SEQUENCE, Tlv.of(0x31, attribute));
    }

    @Test
    void certificate_largerThanTheBound_isRefused() {
        var large = Chain.goodRoot()
                .extension("1.2.3.4", false, new byte[VerificationBudget.CERTIFICATE_BYTES])
                .build();
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> ParsedCertificate.of(large.certificate()))
                .withMessageContaining("is larger than");
    }

    @Test
    void issuer_isFoundByKeyIdentifierAndByNameAndNumber() throws Exception {
        var root = Chain.goodRoot().build();
        ParsedCertificate issuer = ParsedCertificate.of(Chain.parse(root));
        ParsedCertificate unidentified = ParsedCertificate.of(
                Chain.parse(Chain.goodRoot().withoutSubjectKeyIdentifier().build()));
        ParsedCertificate pointing =
                ParsedCertificate.of(Chain.parse(Chain.goodLeaf(root).build()));
        ParsedCertificate silent = ParsedCertificate.of(
                Chain.parse(Chain.goodLeaf(root).withoutAuthorityKeyIdentifier().build()));

        assertThat(pointing.pointsTo(issuer)).isTrue();
        assertThat(pointing.pointsTo(pointing)).isFalse();
        assertThat(pointing.pointsTo(unidentified)).isFalse();
        assertThat(silent.pointsTo(issuer)).isFalse();
        assertThat(silent.pointsTo(unidentified)).isFalse();

        byte[] number = Tlv.of(0x82, root.certificate().getSerialNumber().toByteArray());
        byte[] issuerName =
                Tlv.of(0xa4, root.certificate().getIssuerX500Principal().getEncoded());
        byte[] otherName = Tlv.of(0xa4, name("0c0161"));
        byte[] dnsName = Tlv.of(0x82, ascii("ca.example.com"));
        assertThat(naming(issuerName, number).pointsElsewhereThan(issuer)).isFalse();
        assertThat(naming(dnsName, number).pointsElsewhereThan(issuer)).isFalse();
        assertThat(naming(otherName, number).pointsElsewhereThan(issuer)).isTrue();
        assertThat(naming(issuerName, Tlv.of(0x82, Tlv.bytes(5))).pointsElsewhereThan(issuer))
                .isTrue();
    }

    /** RFC 5280 4.2.1.1 wants both or neither of issuer and serial number. */
    @Test
    void issuer_namedByHalfAnIdentifier_isMalformed() {
        for (byte[] half : List.of(Tlv.of(0x82, Tlv.bytes(5)), Tlv.of(0xa1, Tlv.of(0xa4, name("0c0161"))))) {
            assertThatExceptionOfType(MalformedException.class)
                    .isThrownBy(() -> identifying(half))
                    .withMessageContaining("has an extension 2.5.29.35 that does not parse");
        }
    }

    /** A leaf whose authorityKeyIdentifier has the issuer and serial number of a certificate. */
    private static ParsedCertificate naming(byte[] name, byte[] serialNumber) throws Exception {
        return identifying(Tlv.of(0xa1, name), serialNumber);
    }

    private static ParsedCertificate identifying(byte[]... fields) throws Exception {
        return ParsedCertificate.of(Chain.parse(Chain.goodLeaf(Chain.goodRoot().build())
                .extension("2.5.29.35", false, Tlv.of(Tlv.SEQUENCE, fields))
                .build()));
    }

    private static Chain content(UnaryOperator<byte[]> change) {
        return GOOD.withLeaf(builder -> builder.tbsCertificate(change));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
