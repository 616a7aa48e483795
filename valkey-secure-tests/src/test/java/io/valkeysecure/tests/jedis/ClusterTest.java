package io.valkeysecure.tests.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeyServer;
import io.valkeysecure.tests.Load;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.JedisShardedPubSub;

/**
 * A real cluster, TLS only, under load by {@code JedisCluster}, which every version of Jedis has: beside it Jedis
 * without this library, and what differs is ours. The front door's client is made of the same parts;
 * {@link TopologyRefusalTest} has it.
 */
@SuppressWarnings("deprecation") // JedisCluster goes on unchanged
class ClusterTest extends ClusterOfNewerVersions {
    private static final int ROTATIONS = 20;

    private static ValkeyCluster nodes;

    @BeforeAll
    static void startNodes() {
        nodes = ValkeyCluster.builder(Pki.SERVER, Pki.ROOT)
                .user(Pki.USER, Pki.PASSWORD)
                .nodeTimeout(Duration.ofSeconds(1))
                .start();
    }

    @AfterAll
    static void stopNodes() {
        nodes.close();
    }

    private static Set<HostAndPort> seeds() {
        return nodes.nodes().stream()
                .map(node -> new HostAndPort("localhost", node.port()))
                .collect(Collectors.toSet());
    }

    private JedisCluster cluster() {
        return cluster(Pki.login().timeoutMillis(1000).build());
    }

    @Override
    JedisCluster cluster(JedisClientConfig base) {
        return new JedisCluster(
                seeds(),
                SecureJedis.clientConfig(rotating.tls(), base),
                SecureJedis.poolConfig(rotating.tls(), new ConnectionPoolConfig()));
    }

    private static JedisCluster raw() {
        return new JedisCluster(seeds(), Pki.raw(Pki.login().timeoutMillis(1000)), new ConnectionPoolConfig());
    }

    private static Load.SetAndGet setAndGet(JedisCluster cluster) {
        return (key, value) -> {
            cluster.set(key, value);
            return cluster.get(key);
        };
    }

    /** Keys of the slots that a node serves now. */
    private static List<String> keysOf(ValkeyServer node, int count) {
        String[] mine = node.execute("CLUSTER", "NODES")
                .lines()
                .filter(line -> line.contains("myself"))
                .findFirst()
                .orElseThrow()
                .split(" ", -1);
        BitSet slots = new BitSet(ValkeyCluster.SLOTS);
        for (String range : Arrays.copyOfRange(mine, 8, mine.length)) {
            String[] ends = range.split("-", -1);
            slots.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
        }
        return IntStream.range(0, 10_000)
                .mapToObj(i -> "key-" + i)
                .filter(key -> slots.get(ValkeyCluster.slotOf(key)))
                .limit(count)
                .toList();
    }

    static List<String> someKeys(int count) {
        return IntStream.range(0, count).mapToObj(i -> "some-" + i).toList();
    }

