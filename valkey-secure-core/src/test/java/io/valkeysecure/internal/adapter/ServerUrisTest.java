package io.valkeysecure.internal.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.adapter.ServerUris.Target;
import java.net.URI;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerUrisTest {
    private static final Set<Target> SERVERS = EnumSet.of(Target.SERVER);
    private static final Set<Target> ALL = EnumSet.allOf(Target.class);

    @ParameterizedTest
    @CsvSource({
        "rediss://h:1, SERVER",
        "valkeys://h:1, SERVER",
        "VALKEYS://h:1, SERVER",
        "rediss-sentinel://h:1, SENTINEL",
        "Valkeys-Sentinel://h:1, SENTINEL",
    })
    void requireTls_tlsScheme_returnsTheTarget(URI uri, Target target) {
        assertThat(ServerUris.requireTls(uri, ALL)).isEqualTo(target);
    }

    @ParameterizedTest
    @CsvSource({
        "redis://:hunter2@h:1, 'redis://, which is without TLS; write rediss://host:port'",
        "valkey://:hunter2@h:1, 'valkey://, which is without TLS; write valkeys://host:port'",
        "redis-sentinel://:hunter2@h:1, 'without TLS; write rediss://host:port'",
        "rediss-sentinel://:hunter2@h:1, 'rediss-sentinel://, which names sentinels; write valkeys://host:port'",
        "unix:///hunter2, 'unix://, a Unix socket, which carries no TLS; write valkeys://host:port'",
        "redis+tls://:hunter2@h:1, 'redis+tls://, which begins in plaintext; write valkeys://host:port'",
        "//:hunter2@h:1, 'seen none; write valkeys://host:port'",
        "hunter2://h:1, 'seen another one (it is not shown'",
        "redisss://:hunter2@h:1, 'seen another one (it is not shown'",
    })
    void requireTls_otherScheme_isRefusedWithoutShowingTheUri(URI uri, String message) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> ServerUris.requireTls(uri, SERVERS))
                .withMessageContaining(message)
                .withNoCause()
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2", "redisss"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rediss://:hunter2 @h", "rediss://:%zzhunter2@h", "hunter2 ", "rediss://:hunter2[@h"})
    void parse_malformedUri_isRefusedWithoutShowingIt(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerUris.parse(text, IllegalArgumentException::new))
                .withMessageContaining("malformed at index")
                .withMessageContaining("%2F for /")
                .withNoCause()
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }
}
