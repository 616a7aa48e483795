package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.ExtendedKeyUsage;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.KeyUsage;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.MutableClock;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import io.valkeysecure.tests.VerificationRows.Row;
import io.valkeysecure.tests.VerificationRows.Shown;
import io.valkeysecure.tests.VerificationRows.Side;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The refusal table of verification: each rule, name, pin, identity and way to check revocation, over each transport.
 * What breaks it is refused by its reason before a byte of the application is sent; its twin, which differs in one
 * attribute, is connected to, a key set and got.
 *
 * <p>Twins are real Valkey servers, where stapling is asked for behind a TLS front, since Valkey staples nothing.
 */
class VerificationTableTest {
    private static final VerificationRows ROWS = new VerificationRows();
    private static final Peers PEERS = new Peers();

    @AfterAll
    static void end() {
        PEERS.close();
        ROWS.close();
    }

    /**
     * BoringSSL looks for digitalSignature in a leaf before it asks about the chain, and tells of nothing else then.
     */
    private static final Set<String> WITHOUT_DIGITAL_SIGNATURE = Set.of(
            "CA: the leaf is the trust anchor", "key usage: leaf without digitalSignature", "key usage: without a bit");

    private record Case(Row row, TableClient transport) {
        boolean applies() {
            return !isBoringSsl() || !row.rule().contains("of which the JDK takes");
        }

        RefusalReason reason() {
            return isBoringSsl() && WITHOUT_DIGITAL_SIGNATURE.contains(row.rule())
                    ? RefusalReason.KEY_USAGE
                    : row.reason();
        }

        String says() {
            return reason() == row.reason() ? row.says() : "digitalSignature";
        }

        private boolean isBoringSsl() {
            return transport.engine() == Engine.boringSsl();
        }

        @Override
        public String toString() {
            return row.rule() + " | " + transport;
        }
    }

    private static Stream<Case> cases() {
        return cases(Transport.values());
    }

    /** In long runs only: the rules are core's, and Redisson's rows of every build are in the table of refusals. */
    private static Stream<Case> casesOfRedisson() {
        return cases(RedissonTestClient.values());
    }

    /** In long runs only, as those of Redisson. */
    private static Stream<Case> casesOfValkeyJava() {
        return cases(ValkeyJavaTestClient.values());
    }

