package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** What the caller of Jedis gets when a connection is refused, and what has left the process by then. */
@SuppressWarnings("deprecation") // JedisPool: what existing code does
class RefusalTest {
    private static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Test Root").build();

    private static ValkeyServer server;
    private static SecureTls tls;

    @BeforeAll
    static void start() {
        server = Fixture.server().plaintextPort().start();
        tls = Fixture.tls().build();
    }

    @AfterAll
    static void stop() {
        tls.close();
        server.close();
    }

    /** A way to connect and to run one command. */
    enum EntryPoint {
        JEDIS {
            @Override
            void ping(HostAndPort server, JedisClientConfig config) {
                try (Jedis jedis = new Jedis(server, config)) {
                    jedis.ping();
                }
            }
        },
        JEDIS_POOL {
            @Override
            void ping(HostAndPort server, JedisClientConfig config) {
                try (JedisPool pool = new JedisPool(new JedisPoolConfig(), server, config);
                        Jedis jedis = pool.getResource()) {
                    jedis.ping();
                }
            }
        },
        CONNECTION_POOL {
            @Override
            void ping(HostAndPort server, JedisClientConfig config) {
                try (ConnectionPool pool = new ConnectionPool(server, config);
                        Connection connection = pool.getResource()) {
                    connection.ping();
                }
            }
        },
        /** Its constructor connects once, and passes over an exception; the first command connects again. */
        POOLED_CLIENT {
            @Override
            void ping(HostAndPort server, JedisClientConfig config) {
                try (UnifiedJedis client = Clients.pooled(server, config, new ConnectionPoolConfig())) {
                    client.ping();
                }
            }
        };

        abstract void ping(HostAndPort server, JedisClientConfig config);
    }

    // The peer is refused.

    @ParameterizedTest
    @EnumSource(EntryPoint.class)
    void connect_leafForOtherName_isRefused(EntryPoint entry) {
        TestCertificate other = Fixture.ROOT.issue().dnsName("other.example").build();
        try (ValkeyServer misnamed = ValkeyServer.builder(other, Fixture.ROOT)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .start();
                RecordingProxy proxy = RecordingProxy.to(misnamed.host(), misnamed.port())) {
            Throwable thrown = catchThrowable(() -> entry.ping(Fixture.localhost(proxy.port()), secure(tls)));

            assertRefused(thrown, RefusalReason.NAME_MISMATCH);
            assertThat(thrown).hasStackTraceContaining("other.example").hasStackTraceContaining("localhost");
            assertNoCommandWasSent(proxy);
        }
    }

