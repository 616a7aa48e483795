package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TlsVersionTest {

    @Test
    void values_all_areTls12AndTls13() {
        assertThat(TlsVersion.values()).containsExactly(TlsVersion.TLS_1_2, TlsVersion.TLS_1_3);
    }

    @ParameterizedTest
    @EnumSource
    void parse_protocolName_isTheVersion(TlsVersion version) {
        assertThat(TlsVersion.parse(version.protocol())).isEqualTo(version);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"TLSv1.1", "TLSv1", "SSLv3", "SSLv2Hello", "tlsv1.3", "TLSv1.3 ", "TLS_1_3", "TLS", "", "TLSv1.4"
            })
    void parse_anythingElse_throwsWithTheText(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsVersion.parse(text))
                .withMessage("TLS version must be TLSv1.2 or TLSv1.3, was " + text);
    }
}
