package io.valkeysecure.internal.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.internal.verify.Tlv;
import java.io.IOException;
import java.util.HexFormat;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each structure that is refused stands beside one that differs in a single octet and is taken. */
class StructuresTest {
    /** An otherName with and without its tag; a directoryName whose common name is a string and an INTEGER. */
    private static final String OTHER_NAME = "a00906032a0304a0020500";

    private static final String MALFORMED_OTHER_NAME = "a00906032a030404020500";

    private static final String DIRECTORY_NAME = "a40e300c310a300806035504030c0161";
    private static final String MALFORMED_DIRECTORY_NAME = "a40e300c310a30080603550403020161";

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    private static ASN1Sequence sequence(byte[]... fields) {
        return ASN1Sequence.getInstance(Tlv.of(Tlv.SEQUENCE, fields));
    }

    private static void assertMalformed(ThrowingCallable check) {
        assertThatExceptionOfType(MalformedException.class).isThrownBy(check);
    }

    private static void assertWellFormed(ThrowingCallable check) {
        assertThatCode(check).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({OTHER_NAME + "," + MALFORMED_OTHER_NAME, DIRECTORY_NAME + "," + MALFORMED_DIRECTORY_NAME})
    void name_ofItsKind_isTakenAndNoOther(String wellFormed, String malformed) throws IOException {
        GeneralName good = GeneralName.getInstance(ASN1Sequence.fromByteArray(hex(wellFormed)));
        assertWellFormed(() -> Structures.requireName(good));
        GeneralName bad = GeneralName.getInstance(ASN1Sequence.fromByteArray(hex(malformed)));
        assertMalformed(() -> Structures.requireName(bad));
    }

    @ParameterizedTest
    @CsvSource({
        "permitted or excluded, a0, a2, 3003820161, 3003820161",
        "the base, a0, a0, 300b" + OTHER_NAME + ", 300b" + MALFORMED_OTHER_NAME,
        "the minimum, a0, a0, 3006820161800100, 3006820161820100"
    })
    void nameConstraints_ofTheirForm_areTakenAndNoOther(
            String part, String goodList, String badList, String goodSubtree, String badSubtree) {
        assertWellFormed(() -> Structures.requireNameConstraints(constraints(goodList, goodSubtree)));
        assertMalformed(() -> Structures.requireNameConstraints(constraints(badList, badSubtree)));
        assertThat(reason(Extension.nameConstraints, constraints(badList, badSubtree)))
                .as(part)
                .contains("has an extension 2.5.29.30 that");
    }

    private static ASN1Sequence constraints(String list, String subtree) {
        return sequence(Tlv.of(Integer.parseInt(list, 16), hex(subtree)));
    }

    @ParameterizedTest
    @CsvSource({
        "the full name, a00da00b" + OTHER_NAME + ", a00da00b" + MALFORMED_OTHER_NAME,
        "the relative name, a00ca10a300806035504030c0161, a00ca10a30080603550403020161",
        "the reasons, 81020780, 83020780",
        "the issuer of the CRL, a20b" + OTHER_NAME + ", a20b" + MALFORMED_OTHER_NAME
    })
    void distributionPoint_ofItsForm_isTakenAndNoOther(String part, String wellFormed, String malformed)
            throws MalformedException {
        ASN1Sequence good = sequence(Tlv.of(Tlv.SEQUENCE, hex(wellFormed)));
        ASN1Sequence bad = sequence(Tlv.of(Tlv.SEQUENCE, hex(malformed)));
        assertWellFormed(() -> Structures.requireDistributionPoints(good));
        assertMalformed(() -> Structures.requireDistributionPoints(bad));
        assertThat(reader(Extension.cRLDistributionPoints, good).distributionPoints(Extension.cRLDistributionPoints))
                .as(part)
                .isEqualTo(good);
        assertThat(reason(Extension.cRLDistributionPoints, bad)).contains("has an extension 2.5.29.31 that");
    }

    @ParameterizedTest
    @CsvSource({
        "a00da00b" + OTHER_NAME + ", a00da00b" + MALFORMED_OTHER_NAME,
        "8401ff, 8601ff",
        // only the first field is a name
        "8101ff, a00d840b" + OTHER_NAME
    })
    void scopeOfACrl_ofItsForm_isTakenAndNoOther(String wellFormed, String malformed) {
        assertWellFormed(() -> Structures.requireScope(sequence(hex(wellFormed))));
        assertMalformed(() -> Structures.requireScope(sequence(hex(malformed))));
    }

    @Test
    void authorityKeyIdentifier_withAMalformedNameOfTheIssuer_isRefused() throws MalformedException {
        ASN1Sequence good = sequence(hex("a10b" + OTHER_NAME), hex("820101"));
        ASN1Sequence bad = sequence(hex("a10b" + MALFORMED_OTHER_NAME), hex("820101"));
        assertThat(reader(Extension.authorityKeyIdentifier, good).authorityKeyIdentifier())
                .isNotNull();
        assertThat(reason(Extension.authorityKeyIdentifier, bad)).contains("has an extension 2.5.29.35 that");
    }

    private static ExtensionReader reader(ASN1ObjectIdentifier id, ASN1Sequence value) {
        try {
            return new ExtensionReader(new Extensions(new Extension(id, false, value.getEncoded())));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What the reader says of an extension that it refuses. */
    private static String reason(ASN1ObjectIdentifier id, ASN1Sequence value) {
        ExtensionReader reader = reader(id, value);
        ThrowingCallable read = id.equals(Extension.nameConstraints)
                ? reader::nameConstraints
                : id.equals(Extension.authorityKeyIdentifier)
                        ? reader::authorityKeyIdentifier
                        : () -> reader.distributionPoints(id);
        return ((MalformedException) catchThrowable(read)).problem();
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 33, 56, 58})
    void edwardsKey_ofAnotherLength_isRefused(int octets) {
        assertMalformed(() -> PublicKeys.requireWellFormed(key(EdECObjectIdentifiers.id_Ed25519, octets)));
        assertMalformed(() -> PublicKeys.requireWellFormed(key(EdECObjectIdentifiers.id_Ed448, octets)));
    }

    @Test
    void edwardsKey_ofItsLength_isTaken() {
        assertWellFormed(() -> PublicKeys.requireWellFormed(key(EdECObjectIdentifiers.id_Ed25519, 32)));
        assertWellFormed(() -> PublicKeys.requireWellFormed(key(EdECObjectIdentifiers.id_Ed448, 57)));
    }

    private static SubjectPublicKeyInfo key(ASN1ObjectIdentifier algorithm, int octets) {
        return new SubjectPublicKeyInfo(new AlgorithmIdentifier(algorithm), new byte[octets]);
    }
}
