package io.valkeysecure.tests;

import static io.valkeysecure.RefusalReason.CIPHER_SUITE;
import static io.valkeysecure.RefusalReason.CLIENT_IDENTITY_REJECTED;
import static io.valkeysecure.RefusalReason.CLIENT_IDENTITY_REQUIRED;
import static io.valkeysecure.RefusalReason.CONSTRAINT_VIOLATED;
import static io.valkeysecure.RefusalReason.EXPIRED;
import static io.valkeysecure.RefusalReason.HANDSHAKE_TIMEOUT;
import static io.valkeysecure.RefusalReason.MALFORMED_CERTIFICATE;
import static io.valkeysecure.RefusalReason.NAME_MISMATCH;
import static io.valkeysecure.RefusalReason.NOT_YET_VALID;
import static io.valkeysecure.RefusalReason.PEER_ALERT;
import static io.valkeysecure.RefusalReason.PEER_CLOSED;
import static io.valkeysecure.RefusalReason.PLAINTEXT_PEER;
import static io.valkeysecure.RefusalReason.PROTOCOL_VERSION;
import static io.valkeysecure.RefusalReason.UNTRUSTED_ISSUER;
import static io.valkeysecure.TlsVersion.TLS_1_2;
import static io.valkeysecure.TlsVersion.TLS_1_3;
import static io.valkeysecure.tests.Scene.hostile;
import static io.valkeysecure.tests.Scene.valkey;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.recording.TlsTranscript;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The refusal table: every sin of a server, with each client, engine and TLS version where it applies, is refused by
 * its reason, and no byte of the application goes to a server that was not verified. Each sin has a twin that differs
 * from it in one attribute and is connected to, so that no row passes for a wrong cause.
 *
 * <p>Real Valkey servers sin wherever they can. All bytes go through a recording proxy.
 */
class RefusalTableTest {
    @SuppressWarnings("TimeInStaticInitializer") // the certificates of one run
    private static final Instant NOW = Instant.now();

    private static final Instant YESTERDAY = NOW.minus(Duration.ofDays(1));
    private static final Instant TOMORROW = NOW.plus(Duration.ofDays(1));

    private static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Table Root").notBefore(YESTERDAY).build();
    private static final TestCertificate CA =
            ROOT.issue().ca().subject("CN=Table CA").notBefore(YESTERDAY).build();
    private static final TestCertificate OTHER_ROOT_OF_THE_SAME_NAME =
            TestCertificate.root().subject("CN=Table Root").notBefore(YESTERDAY).build();

    private static final TestCertificate SERVER = leaf().build();
    private static final TestCertificate CLIENT =
            ROOT.issue().subject("CN=client").notBefore(YESTERDAY).build();
    private static final TestCertificate CLIENT_OF_YESTERDAY = ROOT.issue()
            .subject("CN=client of yesterday")
            .notBefore(YESTERDAY)
            .notAfter(NOW.minusSeconds(1800))
            .build();

    private static final Duration SHORT = Duration.ofMillis(400);
    /** By then the first bytes of the peer have come, on a busy machine, too. */
    private static final Duration LONGER = Duration.ofSeconds(2);

    private static final List<TlsVersion> BOTH = List.of(TLS_1_2, TLS_1_3);
    private static final List<TlsVersion> ANY = List.of();

    /** What every row starts from: the right server, asked in the right way. */
    private static final Scene HONEST =
            new Scene(server(SERVER), "localhost", CLIENT, Duration.ofSeconds(10), Clock.systemUTC());

    /** An hour ago by the client's clock, when yesterday's certificate was good. */
    private static final Scene AN_HOUR_AGO = HONEST.at(Clock.offset(Clock.systemUTC(), Duration.ofHours(-1)));

    private static final Scene UNDER_A_NAME =
            HONEST.with(server(named("*.example.test"))).dialling("db.example.test");
    private static final Scene WITH_RSA = HONEST.with(suites(KeyType.RSA_2048, "ECDHE-RSA-AES128-GCM-SHA256"));
    private static final Scene WITH_OLD_OPENSSL = HONEST.with(old("TLSv1.2"));

