package io.valkeysecure.valkeyjava;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkey.DefaultJedisClientConfig;
import io.valkey.DefaultJedisSocketFactory;
import io.valkey.HostAndPort;
import io.valkey.Jedis;
import io.valkey.JedisClientConfig;
import io.valkey.JedisPool;
import io.valkey.JedisPooled;
import io.valkey.UnifiedJedis;
import io.valkey.exceptions.JedisException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The front doors, and what differs from Jedis: valkey-java has no {@code SslOptions}, and other ways to copy. */
class SecureValkeyJavaTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final Fixture.RecordingListener LISTENER = new Fixture.RecordingListener();

    private static ValkeyServer server;
    private static SecureTls tls;

    @BeforeAll
    static void start() {
        server = Fixture.server().plaintextPort().start();
        tls = Fixture.tls().listener(LISTENER).build();
    }

    @AfterAll
    static void stop() {
        tls.close();
        server.close();
    }

    private static JedisClientConfig login() {
        return Fixture.login().build();
    }

    @Test
    void pooled_connected_setsAndGetsOverVerifiedConnections() {
        try (JedisPooled client = SecureValkeyJava.pooled(tls, Fixture.address(server), login())) {
            client.set("key", "value");

            assertThat(client.get("key")).isEqualTo("value");
            assertThat(tls.status().openConnections()).isPositive();
        }
        await().atMost(LONG).until(() -> tls.status().openConnections() == 0);
        assertThat(LISTENER.succeeded).isNotEmpty().allSatisfy(handshake -> {
            assertThat(handshake.client()).isEqualTo(ClientLibrary.VALKEY_JAVA);
            assertThat(handshake.leaf()).isEqualTo(Fixture.SERVER.certificate());
        });
    }

    @Test
    void frontDoors_tlsUri_setAndGet() {
        String uri = "valkeys://" + Fixture.USER + ":" + Fixture.PASSWORD + "@localhost:" + server.port() + "/1";
        try (JedisPooled client = SecureValkeyJava.pooled(tls, uri);
                JedisPool pool = SecureValkeyJava.pool(
                        tls, SecureValkeyJava.hostAndPort(uri), SecureValkeyJava.clientConfig(tls, uri));
                Jedis jedis = pool.getResource()) {
            client.set("uri", "value");

            assertThat(jedis.get("uri")).isEqualTo("value");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://localhost:6379", "valkey://app:secret@localhost:6379", "unix:///run/valkey.sock"})
    void frontDoors_uriWithoutTls_areRefused(String uri) {
        for (Consumer<String> door : Stream.<Consumer<String>>of(
                        text -> SecureValkeyJava.pooled(tls, text).close(),
                        text -> SecureValkeyJava.clientConfig(tls, text).isSsl(),
                        text -> SecureValkeyJava.clientConfig(tls, URI.create(text))
                                .isSsl(),
                        text -> SecureValkeyJava.hostAndPort(text).getPort())
                .toList()) {
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(() -> door.accept(uri))
                    .withMessageNotContaining("secret")
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED));
        }
    }

    /** The same server for both: its certificate is of the right CA, and names another host. */
    @Test
    void pooled_otherName_isRefusedWithoutAByteWhereRawValkeyJavaLogsIn() {
        TestCertificate named = Fixture.ROOT.issue().dnsName("other.test").build();
        try (ValkeyServer other = ValkeyServer.builder(named, Fixture.ROOT)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .start();
                RecordingProxy proxy = RecordingProxy.to(other.host(), other.port());
                JedisPooled client = SecureValkeyJava.pooled(tls, Fixture.localhost(proxy.port()), login())) {
            Throwable thrown = catchThrowable(() -> client.set("key", "value"));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(proxy.awaitEnd(LONG)).isTrue();
            proxy.recordings().forEach(recording -> {
                assertThat(recording.clientTranscript().isAllTls()).isTrue();
                assertThat(recording.clientTranscript().mayCarryCommand()).isFalse();
            });

            JedisClientConfig raw = Fixture.login()
                    .ssl(true)
                    .sslSocketFactory(Fixture.CLIENT.tlsContext(Fixture.ROOT).getSocketFactory())
                    .build();
            try (JedisPooled believing = new JedisPooled(Fixture.localhost(other.port()), raw)) {
                believing.set("key", "value");
                assertThat(believing.get("key")).isEqualTo("value");
            }
        }
    }

    // Without TLS after all: each is refused with our configuration, and talks plaintext with one of valkey-java.

    private interface Use {
        void run(HostAndPort server, JedisClientConfig config);
    }

    private static Arguments use(String name, Use use) {
        return Arguments.of(name, use);
    }

    static Stream<Arguments> urisAndCopies() {
        return Stream.of(
                use("new Jedis(uri, config)", (server, config) -> {
                    try (Jedis jedis = new Jedis(uri(server), config)) {
                        jedis.ping();
                    }
                }),
                use("new UnifiedJedis(uri, config)", (server, config) -> {
                    try (UnifiedJedis client = new UnifiedJedis(uri(server), config)) {
                        client.ping();
                    }
                }),
                use("own socket factory", (server, config) -> {
                    try (Jedis jedis = new Jedis(new DefaultJedisSocketFactory(server), config)) {
                        jedis.ping();
                    }
                }),
                use("own socket factory, copy", (server, config) -> {
                    try (UnifiedJedis client = new UnifiedJedis(
                            new DefaultJedisSocketFactory(server), DefaultJedisClientConfig.copyConfig(config))) {
                        client.ping();
                    }
                }),
                use("new configuration with its credentials", (server, config) -> {
                    try (Jedis jedis = new Jedis(
                            server,
                            DefaultJedisClientConfig.builder()
                                    .credentialsProvider(config.getCredentialsProvider())
                                    .build())) {
                        jedis.ping();
                    }
                }));
    }

    private static URI uri(HostAndPort server) {
        return URI.create("redis://" + Fixture.USER + ":" + Fixture.PASSWORD + "@" + server);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("urisAndCopies")
    void plaintext_withOurConfiguration_isRefusedBeforeAByte(String name, Use use) {
        JedisClientConfig config = SecureValkeyJava.clientConfig(tls, login());
        try (Jedis verified = new Jedis(Fixture.address(server), config); // what this thread proved counts once
                RecordingProxy proxy = RecordingProxy.to(server.host(), server.plaintextPort())) {
            Throwable thrown = catchThrowable(() -> use.run(Fixture.localhost(proxy.port()), config));

            assertThat(RefusalReason.of(thrown)).as(name).contains(RefusalReason.PLAINTEXT_REQUESTED);
            assertThat(proxy.awaitEnd(LONG)).isTrue();
            assertThat(proxy.recordings())
                    .allSatisfy(
                            recording -> assertThat(recording.clientToServer()).isEmpty());
            assertThat(verified.ping()).isEqualTo("PONG");
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("urisAndCopies")
    void plaintext_withAConfigurationOfValkeyJava_reachesTheServer(String name, Use use) {
        try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.plaintextPort())) {
            use.run(Fixture.localhost(proxy.port()), login());

            assertThat(proxy.recordings())
                    .as(name)
                    .isNotEmpty()
                    .allMatch(recording -> !recording.clientTranscript().isAllTls());
        }
    }

    /** It is sound, but valkey-java does not say which scheme it was given. */
    @Test
    void tlsUri_ofAConstructorOfValkeyJava_isRefusedWithTheWayToWriteIt() {
        URI uri = URI.create("rediss://localhost:" + server.port());
        JedisClientConfig config = SecureValkeyJava.clientConfig(tls, login());

        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> new Jedis(uri, config).close())
                .withMessageContainingAll("HostAndPort", "SecureValkeyJava.pooled(tls, uri)");
    }

    // Clients of several servers.

    @Test
    void cluster_noSeedCanBeUsed_reasonReachesTheCaller() {
        TestCertificate stranger =
                TestCertificate.root().build().issue().dnsName("localhost").build();
        try (ValkeyServer untrusted =
                ValkeyServer.builder(stranger, Fixture.ROOT).start()) {
            Throwable thrown =
                    catchThrowable(() -> SecureValkeyJava.cluster(tls, Set.of(Fixture.address(untrusted)), login())
                            .close());

            assertThat(thrown).isInstanceOf(JedisException.class);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    @Test
    void sentinelPool_noSentinelCanBeUsed_reasonReachesTheCaller() {
        TestCertificate stranger =
                TestCertificate.root().build().issue().dnsName("localhost").build();
        try (ValkeyServer untrusted =
                ValkeyServer.builder(stranger, Fixture.ROOT).start()) {
            Throwable thrown = catchThrowable(() -> SecureValkeyJava.sentinelPool(tls)
                    .masterName("primary")
                    .sentinels(Set.of(Fixture.address(untrusted)))
                    .clientConfig(login())
                    .build()
                    .close());

            assertThat(thrown).isInstanceOf(JedisException.class);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    @Test
    void sentinelPool_withoutSentinels_saysWhatIsMissing() {
        assertThatIllegalStateException()
                .isThrownBy(() ->
                        SecureValkeyJava.sentinelPool(tls).masterName("primary").build())
                .withMessageContaining("sentinels is missing");
    }
}
