package io.valkeysecure.tests.jedis;

import static org.awaitility.Awaitility.await;

import io.valkeysecure.jedis.SecureJedis;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.JedisSentinelPool;
import redis.clients.jedis.JedisShardedPubSub;
import redis.clients.jedis.UnifiedJedis;

/** Existing code of every version of Jedis, given our configuration, led to peers that are not what they should be. */
@SuppressWarnings("deprecation") // JedisCluster and JedisSentinelPool go on unchanged
class DropInRefusalTest extends ClusterRefusals {
    private static final String PRIMARY = "primary";

    private static JedisClientConfig config() {
        return SecureJedis.clientConfig(tls, Pki.login().build());
    }

    @Override
    UnifiedJedis open(HostAndPort seed) {
        return new JedisCluster(Set.of(seed), config(), 2, SecureJedis.poolConfig(tls, new ConnectionPoolConfig()));
    }

    @Override
    void subscribeSharded(UnifiedJedis cluster, String channel) {
        ((JedisCluster) cluster).ssubscribe(new JedisShardedPubSub() {}, channel);
    }

    @ParameterizedTest
    @EnumSource
    void sentinelPool_primaryNamed(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer sentinel = LyingServer.start(Pki.SERVER).namesPrimary(there);
                    JedisSentinelPool pool = pool(sentinel.address());
                    Jedis jedis = pool.getResource()) {
                jedis.get("key");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void sentinelPool_primarySwitched(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer good = LyingServer.start(Pki.SERVER);
                    LyingServer sentinel = LyingServer.start(Pki.SERVER).namesPrimary(good.address());
                    JedisSentinelPool pool = pool(sentinel.address())) {
                try (Jedis jedis = pool.getResource()) {
                    jedis.get("key");
                }
                await().atMost(Duration.ofSeconds(60)).until(sentinel::hasSubscriber);
                sentinel.switchesPrimary(PRIMARY, good.address(), there);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> pool.getCurrentHostMaster().equals(there));
                try (Jedis jedis = pool.getResource()) {
                    jedis.get("key");
                }
            }
        });
    }

    /** By our method: of what happened with sentinels the constructor of Jedis says nothing. */
    @ParameterizedTest
    @EnumSource
    void sentinel(Rogue rogue) {
        rogue.meets(there -> SecureJedis.sentinelPool(tls)
                .masterName(PRIMARY)
                .sentinels(Set.of(there))
                .clientConfig(Pki.login().build())
                .sentinelClientConfig(Pki.login().build())
                .build()
                .close());
    }

    private static JedisSentinelPool pool(HostAndPort sentinel) {
        return new JedisSentinelPool(
                PRIMARY, Set.of(sentinel), SecureJedis.poolConfig(tls, new JedisPoolConfig()), config(), config());
    }
}
