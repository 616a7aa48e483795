package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.recording.Recording;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * What Spring Boot alone does with a server that is not the right one, and beside it, in the same test, what the
 * starter does. The application is the same; the table in docs/spring.md is made of these tests.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RawBootPitfallsTest {
    private static final TestCertificate OTHER_NAME =
            Boot.ROOT.issue().dnsName("other.example").build();
    private static final TestCertificate OTHER_ISSUER =
            Boot.OTHER_ROOT.issue().dnsName("localhost").build();
    private static final TestCertificate EXPIRED = Boot.ROOT
            .issue()
            .dnsName("localhost")
            .notBefore(Instant.parse("2020-01-01T00:00:00Z"))
            .notAfter(Instant.parse("2021-01-01T00:00:00Z"))
            .build();

    @TempDir
    private Path directory = Path.of("");

    private @Nullable ValkeyServer server;

    @BeforeAll
    void startServer() {
        server = Boot.server().start();
    }

    @AfterAll
    void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    /** The client library, as {@code spring.data.redis.client-type} names it. */
    enum Client {
        LETTUCE,
        JEDIS;

        String property() {
            return "spring.data.redis.client-type=" + name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** What Spring Boot alone does: refuses, or sends the password of the application. */
    enum Alone {
        REFUSES,
        SENDS_THE_PASSWORD
    }

    /** Who answers. */
    enum Peer {
        PLAINTEXT_SERVER(RefusalReason.PLAINTEXT_PEER),
        OTHER_CA(RefusalReason.UNTRUSTED_ISSUER),
        OTHER_NAME_OF_THE_SAME_CA(RefusalReason.NAME_MISMATCH),
        EXPIRED_CERTIFICATE(RefusalReason.EXPIRED),
        MAN_IN_THE_MIDDLE(RefusalReason.NAME_MISMATCH);

        private final RefusalReason reason;

        Peer(RefusalReason reason) {
            this.reason = reason;
        }

        HostilePeer start(ValkeyServer server) {
            return switch (this) {
                case PLAINTEXT_SERVER -> HostilePeer.plaintextValkey();
                case OTHER_CA -> HostilePeer.tls(OTHER_ISSUER);
                case OTHER_NAME_OF_THE_SAME_CA -> HostilePeer.tls(OTHER_NAME);
                case EXPIRED_CERTIFICATE -> HostilePeer.tls(EXPIRED);
                case MAN_IN_THE_MIDDLE -> HostilePeer.manInTheMiddle(OTHER_NAME, server.host(), server.port());
            };
        }
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of(Peer.PLAINTEXT_SERVER, Client.LETTUCE, Alone.REFUSES),
                Arguments.of(Peer.PLAINTEXT_SERVER, Client.JEDIS, Alone.REFUSES),
                Arguments.of(Peer.OTHER_CA, Client.LETTUCE, Alone.REFUSES),
                Arguments.of(Peer.OTHER_CA, Client.JEDIS, Alone.REFUSES),
                Arguments.of(Peer.OTHER_NAME_OF_THE_SAME_CA, Client.LETTUCE, Alone.REFUSES),
                Arguments.of(Peer.OTHER_NAME_OF_THE_SAME_CA, Client.JEDIS, Alone.SENDS_THE_PASSWORD),
                Arguments.of(Peer.EXPIRED_CERTIFICATE, Client.LETTUCE, Alone.REFUSES),
                Arguments.of(Peer.EXPIRED_CERTIFICATE, Client.JEDIS, Alone.REFUSES),
                Arguments.of(Peer.MAN_IN_THE_MIDDLE, Client.LETTUCE, Alone.REFUSES),
                Arguments.of(Peer.MAN_IN_THE_MIDDLE, Client.JEDIS, Alone.SENDS_THE_PASSWORD));
    }

    @ParameterizedTest(name = "{0}, {1}: Spring Boot alone {2}")
    @MethodSource("rows")
    void application_withWrongServer_isRefusedWithoutAByte(Peer row, Client client, Alone alone) {
        try (HostilePeer peer = row.start(server())) {
            Throwable thrown = ping(Boot.alone(), client, peer.port());
            if (alone == Alone.REFUSES) {
                assertThat(thrown).isNotNull();
            }
            assertThat(peer.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(heard(peer).contains(Boot.PASSWORD)).isEqualTo(alone == Alone.SENDS_THE_PASSWORD);
        }
        try (HostilePeer peer = row.start(server());
                RecordingProxy proxy = RecordingProxy.to("localhost", peer.port())) {
            Throwable thrown = ping(Boot.secure(), client, proxy.port());
            assertThat(RefusalReason.of(thrown)).contains(row.reason);
            assertThat(proxy.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertNoApplicationByte(proxy.recordings());
            if (row != Peer.PLAINTEXT_SERVER) {
                // the plaintext server cannot tell a ClientHello from a command
                assertThat(peer.applicationBytes()).isEmpty();
            }
        }
    }

    /** The twin: the same peer under the right certificate. */
    @ParameterizedTest
    @EnumSource(Client.class)
    void application_withRightServer_isAcceptedByBoth(Client client) {
        for (ApplicationContextRunner application : List.of(Boot.alone(), Boot.secure())) {
            try (HostilePeer peer = HostilePeer.tls(Boot.SERVER)) {
                assertThat(ping(application, client, peer.port())).isNull();
                assertThat(heard(peer)).contains(Boot.PASSWORD);
            }
        }
    }

    /** One property turns TLS off in Spring Boot, beside a bundle. */
    @ParameterizedTest
    @EnumSource(Client.class)
    void application_withSslSwitchedOffBesideABundle_doesNotStart(Client client) {
        String off = "spring.data.redis.ssl.enabled=false";
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            assertThat(ping(Boot.alone().withPropertyValues(off), client, peer.port(), off))
                    .isNull();
            assertThat(heard(peer)).contains(Boot.PASSWORD);
        }
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            assertThat(ping(Boot.secure(), client, peer.port(), off))
                    .hasStackTraceContaining("spring.data.redis.ssl.enabled=false");
            assertThat(peer.connections()).isZero();
        }
    }

    @Test
    void application_verifyingOnStartup_failsTheStartWithTheReason() {
        try (HostilePeer peer = HostilePeer.tls(OTHER_NAME)) {
            for (Client client : Client.values()) {
                configured(Boot.secure(), client, peer.port(), "valkey.secure.verify-on-startup=true")
                        .run(context -> {
                            assertThat(context).hasFailed();
                            assertThat(new RefusalFailureAnalyzer().analyze(context.getStartupFailure()))
                                    .isNotNull()
                                    .satisfies(analysis -> {
                                        assertThat(analysis.getDescription())
                                                .contains("name_mismatch", "other.example");
                                        assertThat(analysis.getAction())
                                                .contains("valkey.secure.server-identity.hosts");
                                    });
                        });
            }
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    private ApplicationContextRunner configured(
            ApplicationContextRunner application, Client client, int port, String... more) {
        return application
                .withPropertyValues(Boot.pemBundle(directory))
                .withPropertyValues(Boot.login(port))
                .withPropertyValues(client.property())
                .withPropertyValues(more);
    }

    /** Starts an application and sends a PING; returns what either threw. */
    private @Nullable Throwable ping(ApplicationContextRunner application, Client client, int port, String... more) {
        @Nullable Throwable[] thrown = new Throwable[1];
        configured(application, client, port, more).run(context -> {
            if (context.getStartupFailure() != null) {
                thrown[0] = context.getStartupFailure();
                return;
            }
            RedisConnectionFactory factory = context.getBean(RedisConnectionFactory.class);
            thrown[0] = catchThrowable(() -> {
                try (RedisConnection connection = factory.getConnection()) {
                    assertThat(connection.ping()).isEqualTo("PONG");
                }
            });
        });
        return thrown[0];
    }

    private static void assertNoApplicationByte(List<Recording> recordings) {
        assertThat(recordings).isNotEmpty().allSatisfy(recording -> {
            assertThat(recording.clientTranscript().isAllTls()).isTrue();
            assertThat(recording.clientTranscript().mayCarryCommand()).isFalse();
        });
    }

    private static String heard(HostilePeer peer) {
        return new String(peer.applicationBytes(), StandardCharsets.ISO_8859_1);
    }

    private ValkeyServer server() {
        return java.util.Objects.requireNonNull(server);
    }
}
