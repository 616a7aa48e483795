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
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.CommandKeyArgumentPreProcessor;
import redis.clients.jedis.HostAndPortMapper;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.authentication.AuthXManager;
import redis.clients.jedis.json.JsonObjectMapper;

/**
 * Jedis' configuration with its TLS part fixed: TLS is on, sockets come from us, and nothing else is set that Jedis would
 * apply to a socket afterwards. Everything else is the base's, apart from the credentials.
 *
 * <p>It is a class, not a {@code DefaultJedisClientConfig}, so that no setter reaches it. Jedis copies it all the same
 * ({@code DefaultJedisClientConfig.Builder.from}; {@code new Jedis(..)} of Jedis 8 always does, unless a protocol is
 * set), and a copy may have {@code ssl(false)}. Its {@code SslOptions} keep TLS on then,
 * and what it has of credentials is good for verified sockets only ({@link VerifiedConnections}).
 *
 * <p>Methods that only newer versions of Jedis know are delegated too; an older one does not call them, and has the
 * types in their signatures. {@code SecureClientConfigTest} fails when a new version adds one that is not delegated.
 */
final class SecureClientConfig implements JedisClientConfig {
    private final SecureTls tls;
    private final JedisClientConfig base;
    private final VerifiedConnections connections;
    private final SslOptions sslOptions;

    private SecureClientConfig(SecureTls tls, JedisClientConfig base) {
        this.tls = tls;
        this.base = base;
        this.connections = new VerifiedConnections(tls, base);
        this.sslOptions = connections.newSslOptions();
    }

    static SecureClientConfig of(SecureTls tls, JedisClientConfig base) {
        if (base instanceof SecureClientConfig ours) {
            if (ours.tls != tls) {
                throw unsupported(
                        "the JedisClientConfig was made by SecureJedis with another SecureTls, expected this one"
                                + " or a configuration of Jedis' own: give SecureJedis what it was made of");
            }
            return ours;
        }
        refuseTlsSettings(base);
        return new SecureClientConfig(tls, base);
    }

    /** Returns the configuration if it is one of ours; a copy of one is not. */
    static SecureClientConfig require(JedisClientConfig config) {
        if (config instanceof SecureClientConfig ours) {
            return ours;
        }
        throw RootTypes.configurationRefused(
                RefusalReason.PLAINTEXT_REQUESTED,
                "expected a configuration made by SecureJedis.clientConfig(..), was a "
                        + config.getClass().getSimpleName());
    }

    VerifiedConnections connections() {
        return connections;
    }

    @SuppressWarnings("deprecation") // Jedis 8 deprecates the getters, and still obeys them
    private static void refuseTlsSettings(JedisClientConfig base) {
        if (VerifiedConnections.isOurs(base.getSslSocketFactory())) {
            throw unsupported(
                    "the JedisClientConfig is a copy of one that SecureJedis made, expected Jedis' own: hand the"
                            + " copy to Jedis as it is, or give SecureJedis what the first one was made of");
        }
        List<String> found = new ArrayList<>();
        if (base.getSslSocketFactory() != null) {
            found.add("sslSocketFactory (instead, name trust with SecureTls.trusting(TrustAnchors.pem(..)) and the "
                    + "client certificate with .presenting(ClientIdentity.pem(..)))");
        }
        if (base.getSslParameters() != null) {
            found.add("sslParameters (instead, set versions and cipher suites with TlsPolicy.builder(); the name is "
                    + "always checked)");
        }
        if (base.getSslOptions() != null) {
            found.add("sslOptions (instead, name its truststore with TrustAnchors.keyStore(..) and its keystore with "
                    + "ClientIdentity.keyStore(..))");
        }
        if (base.getHostnameVerifier() != null) {
            found.add("hostnameVerifier (leave it out: the name in the certificate is always checked)");
        }
        if (!found.isEmpty()) {
            throw unsupported("the JedisClientConfig carries TLS settings of its own, expected none: "
                    + String.join(", ", found));
        }
    }

    private static TlsConfigurationException unsupported(String message) {
        return RootTypes.configurationRefused(RefusalReason.UNSUPPORTED_SETTING, message);
    }

    // The part that is fixed.

    @Override
    public boolean isSsl() {
        return true;
    }

    @Override
    @SuppressWarnings("deprecation")
    public SSLSocketFactory getSslSocketFactory() {
        return connections.socketFactory();
    }

    /** Null, so that Jedis 6 and 7 apply nothing. Jedis 8 applies parameters of its own; our socket ignores them. */
    @Override
    @SuppressWarnings("deprecation")
    public @Nullable SSLParameters getSslParameters() {
        return null;
    }

    /** Takes the place of the socket factory and of {@code isSsl()} in every version, and leads to the same factory. */
    @Override
    public SslOptions getSslOptions() {
        return sslOptions;
    }

    @Override
    public @Nullable HostnameVerifier getHostnameVerifier() {
        return null;
    }

    // The part that is the base's, and guarded.

    @Override
    public HostAndPortMapper getHostAndPortMapper() {
        return connections.mapper();
    }

    @Override
    public Supplier<RedisCredentials> getCredentialsProvider() {
        return connections.login();
    }

    /** Null: a user and a password that are taken from here would go wherever they are put. Jedis asks the provider. */
    @Override
    public @Nullable String getUser() {
        return null;
    }

    /** Null, as {@link #getUser()}. */
    @Override
    public @Nullable String getPassword() {
        return null;
    }

    // The part that is the base's.

    @Override
    public @Nullable RedisProtocol getRedisProtocol() {
        return base.getRedisProtocol();
    }

    @Override
    public boolean isAutoNegotiateProtocol() {
        return base.isAutoNegotiateProtocol();
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
    public @Nullable AuthXManager getAuthXManager() {
        return base.getAuthXManager();
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
    public boolean isReadOnlyForRedisClusterReplicas() {
        return base.isReadOnlyForRedisClusterReplicas();
    }

    @Override
    public @Nullable ClientSetInfoConfig getClientSetInfoConfig() {
        return base.getClientSetInfoConfig();
    }

    @Override
    public @Nullable CommandKeyArgumentPreProcessor getCommandKeyArgumentPreProcessor() {
        return base.getCommandKeyArgumentPreProcessor();
    }

    @Override
    public @Nullable JsonObjectMapper getJsonObjectMapper() {
        return base.getJsonObjectMapper();
    }

    @Override
    public int getSearchDialect() {
        return base.getSearchDialect();
    }

    /** Says what TLS does, and nothing of the base, which holds a password. */
    @Override
    public String toString() {
        return "SecureJedis.clientConfig(" + tls + ")";
    }
}
