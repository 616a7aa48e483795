package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.valkeysecure.internal.text.Printable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

    @ParameterizedTest
    @CsvSource({
        "valkey.example, valkey.example:6379",
        "192.0.2.1, 192.0.2.1:6379",
        "2001:db8::1, [2001:db8::1]:6379",
        "[2001:db8::1], [2001:db8::1]:6379"
    })
    void toString_host_isHostAndPort(String host, String expected) {
        assertThat(new Endpoint(host, 6379)).hasToString(expected);
    }

    @Test
    void equals_bracketsOrNot_isTheSame() {
        assertThat(new Endpoint("[::1]", 1))
                .isEqualTo(new Endpoint("::1", 1))
                .hasSameHashCodeAs(new Endpoint("::1", 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 65_535})
    void port_smallestAndLargest_areKept(int port) {
        assertThat(new Endpoint("localhost", port).port()).isEqualTo(port);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 65_536, Integer.MAX_VALUE})
    void port_outOfRange_throwsWithTheValue(int port) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Endpoint("localhost", port))
                .withMessage("port must be 1 to 65535, was " + port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                " ",
                "a b",
                "a\n",
                "\u0000",
                "a\u007f",
                "a\u009b",
                "a\u00a0b",
                "a\u3000b",
                "a\u2028",
                "\u202ea",
                "a\u200b",
                "\u061ca",
                "a\ud800",
                "a\ufeff"
            })
    void host_emptyOrWithControls_throws(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Endpoint(host, 6379))
                .withMessageContaining("host must be a name or an address")
                .satisfies(
                        e -> assertThat(Printable.isPrintable(e.getMessage())).isTrue());
    }

    @Test
    void host_longerThanAnyName_throwsAMessageThatIsNot() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Endpoint("a".repeat(100_000), 6379))
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(500));
        assertThat(new Endpoint("a".repeat(254), 6379).host()).hasSize(254);
    }

    @ParameterizedTest
    @ValueSource(strings = {"b\u00fccher.example", "\u65e5\u672c.example", "fe80::1%eth0"})
    void host_honestLettersOfAnyScript_areKept(String host) {
        assertThat(new Endpoint(host, 6379).host()).isEqualTo(host);
    }
}
