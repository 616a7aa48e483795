package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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
        "redis://localhost, 'seen redis://, which is without TLS; write rediss://'",
        "REDIS://localhost, 'seen redis://, which is without TLS'",
        "valkey://localhost, 'seen valkey://, which is without TLS; write valkeys://'",
        "redis-socket:///tmp/valkey.sock, 'a Unix socket, which carries no TLS'",
        "redis+socket:///tmp/valkey.sock, 'a Unix socket, which carries no TLS'",
        "redis-sentinel://localhost#primary, 'write rediss-sentinel://'",
        "valkey-sentinel://localhost#primary, 'write valkeys-sentinel://'",
        "redis+tls://localhost, 'which begins in plaintext'",
        "http://localhost, 'which is not a scheme of Valkey'",
        "localhost:6379, 'seen another one'",
        "hunter2://localhost, 'seen another one'",
        "'', 'seen none'",
    })
    void client_schemeWithoutTls_isRefused(String uri, String message) {
        assertThatThrownBy(() -> SecureLettuce.client(TLS, uri))
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED))
                .hasNoCause()
                .hasMessageContaining("expected a URI with the scheme rediss:// or valkeys://")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("localhost", "hunter2"));
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
        assertThat(TlsUri.parse(uri).isSsl()).isTrue();
    }

    @Test
    void parse_valkeys_keepsTheRest() {
        RedisURI uri = TlsUri.parse("valkeys://user:pw@valkey.internal:6380/2?timeout=3s");

        assertThat(uri.getHost()).isEqualTo("valkey.internal");
        assertThat(uri.getPort()).isEqualTo(6380);
        assertThat(uri.getDatabase()).isEqualTo(2);
        assertThat(uri.getTimeout()).hasSeconds(3);
        assertThat(uri.getCredentialsProvider().resolveCredentials().block())
                .satisfies(credentials -> assertThat(credentials.getUsername()).isEqualTo("user"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rediss://user:hunter2@local host", "rediss://", "rediss://user:hunter2@localhost:99999"})
    void client_malformedUri_messageShowsTheFormatAndNoTextOfTheUri(String uri) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SecureLettuce.client(TLS, uri))
                .withMessageContaining("write it as valkeys://user:password@host:6379")
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
                                    () -> client.connectPubSub(uri),
                                    () -> client.connectPubSub(StringCodec.UTF8, uri),
                                    () -> client.connectSentinel(uri),
                                    () -> client.connectSentinel(StringCodec.UTF8, uri))
                            .map(call -> catchThrowable(call::run)))
                    .hasSize(6)
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

        assertThatThrownBy(() -> SecureLettuce.clientBuilder(TLS, Pki.uri("localhost", 1))
                        .options(options)
                        .build())
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

    @ParameterizedTest(name = "{0}")
    @MethodSource("conflictingUris")
    void connectAsync_conflictingUri_failsTheFuture(String message, RefusalReason reason, Consumer<RedisURI> sin) {
        RedisClient client = SecureLettuce.client(TLS, Pki.uri("localhost", 1));
        RedisURI uri = Pki.uri("localhost", 1);
        sin.accept(uri);
        try {
            assertThat(List.<CompletionStage<?>>of(
                            client.connectAsync(StringCodec.UTF8, uri),
                            client.connectPubSubAsync(StringCodec.UTF8, uri),
                            client.connectSentinelAsync(StringCodec.UTF8, uri)))
                    .allSatisfy(future -> assertThat(future)
                            .failsWithin(Duration.ZERO)
                            .withThrowableOfType(ExecutionException.class)
                            .withCauseInstanceOf(TlsConfigurationException.class)
                            .satisfies(e -> assertThat(RefusalReason.of(e)).contains(reason))
                            .withMessageContaining(message));
        } finally {
            client.shutdown();
        }
    }

    /** As Lettuce's own methods do. */
    @Test
    @SuppressWarnings({"NullAway", "FutureReturnValueIgnored"
    }) // null is what is tried; each throws before there is a future
    void anyMethod_null_throwsWhatLettuceThrows() {
        RedisClient client = SecureLettuce.client(TLS, Pki.uri("localhost", 1));
        RedisURI good = Pki.uri("localhost", 1);
        RedisURI bad = RedisURI.create("redis://localhost:1");
        try {
            assertThat(Stream.<Callable<?>>of(
                                    () -> SecureLettuce.client(TLS, (RedisURI) null),
                                    () -> SecureLettuce.client(TLS, (String) null),
                                    () -> SecureLettuce.clientBuilder(TLS, null),
                                    () -> SecureLettuce.clientBuilder(TLS, good).options(null),
                                    () -> SecureLettuce.clientBuilder(TLS, good).resources(null),
                                    () -> SecureLettuce.clusterClient(TLS, (RedisURI) null),
                                    () -> SecureLettuce.clusterClient(TLS, (String) null),
                                    () -> SecureLettuce.clusterClientBuilder(TLS, null),
                                    () -> SecureLettuce.clusterClientBuilder(TLS, List.of()),
                                    () -> SecureLettuce.clusterClientBuilder(TLS, Arrays.asList(good, null)),
                                    () -> SecureLettuce.clusterClientBuilder(TLS, List.of(good))
                                            .options(null),
                                    () -> SecureLettuce.clusterClientBuilder(TLS, List.of(good))
                                            .resources(null),
                                    () -> SecureLettuce.resources(TLS, null),
                                    () -> SecureLettuce.clientOptions(TLS, (ClientOptions) null),
                                    () -> {
                                        client.setOptions(null);
                                        return "";
                                    },
                                    () -> client.connect((RedisURI) null),
                                    () -> client.connect((RedisCodec<?, ?>) null),
                                    () -> client.connect(StringCodec.UTF8, null),
                                    () -> client.connect(null, good),
                                    () -> client.connectAsync(StringCodec.UTF8, null),
                                    () -> client.connectAsync(null, good),
                                    () -> client.connectAsync(null, bad),
                                    () -> client.connectPubSub((RedisURI) null),
                                    () -> client.connectPubSub(null, good),
                                    () -> client.connectPubSubAsync(StringCodec.UTF8, null),
                                    () -> client.connectPubSubAsync(null, bad),
                                    () -> client.connectSentinel((RedisURI) null),
                                    () -> client.connectSentinel(null, good),
                                    () -> client.connectSentinelAsync(StringCodec.UTF8, null),
                                    () -> client.connectSentinelAsync(null, bad))
                            .map(call -> catchThrowable(call::call)))
                    .allSatisfy(thrown -> assertThat(thrown)
                            .isExactlyInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("must not be"));
        } finally {
            client.shutdown();
        }
    }

    @Test
    void builder_settingTwice_isRefused() {
        SecureClientBuilder builder =
                SecureLettuce.clientBuilder(TLS, Pki.uri("localhost", 1)).options(ClientOptions.create());

        assertThatIllegalStateException().isThrownBy(() -> builder.options(ClientOptions.create()));
    }

    static Stream<String> passwords() {
        return "!$&'()*+,;=:/?#[]@%-._~^|\\\"<>{} "
                .chars()
                .boxed()
                .flatMap(c -> Stream.of(
                        "s3cret" + (char) (int) c + "hunter2",
                        "12" + (char) (int) c + "34567",
                        (char) (int) c + "s3cret",
                        "s3cret" + (char) (int) c))
                .filter(password -> !password.matches(".*%[0-9a-f]{2}.*")); // which is another password, encoded
    }

    /** Accepted means that the whole password is the password, and that the host is the host. */
    @ParameterizedTest
    @MethodSource("passwords")
    void client_passwordWithAnyCharacter_isReadOrNoPartOfItIsShown(String password) {
        for (String user : List.of("", "app")) {
            for (String rest : List.of("@localhost:23080", "@localhost", "@localhost:23080/2?timeout=3s")) {
                for (String scheme : List.of("rediss://", "valkeys://", "")) {
                    String uri = scheme + user + ":" + password + rest;
                    requireReadOrHidden(() -> List.of(TlsUri.parse(uri)), password);
                    requireReadOrHidden(() -> TlsUri.parseSeeds(uri), password);
                    requireReadOrHidden(
                            () -> TlsUri.parseSeeds(uri.replace("@localhost", "@localhost,localhost")), password);
                }
                requireReadOrHidden(
                        () -> List.of(TlsUri.parse("rediss-sentinel://" + user + ":" + password + rest + "#primary")),
                        null,
                        password);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("passwords")
    void client_passwordPercentEncoded_isRead(String password) {
        String encoded = password.chars()
                .mapToObj(c -> Character.isLetterOrDigit(c) ? String.valueOf((char) c) : String.format("%%%02X", c))
                .collect(Collectors.joining());

        assertThat(passwordsOf(List.of(TlsUri.parse("rediss://app:" + encoded + "@localhost:23080"))))
                .containsExactly(password);
        assertThat(passwordsOf(TlsUri.parseSeeds("valkeys://app:" + encoded + "@localhost:23080,localhost:23081")))
                .containsOnly(password);
    }

    @Test
    void client_optionThatHoldsAnAt_isRead() {
        assertThat(TlsUri.parse("rediss://app:pw@localhost:6379?clientName=app@host&timeout=3s")
                        .getClientName())
                .isEqualTo("app@host");
    }

    private static void requireReadOrHidden(Callable<List<RedisURI>> read, String password) {
        requireReadOrHidden(read, "localhost", password);
    }

    private static void requireReadOrHidden(Callable<List<RedisURI>> read, @Nullable String host, String password) {
        List<RedisURI> uris;
        try {
            uris = read.call();
        } catch (Exception e) {
            assertThat(e).isInstanceOfAny(IllegalArgumentException.class, TlsConfigurationException.class);
            assertThat(e).hasNoCause();
            for (String part : password.split("[^a-z0-9]", -1)) {
                if (part.length() > 2) {
                    assertThat(e.getMessage()).doesNotContain(part);
                }
            }
            return;
        }
        assertThat(uris).allSatisfy(uri -> assertThat(uri.getHost()).isEqualTo(host));
        assertThat(passwordsOf(uris)).containsOnly(password);
    }

    private static List<String> passwordsOf(List<RedisURI> uris) {
        return uris.stream()
                .map(uri -> uri.getCredentialsProvider().resolveCredentials().block())
                .map(credentials -> new String(credentials.getPassword()))
                .toList();
    }
}
