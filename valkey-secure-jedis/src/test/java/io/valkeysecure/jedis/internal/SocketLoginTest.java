package io.valkeysecure.jedis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.RefusalReason;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentials;

/**
 * When credentials are given, step by step. What Jedis makes of the steps is the matter of the other tests of this
 * module.
 */
class SocketLoginTest {
    private static SocketLogin login(JedisClientConfig base) {
        return new SocketLogin(base);
    }

    private static SocketLogin loginOfApp() {
        return login(DefaultJedisClientConfig.builder()
                .user("app")
                .password("hunter2")
                .build());
    }

    private static void assertRefused(ThrowingCallable step) {
        assertThatThrownBy(step)
                .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED));
    }

    /** As the verified socket writes what Jedis has put into its buffer. */
    private static String written(SocketLogin login, RedisCredentials given) {
        String password = String.valueOf(given.getPassword());
        Placeholders running = login.running();
        assertThat(running).isNotNull();
        String resp = "$" + password.length() + "\r\n" + password + "\r\n";
        return new String(running.replacedIn(resp.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8);
    }

    @Test
    void get_verifiedSocketWaits_givesPlaceholdersOnce() {
        SocketLogin login = loginOfApp();
        login.expect();
        login.prepare();

        RedisCredentials given = login.get();

        assertThat(String.valueOf(given.getPassword())).doesNotContain("hunter2");
        assertThat(written(login, given)).isEqualTo("$7\r\nhunter2\r\n");
        assertThatCode(login::cleanUp).doesNotThrowAnyException();
        assertRefused(login::get);
    }

    @Test
    void get_askedTwiceForOneSocket_isRefused() {
        SocketLogin login = loginOfApp();
        login.expect();
        var unused = login.get();

        assertRefused(login::get);
    }

    @Test
    void get_socketForgotten_isRefused() {
        SocketLogin login = loginOfApp();
        login.expect();
        login.forget();

        assertRefused(login::get);
    }

    /** The socket was verified for another command: a login needs a look at a socket of its own. */
    @Test
    void get_afterAWrite_isRefused() {
        SocketLogin login = loginOfApp();
        login.expect();
        assertThat(login.running()).isNull();

        assertRefused(login::get);
    }

    @Test
    void cleanUp_placeholdersWentElsewhere_isRefused() {
        SocketLogin login = loginOfApp();
        login.expect();
        var unused = login.get();

        assertRefused(login::cleanUp);
    }

    /** Else what is written later would still be looked through for them. */
    @Test
    void cleanUp_endsTheLogin() {
        SocketLogin login = loginOfApp();
        login.expect();
        RedisCredentials given = login.get();
        assertThat(written(login, given)).isNotEmpty();
        login.cleanUp();

        assertThat(login.running()).isNull();
        assertThatCode(login::cleanUp).doesNotThrowAnyException();
    }

    /** The login before may have ended without a word, as when its connection broke. */
    @Test
    void prepare_endsTheLoginBefore() {
        SocketLogin login = loginOfApp();
        login.expect();
        var unused = login.get();

        login.prepare();

        assertThat(login.running()).isNull();
    }

    @Test
    void get_baseHasNoProvider_takesItsUserAndPassword() {
        SocketLogin login = login(new Base(null));
        login.expect();

        assertThat(written(login, login.get())).isEqualTo("$6\r\nsecret\r\n");
    }

    @Test
    void get_nothingToLogInWith_isHandedOutAsItIs() {
        SocketLogin none = login(new Base(SocketLoginTest::nothing));
        none.expect();
        assertThat(none.get()).isNull();

        RedisCredentials userAlone = new DefaultRedisCredentials("app", (CharSequence) null);
        SocketLogin login = login(new Base(() -> userAlone));
        login.expect();
        assertThat(login.get()).isSameAs(userAlone);
        assertThat(login.running()).isNull();
        assertThatCode(login::cleanUp).doesNotThrowAnyException();
    }

    @SuppressWarnings("NullAway") // as a provider answers that has none
    private static RedisCredentials nothing() {
        return null;
    }

    private record Base(java.util.function.@Nullable Supplier<RedisCredentials> provider) implements JedisClientConfig {
        @Override
        @SuppressWarnings("NullAway") // Jedis' own answer where none is set
        public java.util.function.Supplier<RedisCredentials> getCredentialsProvider() {
            return provider;
        }

        @Override
        public String getUser() {
            return "app";
        }

        @Override
        public String getPassword() {
            return "secret";
        }
    }
}
