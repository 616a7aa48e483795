package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecureLettuceSettingsTest {
    private static final SecureTls TLS = new Pki().tls();

    @AfterAll
    static void close() {
        TLS.close();
    }

    @ParameterizedTest
    @CsvSource({
        "redis://localhost, 'scheme redis:// is without TLS; write rediss:// or valkeys://'",
        "REDIS://localhost, 'scheme redis:// is without TLS'",
        "valkey://localhost, 'scheme valkey:// is without TLS'",
        "redis-socket:///tmp/valkey.sock, 'a Unix socket carries no TLS'",
        "redis+socket:///tmp/valkey.sock, 'a Unix socket carries no TLS'",
        "redis-sentinel://localhost#primary, 'write rediss-sentinel:// or valkeys-sentinel://'",
    })
    void client_schemeWithoutTls_isRefused(String uri, String message) {
        assertThatThrownBy(() -> SecureLettuce.client(TLS, uri))
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rediss://localhost",
                "REDISS://localhost",
                "valkeys://localhost",
                "Valkeys://user:pw@localhost:6380/2?timeout=3s",
                "rediss-sentinel://localhost#primary",
                "valkeys-sentinel://localhost#primary"
            })
    void parse_schemeWithTls_isAccepted(String uri) {
        assertThat(ServerUri.parse(uri).isSsl()).isTrue();
    }

    @Test
    void parse_valkeys_keepsTheRest() {
        RedisURI uri = ServerUri.parse("valkeys://user:pw@valkey.internal:6380/2?timeout=3s");

        assertThat(uri.getHost()).isEqualTo("valkey.internal");
        assertThat(uri.getPort()).isEqualTo(6380);
        assertThat(uri.getDatabase()).isEqualTo(2);
        assertThat(uri.getTimeout()).hasSeconds(3);
        assertThat(uri.getCredentialsProvider().resolveCredentials().block())
                .satisfies(credentials -> assertThat(credentials.getUsername()).isEqualTo("user"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "localhost:6379", "http://localhost", "rediss://user:hunter2@local host"})
    void client_notAServersUri_saysWhatIsExpectedAndShowsNoText(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SecureLettuce.client(TLS, uri))
                .withMessageContaining("rediss://")
                .satisfies(e -> assertThat(e).hasNoCause())
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2"));
    }

    static Stream<Arguments> conflictingUris() {
        return Stream.of(
                conflict("RedisURI.ssl is false", RefusalReason.PLAINTEXT_REQUESTED, uri -> uri.setSsl(false)),
                conflict("RedisURI.startTls is true", RefusalReason.PLAINTEXT_REQUESTED, uri -> uri.setStartTls(true)),
                conflict("RedisURI.socket is set", RefusalReason.PLAINTEXT_REQUESTED, uri -> uri.setSocket("/tmp/v")),
                conflict(
                        "RedisURI.verifyPeer is NONE",
                        RefusalReason.UNSUPPORTED_SETTING,
                        uri -> uri.setVerifyPeer(SslVerifyMode.NONE)),
                conflict(
                        "RedisURI.verifyPeer is CA",
                        RefusalReason.UNSUPPORTED_SETTING,
                        uri -> uri.setVerifyPeer(SslVerifyMode.CA)),
                conflict(
                        "RedisURI.sentinels[0].ssl is false",
                        RefusalReason.PLAINTEXT_REQUESTED,
                        uri -> uri.getSentinels().add(RedisURI.create("redis://localhost:26379"))));
    }

    private static Arguments conflict(String message, RefusalReason reason, Consumer<RedisURI> sin) {
        return Arguments.of(message, reason, sin);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("conflictingUris")
    void client_conflictingUri_isRefusedByName(String message, RefusalReason reason, Consumer<RedisURI> sin) {
        RedisURI uri = Pki.uri("localhost", 1);
        sin.accept(uri);

        assertThatThrownBy(() -> SecureLettuce.client(TLS, uri))
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(reason))
                .hasMessageStartingWith(message);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // each throws before there is a future
    @ParameterizedTest(name = "{0}")
    @MethodSource("conflictingUris")
    void connect_conflictingUri_isRefusedByName(String message, RefusalReason reason, Consumer<RedisURI> sin) {
        RedisClient client = SecureLettuce.client(TLS, Pki.uri("localhost", 1));
        RedisURI uri = Pki.uri("localhost", 1);
        sin.accept(uri);
        try {
            assertThat(Stream.<Runnable>of(
                                    () -> client.connect(uri),
                                    () -> client.connect(StringCodec.UTF8, uri),
                                    () -> client.connectAsync(StringCodec.UTF8, uri),
                                    () -> client.connectPubSub(uri),
                                    () -> client.connectPubSub(StringCodec.UTF8, uri),
                                    () -> client.connectPubSubAsync(StringCodec.UTF8, uri),
                                    () -> client.connectSentinel(uri),
                                    () -> client.connectSentinel(StringCodec.UTF8, uri),
                                    () -> client.connectSentinelAsync(StringCodec.UTF8, uri))
                            .map(call -> catchThrowable(call::run)))
                    .hasSize(9)
                    .allSatisfy(thrown -> assertThat(thrown)
                            .isInstanceOf(TlsConfigurationException.class)
                            .hasMessageStartingWith(message));
        } finally {
            client.shutdown();
        }
    }

    @Test
    void client_ownSslOptions_areRefusedByName() {
        ClientOptions options =
                ClientOptions.builder().sslOptions(SslOptions.create()).build();

        assertThatThrownBy(() -> SecureLettuce.client(TLS, Pki.uri("localhost", 1), options))
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageContaining("ClientOptions.sslOptions is set")
                .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.UNSUPPORTED_SETTING));
    }

    @Test
    void setOptions_ownSslOptions_areRefusedAndOthersKept() {
        RedisClient client = SecureLettuce.client(TLS, Pki.uri("localhost", 1));
        try {
            client.setOptions(ClientOptions.builder().autoReconnect(false).build());

            assertThat(client.getOptions().isAutoReconnect()).isFalse();
            assertThat(client.getOptions().getSslOptions()).isInstanceOf(TrustNobody.class);
            assertThatThrownBy(() -> client.setOptions(ClientOptions.builder()
                            .sslOptions(SslOptions.create())
                            .build()))
                    .isInstanceOf(TlsConfigurationException.class);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void clientOptions_anySetting_isKept() {
        ClientOptions base = ClientOptions.builder()
                .useHashIndexQueue(false)
                .requestQueueSize(7)
                .autoReconnect(false)
                .build();

        ClientOptions guarded = SecureLettuce.clientOptions(TLS, base);

        assertThat(guarded.isUseHashIndexedQueue()).isFalse();
        assertThat(guarded.getRequestQueueSize()).isEqualTo(7);
        assertThat(guarded.isAutoReconnect()).isFalse();
        assertThat(guarded.getSslOptions()).isInstanceOf(TrustNobody.class);
    }

    @Test
    void clientOptions_guardedAlready_areAcceptedAlsoAsCopies() {
        ClientOptions guarded = SecureLettuce.clientOptions(TLS, ClientOptions.create());

        assertThat(SecureLettuce.clientOptions(TLS, ClientOptions.copyOf(guarded))
                        .getSslOptions())
                .isInstanceOf(TrustNobody.class);
        assertThat(SecureLettuce.clientOptions(TLS, guarded.mutate().build()).getSslOptions())
                .isInstanceOf(TrustNobody.class);
    }

    @Test
    void resources_guardedByAnother_areRefused() {
        ClientResources guarded = SecureLettuce.resources(TLS);
        try (SecureTls other = new Pki().tls()) {
            assertThat(SecureLettuce.resources(TLS, guarded)).isSameAs(guarded);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SecureLettuce.resources(other, guarded))
                    .withMessageContaining("another SecureTls");
        } finally {
            guarded.shutdown().syncUninterruptibly();
        }
    }

    @Test
    void resources_ofOurOwn_spreadReconnects() {
        ClientResources resources = SecureLettuce.resources(TLS);
        try {
            assertThat(Stream.generate(() -> resources.reconnectDelay().createDelay(1))
                            .limit(100)
                            .distinct())
                    .hasSizeGreaterThan(10);
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }
}
