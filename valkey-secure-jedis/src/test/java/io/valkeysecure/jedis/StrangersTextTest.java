package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.nio.charset.StandardCharsets;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;

/** What Jedis hands on of a server that is refused: its exception, the causes and what was suppressed. */
class StrangersTextTest {
    @ParameterizedTest
    @ValueSource(strings = {"x\r\n\u001b[2Jok\u009b31m\u202ekcab\u2066\u2028y", "\u200b\u061c\u007f\u0007"})
    void connect_hostileNames_areShownInPrintableText(String text) {
        TestCertificate hostile = TestCertificate.root()
                .subject("CN=a" + text + "b")
                .build()
                .issue()
                .subject("CN=c" + text + "d")
                .rawName(6, ("http://" + text).getBytes(StandardCharsets.UTF_8))
                .build();
        try (SecureTls tls = Fixture.tls().build();
                HostilePeer peer = HostilePeer.tls(hostile)) {
            Throwable thrown = catchThrowable(() -> {
                try (Jedis jedis = new Jedis(
                        Fixture.localhost(peer.port()),
                        SecureJedis.clientConfig(tls, Fixture.login().build()))) {
                    jedis.ping();
                }
            });

            assertThat(RefusalReason.of(thrown)).isPresent();
            assertThat(peer.applicationBytes()).isEmpty();
            assertThat(Throwables.getStackTrace(thrown)
                            .replaceAll("[\\n\\t]", "")
                            .chars())
                    .noneMatch(c -> Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || Character.getType(c) == Character.LINE_SEPARATOR);
        }
    }
}