    private static Stream<Sin> sins() {
        return Stream.of(
                // Not TLS, or not a handshake
                sin("plaintext server", PLAINTEXT_PEER, ANY, peer(HostilePeer::plaintextValkey), HONEST)
                        .says("expected TLS", "-ERR"),
                sin("plaintext port of a Valkey", HANDSHAKE_TIMEOUT, ANY, HONEST.with(plaintextPort()), HONEST)
                        .within(SHORT)
                        .says("the peer sent nothing"),
                sin("speaks HTTP", PLAINTEXT_PEER, ANY, peer(HostilePeer::speaksHttp), HONEST)
                        .says("expected TLS", "HTTP/"),
                sin("speaks garbage", PLAINTEXT_PEER, ANY, peer(HostilePeer::speaksGarbage), HONEST)
                        .says("expected TLS"),
                sin("closes at once", PEER_CLOSED, ANY, peer(HostilePeer::closesAtOnce), HONEST)
                        .says("closed the connection without sending a byte"),
                sin("resets at once", PEER_CLOSED, ANY, peer(HostilePeer::resetsAtOnce), HONEST)
                        .says("closed the connection"),
                sin("closes after the ClientHello", PEER_CLOSED, ANY, peer(HostilePeer::closesAfterClientHello), HONEST)
                        .says("closed the connection without sending a byte"),
                sin("stays silent", HANDSHAKE_TIMEOUT, ANY, peer(HostilePeer::staysSilent), HONEST)
                        .within(SHORT)
                        .says("within PT0.4S", "the peer sent nothing"),
                sin("stalls in mid-handshake", HANDSHAKE_TIMEOUT, ANY, peer(HostilePeer::stallsMidHandshake), HONEST)
                        .within(LONGER)
                        .says("within PT2S", "during the handshake"),
                sin("stalls in mid-record", HANDSHAKE_TIMEOUT, ANY, peer(HostilePeer::stallsAfterRecordHeader), HONEST)
                        .within(LONGER)
                        .says("during the handshake"),
                sin(
                                "drips slowly",
                                HANDSHAKE_TIMEOUT,
                                ANY,
                                peer(() -> HostilePeer.dripsSlowly(Duration.ofMillis(20))),
                                HONEST)
                        .within(LONGER)
                        .says("within PT2S", "during the handshake"),
                sin("sends an alert", PEER_ALERT, ANY, peer(() -> HostilePeer.sendsFatalAlert(80)), HONEST)
                        .says("internal_error"),

                // Whom the certificate is from
                sin(
                                "self-signed",
                                UNTRUSTED_ISSUER,
                                BOTH,
                                shows(TestCertificate.selfSigned()
                                        .dnsName("localhost")
                                        .build()),
                                HONEST)
                        .says("anchor"),
                sin(
                                "other CA of the same subject",
                                UNTRUSTED_ISSUER,
                                BOTH,
                                shows(OTHER_ROOT_OF_THE_SAME_NAME
                                        .issue()
                                        .dnsName("localhost")
                                        .build()),
                                HONEST)
                        .says("CN=Table Root"),
                sin("intermediate missing", UNTRUSTED_ISSUER, BOTH, shows(SERVER.withIntermediates()), HONEST)
                        .says("CN=Table CA"),
                sin(
                                "leaf used as a CA",
                                CONSTRAINT_VIOLATED,
                                BOTH,
                                shows(SERVER.issue().dnsName("localhost").build()),
                                HONEST)
                        .says("is no CA (basicConstraints)"),
                sin(
                                "man in the middle",
                                UNTRUSTED_ISSUER,
                                ANY,
                                peer(() -> HostilePeer.manInTheMiddle(
                                        TestCertificate.root()
                                                .build()
                                                .issue()
                                                .dnsName("localhost")
                                                .build(),
                                        "localhost",
                                        PEERS.of(HONEST.peer(), TLS_1_3).port())),
                                HONEST)
                        .says("anchor"),

                // What it is for
                sin("other name", NAME_MISMATCH, BOTH, shows(named("other.test")), HONEST)
                        .says("localhost", "other.test"),
                sin(
                                "name in the CN only, no SAN",
                                NAME_MISMATCH,
                                BOTH,
                                shows(CA.issue()
                                        .subject("CN=localhost")
                                        .withoutNames()
                                        .build()),
                                HONEST)
                        .says("localhost"),
                sin(
                                "name in the CN only, other SAN",
                                NAME_MISMATCH,
                                BOTH,
                                shows(CA.issue()
                                        .subject("CN=localhost")
                                        .dnsName("other.test")
                                        .build()),
                                HONEST)
                        .says("localhost", "other.test"),
                sin(
                                "wildcard for a part of a label",
                                MALFORMED_CERTIFICATE,
                                BOTH,
                                UNDER_A_NAME.with(server(named("d*.example.test"))),
                                UNDER_A_NAME)
                        .says("malformed name", "d*.example.test"),
                sin(
                                "wildcard that is not leftmost",
                                MALFORMED_CERTIFICATE,
                                BOTH,
                                UNDER_A_NAME.with(server(named("db.*.test"))),
                                UNDER_A_NAME)
                        .says("malformed name", "db.*.test"),
                sin(
                                "wildcard two labels deep",
                                NAME_MISMATCH,
                                BOTH,
                                UNDER_A_NAME.dialling("a.db.example.test"),
                                UNDER_A_NAME)
                        .says("a.db.example.test", "*.example.test"),
                sin("wildcard for the parent", NAME_MISMATCH, BOTH, UNDER_A_NAME.dialling("example.test"), UNDER_A_NAME)
                        .says("example.test"),
                sin(
                                "wildcard before a top-level domain",
                                MALFORMED_CERTIFICATE,
                                BOTH,
                                shows(named("*.test")).dialling("valkey.test"),
                                shows(named("valkey.test")).dialling("valkey.test"))
                        .says("malformed name", "*.test"),
                sin("wildcard alone", MALFORMED_CERTIFICATE, BOTH, shows(named("*")), HONEST)
                        .says("malformed name", "dNSName *"),
                sin(
                                "address without iPAddress",
                                NAME_MISMATCH,
                                BOTH,
                                shows(named("localhost")).dialling("127.0.0.1"),
                                shows(leaf().ipAddress("127.0.0.1").build()).dialling("127.0.0.1"))
                        .says("iPAddress 127.0.0.1", "localhost"),
                sin(
                                "address in a dNSName",
                                MALFORMED_CERTIFICATE,
                                BOTH,
                                shows(named("127.0.0.1")).dialling("127.0.0.1"),
                                shows(leaf().ipAddress("127.0.0.1").build()).dialling("127.0.0.1"))
                        .says("malformed name", "dNSName 127.0.0.1"),
                sin(
                                "other address",
                                NAME_MISMATCH,
                                BOTH,
                                shows(leaf().ipAddress("127.0.0.2").build()).dialling("127.0.0.1"),
                                shows(leaf().ipAddress("127.0.0.1").build()).dialling("127.0.0.1"))
                        .says("127.0.0.1", "127.0.0.2"),

                // When
                sin(
                                "expired leaf",
                                EXPIRED,
                                BOTH,
                                shows(leaf().notAfter(NOW.minusSeconds(60)).build()),
                                HONEST)
                        .says("leaf CN=", "expired at", "now is"),
                sin(
                                "leaf not yet valid",
                                NOT_YET_VALID,
                                BOTH,
                                shows(leaf().notBefore(TOMORROW)
                                        .notAfter(TOMORROW.plusSeconds(3600))
                                        .build()),
                                HONEST)
                        .says("leaf CN=", "valid from", "now is"),
                sin(
                                "expired intermediate",
                                EXPIRED,
                                BOTH,
                                shows(ROOT.issue()
                                        .ca()
                                        .notBefore(YESTERDAY)
                                        .notAfter(NOW.minusSeconds(60))
                                        .build()
                                        .issue()
                                        .dnsName("localhost")
                                        .build()),
                                HONEST)
                        .says("intermediate CN=", "expired at", "now is"),

                // How
                sin("TLS 1.0 only", PROTOCOL_VERSION, ANY, WITH_OLD_OPENSSL.with(old("TLSv1")), WITH_OLD_OPENSSL)
                        .says("expected TLSv1.2 or newer"),
                sin("TLS 1.1 only", PROTOCOL_VERSION, ANY, WITH_OLD_OPENSSL.with(old("TLSv1.1")), WITH_OLD_OPENSSL)
                        .says("expected TLSv1.2 or newer"),
                sin("chooses TLS 1.0", PROTOCOL_VERSION, ANY, peer(HostilePeer::choosesTls10), HONEST)
                        .says("expected TLSv1.2 or newer", "TLSv1.0"),
                sin("chooses TLS 1.1", PROTOCOL_VERSION, ANY, peer(HostilePeer::choosesTls11), HONEST)
                        .says("expected TLSv1.2 or newer", "TLSv1.1"),
                sin(
                                "CBC only",
                                CIPHER_SUITE,
                                List.of(TLS_1_2),
                                WITH_RSA.with(suites(KeyType.RSA_2048, "ECDHE-RSA-AES128-SHA256")),
                                WITH_RSA)
                        .says("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
                sin(
                                "RSA key exchange only",
                                CIPHER_SUITE,
                                List.of(TLS_1_2),
                                WITH_RSA.with(suites(KeyType.RSA_2048, "AES128-GCM-SHA256")),
                                WITH_RSA)
                        .says("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),

                // What it says of our certificate
                sin("client certificate missing", CLIENT_IDENTITY_REQUIRED, BOTH, HONEST.presenting(null), HONEST)
                        .says("demands a client certificate", "presenting(...)"),
                sin(
                                "client certificate of another CA",
                                CLIENT_IDENTITY_REJECTED,
                                BOTH,
                                HONEST.presenting(
                                        OTHER_ROOT_OF_THE_SAME_NAME.issue().build()),
                                HONEST)
                        .says("our client certificate"),
                sin(
                                "client certificate expired",
                                CLIENT_IDENTITY_REJECTED,
                                BOTH,
                                AN_HOUR_AGO.presenting(CLIENT_OF_YESTERDAY),
                                AN_HOUR_AGO)
                        .says("our client certificate"));
    }

    private static TestCertificateBuilder leaf() {
        return CA.issue().notBefore(YESTERDAY).dnsName("localhost");
    }

    private static TestCertificate named(String... dnsNames) {
        return CA.issue().notBefore(YESTERDAY).dnsName(dnsNames).build();
    }

    private static Scene shows(TestCertificate certificate) {
        return HONEST.with(server(certificate));
    }

    private static Scene.Opener server(TestCertificate certificate) {
        return valkey(certificate, ROOT, UnaryOperator.identity());
    }

    private static Scene.Opener old(String protocol) {
        return valkey(
                leaf().keyType(KeyType.RSA_2048).build(),
                ROOT,
                server ->
                        server.lowSecurityLevel().tlsCiphers("ALL:@SECLEVEL=0").tlsProtocols(protocol));
    }

    private static Scene.Opener suites(KeyType key, String ciphers) {
        return valkey(
                leaf().keyType(key).build(),
                ROOT,
                server -> server.tlsCiphers(ciphers).tlsProtocols("TLSv1.2"));
    }

    private static Scene.Opener plaintextPort() {
        return version -> {
            ValkeyServer server =
                    ValkeyServer.builder(SERVER, ROOT).plaintextPort().start();
            return new Scene.Peer(server::plaintextPort, () -> new byte[0], server::close);
        };
    }

    private static Scene peer(java.util.function.Supplier<HostilePeer> start) {
        return HONEST.with(hostile(start));
    }

    private static Sin sin(String name, RefusalReason reason, List<TlsVersion> versions, Scene sinful, Scene twin) {
        return new Sin(name, reason, versions, sinful, twin, List.of());
    }

    /**
     * A row of the table.
     *
     * @param versions the TLS versions in which it is told; empty if the peer does not come that far
     * @param says what the message has to name besides endpoint and reason
     */
    private record Sin(
            String name, RefusalReason reason, List<TlsVersion> versions, Scene sinful, Scene twin, List<String> says) {
        Sin says(String... words) {
            return new Sin(name, reason, versions, sinful, twin, List.of(words));
        }

        Sin within(Duration timeout) {
            return new Sin(name, reason, versions, sinful.within(timeout), twin, says);
        }

        /** Whether the server is the right one, and it is the server that refuses. */
        boolean isRefusedByTheServer() {
            return reason == CLIENT_IDENTITY_REQUIRED || reason == CLIENT_IDENTITY_REJECTED;
        }
    }

    private record Row(Sin sin, TableClient client, TlsVersion version) {
        @Override
        public String toString() {
            return sin.name() + " | " + client + (sin.versions().isEmpty() ? "" : " | " + version.protocol());
        }
    }

    /** The sins of Redisson and valkey-java in every build: each way to be refused once. */
    private static final Set<String> FEW = Set.of(
            "plaintext server",
            "closes at once",
            "stays silent",
            "self-signed",
            "other name",
            "expired leaf",
            "TLS 1.1 only",
            "client certificate missing");

    private static final Set<ClientLibrary> BLOCKING = Set.of(ClientLibrary.JEDIS, ClientLibrary.VALKEY_JAVA);

    private static Stream<Row> rows() {
        return rows(TestClient.values());
    }

    private static Stream<Row> fewRows() {
        return rows(RedissonTestClient.values())
                .filter(row -> FEW.contains(row.sin().name()));
    }

    private static Stream<Row> otherRows() {
        return rows(RedissonTestClient.values())
                .filter(row -> !FEW.contains(row.sin().name()));
    }

    private static Stream<Row> fewRowsOfValkeyJava() {
        return rows(ValkeyJavaTestClient.VALKEY_JAVA)
                .filter(row -> FEW.contains(row.sin().name()));
    }

    private static Stream<Row> allRowsOfValkeyJava() {
        return rows(ValkeyJavaTestClient.values());
    }

    private static Stream<Row> rows(TableClient... clients) {
        return sins().flatMap(sin -> Stream.of(clients)
                .flatMap(client -> (sin.versions().isEmpty() ? List.of(TLS_1_3) : sin.versions())
                        .stream().map(version -> new Row(sin, client, version))));
    }

    @Tag("redisson")
    @ParameterizedTest(name = "{0}")
    @MethodSource("fewRows")
    void connect_serverWithASinOfRedisson_isRefused(Row row) {
        connect_serverWithASin_isRefused(row);
    }

    @Tag("redisson")
    @ParameterizedTest(name = "{0}")
    @MethodSource("fewRows")
    void connect_twinWithoutTheSinOfRedisson_setsAndGets(Row row) {
        connect_twinWithoutTheSin_setsAndGets(row);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("otherRows")
    void connect_serverWithASinOfRedissonInALongRun_isRefused(Row row) {
        connect_serverWithASin_isRefused(row);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("otherRows")
    void connect_twinWithoutTheSinOfRedissonInALongRun_setsAndGets(Row row) {
        connect_twinWithoutTheSin_setsAndGets(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fewRowsOfValkeyJava")
    void connect_serverWithASinOfValkeyJava_isRefused(Row row) {
        connect_serverWithASin_isRefused(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("fewRowsOfValkeyJava")
    void connect_twinWithoutTheSinOfValkeyJava_setsAndGets(Row row) {
        connect_twinWithoutTheSin_setsAndGets(row);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("allRowsOfValkeyJava")
    void connect_serverWithASinOfValkeyJavaInALongRun_isRefused(Row row) {
        connect_serverWithASin_isRefused(row);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("allRowsOfValkeyJava")
    void connect_twinWithoutTheSinOfValkeyJavaInALongRun_setsAndGets(Row row) {
        connect_twinWithoutTheSin_setsAndGets(row);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void connect_serverWithASin_isRefused(Row row) {
        Sin sin = row.sin();
        Scene scene = sin.sinful();
        Scene.Peer peer = PEERS.of(scene.peer(), row.version());
        RecordingListener listener = new RecordingListener();
        try (SecureTls tls = tls(scene, listener, row.client());
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            Throwable thrown = catchThrowable(
                    () -> row.client().connect(tls, scene.host(), proxy.port()).close());

            assertThat(RefusalReason.of(thrown)).as(() -> text(thrown)).contains(sin.reason());
            assertThat(refusalIn(thrown))
                    .hasMessageStartingWith(scene.host() + ":" + proxy.port() + " refused ("
                            + sin.reason().tag() + "): ")
                    .hasMessageEndingWith("; see https://valkey-secure.github.io/reasons.html#"
                            + sin.reason().tag())
                    .message()
                    .contains(sin.says());
            assertShowsNoSecret(text(thrown), scene);

            assertThat(proxy.awaitEnd(Duration.ofSeconds(60)))
                    .as("connection closed")
                    .isTrue();
            assertThat(proxy.recordings()).isNotEmpty().allSatisfy(recording -> {
                assertNothingInTheClear(recording.clientTranscript());
                // under TLS 1.3 a server looks at our certificate when our side has ended: what goes to it then is
                // encrypted, and to a server that was verified
                if (!sin.isRefusedByTheServer() || row.version() == TLS_1_2) {
                    assertThat(recording.clientTranscript())
                            .as("may carry a command")
                            .matches(sent -> !sent.mayCarryCommand());
                }
            });
            assertThat(peer.applicationBytes().get()).isEmpty();

            int verifiedBefore = sin.isRefusedByTheServer() && row.version() == TLS_1_3 ? 1 : 0;
            // an event loop reads on while another thread verifies, and may read the server's alert first
            assertThat(listener.verified())
                    .hasSizeBetween(BLOCKING.contains(row.client().library()) ? verifiedBefore : 0, verifiedBefore)
                    .allSatisfy(handshake -> assertThat(handshake.leaf()).isEqualTo(SERVER.certificate()));
            assertThat(listener.refused())
                    .extracting(TlsHandshakeException::reason)
                    .containsExactly(sin.reason());
            assertThat(listener.refusedClients()).containsExactly(row.client().library());
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void connect_twinWithoutTheSin_setsAndGets(Row row) {
        Scene scene = row.sin().twin();
        Scene.Peer peer = PEERS.of(scene.peer(), row.version());
        RecordingListener listener = new RecordingListener();
        String key = "key of " + row;
        String value = "value at " + Instant.now();
        try (SecureTls tls = tls(scene, listener, row.client());
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            try (TestClient.Connection connection = row.client().connect(tls, scene.host(), proxy.port())) {
                connection.set(key, value);
                assertThat(connection.get(key)).isEqualTo(value);
            }
            assertThat(proxy.awaitEnd(Duration.ofSeconds(60)))
                    .as("connection closed")
                    .isTrue();
            assertThat(proxy.recordings()).isNotEmpty().allSatisfy(recording -> {
                assertNothingInTheClear(recording.clientTranscript());
                assertThat(recording.clientTranscript().mayCarryCommand())
                        .as("carries commands")
                        .isTrue();
                assertThat(recording.clientTranscript().contains(value.getBytes(StandardCharsets.UTF_8)))
                        .isFalse();
                assertThat(recording.serverTranscript().isAllTls()).isTrue();
            });
            assertThat(listener.refused()).isEmpty();
            assertThat(listener.verified()).hasSize(1);
            if (!row.sin().versions().isEmpty()) {
                assertThat(listener.verified()).allMatch(handshake -> handshake.version() == row.version());
            }
        }
    }

    private static SecureTls tls(Scene scene, RecordingListener listener, TableClient client) {
        SecureTls.WantsClientIdentity trusting = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()));
        TestCertificate identity = scene.identity();
        return (identity == null
                        ? trusting.withoutClientIdentity()
                        : trusting.presenting(ClientIdentity.of(identity.privateKey(), identity.chain())))
                .policy(TlsPolicy.builder().handshakeTimeout(scene.timeout()).build())
                .clock(scene.clock())
                .engine(client.engine())
                .listener(listener)
                .build();
    }

    private static void assertNothingInTheClear(TlsTranscript sent) {
        assertThat(sent.isAllTls()).as("nothing but TLS records, was %s", sent).isTrue();
        for (String secret : List.of(TestClient.USER, TestClient.PASSWORD, "AUTH", "HELLO", "CLIENT")) {
            assertThat(sent.contains(secret.getBytes(StandardCharsets.UTF_8)))
                    .as("%s in the clear", secret)
                    .isFalse();
        }
    }

    private static void assertShowsNoSecret(String text, Scene scene) {
        assertThat(text).doesNotContain(TestClient.PASSWORD).doesNotContain("PRIVATE KEY");
        TestCertificate identity = scene.identity();
        if (identity != null) {
            assertThat(identity.privateKeyPem().lines().filter(line -> !line.startsWith("-----")))
                    .noneMatch(text::contains);
        }
    }

    /** The refusal as the user finds it, wherever the client library put it. */
    private static TlsHandshakeException refusalIn(Throwable thrown) {
        Deque<Throwable> open = new ArrayDeque<>(List.of(thrown));
        while (!open.isEmpty()) {
            Throwable next = open.remove();
            if (next instanceof TlsHandshakeException refused) {
                return refused;
            }
            open.addAll(List.of(next.getSuppressed()));
            if (next.getCause() != null) {
                open.add(next.getCause());
            }
        }
        throw new AssertionError("no TlsHandshakeException in it", thrown);
    }

    private static String text(Throwable thrown) {
        StringWriter text = new StringWriter();
        if (thrown != null) {
            thrown.printStackTrace(new PrintWriter(text));
        }
        return text.toString();
    }

    /** Starts each peer once, for both clients and for all the rows that share it. */
    private static final class Peers implements AutoCloseable {
        private record Key(Scene.Opener opener, TlsVersion version) {}

        private final Map<Key, Scene.Peer> started = new HashMap<>();

        synchronized Scene.Peer of(Scene.Opener opener, TlsVersion version) {
            Key key = new Key(opener, version);
            Scene.Peer peer = started.get(key);
            if (peer == null) {
                peer = opener.open(version);
                started.put(key, peer);
            }
            return peer;
        }

        @Override
        public synchronized void close() {
            started.values().forEach(Scene.Peer::close);
        }
    }

    private static final Peers PEERS = new Peers();

    @AfterAll
    static void endPeers() {
        PEERS.close();
    }
}