    @ParameterizedTest
    @EnumSource(EntryPoint.class)
    void connect_leafForThisName_isAccepted(EntryPoint entry) {
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            entry.ping(Fixture.localhost(proxy.port()), secure(tls));
        }
    }

    @ParameterizedTest
    @EnumSource(EntryPoint.class)
    void connect_peerAnswersInPlaintext_isRefusedWithNothingButClientHello(EntryPoint entry) {
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            Throwable thrown = catchThrowable(() -> entry.ping(Fixture.localhost(proxy.port()), secure(tls)));

            assertRefused(thrown, RefusalReason.PLAINTEXT_PEER);
            assertNoCommandWasSent(proxy);
        }
    }

    /**
     * A real plaintext port takes the ClientHello for a command that has no end yet, and waits; unless there happens to
     * be an end of line in it, to which it answers.
     */
    @Test
    void connect_plaintextPortOfValkey_isRefusedWithNothingButClientHello() {
        try (SecureTls impatient = Fixture.tls()
                        .policy(Fixture.handshakeWithin(Duration.ofMillis(500)))
                        .build();
                RecordingProxy proxy = RecordingProxy.to(server.host(), server.plaintextPort())) {
            Throwable thrown =
                    catchThrowable(() -> EntryPoint.JEDIS.ping(Fixture.localhost(proxy.port()), secure(impatient)));

            assertThat(thrown).isInstanceOf(JedisException.class);
            assertThat(RefusalReason.of(thrown))
                    .get()
                    .isIn(RefusalReason.PLAINTEXT_PEER, RefusalReason.HANDSHAKE_TIMEOUT);
            assertNoCommandWasSent(proxy);
        }
    }

    @Test
    void connect_mappedToNameThatIsNotInTheLeaf_isRefused() {
        TestCertificate named = Fixture.ROOT.issue().dnsName("valkey.example").build();
        try (ValkeyServer server = ValkeyServer.builder(named, Fixture.ROOT).start()) {
            JedisClientConfig config = SecureJedis.clientConfig(
                    tls,
                    Fixture.login()
                            .hostAndPortMapper(asked -> Fixture.address(server))
                            .build());

            Throwable thrown =
                    catchThrowable(() -> EntryPoint.JEDIS.ping(new HostAndPort("valkey.example", 6379), config));

            assertRefused(thrown, RefusalReason.NAME_MISMATCH);
        }
    }

    @ParameterizedTest
    @EnumSource(EntryPoint.class)
    void connect_peerStaysSilent_isRefusedWithinThePolicysTimeout(EntryPoint entry) throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                SecureTls impatient = Fixture.tls()
                        .policy(Fixture.handshakeWithin(Duration.ofMillis(300)))
                        .build()) {
            // As patient as Jedis can be: 0 is no timeout.
            JedisClientConfig config = SecureJedis.clientConfig(
                    impatient, Fixture.login().socketTimeoutMillis(0).build());
            long begun = System.nanoTime();

            Throwable thrown = catchThrowable(() -> entry.ping(Fixture.localhost(silent.getLocalPort()), config));

            assertRefused(thrown, RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void connect_socketTimeoutShorterThanTheHandshake_doesNotEndIt() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                SecureTls patient = Fixture.tls()
                        .policy(Fixture.handshakeWithin(Duration.ofMillis(500)))
                        .build()) {
            JedisClientConfig config = SecureJedis.clientConfig(
                    patient, Fixture.login().socketTimeoutMillis(50).build());
            long begun = System.nanoTime();

            Throwable thrown =
                    catchThrowable(() -> EntryPoint.JEDIS.ping(Fixture.localhost(silent.getLocalPort()), config));

            assertRefused(thrown, RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(Duration.ofMillis(500));
        }
    }

    @Test
    void connect_nobodyListens_isNoRefusalOfTls() throws IOException {
        int port;
        try (ServerSocket reserved = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = reserved.getLocalPort();
        }

        Throwable thrown = catchThrowable(() -> EntryPoint.JEDIS.ping(Fixture.localhost(port), secure(tls)));

        assertThat(thrown).isInstanceOf(JedisException.class);
        assertThat(RefusalReason.of(thrown)).isEmpty();
    }

    @Test
    void connect_afterTlsWasClosed_isRefused() {
        SecureTls closed = Fixture.tls().build();
        JedisClientConfig config = secure(closed);
        closed.close();
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            Throwable thrown = catchThrowable(() -> EntryPoint.JEDIS.ping(Fixture.localhost(proxy.port()), config));

            assertThat(thrown).isInstanceOf(JedisException.class).hasRootCauseInstanceOf(IllegalStateException.class);
            assertNothingWasSent(proxy);
        }
    }

    // We are refused. Under TLS 1.3 the server says so only after the handshake.

    static Stream<Arguments> entryPointsAndVersions() {
        return Arrays.stream(EntryPoint.values())
                .flatMap(entry -> Arrays.stream(TlsVersion.values()).map(version -> Arguments.of(entry, version)));
    }

    @ParameterizedTest
    @MethodSource("entryPointsAndVersions")
    void connect_clientCertificateOfOtherCa_isTold(EntryPoint entry, TlsVersion version) {
        try (ValkeyServer limited =
                        Fixture.server().tlsProtocols(version.protocol()).start();
                SecureTls stranger = Fixture.tls(
                                OTHER_ROOT.issue().subject("CN=app").build())
                        .build();
                RecordingProxy proxy = RecordingProxy.to(limited.host(), limited.port())) {
            Throwable thrown = catchThrowable(() -> entry.ping(Fixture.localhost(proxy.port()), secure(stranger)));

            assertRefused(thrown, RefusalReason.CLIENT_IDENTITY_REJECTED);
            assertClosed(proxy);
            assertThat(proxy.recordings())
                    .isNotEmpty()
                    .allSatisfy(recording ->
                            assertThat(recording.clientTranscript().isAllTls()).isTrue());
        }
    }

    @ParameterizedTest
    @MethodSource("entryPointsAndVersions")
    void connect_noClientCertificate_isTold(EntryPoint entry, TlsVersion version) {
        try (ValkeyServer limited =
                        Fixture.server().tlsProtocols(version.protocol()).start();
                SecureTls anonymous = SecureTls.trusting(TrustAnchors.of(Fixture.ROOT.certificate()))
                        .withoutClientIdentity()
                        .build()) {
            Throwable thrown = catchThrowable(() -> entry.ping(Fixture.address(limited), secure(anonymous)));

            assertRefused(thrown, RefusalReason.CLIENT_IDENTITY_REQUIRED);
        }
    }

    /** A race: the alert, the reset that follows it, and what Jedis writes meanwhile. */
    @RepeatedTest(20)
    void connect_refusedLate_isToldEachTimeAndOnce() {
        Fixture.RecordingListener listener = new Fixture.RecordingListener();
        try (SecureTls anonymous = SecureTls.trusting(TrustAnchors.of(Fixture.ROOT.certificate()))
                .withoutClientIdentity()
                .listener(listener)
                .build()) {
            Throwable thrown = catchThrowable(() -> EntryPoint.JEDIS.ping(Fixture.address(server), secure(anonymous)));

            assertRefused(thrown, RefusalReason.CLIENT_IDENTITY_REQUIRED);
            assertThat(listener.refused)
                    .singleElement()
                    .satisfies(
                            refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.CLIENT_IDENTITY_REQUIRED));
        }
    }

    /** Without login, names and protocol Jedis sends nothing while it connects: the first command hears of it. */
    @Test
    void connect_refusedLateAndNothingToSay_isToldByTheFirstCommand() {
        try (SecureTls anonymous = SecureTls.trusting(TrustAnchors.of(Fixture.ROOT.certificate()))
                .withoutClientIdentity()
                .build()) {
            JedisClientConfig config = SecureJedis.clientConfig(anonymous, Clients.NOTHING_TO_SAY);
            try (Jedis jedis = new Jedis(Fixture.address(server), config)) {
                Throwable thrown = catchThrowable(jedis::ping);

                assertRefused(thrown, RefusalReason.CLIENT_IDENTITY_REQUIRED);
            }
        }
    }

    /** The write fails in the middle, and the alert is still unread. */
    @RepeatedTest(5)
    void connect_refusedLateDuringLargeWrite_isTold() {
        try (SecureTls anonymous = SecureTls.trusting(TrustAnchors.of(Fixture.ROOT.certificate()))
                .withoutClientIdentity()
                .build()) {
            JedisClientConfig config = SecureJedis.clientConfig(anonymous, Clients.NOTHING_TO_SAY);
            try (Jedis jedis = new Jedis(Fixture.address(server), config)) {
                byte[] large = new byte[32 * 1024 * 1024];
                Throwable thrown = catchThrowable(() -> jedis.set("large".getBytes(StandardCharsets.UTF_8), large));

                assertRefused(thrown, RefusalReason.CLIENT_IDENTITY_REQUIRED);
            }
        }
    }

    /** A login is good for one connection, be it that nothing was sent for it. */
    @Test
    void credentials_askedForAgainAfterALoginWithoutAWord_areRefused() {
        JedisClientConfig config = SecureJedis.clientConfig(tls, Clients.NOTHING_TO_SAY);
        try (Jedis jedis = new Jedis(Fixture.address(server), config)) {
            Throwable thrown =
                    catchThrowable(() -> config.getCredentialsProvider().get());

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED);
            assertThat(jedis.isConnected()).isTrue();
        }
    }

    static JedisClientConfig secure(SecureTls with) {
        return SecureJedis.clientConfig(with, Fixture.login().build());
    }

    static void assertRefused(Throwable thrown, RefusalReason reason) {
        assertThat(thrown).isInstanceOf(JedisException.class);
        assertThat(RefusalReason.of(thrown)).as(() -> "reason in " + thrown).contains(reason);
        assertThat(Stream.iterate(thrown, next -> next != null, Throwable::getCause))
                .anyMatch(TlsHandshakeException.class::isInstance);
        assertThat(thrown.toString()).doesNotContain(Fixture.PASSWORD);
    }

    static void assertNoCommandWasSent(RecordingProxy proxy) {
        assertClosed(proxy);
        assertThat(proxy.recordings())
                .isNotEmpty()
                .noneMatch(recording -> recording.clientTranscript().mayCarryCommand());
    }

    static void assertNothingWasSent(RecordingProxy proxy) {
        assertClosed(proxy);
        assertThat(proxy.recordings())
                .allSatisfy(recording -> assertThat(recording.clientToServer()).isEmpty());
    }

    /** The client has closed its side of every connection: no descriptor is left behind. */
    static void assertClosed(RecordingProxy proxy) {
        assertThat(proxy.awaitEnd(Duration.ofSeconds(60))).isTrue();
    }
}
