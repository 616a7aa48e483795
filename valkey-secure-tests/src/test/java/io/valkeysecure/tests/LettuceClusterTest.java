package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.cluster.pubsub.RedisClusterPubSubAdapter;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lettuce's client for clusters at work: six nodes, TLS on every link, and everything about them changes under load.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LettuceClusterTest {
    private static final Duration WINDOW = Duration.ofSeconds(2);
    private static final int ROTATIONS = 20;
    private static final int MOVED_SLOTS = 20;
    private static final Pattern CLIENT = Pattern.compile("(?m)^id=(\\d+) .* name=load .*$");

    private final TestCertificate root =
            TestCertificate.root().subject("CN=Test Root").build();
    private final ValkeyCluster cluster = ValkeyCluster.builder(
                    root.issue().dnsName("localhost").ipAddress("127.0.0.1").build(), root)
            .nodeTimeout(Duration.ofSeconds(2))
            .start();

    private Path directory;
    private PemFiles identity;
    private RecordingListener listener;
    private SecureTls tls;
    private RedisClusterClient client;

    @BeforeEach
    void connect(@TempDir Path fresh) {
        directory = fresh;
        identity = root.issue().subject("CN=app").build().writePem(directory, "client");
        listener = new RecordingListener();
        tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.pem(identity.certificate(), identity.key()))
                .rotation(Rotation.builder().drainWindow(WINDOW).build())
                .listener(listener)
                .build();
        client = SecureLettuce.clusterClientBuilder(tls, List.of(uri("load")))
                .options(options())
                .build();
    }

    @AfterEach
    void disconnect() {
        client.shutdown(0, 1, TimeUnit.SECONDS);
        tls.close();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    private RedisURI uri(String name) {
        RedisURI uri = RedisURI.create("rediss://127.0.0.1:" + cluster.node(0).port());
        uri.setClientName(name);
        uri.setTimeout(Duration.ofSeconds(20));
        return uri;
    }

    @SuppressWarnings("deprecation") // the default of Lettuce 7, and not of 6
    private static ClusterClientOptions options() {
        return ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enableAllAdaptiveRefreshTriggers()
                        .enablePeriodicRefresh(Duration.ofSeconds(1))
                        .build())
                .build();
    }

    @Test
    void connect_allWaysToUseACluster_work() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (StatefulRedisClusterConnection<String, String> connection = client.connect();
                StatefulRedisClusterPubSubConnection<String, String> subscriber = client.connectPubSub()) {
            subscriber.addListener(new RedisClusterPubSubAdapter<>() {
                @Override
                public void message(RedisClusterNode node, String channel, String message) {
                    heard.add(message);
                }
            });
            subscriber.setNodeMessagePropagation(true);
            subscriber.sync().upstream().commands().subscribe("channel");
            StatefulRedisPubSubConnection<String, String> sharded = subscriber.getConnection(
                    "127.0.0.1", cluster.primaryOf("shard").port());
            sharded.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void smessage(String channel, String message) {
                    heard.add(message);
                }
            });
            sharded.sync().ssubscribe("shard");
            connection.setReadFrom(ReadFrom.REPLICA);

            for (int i = 0; i < 32; i++) {
                assertThat(connection.sync().set("key-" + i, "" + i)).isEqualTo("OK");
                assertThat(connection.reactive().incr("key-" + i).block()).isEqualTo(i + 1L);
                String read = connection.async().get("key-" + i).get(60, TimeUnit.SECONDS);
                assertThat(read).isIn("" + (i + 1), "" + i, null);
            }
            assertThat(connection.sync().all().commands().ping()).hasSize(6).containsOnly("PONG");
            connection.sync().publish("channel", "to all");
            assertThat(connection.sync().spublish("shard", "to the shard")).isEqualTo(1);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> heard.contains("to all") && heard.contains("to the shard"));
        }
        assertThat(listener.refusedByVerdict()).isEmpty();
        assertThat(listener.verified())
                .extracting(handshake -> handshake.endpoint().port())
                .containsAll(cluster.nodes().stream().map(ValkeyServer::port).toList());
    }

    @Test
    void rotation_twentyTimesUnderLoad_noCommandFails() throws Exception {
        try (Load load = new Load();
                StatefulRedisClusterConnection<String, String> shared = client.connect();
                StatefulRedisClusterConnection<String, String> asynchronous = client.connect();
                GenericObjectPool<StatefulRedisClusterConnection<String, String>> pool =
                        ConnectionPoolSupport.createGenericObjectPool(
                                client::connect, new GenericObjectPoolConfig<>())) {
            for (int i = 0; i < 6; i++) {
                load.count("shared-" + i, key -> shared.sync().incr(key));
            }
            load.count("async", key -> asynchronous.async().incr(key).get(60, TimeUnit.SECONDS));
            for (int i = 0; i < 2; i++) {
                load.count("pooled-" + i, key -> {
                    try (StatefulRedisClusterConnection<String, String> connection = pool.borrowObject()) {
                        return connection.sync().incr(key);
                    }
                });
            }
            load.awaitCommands(200);

            List<Long> latest = List.of();
            for (int i = 0; i < ROTATIONS; i++) {
                latest = cluster.nodes().stream()
                        .map(LettuceClusterTest::latestConnection)
                        .toList();
                root.issue().subject("CN=app").build().writePem(directory, "client");
                tls.reload();
                assertThat(tls.status().generation()).isEqualTo(i + 2);
                load.awaitCommands(200);
            }
            for (int i = 0; i < latest.size(); i++) {
                ValkeyServer node = cluster.node(i);
                long before = latest.get(i);
                await().atMost(Duration.ofSeconds(60))
                        .untilAsserted(() -> assertThat(connections(node))
                                .allSatisfy(id -> assertThat(id).isGreaterThan(before)));
            }

            load.end();
            System.out.printf(
                    "lettuce cluster: %d rotations, %d commands, %d failed, %d wrong, longest gap %d ms%n",
                    ROTATIONS,
                    load.commands(),
                    load.failures().size(),
                    load.wrong().size(),
                    load.longestGapMillis());
            assertThat(load.failures()).isEmpty();
            assertThat(load.wrong()).isEmpty();
            assertThat(listener.refusedByVerdict()).isEmpty();
        }
    }

    private static long latestConnection(ValkeyServer node) {
        return connections(node).stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private static List<Long> connections(ValkeyServer node) {
        List<Long> ids = new ArrayList<>();
        Matcher clients = CLIENT.matcher(node.execute("CLIENT", "LIST"));
        while (clients.find()) {
            ids.add(Long.valueOf(clients.group(1)));
        }
        return ids;
    }

    @Test
    void resharding_underLoad_noNodeIsRefusedAndNoCommandFails() throws Exception {
        try (Load load = new Load();
                StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            String[] keys = new String[8];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = "moving-" + i;
                load.count(keys[i], key -> connection.sync().incr(key));
            }
            load.awaitCommands(100);

            for (int i = 0; i < MOVED_SLOTS; i++) {
                int slot = ValkeyCluster.slotOf(keys[i % keys.length]);
                ValkeyServer owner = cluster.primaryOf(slot);
                List<ValkeyServer> primaries = cluster.primaries();
                cluster.moveSlot(slot, primaries.get((primaries.indexOf(owner) + 1) % primaries.size()));
                load.awaitCommands(20);
            }

            load.end();
            System.out.printf(
                    "lettuce cluster: %d slots moved, %d commands, %d failed, %d wrong, longest gap %d ms%n",
                    MOVED_SLOTS,
                    load.commands(),
                    load.failures().size(),
                    load.wrong().size(),
                    load.longestGapMillis());
            assertThat(listener.refusedByVerdict()).isEmpty();
            assertThat(load.failures()).isEmpty();
            assertThat(load.wrong()).isEmpty();
        }
    }

    @Test
    void failover_plannedAndByACrash_trafficResumesAsWithTheRawClient() throws Exception {
        ClientResources threads = ClientResources.create();
        try (RedisClusterClient raw = RedisClusterClient.create(threads, List.of(uri("raw")))) {
            raw.setOptions(options().mutate().sslOptions(rawTls()).build());
            failover(
                    "planned",
                    raw,
                    key -> cluster.failover(
                            cluster.replicasOf(cluster.primaryOf(key)).get(0)));
            failover("crash", raw, key -> {
                ValkeyServer victim = cluster.primaryOf(key);
                victim.kill();
                cluster.awaitHealthy();
                victim.restart();
                cluster.awaitHealthy();
            });
        } finally {
            threads.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
        assertThat(listener.refusedByVerdict()).isEmpty();
    }

    private interface Event {
        void befall(String key);
    }

    private void failover(String kind, RedisClusterClient raw, Event event) throws Exception {
        String key = "{failover}";
        try (Load ours = new Load();
                Load theirs = new Load();
                StatefulRedisClusterConnection<String, String> connection = client.connect();
                StatefulRedisClusterConnection<String, String> rawConnection = raw.connect()) {
            for (int i = 0; i < 2; i++) {
                ours.count(
                        key + "ours-" + kind + i, counter -> connection.sync().incr(counter));
                theirs.count(
                        key + "raw-" + kind + i, counter -> rawConnection.sync().incr(counter));
            }
            ours.awaitCommands(50);
            theirs.awaitCommands(50);

            event.befall(key);

            ours.awaitCommands(50);
            theirs.awaitCommands(50);
            ours.end();
            theirs.end();
            System.out.printf(
                    "lettuce cluster, %s fail-over: gap %d ms (raw client %d ms), failed %d (raw client %d)%n",
                    kind,
                    ours.longestGapMillis(),
                    theirs.longestGapMillis(),
                    ours.failures().size(),
                    theirs.failures().size());
        }
    }

    private SslOptions rawTls() throws IOException {
        Path anchors = Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        return SslOptions.builder()
                .trustManager(anchors.toFile())
                .keyManager(identity.certificate().toFile(), identity.key().toFile(), new char[0])
                .build();
    }
}
