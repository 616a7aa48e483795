package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.Socket;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.exceptions.JedisException;

/** A copy of the configuration with TLS switched off. */
@SuppressWarnings("deprecation") // ssl(false), fromURI: what existing code does
class CopiesTest {
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

    @Test
    void sslOptions_leadToTheSameFactory() throws Exception {
        JedisClientConfig config = RefusalTest.secure(tls);

        assertThat(config.getSslOptions().createSslContext().getSocketFactory()).isSameAs(config.getSslSocketFactory());
    }

    @Test
    void copy_madeByJedis_keepsTheSslOptions() {
        JedisClientConfig config = RefusalTest.secure(tls);

        assertThat(Clients.copies(config))
                .isNotEmpty()
                .allSatisfy(copy -> assertThat(copy.getSslOptions()).isSameAs(config.getSslOptions()));
    }

    /** What is TLS all the same. */
    static Stream<Arguments> copiesWithTlsSwitchedOff() {
        return Stream.of(
                Arguments.of("fromURI", (PlaintextCopy) (address, config) -> {
                    try (RedisClient client = RedisClient.builder()
                            .clientConfig(config)
                            .fromURI("redis://" + address)
                            .build()) {
                        client.ping();
                    }
                }),
                Arguments.of(
                        "ssl(false), Jedis", (PlaintextCopy) (address, config) -> RefusalTest.EntryPoint.JEDIS.ping(
                                address,
                                DefaultJedisClientConfig.builder()
                                        .from(config)
                                        .ssl(false)
                                        .build())),
                Arguments.of("ssl(false), JedisPool", (PlaintextCopy)
                        (address, config) -> RefusalTest.EntryPoint.JEDIS_POOL.ping(
                                address,
                                DefaultJedisClientConfig.builder()
                                        .from(config)
                                        .ssl(false)
                                        .build())),
                Arguments.of("ssl(false), own mapper", (PlaintextCopy)
                        (address, config) -> RefusalTest.EntryPoint.CONNECTION_POOL.ping(
                                address,
                                DefaultJedisClientConfig.builder()
                                        .from(config)
                                        .ssl(false)
                                        .hostAndPortMapper(asked -> asked)
                                        .build())));
    }

    /** What is not. */
    static Stream<Arguments> plaintextCopies() {
        return Stream.of(
                Arguments.of("ssl(false), sslOptions(null)", (PlaintextCopy)
                        (address, config) -> RefusalTest.EntryPoint.JEDIS_POOL.ping(
                                address,
                                DefaultJedisClientConfig.builder()
                                        .from(config)
                                        .ssl(false)
                                        .sslOptions(null)
                                        .build())),
                Arguments.of("own socket factory", (PlaintextCopy) (address, config) -> {
                    try (Jedis jedis = new Jedis(new DefaultJedisSocketFactory(address), config)) {
                        jedis.ping();
                    }
                }));
    }

    static Stream<Arguments> allCopies() {
        return Stream.concat(copiesWithTlsSwitchedOff(), plaintextCopies());
    }

    private interface PlaintextCopy {
        void ping(HostAndPort address, JedisClientConfig config);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("copiesWithTlsSwitchedOff")
    void connect_copyWithTlsSwitchedOff_isVerifiedAllTheSame(String name, PlaintextCopy copy) {
        JedisClientConfig config = RefusalTest.secure(tls);
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            copy.ping(Fixture.localhost(proxy.port()), config);

            RefusalTest.assertClosed(proxy);
            assertThat(proxy.recordings())
                    .as(name)
                    .isNotEmpty()
                    .allMatch(recording -> recording.clientTranscript().isAllTls());
        }
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            Throwable thrown = catchThrowable(() -> copy.ping(Fixture.localhost(proxy.port()), config));

            RefusalTest.assertRefused(thrown, RefusalReason.PLAINTEXT_PEER);
            RefusalTest.assertNoCommandWasSent(proxy);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("plaintextCopies")
    void connect_copyWithoutAnythingOfTls_sendsNothing(String name, PlaintextCopy copy) {
        JedisClientConfig config = RefusalTest.secure(tls);
        RefusalTest.EntryPoint.JEDIS.ping(Fixture.address(server), config); // what this thread proved counts once
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.plaintextPort())) {
            Throwable thrown = catchThrowable(() -> copy.ping(Fixture.localhost(proxy.port()), config));

            assertThat(thrown).as(name).isInstanceOf(JedisException.class);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED);
            RefusalTest.assertNothingWasSent(proxy);
        }
    }

    /** A verification that nobody asked credentials for does not serve the next connection. */
    @Test
    void connect_copyWithoutAnythingOfTlsAfterAnUnusedVerification_sendsNothing() throws IOException {
        JedisClientConfig config = RefusalTest.secure(tls);
        try (Socket connected = new Socket(server.host(), server.port())) {
            config.getSslSocketFactory()
                    .createSocket(connected, server.host(), server.port(), true)
                    .close();
        }
        JedisClientConfig copy = DefaultJedisClientConfig.builder()
                .from(config)
                .ssl(false)
                .sslOptions(null)
                .build();
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.plaintextPort())) {
            Throwable thrown =
                    catchThrowable(() -> RefusalTest.EntryPoint.JEDIS.ping(Fixture.localhost(proxy.port()), copy));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED);
            RefusalTest.assertNothingWasSent(proxy);
        }
    }

    /** The twin: the same copies without our configuration reach the plaintext port, login and all. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("allCopies")
    void connect_sameWithoutOurConfiguration_isPlaintext(String name, PlaintextCopy copy) {
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.plaintextPort())) {
            copy.ping(Fixture.localhost(proxy.port()), Fixture.login().build());

            assertThat(proxy.recordings())
                    .as(name)
                    .isNotEmpty()
                    .allMatch(recording -> !recording.clientTranscript().isAllTls());
        }
    }
}
