package io.valkeysecure.jedis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.RedisCredentials;

class PlaceholdersTest {
    @Test
    void credentials_areRandomText() {
        RedisCredentials one = new Placeholders(credentials("app", "hunter2")).credentials();
        RedisCredentials two = new Placeholders(credentials("app", "hunter2")).credentials();

        assertThat(one.getUser()).hasSize(32).isNotEqualTo(two.getUser());
        assertThat(one.getPassword()).hasSize(32).isNotEqualTo(two.getPassword());
    }

    @Test
    void credentials_withoutUser_haveNone() {
        assertThat(new Placeholders(credentials(null, "hunter2")).credentials().getUser())
                .isNull();
    }

    @Test
    void hello_hasUserAndPasswordWithTheirLengths() {
        Placeholders placeholders = new Placeholders(credentials("app", "hunter2"));

        assertThat(replaced(
                        placeholders,
                        "*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n" + bulk(user(placeholders))
                                + bulk(password(placeholders))))
                .isEqualTo("*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$3\r\napp\r\n$7\r\nhunter2\r\n");
        assertThat(placeholders.areReplaced()).isTrue();
    }

    @Test
    void auth_hasThePassword() {
        Placeholders placeholders = new Placeholders(credentials(null, "hunter2"));

        assertThat(replaced(placeholders, "*2\r\n$4\r\nAUTH\r\n" + bulk(password(placeholders)) + "*1\r\n"))
                .isEqualTo("*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n*1\r\n");
    }

    /** Jedis writes passwords as UTF-8, and RESP counts bytes. */
    @Test
    void password_ofManyBytes_isWrittenAsUtf8() {
        String secret = "pässwörd-€-\r\n-" + "x".repeat(20_000);
        Placeholders placeholders = new Placeholders(credentials("", secret));

        assertThat(replaced(placeholders, bulk(user(placeholders)) + bulk(password(placeholders))))
                .isEqualTo("$0\r\n\r\n$" + secret.getBytes(StandardCharsets.UTF_8).length + "\r\n" + secret + "\r\n");
    }

    @Test
    void otherBytes_areUnchanged() {
        Placeholders placeholders = new Placeholders(credentials("app", "hunter2"));

        assertThat(replaced(placeholders, "*1\r\n$4\r\nPING\r\n")).isEqualTo("*1\r\n$4\r\nPING\r\n");
        assertThat(replaced(placeholders, bulk("0".repeat(32)))).isEqualTo(bulk("0".repeat(32)));
        assertThat(placeholders.areReplaced()).isFalse();
    }

    /** A user alone is no login. */
    @Test
    void userAlone_isNotALogin() {
        Placeholders placeholders = new Placeholders(credentials("app", "hunter2"));

        assertThat(replaced(placeholders, bulk(user(placeholders)))).isEqualTo("$3\r\napp\r\n");
        assertThat(placeholders.areReplaced()).isFalse();
    }

    /** Jedis tries AUTH where a server knows no HELLO, with the same credentials. */
    @Test
    void secondAttempt_isReplacedToo() {
        Placeholders placeholders = new Placeholders(credentials("app", "hunter2"));

        assertThat(replaced(placeholders, bulk(password(placeholders)))).isEqualTo("$7\r\nhunter2\r\n");
        assertThat(replaced(placeholders, bulk(password(placeholders)))).isEqualTo("$7\r\nhunter2\r\n");
    }

    /** What a provider gave has ended: its placeholder goes as it is, and the login counts as none. */
    @Test
    void passwordClearedByItsProvider_isNotReplaced() {
        Clearable cleared = new Clearable();
        Placeholders placeholders = new Placeholders(cleared);
        String resp = bulk(user(placeholders)) + bulk(password(placeholders));
        cleared.password = null;

        assertThat(replaced(placeholders, resp)).isEqualTo("$3\r\napp\r\n" + bulk(password(placeholders)));
        assertThat(placeholders.areReplaced()).isFalse();
    }

    private static final class Clearable implements RedisCredentials {
        private char @Nullable [] password = {'s'};

        @Override
        public String getUser() {
            return "app";
        }

        @Override
        public char @Nullable [] getPassword() {
            return password;
        }
    }

    /** The secret stands once in memory, in what is about to be written. */
    @Test
    void bytesThatAreReplaced_areOverwritten() {
        Placeholders placeholders = new Placeholders(credentials("app", "hunter2"));
        byte[] resp = (bulk(user(placeholders)) + bulk(password(placeholders))).getBytes(StandardCharsets.UTF_8);

        byte[] written = placeholders.replacedIn(resp);

        assertThat(written).isNotSameAs(resp);
        assertThat(resp).containsOnly(0);
    }

    private static RedisCredentials credentials(@Nullable String user, String password) {
        return new DefaultRedisCredentials(user, password);
    }

    private static String user(Placeholders placeholders) {
        return placeholders.credentials().getUser();
    }

    private static String password(Placeholders placeholders) {
        return new String(placeholders.credentials().getPassword());
    }

    private static String bulk(String text) {
        return "$" + text.getBytes(StandardCharsets.UTF_8).length + "\r\n" + text + "\r\n";
    }

    private static String replaced(Placeholders placeholders, String resp) {
        return new String(placeholders.replacedIn(resp.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }
}
