package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisProtocol;

class SecureUriTest {
    private static final SecureTls TLS = SecureTls.trusting(
                    TrustAnchors.of(TestCertificate.root().build().certificate()))
            .withoutClientIdentity()
            .build();

    @AfterAll
    static void closeTls() {
        TLS.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"valkeys", "rediss", "VALKEYS", "Rediss"})
    void clientConfig_tlsScheme_takesUserPasswordDatabaseAndProtocol(String scheme) {
        String text = scheme + "://app:p%40ss%3Aword@valkey.internal:6380/7?protocol=3";

        for (JedisClientConfig config : new JedisClientConfig[] {
            SecureJedis.clientConfig(TLS, text), SecureJedis.clientConfig(TLS, URI.create(text))
        }) {
            assertThat(config.isSsl()).isTrue();
            assertThat(config.getDatabase()).isEqualTo(7);
            assertThat(config.getRedisProtocol()).isEqualTo(RedisProtocol.RESP3);
        }
        JedisClientConfig read = TlsUri.parse(text).clientConfig();
        assertThat(read.getUser()).isEqualTo("app");
        assertThat(read.getPassword()).isEqualTo("p@ss:word");
        assertThat(SecureJedis.hostAndPort(text)).isEqualTo(new HostAndPort("valkey.internal", 6380));
        assertThat(SecureJedis.hostAndPort(URI.create(text))).isEqualTo(new HostAndPort("valkey.internal", 6380));
    }

    @ParameterizedTest
    @ValueSource(strings = {"valkeys://valkey.internal:6380", "rediss://valkey.internal:6380/"})
    void clientConfig_addressOnly_hasJedisDefaults(String text) {
        JedisClientConfig config = TlsUri.parse(text).clientConfig();

        assertThat(config.getUser()).isNull();
        assertThat(config.getPassword()).isNull();
        assertThat(config.getDatabase()).isZero();
        assertThat(config.getRedisProtocol()).isNull();
    }

    @Test
    void clientConfig_passwordOnly_hasNoUser() {
        JedisClientConfig config =
                TlsUri.parse("valkeys://:hunter2@valkey.internal:6380").clientConfig();

        assertThat(config.getUser()).isNull();
        assertThat(config.getPassword()).isEqualTo("hunter2");
    }

    @Test
    void hostAndPort_addressOfVersion6_isWithoutBrackets() {
        assertThat(SecureJedis.hostAndPort("valkeys://[::1]:6380")).isEqualTo(new HostAndPort("::1", 6380));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "redis://app:hunter2@valkey.internal:6379, rediss://",
        "REDIS://app:hunter2@valkey.internal:6379, rediss://",
        "valkey://app:hunter2@valkey.internal:6379, valkeys://",
        "unix:///run/valkey/valkey.sock, valkeys://",
        "redis-socket:///run/valkey/valkey.sock, valkeys://",
        "redis+ssl://valkey.internal:6379, valkeys://",
        "redis+tls://valkey.internal:6379, valkeys://",
        "rediss-sentinel://valkey.internal:6379, valkeys://",
        "http://valkey.internal:6379, valkeys://",
        "valkey.internal:6379, valkeys://",
        "//app:hunter2@valkey.internal:6379, valkeys://",
        "/run/valkey/valkey.sock, valkeys://",
        "'', valkeys://",
    })
    void uri_withoutTlsScheme_isRefusedAsPlaintextRequested(String text, String instead) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, text))
                .withMessageContaining("write " + instead)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .satisfies(SecureUriTest::assertNoSecret);
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.hostAndPort(URI.create(text)))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .satisfies(SecureUriTest::assertNoSecret);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "valkeys://app:hunter2@valkey.internal, no port",
        "valkeys://app:hunter2@valkey.internal:0, port must be 1 to 65535",
        "valkeys://app:hunter2@valkey.internal:70000, port must be 1 to 65535",
        "valkeys://app:hunter2@/0, no valid host",
        "valkeys://app:hunter2@my_valkey:6380, without underscores",
        "valkeys://app:hun#hunter2@valkey.internal:6380, no valid host",
        "valkeys:app:hunter2@valkey.internal:6380, no valid host",
        "valkeys://app:hunter2 @valkey.internal:6380, malformed at index",
        "valkeys://hunter2@valkey.internal:6380, without a password",
        "valkeys://app:hunter2@valkey.internal:6380/main, database number",
        "valkeys://app:hunter2@valkey.internal:6380/-1, database number",
        "valkeys://app:hunter2@valkey.internal:6380/0/1, database number",
        "valkeys://app:hunter2@valkey.internal:6380/99999999999, database number",
        "valkeys://app:hunter2@valkey.internal:6380?verifyPeer=NONE, parameter verifyPeer is not read",
        "valkeys://app:hunter2@valkey.internal:6380?protocol=3&startTls=true, parameter startTls is not read",
        "valkeys://app:hunter2@valkey.internal:6380?timeout=5s, parameter timeout is not read",
        "valkeys://app:hunter2@valkey.internal:6380?protocol=4, protocol must be 2 or 3",
    })
    void uri_notReadableInFull_isRefusedWithoutShowingIt(String text, String message) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, text))
                .withMessageContaining(message)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.UNSUPPORTED_SETTING))
                .satisfies(SecureUriTest::assertNoSecret);
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.hostAndPort(text))
                .withMessageContaining(message)
                .satisfies(SecureUriTest::assertNoSecret);
    }

    /**
     * A password with a special character in it, not percent-encoded: its parts are then host, port, path and so on.
     */
    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "rediss://:hunter2/s3cret@localhost:6380",
                "rediss://app:hunter2/s3cret@localhost:6380",
                "rediss://app:123/hunter2@localhost:6380",
                "rediss://app:123?hunter2@localhost:6380",
                "rediss://app:123?timeout&hunter2=5@localhost:6380",
                "rediss://app:123?hunter2",
                "rediss://app:123#hunter2@localhost:6380",
                "rediss://app:70000#hunter2@localhost:6380",
                "rediss://localhost:6380/0?hunter2=true",
                "rediss://localhost:6380/0?protocol=hunter2",
                "rediss://localhost:6380/0?protocol=3&hunter2",
                "rediss://localhost:6380/hunter2",
                "rediss://app:hunter2[@localhost:6380",
                "rediss://app:%zzhunter2@localhost:6380",
                "hunter2:s3cret@localhost:6380",
                "hunter2://localhost:6380",
                "rediss://hunter2@localhost",
            })
    void uri_passwordNotEncoded_isRefusedWithoutShowingIt(String text) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.clientConfig(TLS, text))
                .satisfies(SecureUriTest::assertNoSecret)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret", "70000", "123"));
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureJedis.hostAndPort(text))
                .satisfies(SecureUriTest::assertNoSecret);
    }

    @Test
    void uri_sameEncoded_isRead() {
        JedisClientConfig config =
                TlsUri.parse("rediss://app:hun%2Fter%3F2%23@localhost:6380").clientConfig();

        assertThat(config.getPassword()).isEqualTo("hun/ter?2#");
    }

    /** The stack trace holds the messages of all causes and suppressed exceptions, as a log would. */
    private static void assertNoSecret(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain("hunter2");
    }
}
