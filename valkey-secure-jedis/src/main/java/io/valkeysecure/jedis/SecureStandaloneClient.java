package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import java.net.URI;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.builders.StandaloneClientBuilder;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;

/**
 * Jedis' builder of a client of one server, restricted to verified connections, which its pool drains after a rotation.
 */
final class SecureStandaloneClient extends RedisClient.Builder {
    private final SecureTls tls;
    private final SecureClientConfig config;
    private HostAndPort server;

    private SecureStandaloneClient(SecureTls tls, HostAndPort server, SecureClientConfig config) {
        this.tls = tls;
        this.config = config;
        this.server = server;
        super.clientConfig(config);
        super.hostAndPort(server);
        super.poolConfig(DrainingEvictionPolicy.in(tls, new ConnectionPoolConfig()));
    }

    /** Returns Jedis' type, so that {@code SecureJedis} loads with a version of Jedis that does not have it. */
    static RedisClient.Builder builder(SecureTls tls, HostAndPort server, SecureClientConfig config) {
        return new SecureStandaloneClient(tls, server, config);
    }

    @Override
    @CanIgnoreReturnValue
    public StandaloneClientBuilder<RedisClient> hostAndPort(HostAndPort other) {
        server = other;
        return super.hostAndPort(other);
    }

    @Override
    @CanIgnoreReturnValue
    public StandaloneClientBuilder<RedisClient> hostAndPort(String host, int port) {
        return hostAndPort(new HostAndPort(host, port));
    }

    @Override
    public StandaloneClientBuilder<RedisClient> poolConfig(GenericObjectPoolConfig<Connection> base) {
        return super.poolConfig(DrainingEvictionPolicy.in(tls, base));
    }

    @Override
    public StandaloneClientBuilder<RedisClient> clientConfig(JedisClientConfig other) {
        throw BuilderGuard.already("clientConfig");
    }

    @Override
    @Deprecated
    public StandaloneClientBuilder<RedisClient> fromURI(String uri) {
        throw BuilderGuard.already("the server");
    }

    @Override
    @Deprecated
    public StandaloneClientBuilder<RedisClient> fromURI(URI uri) {
        throw BuilderGuard.already("the server");
    }

    @Override
    public StandaloneClientBuilder<RedisClient> connectionProvider(ConnectionProvider other) {
        throw BuilderGuard.notTaken("connectionProvider");
    }

    @Override
    public StandaloneClientBuilder<RedisClient> commandExecutor(CommandExecutor other) {
        throw BuilderGuard.notTaken("commandExecutor");
    }

    /** With an {@code AuthXManager} Jedis makes the pool: one that is made from a factory gets no new tokens. */
    @Override
    protected ConnectionProvider createDefaultConnectionProvider() {
        if (clientConfig.getAuthXManager() != null) {
            return super.createDefaultConnectionProvider();
        }
        ConnectionFactory factory = cache == null
                ? new ConnectionFactory(server, clientConfig)
                : new ConnectionFactory(server, clientConfig, cache);
        return new PooledConnectionProvider(new DrainingFactory<>(factory), poolConfig);
    }

    @Override
    public RedisClient build() {
        return ReportedBuild.of(List.of(config), super::build);
    }
}