    private static Stream<Case> cases(TableClient... transports) {
        return ROWS.all().stream()
                .flatMap(row -> Stream.of(transports).map(transport -> new Case(row, transport)))
                .filter(Case::applies);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfRedisson")
    void connect_serverThatBreaksARuleOfRedisson_isRefused(Case it) {
        connect_serverThatBreaksARule_isRefused(it);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfRedisson")
    void connect_twinThatKeepsTheRuleOfRedisson_setsAndGets(Case it) {
        connect_twinThatKeepsTheRule_setsAndGets(it);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfValkeyJava")
    void connect_serverThatBreaksARuleOfValkeyJava_isRefused(Case it) {
        connect_serverThatBreaksARule_isRefused(it);
    }

    @Tag("long")
    @ParameterizedTest(name = "{0}")
    @MethodSource("casesOfValkeyJava")
    void connect_twinThatKeepsTheRuleOfValkeyJava_setsAndGets(Case it) {
        connect_twinThatKeepsTheRule_setsAndGets(it);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void connect_serverThatBreaksARule_isRefused(Case it) {
        Row row = it.row();
        HostilePeer peer = PEERS.sinful(row.sinful());
        RecordingListener listener = new RecordingListener();
        MutableClock clock = new MutableClock();
        try (SecureTls tls = tls(row.sinful(), listener, clock, it.transport());
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            clock.advance(row.sinful().later());
            Throwable thrown = catchThrowable(() -> it.transport()
                    .connect(tls, row.sinful().host(), proxy.port())
                    .close());

            assertThat(thrown).isNotNull();
            assertThat(RefusalReason.of(thrown)).as(() -> trace(thrown)).contains(it.reason());
            assertThat(listener.refused())
                    .singleElement()
                    .extracting(Throwable::getMessage, STRING)
                    .startsWith(row.sinful().host() + ":" + proxy.port() + " refused ("
                            + it.reason().tag() + "): ")
                    .contains(it.says());
            assertThat(listener.refusedClients()).containsExactly(it.transport().library());
            assertThat(listener.verified()).isEmpty();

            proxy.assertNoCommandSent(Duration.ofSeconds(60));
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void connect_twinThatKeepsTheRule_setsAndGets(Case it) {
        Side twin = it.row().twin();
        int port = PEERS.good(twin);
        RecordingListener listener = new RecordingListener();
        MutableClock clock = new MutableClock();
        String value = "value at " + Instant.now();
        try (SecureTls tls = tls(twin, listener, clock, it.transport())) {
            clock.advance(twin.later());
            try (TestClient.Connection connection = it.transport().connect(tls, twin.host(), port)) {
                connection.set("key of " + it, value);
                assertThat(connection.get("key of " + it)).isEqualTo(value);
            }
            assertThat(listener.refused()).isEmpty();
            assertThat(listener.verified()).singleElement().satisfies(handshake -> {
                assertThat(handshake.client()).isEqualTo(it.transport().library());
                assertThat(handshake.leaf()).isEqualTo(twin.server().certificate());
            });
        }
    }

    /** What is wrong with an anchor in itself is told before anybody is dialled. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("anchors")
    void build_anchorThatBreaksARule_isRefused(String rule, RefusalReason reason, TestCertificateBuilder anchor) {
        TestCertificate root = anchor.build();

        Throwable thrown = catchThrowable(() -> SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .withoutClientIdentity()
                .build()
                .close());

        assertThat(thrown).isInstanceOf(TlsConfigurationException.class).hasMessageContaining("trust anchor");
        assertThat(RefusalReason.of(thrown)).contains(reason);
    }

    private static Stream<Arguments> anchors() {
        Instant now = Instant.now();
        return Stream.of(
                anchor("version 3", RefusalReason.MALFORMED_CERTIFICATE, root().version1()),
                anchor("key usage: without a bit", RefusalReason.MALFORMED_CERTIFICATE, root().keyUsage()),
                anchor(
                        "critical extension: unknown",
                        RefusalReason.CONSTRAINT_VIOLATED,
                        root().extension("1.3.6.1.4.1.55555.1", true, new byte[] {5, 0})),
                anchor("not before", RefusalReason.NOT_YET_VALID, root().notBefore(now.plusSeconds(600))),
                anchor(
                        "not after",
                        RefusalReason.EXPIRED,
                        root().notBefore(now.minusSeconds(600)).notAfter(now.minusSeconds(300))),
                anchor("CA", RefusalReason.CONSTRAINT_VIOLATED, TestCertificate.selfSigned()),
                anchor("key usage", RefusalReason.KEY_USAGE, root().keyUsage(KeyUsage.CRL_SIGN)),
                anchor("purpose", RefusalReason.KEY_USAGE, root().extendedKeyUsage(ExtendedKeyUsage.CLIENT_AUTH)),
                anchor("key", RefusalReason.WEAK_KEY, root().keyType(KeyType.RSA_1024)));
    }

    private static TestCertificateBuilder root() {
        return TestCertificate.root();
    }

    private static Arguments anchor(String rule, RefusalReason reason, TestCertificateBuilder anchor) {
        return Arguments.of(rule, reason, anchor);
    }

    private static SecureTls tls(Side side, RecordingListener listener, Clock clock, TableClient transport) {
        return side.settings()
                .apply(SecureTls.trusting(TrustAnchors.of(side.anchor().certificate()))
                        .withoutClientIdentity()
                        .listener(listener)
                        .clock(clock)
                        .engine(transport.engine()))
                .build();
    }

    private static String trace(Throwable thrown) {
        java.io.StringWriter text = new java.io.StringWriter();
        thrown.printStackTrace(new java.io.PrintWriter(text));
        return text.toString();
    }

    /** Starts each server once, for all transports and for all the rows that share it. */
    private static final class Peers implements AutoCloseable {
        /** The JDK's server staples what the responder of its certificate says, if this is set when it is made. */
        private static final String STAPLING = "jdk.tls.server.enableStatusRequestExtension";

        private record Key(TestCertificate certificate, Shown shown) {}

        private final Map<Key, HostilePeer> sinful = new HashMap<>();
        private final Map<Key, HostilePeer> fronts = new HashMap<>();
        private final Map<TestCertificate, ValkeyServer> servers = new HashMap<>();
        private final TestCertificate behind =
                TestCertificate.selfSigned().dnsName("localhost").build();

        HostilePeer sinful(Side side) {
            return sinful.computeIfAbsent(key(side), this::peer);
        }

        int good(Side side) {
            return side.shown() == Shown.BY_SERVER
                    ? valkey(side.server()).port()
                    : fronts.computeIfAbsent(key(side), this::peer).port();
        }

        private static Key key(Side side) {
            return new Key(side.server(), side.shown());
        }

        private ValkeyServer valkey(TestCertificate certificate) {
            return servers.computeIfAbsent(
                    certificate,
                    shown -> ValkeyServer.builder(shown)
                            .config("tls-auth-clients", "no")
                            .user(TestClient.USER, TestClient.PASSWORD)
                            .start());
        }

        private HostilePeer peer(Key key) {
            return switch (key.shown()) {
                case BY_SERVER -> HostilePeer.tls(key.certificate());
                case BY_FRONT -> front(key.certificate());
                case BY_STAPLING_FRONT -> staplingFront(key.certificate());
                case BY_STAPLING_FRONT_OF_TLS_1_2 -> staplingFront(key.certificate(), "TLSv1.2");
            };
        }

        private HostilePeer staplingFront(TestCertificate certificate, String... protocols) {
            System.setProperty(STAPLING, "true");
            try {
                return front(certificate, protocols);
            } finally {
                System.clearProperty(STAPLING);
            }
        }

        /** Ends TLS with the certificate, and passes everything on to a Valkey. */
        private HostilePeer front(TestCertificate certificate, String... protocols) {
            return HostilePeer.manInTheMiddle(
                    certificate, "localhost", valkey(behind).port(), parameters -> {
                        if (protocols.length > 0) {
                            parameters.setProtocols(protocols);
                        }
                    });
        }

        @Override
        public void close() {
            sinful.values().forEach(HostilePeer::close);
            fronts.values().forEach(HostilePeer::close);
            servers.values().forEach(ValkeyServer::close);
        }
    }
}
