package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

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
    @ValueSource(strings = {"", "[]", " ", "a b", "a\n", "\u0000", "a\u007f"})
    void host_emptyOrWithControls_throws(String host) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Endpoint(host, 6379))
                .withMessageContaining("host must be a name or an address");
    }
}
