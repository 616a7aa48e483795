package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Every kind of connection that Lettuce opens to an address that it was told by the network, with a sinner at that
 * address and with the right server.
 *
 * <p>Real servers announce the ports of proxies. Where a proxy leads decides who stands at the announced address, so a
 * sin and its twin differ in nothing else.
 */
class LettuceTopologyRefusalTest extends LettuceTopology {

    private final ValkeyCluster cluster =
            ValkeyCluster.builder(SERVER, ROOT).user(USER, PASSWORD).start();
    /** Where the clients are told to begin; leads to the first node. */
    private final Place seed = new Place(node(0));
    /** What the second node announces. */
    private final Place discovered = new Place(node(1));
    /** What the one replica of the third node announces. */
    private final Place replica = new Place(node(5));

    private final String keyOfFirst = keyOf(node(0));
    private final String keyOfSecond = keyOf(node(1));
    private final String keyOfThird = keyOf(node(2));

    private ValkeyServer node(int i) {
        return cluster.node(i);
    }

    private String keyOf(ValkeyServer node) {
        return IntStream.range(0, 100)
                .mapToObj(i -> "key-" + i)
                .filter(key -> cluster.primaryOf(key) == node)
                .findFirst()
                .orElseThrow();
    }

    @BeforeAll
    void announce() {
        // a replica would find its primary where that announces to be, and a server's link is the server's own affair
        node(4).execute("CLUSTER", "REPLICATE", cluster.id(node(0)));
        cluster.awaitHealthy();
        cluster.announcePort(discovered.honest(), discovered.port());
        cluster.announcePort(replica.honest(), replica.port());
        cluster.awaitHealthy();
    }

