package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.builders.ClusterClientBuilder;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;

/** Jedis' builder of a cluster client, restricted to verified connections. */
final class SecureClusterClient extends RedisClusterClient.Builder {
    private final SecureTls tls;
    private final SecureClientConfig config;

    private SecureClusterClient(SecureTls tls, SecureClientConfig config) {
        this.tls = tls;
        this.config = config;
        super.clientConfig(config);
        super.poolConfig(DrainingEvictionPolicy.in(tls, new ConnectionPoolConfig()));
    }

    /** Returns Jedis' type, so that {@code SecureJedis} loads with a version of Jedis that does not have it. */
    static RedisClusterClient.Builder builder(SecureTls tls, SecureClientConfig config) {
        return new SecureClusterClient(tls, config);
    }

    @Override
    public ClusterClientBuilder<RedisClusterClient> poolConfig(GenericObjectPoolConfig<Connection> base) {
        return super.poolConfig(DrainingEvictionPolicy.in(tls, base));
    }

    @Override
    public ClusterClientBuilder<RedisClusterClient> clientConfig(JedisClientConfig other) {
        throw BuilderGuard.already("clientConfig");
    }

    @Override
    public ClusterClientBuilder<RedisClusterClient> connectionProvider(ConnectionProvider other) {
        throw BuilderGuard.notTaken("connectionProvider");
    }

    @Override
    public ClusterClientBuilder<RedisClusterClient> commandExecutor(CommandExecutor other) {
        throw BuilderGuard.notTaken("commandExecutor");
    }

    @Override
    public RedisClusterClient build() {
        return ReportedBuild.of(List.of(config), super::build);
    }
}
