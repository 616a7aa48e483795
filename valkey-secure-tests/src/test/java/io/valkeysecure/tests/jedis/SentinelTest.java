package io.valkeysecure.tests.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import io.valkeysecure.tests.Load;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.JedisSentinelPool;
import redis.clients.jedis.util.Pool;

/**
 * A real primary with replicas and sentinels, TLS only, with users of their own at the servers and at the sentinels.
 */
@SuppressWarnings("deprecation") // JedisSentinelPool goes on unchanged
class SentinelTest extends SentinelOfNewerVersions {
    private static final String SENTINEL_USER = "watcher";
    private static final String SENTINEL_PASSWORD = "battery-staple";
    private static final int ROTATIONS = 10;

    /** The sentinels agree by timers of their own, which a busy machine delays. */
    static final Duration LONG = Duration.ofMinutes(3);

    static ValkeySentinels nodes;

    @BeforeAll
    static void startNodes() {
        nodes = ValkeySentinels.builder(Pki.SERVER, Pki.ROOT)
                .user(Pki.USER, Pki.PASSWORD)
                .sentinelUser(SENTINEL_USER, SENTINEL_PASSWORD)
                .downAfter(Duration.ofSeconds(1))
                .start();
    }

    @AfterAll
    static void stopNodes() {
        nodes.close();
    }

    static Set<HostAndPort> sentinels() {
        return nodes.sentinels().stream()
                .map(sentinel -> new HostAndPort("localhost", sentinel.port()))
                .collect(Collectors.toSet());
    }

    static JedisClientConfig sentinelLogin() {
        return Pki.login().user(SENTINEL_USER).password(SENTINEL_PASSWORD).build();
    }

    private JedisSentinelPool pool() {
        return SecureJedis.sentinelPool(rotating.tls())
                .masterName(nodes.name())
                .sentinels(sentinels())
                .clientConfig(Pki.login().build())
                .sentinelClientConfig(sentinelLogin())
                .build();
    }

    private static JedisSentinelPool raw() {
        return new JedisSentinelPool(
                nodes.name(),
                sentinels(),
                new JedisPoolConfig(),
                Pki.raw(Pki.login()),
                Pki.raw(Pki.login().user(SENTINEL_USER).password(SENTINEL_PASSWORD)));
    }

    private static Load.SetAndGet setAndGet(Pool<Jedis> pool) {
        return (key, value) -> {
            try (Jedis jedis = pool.getResource()) {
                jedis.set(key, value);
                return jedis.get(key);
            }
        };
    }

    @Test
    void pool_talksToPrimaryAsItsUser() {
        try (JedisSentinelPool pool = pool();
                Jedis jedis = pool.getResource()) {
            assertThat(jedis.aclWhoAmI()).isEqualTo(Pki.USER);
            assertThat(jedis.set("key", "value")).isEqualTo("OK");
            assertThat(pool.getCurrentHostMaster().getPort())
                    .isEqualTo(nodes.primary().port());
        }
        assertThat(rotating.refused()).isEmpty();
    }

    /** The listeners' connections are replaced too: the failover afterwards is heard. */
    @Test
    void rotations_underLoad_failNoCommand_andTheFailoverAfterIsHeard() {
        try (JedisSentinelPool ours = pool();
                JedisSentinelPool theirs = raw();
                Load load = Load.of(setAndGet(ours), List.of("a", "b", "c", "d"));
                Load beside = Load.of(setAndGet(theirs), List.of("e", "f", "g", "h"))) {
            await().atMost(LONG).until(() -> load.commands() > 100);
            for (int i = 0; i < ROTATIONS; i++) {
                rotating.rotate();
            }
            int handshakes = rotating.handshakes();
            await().atMost(LONG).until(() -> rotating.handshakes() > handshakes + 1);
            load.end();
            beside.end();
            System.out.printf(
                    "jedis sentinel, %d rotations: %s, %d handshakes; raw without: %s%n",
                    ROTATIONS, load.figures(), rotating.handshakes(), beside.figures());
            assertThat(load.failures())
                    .hasSizeLessThanOrEqualTo(beside.failures().size());
            assertThat(load.wrong()).isEmpty();
            assertThat(rotating.refused()).isEmpty();

            nodes.failover();

            await().atMost(LONG)
                    .until(() -> ours.getCurrentHostMaster().getPort()
                            == nodes.primary().port());
        }
    }

    @Test
    void failover_asked_trafficGoesOn() {
        failsOver("failover", nodes::failover, () -> {});
    }

    @Test
    void failover_primaryKilled_trafficGoesOn() {
        ValkeyServer primary = nodes.primary();
        failsOver("kill", primary::kill, primary::restart);
    }

    private void failsOver(String name, Runnable end, Runnable repair) {
        try (JedisSentinelPool ours = pool();
                JedisSentinelPool theirs = raw();
                Load load = Load.of(setAndGet(ours), List.of("a", "b"));
                Load beside = Load.of(setAndGet(theirs), List.of("c", "d"))) {
            await().atMost(LONG).until(() -> load.commands() > 100 && beside.commands() > 100);
            load.forgetGap();
            beside.forgetGap();
            end.run();
            nodes.awaitHealthy();
            long before = load.commands();
            long theirsBefore = beside.commands();
            await().atMost(LONG).until(() -> load.commands() > before + 50 && beside.commands() > theirsBefore + 50);
            load.end();
            beside.end();
            System.out.printf("jedis sentinel, %s: %s; raw: %s%n", name, load.figures(), beside.figures());
            assertThat(rotating.refused()).noneMatch(Pki::isVerdict);
        } finally {
            repair.run();
            nodes.awaitHealthy();
        }
    }
}
