package io.valkeysecure.internal.x509;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valkeysecure.internal.verify.Tlv;
import java.io.IOException;
import java.util.HexFormat;
import org.bouncycastle.asn1.ASN1Primitive;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** X.690, section 10: of what has several encodings, one is DER. */
class StrictDerTest {
    @ParameterizedTest
    @ValueSource(strings = {"0101ff", "010100", "30030101ff", "a0030101ff", "a00530030101ff", "31030101ff", "020100"})
    void encoding_theOnlyOne_isDer(String hex) throws IOException {
        assertThat(isDer(hex)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "010101",
                "3003010101",
                "a003010101",
                "a0053003010101",
                "3103010101",
                "308103020100",
                "30800201000000"
            })
    void encoding_oneOfSeveral_isNotDer(String hex) throws IOException {
        assertThat(isDer(hex)).isFalse();
    }

    @Test
    void read_valueNestedTooDeep_isRefusedBeforeItIsParsed() {
        byte[] value = Tlv.of(Tlv.NULL);
        for (int i = 0; i <= Nesting.LEVELS; i++) {
            value = Tlv.of(Tlv.SEQUENCE, value);
        }
        byte[] deep = value;
        assertThatExceptionOfType(MalformedException.class)
                .isThrownBy(() -> StrictDer.read(deep))
                .withMessageContaining("levels deep");
        assertThatCode(() -> StrictDer.read(Tlv.children(deep).get(0))).doesNotThrowAnyException();
    }

    private static boolean isDer(String hex) throws IOException {
        byte[] encoded = HexFormat.of().parseHex(hex);
        return StrictDer.is(ASN1Primitive.fromByteArray(encoded), encoded);
    }
}
