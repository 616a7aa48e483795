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
 * Gives Jedis {@link Placeholders} instead of credentials, which only a verified socket writes.
 *
 * <p>Jedis writes the placeholders into HELLO or AUTH, and the output stream of a {@link LoginSocket} replaces them by
 * the credentials. No other socket does. So a connection with a copy of the configuration, another socket factory or
 * another mapper can send random text only, in any order and on any thread.
 *
 * <p>Two checks prevent even that, and commands after it. Before a login, the thread must have a verified socket that
 * expects one. After a login, a verified socket must have replaced the placeholders; otherwise Jedis closes the
 * connection before it is used.
 */
final class SocketLogin implements RedisCredentialsProvider {
    private final JedisClientConfig base;

    /**
     * True on a thread that has an open verified socket, until the thread writes to it or logs in. Both happen for each
     * command, so the value is changed in place.
     */
    @SuppressWarnings("ThreadLocalUsage") // one per configuration, with a value of a few bytes and no class of ours
    private final ThreadLocal<boolean[]> expected = ThreadLocal.withInitial(() -> new boolean[1]);

    /** Set on a thread while it logs in. */
    @SuppressWarnings("ThreadLocalUsage") // one per configuration; a login removes its value
    private final ThreadLocal<Placeholders> current = new ThreadLocal<>();

    SocketLogin(JedisClientConfig base) {
        this.base = base;
    }

    /** Expects a login on this thread: a verified socket was opened, or Jedis checked that it is open. */
    void expect() {
        expected.get()[0] = true;
    }

    void forget() {
        expected.get()[0] = false;
    }

    /** Returns the placeholders of the login on this thread, or null. Called by a verified socket before it writes. */
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
        if (!expected.get()[0]) {
            throw notVerified();
        }
        forget();
        Supplier<RedisCredentials> provider = base.getCredentialsProvider();
        RedisCredentials credentials = provider == null
                ? new DefaultRedisCredentials(base.getUser(), base.getPassword()) // as Jedis does without a provider
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

    /** Makes an exception of Jedis, because Jedis closes the socket only for those. */
    private static JedisConnectionException notVerified() {
        TlsConfigurationException refusal = RootTypes.configurationRefused(
                RefusalReason.PLAINTEXT_REQUESTED,
                "expected a login over a verified connection, seen one over another: the configuration is used with a"
                        + " JedisSocketFactory that SecureJedis did not make, or is a copy without its TLS settings; give Jedis the"
                        + " result of SecureJedis.clientConfig(..) unchanged, with a HostAndPort");
        return new JedisConnectionException(refusal.getMessage(), refusal);
    }
}