    @AfterAll
    void close() {
        Stream.of(seed, discovered, replica, cluster).forEach(LettuceTopologyRefusalTest::close);
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * A kind of connection.
     *
     * @param place where it goes to
     * @param use makes and uses one; ends normally only if the server at the place has answered
     */
    private record Kind(String name, Place place, Use use) {
        interface Use {
            void with(SecureTls tls) throws Exception;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Stream<Kind> kinds() {
        return Stream.of(
                new Kind("seed", seed, tls -> withCluster(tls, seed.port(), connection -> set(connection, keyOfFirst))),
                new Kind("seed, pub/sub", seed, tls -> {
                    RedisClusterClient client = clusterClient(tls, seed.port());
                    try (StatefulRedisClusterPubSubConnection<String, String> connection = client.connectPubSub()) {
                        connection.sync().subscribe("channel");
                    } finally {
                        client.shutdown(0, 1, TimeUnit.SECONDS);
                    }
                }),
                ofCluster("discovered node", discovered, connection -> set(connection, keyOfSecond)),
                ofCluster(
                        "discovered node, asynchronous",
                        discovered,
                        connection ->
                                connection.async().set(keyOfSecond, "value").get()),
                ofCluster(
                        "discovered node, by its address",
                        discovered,
                        connection -> connection
                                .getConnection("127.0.0.1", discovered.port())
                                .sync()
                                .ping()),
                ofCluster(
                        "discovered node, NodeSelection",
                        discovered,
                        connection -> connection
                                .sync()
                                .nodes(node -> node.getUri().getPort() == discovered.port())
                                .commands()
                                .ping()),
                ofCluster("replica", replica, connection -> {
                    connection.setReadFrom(ReadFrom.REPLICA);
                    return connection.sync().get(keyOfThird);
                }),
                ofCluster("MOVED", discovered, this::moved),
                ofCluster("ASK", discovered, this::asked),
                ofClusterPubSub("pub/sub of a discovered node", connection -> {
                    connection
                            .getConnection("127.0.0.1", discovered.port())
                            .sync()
                            .subscribe("channel");
                    return null;
                }),
                ofClusterPubSub("sharded pub/sub of a discovered node", connection -> {
                    connection
                            .getConnection("127.0.0.1", discovered.port())
                            .sync()
                            .ssubscribe(keyOfSecond);
                    return null;
                }));
    }

    private Kind ofCluster(String name, Place place, Command<StatefulRedisClusterConnection<String, String>> command) {
        return new Kind(
                name,
                place,
                tls -> withCluster(tls, node(0).port(), connection -> {
                    set(connection, keyOfFirst);
                    try {
                        return command.with(connection);
                    } finally {
                        // whatever became of one node, the rest goes on
                        set(connection, keyOfFirst);
                    }
                }));
    }

    private interface Command<C> {
        Object with(C connection) throws Exception;
    }

    private void withCluster(SecureTls tls, int port, Command<StatefulRedisClusterConnection<String, String>> command)
            throws Exception {
        RedisClusterClient client = clusterClient(tls, port);
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            command.with(connection);
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private Kind ofClusterPubSub(String name, Command<StatefulRedisClusterPubSubConnection<String, String>> command) {
        return new Kind(name, discovered, tls -> {
            RedisClusterClient client = clusterClient(tls, node(0).port());
            try (StatefulRedisClusterPubSubConnection<String, String> connection = client.connectPubSub()) {
                command.with(connection);
            } finally {
                client.shutdown(0, 1, TimeUnit.SECONDS);
            }
        });
    }

    private static String set(StatefulRedisClusterConnection<String, String> connection, String key) {
        return connection.sync().set(key, "value");
    }

    /** The first node sends us to the second, for a slot that Lettuce believes to be the first one's. */
    private String moved(StatefulRedisClusterConnection<String, String> connection) {
        String slot = "" + ValkeyCluster.slotOf("{moved-away}");
        ValkeyServer from = cluster.primaryOf("{moved-away}");
        assertThat(from).isSameAs(node(0));
        assign(slot, node(1), from);
        try {
            return connection.sync().get("{moved-away}");
        } finally {
            assign(slot, from, node(1));
        }
    }

    private void assign(String slot, ValkeyServer to, ValkeyServer from) {
        String id = cluster.id(to);
        to.execute("CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id(from));
        from.execute("CLUSTER", "SETSLOT", slot, "MIGRATING", id);
        to.execute("CLUSTER", "SETSLOT", slot, "NODE", id);
        from.execute("CLUSTER", "SETSLOT", slot, "NODE", id);
    }

    private String asked(StatefulRedisClusterConnection<String, String> connection) {
        String slot = "" + ValkeyCluster.slotOf(keyOfFirst);
        node(1).execute("CLUSTER", "SETSLOT", slot, "IMPORTING", cluster.id(node(0)));
        node(0).execute("CLUSTER", "SETSLOT", slot, "MIGRATING", cluster.id(node(1)));
        try {
            return connection.sync().get("{" + keyOfFirst + "}-that-is-not-there");
        } finally {
            node(0).execute("CLUSTER", "SETSLOT", slot, "STABLE");
            node(1).execute("CLUSTER", "SETSLOT", slot, "STABLE");
        }
    }

    private record Row(Kind kind, Sin sin) {
        @Override
        public String toString() {
            return kind + " | " + sin;
        }
    }

    private Stream<Row> rows() {
        return kinds().flatMap(kind -> Sin.core(ROOT).stream().map(sin -> new Row(kind, sin)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void use_sinnerAtTheAnnouncedAddress_isRefusedAndTheRestGoesOn(Row row) {
        Place place = row.kind().place();
        RecordingListener listener = new RecordingListener();
        try (HostilePeer sinner = row.sin().peer().get();
                SecureTls tls = tls(listener)) {
            place.takenBy(sinner);

            Throwable thrown = catchThrowable(() -> row.kind().use().with(tls));

            assertThat(RefusalReason.of(thrown))
                    .as(() -> Throwables.getStackTrace(thrown))
                    .contains(row.sin().reason());
            assertThat(Throwables.getStackTrace(thrown))
                    .contains("127.0.0.1:" + place.port() + " refused ("
                            + row.sin().reason().tag() + "): ")
                    .doesNotContain(PASSWORD);
            place.assertToldNothing(sinner);
            assertThat(listener.verified())
                    .noneMatch(handshake -> handshake.endpoint().port() == place.port());
            assertThat(listener.refusedByVerdict()).isNotEmpty().allSatisfy(refusal -> {
                assertThat(refusal.reason()).isEqualTo(row.sin().reason());
                assertThat(refusal.endpoint().port()).isEqualTo(place.port());
            });
        } finally {
            place.givenBack();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void use_rightServerAtTheAnnouncedAddress_succeeds(Kind kind) throws Exception {
        RecordingListener listener = new RecordingListener();
        kind.place().givenBack();
        try (SecureTls tls = tls(listener)) {
            kind.use().with(tls);

            assertThat(listener.refusedByVerdict()).isEmpty();
            assertThat(listener.verified())
                    .anyMatch(handshake ->
                            handshake.endpoint().port() == kind.place().port());
            assertThat(kind.place().recordings()).allSatisfy(recording -> {
                assertThat(recording.clientTranscript().isAllTls()).isTrue();
                assertThat(recording.clientTranscript().contains(PASSWORD.getBytes(StandardCharsets.UTF_8)))
                        .isFalse();
            });
            assertThat(kind.place().recordings())
                    .anyMatch(recording -> recording.clientTranscript().mayCarryCommand());
        }
    }

    /** Also what changes names of a name service come to: the same name leads to another server. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("sins")
    void reconnect_nodeReturnsAsASinner_isRefusedUntilItIsItselfAgain(Sin sin) {
        RecordingListener listener = new RecordingListener();
        discovered.givenBack();
        try (HostilePeer sinner = sin.peer().get();
                SecureTls tls = tls(listener);
                RedisClusterClient client = clusterClient(tls, node(0).port());
                StatefulRedisClusterConnection<String, String> connection = client.connect();
                StatefulRedisClusterPubSubConnection<String, String> subscriber = client.connectPubSub()) {
            set(connection, keyOfSecond);
            subscriber.getConnection("127.0.0.1", discovered.port()).sync().ssubscribe(keyOfSecond);

            discovered.takenBy(sinner);
            discovered.dropConnections();
            await().atMost(PATIENCE).until(() -> listener.refusedByVerdict().size() >= 4);
            assertThat(RefusalReason.of(catchThrowable(() -> set(connection, keyOfSecond))))
                    .contains(sin.reason());
            set(connection, keyOfFirst);
            set(connection, keyOfThird);

            assertThat(listener.refusedByVerdict())
                    .allSatisfy(refusal -> assertThat(refusal)
                            .hasMessageStartingWith("127.0.0.1:" + discovered.port() + " refused ("
                                    + sin.reason().tag()));
            discovered.assertToldNothing(sinner);
            discovered.givenBack();
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> set(connection, keyOfSecond).equals("OK"));
            await().atMost(PATIENCE)
                    .until(() -> discovered
                            .honest()
                            .execute("PUBSUB", "SHARDNUMSUB", keyOfSecond)
                            .endsWith("1"));
        } finally {
            discovered.givenBack();
        }
    }

    /** As a provider of tokens does it, which Lettuce then sends by itself, over every connection that it has. */
    @Test
    void credentials_renewedWhileANodeIsASinner_reachTheOthersAndNotTheSinner() {
        Sinks.Many<RedisCredentials> tokens = Sinks.many().replay().latest();
        tokens.tryEmitNext(RedisCredentials.just(USER, PASSWORD));
        cluster.nodes().forEach(node -> node.execute("ACL", "SETUSER", "renewed", "on", ">" + PASSWORD, "~*", "+@all"));
        RedisURI uri = uri(node(0).port());
        uri.setCredentialsProvider(new RedisCredentialsProvider() {
            @Override
            public Mono<RedisCredentials> resolveCredentials() {
                return tokens.asFlux().next();
            }

            @Override
            public boolean supportsStreaming() {
                return true;
            }

            @Override
            public Flux<RedisCredentials> credentials() {
                return tokens.asFlux();
            }
        });
        ClusterClientOptions options = ClusterClientOptions.builder()
                .reauthenticateBehavior(ClientOptions.ReauthenticateBehavior.ON_NEW_CREDENTIALS)
                .build();
        RecordingListener listener = new RecordingListener();
        discovered.givenBack();
        try (HostilePeer sinner = Sin.core(ROOT).get(2).peer().get();
                SecureTls tls = tls(listener);
                RedisClusterClient client = SecureLettuce.clusterClientBuilder(tls, List.of(uri))
                        .resources(SecureLettuce.resources(tls, threads))
                        .options(options)
                        .build();
                StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            set(connection, keyOfFirst);
            set(connection, keyOfSecond);
            discovered.takenBy(sinner);
            discovered.dropConnections();
            await().atMost(PATIENCE).until(() -> !listener.refusedByVerdict().isEmpty());

            tokens.tryEmitNext(RedisCredentials.just("renewed", PASSWORD));

            await().atMost(PATIENCE)
                    .until(() -> node(0).execute("CLIENT", "LIST").contains("user=renewed"));
            int refused = listener.refusedByVerdict().size();
            await().atMost(PATIENCE).until(() -> listener.refusedByVerdict().size() >= refused + 3);
            discovered.assertToldNothing(sinner);
            discovered.givenBack();
            await().atMost(PATIENCE)
                    .until(() -> node(1).execute("CLIENT", "LIST").contains("user=renewed"));
        } finally {
            discovered.givenBack();
        }
    }

    private static List<Sin> sins() {
        return Sin.core(ROOT);
    }

    private RedisClusterClient clusterClient(SecureTls tls, int port) {
        // the seed alone is asked for the topology: who is dialled else, is dialled because a command goes there
        ClusterClientOptions options = ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .dynamicRefreshSources(false)
                        .build())
                .build();
        return SecureLettuce.clusterClientBuilder(tls, List.of(uri(port)))
                .resources(SecureLettuce.resources(tls, threads))
                .options(options)
                .build();
    }
}
