package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.internal.SocketFactoryProvider;
import io.valkeysecure.jedis.internal.VerifiedConnections;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.CommandKeyArgumentPreProcessor;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.authentication.AuthXManager;
import redis.clients.jedis.json.JsonObjectMapper;

/**
 * The part of {@link SecureClientConfig} that only Jedis has. All other files of the adapter of valkey-java, a fork of
 * an older Jedis, are made from the files here.
 *
 * <p>Jedis copies configurations ({@code DefaultJedisClientConfig.Builder.from}; {@code new Jedis(..)} of Jedis 8 does
 * so unless a protocol is set), and a copy may have {@code ssl(false)}. Its {@code SslOptions} still keep TLS on.
 *
 * <p>Methods of newer versions of Jedis are delegated too. An older version does not call them, and has the types in
 * their signatures.
 */
abstract class ClientSettings implements JedisClientConfig {
    /** Jedis' defaults for sentinels: no login, and no HELLO, which old sentinels do not know. */
    static final JedisClientConfig NO_LOGIN = new JedisClientConfig() {
        @Override
        public boolean isAutoNegotiateProtocol() {
            return false;
        }
    };

    final JedisClientConfig base;
    final VerifiedConnections connections;
    private final SslOptions sslOptions;

    ClientSettings(SecureTls tls, JedisClientConfig base) {
        String name = SocketFactoryProvider.newName(); // no field, or the factory would lead to the options
        this.base = base;
        this.connections =
                new VerifiedConnections(tls, base, factory -> SocketFactoryProvider.requireFactory(name, factory));
        this.sslOptions = SocketFactoryProvider.optionsOf(name, connections.socketFactory(), tls);
    }

    /** Returns what to say of TLS settings of {@code base} that only Jedis has. */
    static List<String> ownTlsSettings(JedisClientConfig base) {
        return base.getSslOptions() == null
                ? List.of()
                : List.of(
                        "sslOptions (instead, load its truststore with TrustAnchors.keyStore(..) and its keystore with "
                                + "ClientIdentity.keyStore(..))");
    }

    @Override
    @SuppressWarnings("deprecation") // Jedis 8 deprecates the getter, but uses it
    public SSLSocketFactory getSslSocketFactory() {
        return connections.socketFactory();
    }

    /**
     * Options that lead to the same socket factory. Every version prefers them to the factory and to {@code isSsl()}.
     */
    @Override
    public SslOptions getSslOptions() {
        return sslOptions;
    }

    @Override
    public boolean isAutoNegotiateProtocol() {
        return base.isAutoNegotiateProtocol();
    }

    @Override
    public @Nullable AuthXManager getAuthXManager() {
        return base.getAuthXManager();
    }

    @Override
    public boolean isReadOnlyForRedisClusterReplicas() {
        return base.isReadOnlyForRedisClusterReplicas();
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
}
