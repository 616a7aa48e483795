package io.valkeysecure.spring;

import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.jedis.JedisClientBuilderCustomizer;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.builders.AbstractClientBuilder;
import redis.clients.jedis.builders.StandaloneClientBuilder;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * Gives the pools of Jedis' {@code RedisClient} our eviction, which Spring Data Redis does not copy, and lets the pool
 * of one server look whether a connection is to be replaced when it is borrowed. In a class of its own, because Spring
 * Data Redis 4.0 does not have the types.
 */
final class UnifiedJedisGuard {
    private UnifiedJedisGuard() {}

    static void apply(
            JedisClientConfiguration.JedisClientConfigurationBuilder builder,
            JedisClientConfiguration before,
            SecureTls tls,
            JedisGuard.GuardingConfig config,
            Supplier<@Nullable HostAndPort> server) {
        Optional<JedisClientBuilderCustomizer> earlier = before.getClientCustomizer();
        GenericObjectPoolConfig<?> pool = before.getPoolConfig().orElse(null);
        builder.customizeClient(client -> {
            earlier.ifPresent(customizer -> customizer.customize(client));
            drain(client, pool, tls, config.last(), server.get());
        });
    }

    private static void drain(
            AbstractClientBuilder<?, ?> client,
            @Nullable GenericObjectPoolConfig<?> pool,
            SecureTls tls,
            @Nullable JedisClientConfig config,
            @Nullable HostAndPort server) {
        GenericObjectPoolConfig<Connection> draining = SecureJedis.poolConfig(tls, typed(pool));
        client.poolConfig(draining);
        if (client instanceof StandaloneClientBuilder<?> && config != null && server != null) {
            client.connectionProvider(
                    new PooledConnectionProvider(SecureJedis.connectionFactory(server, config), draining));
        }
    }

    /**
     * The pool configuration of Spring is one of {@code Jedis} or of {@code Connection}; nothing in it depends on
     * which.
     */
    @SuppressWarnings("unchecked")
    private static GenericObjectPoolConfig<Connection> typed(@Nullable GenericObjectPoolConfig<?> pool) {
        return pool == null ? new ConnectionPoolConfig() : (GenericObjectPoolConfig<Connection>) pool;
    }
}
