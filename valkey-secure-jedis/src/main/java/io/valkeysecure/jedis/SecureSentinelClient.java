package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import java.util.List;
import java.util.Objects;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.builders.SentinelClientBuilder;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Jedis' builder of a sentinel client, restricted to verified connections. Jedis' own builder talks plaintext to the
 * sentinels unless it has a configuration for them.
 */
final class SecureSentinelClient extends RedisSentinelClient.Builder {
    private final SecureTls tls;
    private SecureClientConfig config;
    private SecureClientConfig sentinelConfig;

    private SecureSentinelClient(SecureTls tls) {
        this.tls = tls;
        this.config =
                SecureClientConfig.of(tls, DefaultJedisClientConfig.builder().build());
        this.sentinelConfig = SecureClientConfig.of(tls, ClientSettings.NO_LOGIN);
        super.clientConfig(config);
        super.sentinelClientConfig(sentinelConfig);
        super.poolConfig(DrainingEvictionPolicy.in(tls, new ConnectionPoolConfig()));
    }

    /** Returns Jedis' type, so that {@code SecureJedis} loads with a version of Jedis that does not have it. */
    static RedisSentinelClient.Builder builder(SecureTls tls) {
        return new SecureSentinelClient(tls);
    }

    @Override
    public SentinelClientBuilder<RedisSentinelClient> poolConfig(GenericObjectPoolConfig<Connection> base) {
        return super.poolConfig(DrainingEvictionPolicy.in(tls, base));
    }

    @Override
    public SentinelClientBuilder<RedisSentinelClient> clientConfig(JedisClientConfig base) {
        config = SecureClientConfig.of(tls, Objects.requireNonNull(base, "base"));
        return super.clientConfig(config);
    }

    @Override
    public SentinelClientBuilder<RedisSentinelClient> sentinelClientConfig(JedisClientConfig base) {
        sentinelConfig = SecureClientConfig.of(tls, Objects.requireNonNull(base, "base"));
        return super.sentinelClientConfig(sentinelConfig);
    }

    @Override
    public SentinelClientBuilder<RedisSentinelClient> connectionProvider(ConnectionProvider other) {
        throw BuilderGuard.notTaken("connectionProvider");
    }

    @Override
    public SentinelClientBuilder<RedisSentinelClient> commandExecutor(CommandExecutor other) {
        throw BuilderGuard.notTaken("commandExecutor");
    }

    @Override
    public RedisSentinelClient build() {
        return ReportedBuild.of(List.of(config, sentinelConfig), super::build);
    }
}
