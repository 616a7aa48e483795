package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import java.util.List;
import java.util.Set;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.params.provider.Arguments;
import redis.clients.authentication.core.TokenAuthConfig;
import redis.clients.jedis.ClientSetInfoConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.SslOptions;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.authentication.AuthXManager;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** What the tests need of Jedis that valkey-java writes otherwise: they are run with both. */
final class Clients {
    /** How often {@code RotationTest} rotates under load. */
    static final int ROTATIONS = 3;

    /** Makes Jedis send nothing while it connects. */
    static final JedisClientConfig NOTHING_TO_SAY = new JedisClientConfig() {
        @Override
        public boolean isAutoNegotiateProtocol() {
            return false;
        }

        @Override
        public ClientSetInfoConfig getClientSetInfoConfig() {
            return ClientSetInfoConfig.DISABLED;
        }
    };

    /** Methods of {@code JedisClientConfig} about TLS that only Jedis has. */
    static final Set<String> FIXED_TOO = Set.of("getSslOptions");

    /** A value of a type that only {@code JedisClientConfig} of Jedis has. */
    static final Object MADE_UP = new AuthXManager(TokenAuthConfig.builder()
            .identityProviderConfig(() -> () -> {
                throw new IllegalStateException("no token is asked for");
            })
            .build());

    private Clients() {}

    /** TLS settings that only Jedis has, as arguments of {@code SecureClientConfigTest}. */
    static List<Arguments> tlsSettings() {
        return List.of(Arguments.of(
                "sslOptions",
                "TrustAnchors.keyStore",
                DefaultJedisClientConfig.builder()
                        .sslOptions(SslOptions.builder().build())));
    }

    /** Returns copies of a configuration, made in every way there is. */
    @SuppressWarnings("deprecation") // copyConfig, which all versions have
    static List<JedisClientConfig> copies(JedisClientConfig config) {
        return List.of(
                DefaultJedisClientConfig.builder().from(config).database(3).build(),
                DefaultJedisClientConfig.copyConfig(config));
    }

    static UnifiedJedis pooled(HostAndPort server, JedisClientConfig config, GenericObjectPoolConfig<Connection> pool) {
        return RedisClient.builder()
                .hostAndPort(server)
                .clientConfig(config)
                .poolConfig(pool)
                .build();
    }

    static UnifiedJedis over(PooledConnectionProvider provider) {
        return RedisClient.builder().connectionProvider(provider).build();
    }

    /** The shortest code: nothing is said about rotation. */
    static UnifiedJedis ofTheFrontDoor(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return SecureJedis.client(tls, server, base).build();
    }
}
