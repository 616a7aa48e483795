package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ReadFrom;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.masterreplica.MasterReplica;
import io.lettuce.core.masterreplica.StatefulRedisMasterReplicaConnection;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Sentinels, the primary that they tell, and replicas, static and discovered: refused and accepted, and through
 * fail-over.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LettuceSentinelTest extends LettuceTopology {
    /** A name under which a sentinel tells of the address that a sinner can take. */
    private static final String ELSEWHERE = "elsewhere";

    private final ValkeySentinels group =
            ValkeySentinels.builder(SERVER, ROOT).user(USER, PASSWORD).start();
    private final ValkeyServer primary = group.primary();
    private final Place sentinel = new Place(group.sentinels().get(0));
    private final Place told = new Place(primary);
    private final Place replica = new Place(group.servers().get(1));

    @BeforeAll
    void announce() {
        assertThat(primary).isSameAs(group.servers().get(0));
        group.sentinels().get(0).execute("SENTINEL", "MONITOR", ELSEWHERE, "127.0.0.1", "" + told.port(), "1");
        // both replicas tell the primary the same port, with the connection that they make next
        announceReplicasAt(replica.port());
        await().atMost(PATIENCE)
                .until(() -> primary.execute("INFO", "replication")
                                .split("port=" + replica.port() + ",state=online", -1)
                                .length
                        == 3);
    }

    private void announceReplicasAt(int port) {
        group.servers().stream()
                .skip(1)
                .forEach(each -> each.execute("CONFIG", "SET", "replica-announce-port", "" + port));
        primary.execute("CLIENT", "KILL", "TYPE", "replica");
    }

    @AfterAll
    void close() throws Exception {
        for (AutoCloseable resource : List.of(sentinel, told, replica, group)) {
            resource.close();
        }
    }

    /**
     * A kind of connection.
     *
     * @param place where it goes to
     * @param tells whether Lettuce hands on to its caller why; what was refused in the background, it only logs
     * @param use makes and uses one; ends normally only if the server at the place has answered
     */
    private record Kind(String name, Place place, boolean tells, Use use) {
        interface Use {
            void with(RedisClient client) throws Exception;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private Stream<Kind> kinds() {
        return Stream.of(
                new Kind(
                        "sentinel",
                        sentinel,
                        true,
                        client -> get(client.connect(sentinels(group.name(), sentinel.port())))),
                new Kind("sentinel, connectSentinel", sentinel, true, client -> {
                    try (StatefulRedisSentinelConnection<String, String> connection =
                            client.connectSentinel(sentinels(group.name(), sentinel.port()))) {
                        connection.sync().master(group.name());
                    }
                }),
                new Kind(
                        "sentinel of a MasterReplica",
                        sentinel,
                        true,
                        client -> get(MasterReplica.connect(
                                client, StringCodec.UTF8, sentinels(group.name(), sentinel.port())))),
                new Kind(
                        "the primary that a sentinel tells",
                        told,
                        true,
                        client -> get(client.connect(
                                sentinels(ELSEWHERE, group.sentinels().get(0).port())))),
                new Kind(
                        "the primary that a sentinel tells, pub/sub",
                        told,
                        true,
                        client -> client.connectPubSub(sentinels(
                                        ELSEWHERE, group.sentinels().get(0).port()))
                                .sync()
                                .subscribe("channel")),
                new Kind(
                        "seed of a MasterReplica",
                        told,
                        true,
                        client -> get(MasterReplica.connect(client, StringCodec.UTF8, uri(told.port())))),
                new Kind(
                        "discovered replica",
                        replica,
                        false,
                        client -> getFromReplica(MasterReplica.connect(client, StringCodec.UTF8, uri(primary.port())))),
                new Kind(
                        "static replica",
                        replica,
                        false,
                        client -> getFromReplica(MasterReplica.connect(
                                client, StringCodec.UTF8, List.of(uri(primary.port()), uri(replica.port()))))));
    }

    private static void get(StatefulRedisConnection<String, String> connection) {
        connection.sync().get("key");
    }

    private static void getFromReplica(StatefulRedisMasterReplicaConnection<String, String> connection) {
        connection.sync().set("key", "the primary goes on");
        connection.setReadFrom(ReadFrom.REPLICA);
        get(connection);
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

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void use_sinnerAtTheAnnouncedAddress_isRefused(Row row) {
        Place place = row.kind().place();
        RecordingListener listener = new RecordingListener();
        try (HostilePeer sinner = row.sin().peer().get();
                SecureTls tls = tls(listener);
                RedisClient client = client(tls)) {
            place.takenBy(sinner);

            Throwable thrown = catchThrowable(() -> row.kind().use().with(client));

            assertThat(thrown).isNotNull();
            String said = Throwables.getStackTrace(thrown);
            if (row.kind().tells()) {
                assertThat(RefusalReason.of(thrown)).as(said).contains(row.sin().reason());
                assertThat(said)
                        .contains("127.0.0.1:" + place.port() + " refused ("
                                + row.sin().reason().tag() + "): ");
            }
            assertThat(said).doesNotContain(PASSWORD);
            assertThat(listener.refusedByVerdict()).isNotEmpty().allSatisfy(refusal -> {
                assertThat(refusal.reason()).isEqualTo(row.sin().reason());
                assertThat(refusal.endpoint().port()).isEqualTo(place.port());
            });
            place.assertToldNothing(sinner);
        } finally {
            place.givenBack();
        }
    }

    @Order(1)
    @ParameterizedTest(name = "{0}")
    @MethodSource("kinds")
    void use_rightServerAtTheAnnouncedAddress_succeeds(Kind kind) throws Exception {
        RecordingListener listener = new RecordingListener();
        kind.place().givenBack();
        try (SecureTls tls = tls(listener);
                RedisClient client = client(tls)) {
            kind.use().with(client);

            assertThat(listener.refusedByVerdict()).isEmpty();
            assertThat(kind.place().recordings())
                    .anyMatch(recording -> recording.clientTranscript().mayCarryCommand())
                    .allMatch(recording -> recording.clientTranscript().isAllTls());
        }
    }

    @Order(1)
    @Test
    void connect_oneSentinelOfSeveralIsASinner_othersAnswer() {
        RecordingListener listener = new RecordingListener();
        try (HostilePeer sinner = Sin.core(ROOT).get(2).peer().get();
                SecureTls tls = tls(listener);
                RedisClient client = client(tls)) {
            sentinel.takenBy(sinner);

            get(client.connect(sentinels(
                    group.name(), sentinel.port(), group.sentinels().get(1).port())));

            assertThat(listener.refusedByVerdict())
                    .singleElement()
                    .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(RefusalReason.NAME_MISMATCH));
            sentinel.assertToldNothing(sinner);
        } finally {
            sentinel.givenBack();
        }
    }

    @Order(2)
    @Test
    void failover_bySentinel_trafficResumesAsWithTheRawClient(@TempDir Path directory) throws Exception {
        group.sentinels().get(0).execute("SENTINEL", "REMOVE", ELSEWHERE);
        announceReplicasAt(0);
        group.sentinels().forEach(each -> each.execute("SENTINEL", "RESET", group.name()));
        group.awaitHealthy();
        int[] ports = group.sentinels().stream().mapToInt(ValkeyServer::port).toArray();
        RecordingListener listener = new RecordingListener();
        try (SecureTls tls = tls(listener);
                RedisClient client = client(tls);
                RedisClient raw = RedisClient.create(threads, sentinels(group.name(), ports));
                Load ours = new Load();
                Load theirs = new Load()) {
            raw.setOptions(ClientOptions.builder().sslOptions(rawTls(directory)).build());
            StatefulRedisConnection<String, String> connection = client.connect(sentinels(group.name(), ports));
            StatefulRedisMasterReplicaConnection<String, String> discovered =
                    MasterReplica.connect(client, StringCodec.UTF8, sentinels(group.name(), ports));
            StatefulRedisMasterReplicaConnection<String, String> rawConnection =
                    MasterReplica.connect(raw, StringCodec.UTF8, sentinels(group.name(), ports));
            ours.count("by-sentinel", key -> connection.sync().incr(key));
            ours.count("master-replica", key -> discovered.sync().incr(key));
            theirs.count("raw", key -> rawConnection.sync().incr(key));
            ours.awaitCommands(20);
            theirs.awaitCommands(20);

            group.failover();

            ours.awaitCommands(20);
            theirs.awaitCommands(20);
            ours.end();
            theirs.end();
            System.out.printf(
                    "lettuce sentinel fail-over: gap %d ms (raw client %d ms), failed %d (raw client %d)%n",
                    ours.longestGapMillis(),
                    theirs.longestGapMillis(),
                    ours.failures().size(),
                    theirs.failures().size());
            assertThat(listener.refusedByVerdict()).isEmpty();
        }
    }

    private static SslOptions rawTls(Path directory) throws IOException {
        Path anchors = Files.writeString(directory.resolve("ca.crt"), ROOT.certificatePem());
        PemFiles identity = CLIENT.writePem(directory, "client");
        return SslOptions.builder()
                .trustManager(anchors.toFile())
                .keyManager(identity.certificate().toFile(), identity.key().toFile(), new char[0])
                .build();
    }

    private static RedisURI sentinels(String name, int... ports) {
        RedisURI.Builder uri = RedisURI.builder()
                .withSentinelMasterId(name)
                .withSsl(true)
                .withAuthentication(USER, PASSWORD)
                .withTimeout(PATIENCE);
        for (int port : ports) {
            uri.withSentinel("127.0.0.1", port);
        }
        return uri.build();
    }

    private RedisClient client(SecureTls tls) {
        return SecureLettuce.clientBuilder(tls, uri(primary.port()))
                .resources(SecureLettuce.resources(tls, threads))
                .build();
    }
}
