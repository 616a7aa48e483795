package io.valkeysecure.tests.jedis;

import java.util.function.Function;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.UnifiedJedis;

/** The ways by which a cluster leads its client to an address, for every class of Jedis that is a client of clusters. */
final class ClusterScenes {
    private ClusterScenes() {}

    static void discovered(HostAndPort there, Function<HostAndPort, UnifiedJedis> client) {
        try (LyingServer seed = LyingServer.start(Pki.SERVER).hasSlotsAt(there);
                UnifiedJedis cluster = client.apply(seed.address())) {
            cluster.get("key");
        }
    }

    /** By {@code MOVED} or {@code ASK}. */
    static void redirected(String kind, HostAndPort there, Function<HostAndPort, UnifiedJedis> client) {
        try (LyingServer seed = LyingServer.start(Pki.SERVER)) {
            seed.hasSlotsAt(seed.address()).redirects(kind, there);
            try (UnifiedJedis cluster = client.apply(seed.address())) {
                cluster.get("key");
            }
        }
    }

    static void subscribed(HostAndPort there, Function<HostAndPort, UnifiedJedis> client) {
        try (LyingServer seed = LyingServer.start(Pki.SERVER).hasSlotsAt(there);
                UnifiedJedis cluster = client.apply(seed.address())) {
            cluster.subscribe(new JedisPubSub() {}, "news");
        }
    }
}
