package io.valkeysecure.jedis;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.jedis.internal.VerifiedConnections;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.HostAndPortMapper;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.RedisProtocol;

/**
 * A Jedis configuration with fixed TLS settings: TLS is on, {@link VerifiedConnections} makes the sockets, and Jedis
 * applies no TLS setting to them. Credentials are placeholders. Everything else comes from the base configuration.
 *
 * <p>A copy of it may have {@code ssl(false)}; only a verified socket replaces its placeholders.
 *
 * <p>{@code SecureClientConfigTest} fails if a new version adds a method that is not delegated.
 */
final class SecureClientConfig extends ClientSettings {
    private final SecureTls tls;

    private SecureClientConfig(SecureTls tls, JedisClientConfig base) {
        super(tls, base);
        this.tls = tls;
    }

    static SecureClientConfig of(SecureTls tls, JedisClientConfig base) {
        if (base instanceof SecureClientConfig ours) {
            if (ours.tls != tls) {
                throw unsupported(
                        "expected a JedisClientConfig of Jedis or of this SecureTls, seen one that SecureJedis made with another"
                                + " SecureTls; give SecureJedis the configuration that it was made from");
            }
            return ours;
        }
        refuseTlsSettings(base);
        return new SecureClientConfig(tls, base);
    }

    /** Requires a configuration that {@code SecureJedis} made; a copy is refused. */
    static SecureClientConfig require(JedisClientConfig config) {
        if (config instanceof SecureClientConfig ours) {
            return ours;
        }
        throw RootTypes.configurationRefused(
                RefusalReason.PLAINTEXT_REQUESTED,
                "expected a configuration made by SecureJedis.clientConfig(..), seen a "
                        + config.getClass().getSimpleName() + "; make it by that method");
    }

    VerifiedConnections connections() {
        return connections;
    }

    @SuppressWarnings("deprecation") // some versions deprecate the getters, but use them
    private static void refuseTlsSettings(JedisClientConfig base) {
        if (VerifiedConnections.isOurs(base.getSslSocketFactory())) {
            throw unsupported(
                    "expected a JedisClientConfig of Jedis, seen one that is a copy of one that SecureJedis made; give the"
                            + " copy to Jedis, or give SecureJedis the configuration that the original was made from");
        }
        List<String> found = new ArrayList<>();
        if (base.getSslSocketFactory() != null) {
            found.add("sslSocketFactory (instead, set trust with SecureTls.trusting(TrustAnchors.pem(..)) and the "
                    + "client certificate with .presenting(ClientIdentity.pem(..)))");
        }
        if (base.getSslParameters() != null) {
            found.add("sslParameters (instead, set versions and cipher suites with TlsPolicy.builder(); the name is "
                    + "always checked)");
        }
        found.addAll(ownTlsSettings(base));
        if (base.getHostnameVerifier() != null) {
            found.add("hostnameVerifier (leave it out: the name in the certificate is always checked)");
        }
        if (!found.isEmpty()) {
            throw unsupported("expected a JedisClientConfig without TLS settings, seen " + String.join(", ", found));
        }
    }

    private static TlsConfigurationException unsupported(String message) {
        return RootTypes.configurationRefused(RefusalReason.UNSUPPORTED_SETTING, message);
    }

    // Fixed settings.

    @Override
    public boolean isSsl() {
        return true;
    }

    /** Null, so that Jedis applies none. A version that applies its own changes nothing: our socket ignores them. */
    @Override
    @SuppressWarnings("deprecation")
    public @Nullable SSLParameters getSslParameters() {
        return null;
    }

    @Override
    public @Nullable HostnameVerifier getHostnameVerifier() {
        return null;
    }

    // Settings of the base, guarded.

    @Override
    public HostAndPortMapper getHostAndPortMapper() {
        return connections.mapper();
    }

    @Override
    public Supplier<RedisCredentials> getCredentialsProvider() {
        return connections.login();
    }

    /** Null, because anything that reads a user here could send it anywhere. Jedis reads the provider. */
    @Override
    public @Nullable String getUser() {
        return null;
    }

    /** Null, for the same reason as {@link #getUser()}. */
    @Override
    public @Nullable String getPassword() {
        return null;
    }

    // Settings of the base.

    @Override
    public @Nullable RedisProtocol getRedisProtocol() {
        return base.getRedisProtocol();
    }

    @Override
    public int getConnectionTimeoutMillis() {
        return base.getConnectionTimeoutMillis();
    }

    @Override
    public int getSocketTimeoutMillis() {
        return base.getSocketTimeoutMillis();
    }

    @Override
    public int getBlockingSocketTimeoutMillis() {
        return base.getBlockingSocketTimeoutMillis();
    }

    @Override
    public int getDatabase() {
        return base.getDatabase();
    }

    @Override
    public @Nullable String getClientName() {
        return base.getClientName();
    }

    @Override
    public @Nullable ClientSetInfoConfig getClientSetInfoConfig() {
        return base.getClientSetInfoConfig();
    }

    /** Describes TLS, and nothing of the base, which may hold a password. */
    @Override
    public String toString() {
        return "SecureJedis.clientConfig(" + tls + ")";
    }
}