    @Test
    void subscriptions_ofAnyKind_receive() throws Exception {
        try (JedisCluster cluster = cluster()) {
            Subscription usual = new Subscription();
            CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> cluster.subscribe(usual, "news"));
            assertThat(usual.begun.await(60, TimeUnit.SECONDS)).isTrue();
            cluster.publish("news", "hello");
            assertThat(usual.message.get(60, TimeUnit.SECONDS)).isEqualTo("hello");
            ended.get(60, TimeUnit.SECONDS);

            ShardedSubscription sharded = new ShardedSubscription();
            ended = CompletableFuture.runAsync(() -> cluster.ssubscribe(sharded, "news"));
            assertThat(sharded.begun.await(60, TimeUnit.SECONDS)).isTrue();
            cluster.spublish("news", "hello");
            assertThat(sharded.message.get(60, TimeUnit.SECONDS)).isEqualTo("hello");
            ended.get(60, TimeUnit.SECONDS);
        }
    }

    private static final class Subscription extends JedisPubSub {
        final CountDownLatch begun = new CountDownLatch(1);
        final CompletableFuture<String> message = new CompletableFuture<>();

        @Override
        public void onSubscribe(String channel, int subscribedChannels) {
            begun.countDown();
        }

        @Override
        public void onMessage(String channel, String received) {
            message.complete(received);
            unsubscribe();
        }
    }

    private static final class ShardedSubscription extends JedisShardedPubSub {
        final CountDownLatch begun = new CountDownLatch(1);
        final CompletableFuture<String> message = new CompletableFuture<>();

        @Override
        public void onSSubscribe(String channel, int subscribedChannels) {
            begun.countDown();
        }

        @Override
        public void onSMessage(String channel, String received) {
            message.complete(received);
            sunsubscribe();
        }
    }

    @Test
    void rotations_underLoad_failNoCommand() {
        try (JedisCluster ours = cluster();
                JedisCluster theirs = raw();
                Load load = Load.of(setAndGet(ours), someKeys(6));
                Load beside = Load.of(
                        setAndGet(theirs),
                        someKeys(6).stream().map(key -> "raw-" + key).toList())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> load.commands() > 100);
            for (int i = 0; i < ROTATIONS; i++) {
                rotating.rotate();
            }
            int handshakes = rotating.handshakes();
            await().atMost(Duration.ofSeconds(60)).until(() -> rotating.handshakes() >= handshakes + 3);
            load.end();
            beside.end();
            System.out.printf(
                    "jedis cluster, %d rotations: %s, %d handshakes; raw without: %s%n",
                    ROTATIONS, load.figures(), rotating.handshakes(), beside.figures());
            assertThat(load.failures())
                    .hasSizeLessThanOrEqualTo(beside.failures().size());
            assertThat(load.wrong()).isEmpty();
            assertThat(rotating.refused()).isEmpty();
        }
    }

    @Test
    void slotsMove_underLoad_noNodeIsRefused() {
        ValkeyServer source = nodes.primaries().get(0);
        ValkeyServer target = nodes.primaries().get(1);
        List<String> keys = keysOf(source, 6);
        try (JedisCluster ours = cluster();
                JedisCluster theirs = raw();
                Load load = Load.of(setAndGet(ours), keys);
                Load beside = Load.of(
                        setAndGet(theirs),
                        keys.stream().map(key -> "{" + key + "}raw").toList())) {
            await().atMost(Duration.ofSeconds(60)).until(() -> load.commands() > 100);
            for (String key : keys) {
                nodes.moveSlot(ValkeyCluster.slotOf(key), target);
            }
            long moved = load.commands();
            await().atMost(Duration.ofSeconds(60)).until(() -> load.commands() > moved + 100);
            load.end();
            beside.end();
            System.out.printf(
                    "jedis cluster, %d slots moved: %s, %d refused; raw: %s%n",
                    keys.size(), load.figures(), rotating.refused().size(), beside.figures());
            assertThat(rotating.refused()).isEmpty();
            assertThat(load.failures())
                    .hasSizeLessThanOrEqualTo(beside.failures().size());
            assertThat(load.wrong()).isEmpty();
        }
    }

    @Test
    void failover_asked_trafficGoesOn() {
        failsOver(
                "failover", primary -> nodes.failover(nodes.replicasOf(primary).get(0)), primary -> {});
    }

    @Test
    void failover_primaryKilled_trafficGoesOn() {
        failsOver("kill", ValkeyServer::kill, ValkeyServer::restart);
    }

    private void failsOver(String name, Consumer<ValkeyServer> end, Consumer<ValkeyServer> repair) {
        ValkeyServer primary = nodes.primaries().get(1);
        List<String> keys = keysOf(primary, 4);
        try (JedisCluster ours = cluster();
                JedisCluster theirs = raw();
                Load load = Load.of(setAndGet(ours), keys.subList(0, 2));
                Load beside = Load.of(setAndGet(theirs), keys.subList(2, 4))) {
            await().atMost(Duration.ofSeconds(60)).until(() -> load.commands() > 100 && beside.commands() > 100);
            load.forgetGap();
            beside.forgetGap();
            end.accept(primary);
            nodes.awaitHealthy();
            long before = load.commands();
            long theirsBefore = beside.commands();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> load.commands() > before + 50 && beside.commands() > theirsBefore + 50);
            load.end();
            beside.end();
            System.out.printf("jedis cluster, %s: %s; raw: %s%n", name, load.figures(), beside.figures());
            assertThat(rotating.refused()).noneMatch(Pki::isVerdict);
            assertThat(nodes.primaryOf(keys.get(0))).isNotSameAs(primary);
        } finally {
            repair.accept(primary);
            nodes.awaitHealthy();
        }
    }

    @Test
    void node_returnsWithAnotherCertificate_isRefusedAndTheOthersServe() {
        ValkeyServer primary = nodes.primaries().get(2);
        String key = keysOf(primary, 1).get(0);
        List<String> others = keysOf(nodes.primaries().get(0), 5);
        try (JedisCluster cluster = cluster()) {
            cluster.set(key, "value");
            primary.stop();
            primary.restart(Pki.ROOT.issue().dnsName("other.example").build());
            nodes.awaitHealthy();

            if (nodes.primaries().contains(primary)) {
                Throwable thrown = catchThrowable(() -> cluster.get(key));
                assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
                assertThat(thrown).hasStackTraceContaining(":" + primary.port() + " refused (name_mismatch)");
            }
            others.forEach(other -> assertThat(cluster.set(other, "value")).isEqualTo("OK"));

            primary.stop();
            primary.restart(Pki.SERVER);
            nodes.awaitHealthy();
            assertThat(cluster.set(key, "again")).isEqualTo("OK");
        }
    }

    @Test
    void node_announcesPlaintextPort_isRefusedAndTheOthersServe() {
        ValkeyServer liar = nodes.primaries().get(0);
        String key = keysOf(liar, 1).get(0);
        String other = keysOf(nodes.primaries().get(1), 1).get(0);
        try (HostilePeer rogue = HostilePeer.plaintextValkey()) {
            nodes.announcePort(liar, rogue.port());
            try (JedisCluster cluster = cluster()) {
                Throwable thrown = catchThrowable(() -> cluster.get(key));

                assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_PEER);
                assertThat(thrown).hasStackTraceContaining(":" + rogue.port() + " refused (plaintext_peer)");
                assertThat(cluster.set(other, "value")).isEqualTo("OK");
                assertThat(rogue.applicationBytes()).isEmpty();
            } finally {
                nodes.announcePort(liar, liar.port());
            }
        }
        try (JedisCluster cluster = cluster()) {
            assertThat(cluster.set(key, "value")).isEqualTo("OK");
        }
    }
}
