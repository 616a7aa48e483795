package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Endpoint;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.mcf.HealthCheckStrategy;
import redis.clients.jedis.mcf.HealthStatus;
import redis.clients.jedis.mcf.ProbingPolicy;

/**
 * Jedis' {@code PingStrategy} with a pool that drains connections after a rotation. With Jedis' own pool the first
 * probe after the drain window would fail, and the client would leave a healthy database.
 */
final class VerifiedPing implements HealthCheckStrategy {
    private static final int MAX_CONNECTIONS = 2; // as in PingStrategy

    private final RedisClient client;
    private final Config config = Config.create();

    VerifiedPing(SecureTls tls, HostAndPort server, SecureClientConfig clientConfig) {
        GenericObjectPoolConfig<Connection> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(MAX_CONNECTIONS);
        this.client = RedisClient.builder()
                .hostAndPort(server)
                .clientConfig(clientConfig)
                .poolConfig(DrainingEvictionPolicy.in(tls, pool))
                .build();
    }

    @Override
    public HealthStatus doHealthCheck(Endpoint database) {
        return "PONG".equals(client.ping()) ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY;
    }

    @Override
    public int getInterval() {
        return config.getInterval();
    }

    @Override
    public int getTimeout() {
        return config.getTimeout();
    }

    @Override
    public int getNumProbes() {
        return config.getNumProbes();
    }

    @Override
    public ProbingPolicy getPolicy() {
        return config.getPolicy();
    }

    @Override
    public int getDelayInBetweenProbes() {
        return config.getDelayInBetweenProbes();
    }

    @Override
    public void close() {
        client.close();
    }
}
