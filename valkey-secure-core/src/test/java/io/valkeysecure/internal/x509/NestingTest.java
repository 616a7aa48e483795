package io.valkeysecure.internal.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.verify.Tlv;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Values are nested no deeper than {@link Nesting#LEVELS} when a parser that recurses sees them. */
class NestingTest {
    private static final int CONSTRUCTED_OCTET_STRING = 0x24;

    /** The certificate of 22 KB that ended in a StackOverflowError of the JDK's parser. */
    @Test
    void certificate_extensionNestedDeep_isRefusedBeforeItIsParsed() throws Exception {
        TestCertificate certificate = TestCertificate.root().build();
        assertThat(ChainVerifier.parse(List.of(certificate.encoded()))).hasSize(1);
        byte[] deep = withExtensionValue(certificate.encoded(), nested(CONSTRUCTED_OCTET_STRING, 5_500));
        assertThat(deep.length).isLessThan(VerificationBudget.CERTIFICATE_BYTES);
        assertThatExceptionOfType(PeerRejectedException.class)
                .isThrownBy(() -> ChainVerifier.parse(List.of(deep)))
                .withMessage("certificate 1 of the chain nests values more than 64 levels deep")
                .satisfies(refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.MALFORMED_CERTIFICATE));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x24, 0x30, 0x31, 0xa0, 0x04})
    void values_toTheLimit_areNotTooDeep(int tag) {
        assertThatCode(() -> Nesting.require(nested(tag, Nesting.LEVELS))).doesNotThrowAnyException();
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Nesting.require(nested(tag, Nesting.LEVELS + 1)));
    }

    @Test
    void values_ofIndefiniteLength_areCounted() {
        assertThatCode(() -> Nesting.require(indefinite(Nesting.LEVELS))).doesNotThrowAnyException();
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Nesting.require(indefinite(Nesting.LEVELS + 1)));
        // what has ended counts no more
        byte[] beside = Tlv.of(Tlv.SEQUENCE, indefinite(40), indefinite(40), nested(0x30, 40));
        assertThatCode(() -> Nesting.require(beside)).doesNotThrowAnyException();
    }

    @Test
    void values_behindSomethingInvalid_areFound() {
        byte[] invalid = Tlv.of(Tlv.OCTET_STRING, Tlv.bytes(0x30, 0x05));
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Nesting.require(Tlv.of(Tlv.SEQUENCE, invalid, nested(0x30, Nesting.LEVELS))));
        byte[] inBits = Tlv.of(Tlv.BIT_STRING, new byte[1], nested(0x30, Nesting.LEVELS));
        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Nesting.require(inBits));
    }

    /** Tag numbers above 30 take more octets, and the nesting behind them counts. */
    @Test
    void values_ofLongTags_areCounted() {
        assertThatCode(() -> Nesting.require(longTagged(Nesting.LEVELS))).doesNotThrowAnyException();
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Nesting.require(longTagged(Nesting.LEVELS + 1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1f", "1f81", "3f8181", "30", "3082", "308201", "3080", "308000", "30800000", "0300"})
    void bytes_thatEndTooSoon_endTheScan(String bytes) {
        assertThatCode(() -> Nesting.require(HexFormat.of().parseHex(bytes))).doesNotThrowAnyException();
    }

    @Test
    void markers_endTheirValue() {
        // the last octets of the value before the marker would be the beginning of a longer one
        byte[] value = HexFormat.of().parseHex("30800202307f0000");
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> Nesting.require(Tlv.concat(value, nested(0x30, Nesting.LEVELS + 1))));
        byte[] one = HexFormat.of().parseHex("30800201050000");
        byte[][] siblings = Collections.nCopies(Nesting.LEVELS + 1, one).toArray(new byte[0][]);
        assertThatCode(() -> Nesting.require(Tlv.of(Tlv.SEQUENCE, siblings))).doesNotThrowAnyException();
    }

    @Test
    void bitStrings_areReadBehindTheirFirstOctet() {
        // of 31 octets: the length is the first octet of a long tag
        byte[] bits = Tlv.of(Tlv.BIT_STRING, new byte[1], nested(0x30, 14));
        assertThat(bits).hasSize(33);
        byte[] deep = bits;
        for (int i = 0; i < 60; i++) {
            deep = Tlv.of(Tlv.SEQUENCE, deep);
        }
        byte[] found = deep;
        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Nesting.require(found));
        byte[] behindEmpty = Tlv.of(Tlv.SEQUENCE, Tlv.of(Tlv.BIT_STRING), nested(0x30, Nesting.LEVELS), new byte[0]);
        assertThatExceptionOfType(MalformedException.class).isThrownBy(() -> Nesting.require(behindEmpty));
    }

    /** Whatever the bytes, the scan ends, and it takes no key or signature for nesting. */
    @Test
    void bytes_atRandom_areNotTooDeep() {
        Random random = new Random(20_260_615);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            assertThatCode(() -> Nesting.require(bytes)).doesNotThrowAnyException();
        }
    }

    private static byte[] nested(int tag, int levels) {
        byte[] value = Tlv.of(Tlv.NULL);
        for (int i = 0; i < levels; i++) {
            value = Tlv.of(tag, value);
        }
        return value;
    }

    private static byte[] longTagged(int levels) {
        byte[] value = Tlv.of(Tlv.NULL);
        for (int i = 0; i < levels; i++) {
            value = Tlv.concat(Tlv.bytes(0x3f, 0x81), Tlv.of(0x01, value));
        }
        return value;
    }

    private static byte[] indefinite(int levels) {
        byte[] value = Tlv.of(Tlv.NULL);
        for (int i = 0; i < levels; i++) {
            value = Tlv.concat(Tlv.bytes(0x30, 0x80), value, new byte[2]);
        }
        return value;
    }

    private static byte[] withExtensionValue(byte[] certificate, byte[] value) {
        byte[] extension = Tlv.of(Tlv.SEQUENCE, Tlv.of(Tlv.OID, Tlv.bytes(0x2a, 3, 4)), value);
        return Tlv.change(0, Tlv.change(Tlv.EXTENSIONS, extensions -> {
                    List<byte[]> all = new ArrayList<>(
                            Tlv.children(Tlv.children(extensions).get(0)));
                    all.add(extension);
                    return Tlv.of(0xa3, Tlv.of(Tlv.SEQUENCE, all.toArray(new byte[0][])));
                }))
                .apply(certificate);
    }
}
