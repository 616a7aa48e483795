package io.valkeysecure.jedis.internal;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.RedisCredentialsProvider;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The credentials of a configuration, which only a verified socket writes.
 *
 * <p>Jedis gets {@link Placeholders} from this provider, never the credentials. It writes them into HELLO or AUTH, and the
 * output stream of a {@link LoginSocket} puts the credentials in their place. No other socket does, so whatever Jedis
 * connects with a copy of the configuration, with another socket factory or with another mapper, in any order and on any
 * thread, random text is all that leaves outside of TLS.
 *
 * <p>Two checks keep even that from being sent, and commands after it. Before a login, the thread must have a verified
 * socket that waits for one. After it, a verified socket must have written the placeholders; otherwise the login went
 * elsewhere, and Jedis closes that connection before it is used.
 */
final class SocketLogin implements RedisCredentialsProvider {
    private final JedisClientConfig base;

    /** Present on a thread from the moment it has an open verified socket until it writes to one or logs in. */
    private final ThreadLocal<Boolean> expected = new ThreadLocal<>();

    /** Present on a thread while it logs in. */
    @SuppressWarnings("ThreadLocalUsage") // one for each configuration; a login removes its value
    private final ThreadLocal<Placeholders> current = new ThreadLocal<>();

    SocketLogin(JedisClientConfig base) {
        this.base = base;
    }

    /** A verified socket was opened, or Jedis has just seen that it is open, as it does before each login. */
    void expect() {
        expected.set(true);
    }

    void forget() {
        expected.remove();
    }

    /** Returns the placeholders of the login that runs on this thread, for a verified socket that is about to write. */
    @Nullable
    Placeholders running() {
        forget();
        return current.get();
    }

    @Override
    public void prepare() {
        current.remove();
        if (base.getCredentialsProvider() instanceof RedisCredentialsProvider provider) {
            provider.prepare();
        }
    }

    @Override
    public @Nullable RedisCredentials get() {
        if (expected.get() == null) {
            throw notVerified();
        }
        forget();
        Supplier<RedisCredentials> provider = base.getCredentialsProvider();
        RedisCredentials credentials = provider == null
                ? new DefaultRedisCredentials(base.getUser(), base.getPassword()) // as Jedis does then
                : provider.get();
        if (credentials == null || credentials.getPassword() == null) {
            return credentials; // Jedis sends no login
        }
        Placeholders placeholders = new Placeholders(credentials);
        current.set(placeholders);
        return placeholders.credentials();
    }

    @Override
    public void cleanUp() {
        Placeholders placeholders = current.get();
        current.remove();
        if (base.getCredentialsProvider() instanceof RedisCredentialsProvider provider) {
            provider.cleanUp();
        }
        if (placeholders != null && !placeholders.areReplaced()) {
            throw notVerified();
        }
    }

    /** An exception of Jedis' own kind, upon which Jedis closes the socket. */
    private static JedisConnectionException notVerified() {
        TlsConfigurationException refusal = RootTypes.configurationRefused(
                RefusalReason.PLAINTEXT_REQUESTED,
                "login over a connection that was not verified, expected one made by SecureJedis: the configuration, or a"
                        + " copy of it without its sslOptions, is used with a JedisSocketFactory of another kind; use what"
                        + " SecureJedis.clientConfig(..) returns as it is, with a HostAndPort");
        return new JedisConnectionException(refusal.getMessage(), refusal);
    }
}
