package io.valkeysecure.tests.jedis;

import io.valkeysecure.SecureTls;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.UnifiedJedis;

/**
 * A client of a cluster, led to peers that are not what they should be, by each way that such clients have in common.
 */
abstract class ClusterRefusals {
    static SecureTls tls;

    @BeforeAll
    static void start() {
        tls = Pki.tls().build();
    }

    @AfterAll
    static void stop() {
        tls.close();
    }

    /** Opens the client, which gives up after two attempts. */
    abstract UnifiedJedis open(HostAndPort seed);

    abstract void subscribeSharded(UnifiedJedis cluster, String channel);

    @ParameterizedTest
    @EnumSource
    void clusterSeed(Rogue rogue) {
        rogue.meets(there -> open(there).close());
    }

    @ParameterizedTest
    @EnumSource
    void clusterNode_discovered(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer seed = LyingServer.start(Pki.SERVER).hasSlotsAt(there);
                    UnifiedJedis cluster = open(seed.address())) {
                cluster.get("key");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void clusterNode_movedTo(Rogue rogue) {
        rogue.meets(there -> redirected("MOVED", there));
    }

    @ParameterizedTest
    @EnumSource
    void clusterNode_askedAt(Rogue rogue) {
        rogue.meets(there -> redirected("ASK", there));
    }

    private void redirected(String kind, HostAndPort there) {
        try (LyingServer seed = LyingServer.start(Pki.SERVER)) {
            seed.hasSlotsAt(seed.address()).redirects(kind, there);
            try (UnifiedJedis cluster = open(seed.address())) {
                cluster.get("key");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void clusterSubscription(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer seed = LyingServer.start(Pki.SERVER).hasSlotsAt(there);
                    UnifiedJedis cluster = open(seed.address())) {
                cluster.subscribe(new JedisPubSub() {}, "news");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void clusterShardedSubscription(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer seed = LyingServer.start(Pki.SERVER).hasSlotsAt(there);
                    UnifiedJedis cluster = open(seed.address())) {
                subscribeSharded(cluster, "news");
            }
        });
    }
}
