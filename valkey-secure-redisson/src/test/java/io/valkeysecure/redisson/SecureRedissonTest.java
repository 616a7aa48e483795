package io.valkeysecure.redisson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.adapter.RefusalReporter;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.redisson.Redisson;
import org.redisson.api.RedissonClient;
import org.redisson.client.DefaultNettyHook;
import org.redisson.client.NettyHook;
import org.redisson.config.Config;
import org.redisson.config.SslProvider;
import org.redisson.config.SslVerificationMode;

/** A client at work, and what it refuses before and while it connects. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureRedissonTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Fixture fixture = new Fixture();
    private final ValkeyServer server = fixture.valkey().start();
    private final SecureTls tls = fixture.tls();

    @AfterEach
    void forget() {
        fixture.verified.clear();
        fixture.refused.clear();
    }

    @AfterAll
    void end() {
        tls.close();
        server.close();
    }

    private void assertSetsAndGets(RedissonClient client) {
        client.getBucket("key").set("value");
        assertThat(client.getBucket("key").get()).isEqualTo("value");
    }

    private static void assertNoCommandSent(RecordingProxy proxy) {
        assertThat(proxy.awaitEnd(LONG)).isTrue();
        assertThat(proxy.recordings())
                .isNotEmpty()
                .allSatisfy(recording -> assertThat(recording.clientTranscript().mayCarryCommand())
                        .isFalse());
    }

    @Test
    void client_connected_setsAndGetsOverVerifiedConnections() {
        RedissonClient client = SecureRedisson.client(tls, Fixture.single(server.port()));
        try {
            assertSetsAndGets(client);

            assertThat(fixture.verified).isNotEmpty().allSatisfy(handshake -> {
                assertThat(handshake.client()).isEqualTo(ClientLibrary.REDISSON);
                assertThat(handshake.leaf()).isEqualTo(fixture.server.certificate());
            });
            assertThat(tls.status().openConnections()).isPositive();
        } finally {
            client.shutdown();
        }
        await().atMost(LONG).until(() -> tls.status().openConnections() == 0);
        assertThat(fixture.refused).isEmpty();
    }

    /** The same server for both: its certificate is of the right CA, and names another host. */
    @Test
    void client_otherName_isRefusedWithoutAByteWhereRawRedissonLogsIn() throws Exception {
        TestCertificate named = fixture.root.issue().dnsName("other.test").build();
        try (ValkeyServer other = ValkeyServer.builder(named, fixture.root)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .start();
                RecordingProxy proxy = RecordingProxy.to("localhost", other.port())) {
            Throwable thrown = catchThrowable(() -> SecureRedisson.client(tls, Fixture.single(proxy.port())));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(fixture.verified).isEmpty();
            assertThat(proxy.awaitEnd(LONG)).isTrue();
            assertThat(proxy.recordings()).isNotEmpty().allSatisfy(recording -> {
                assertThat(recording.clientTranscript().isAllTls()).isTrue();
                assertThat(recording.clientTranscript().mayCarryCommand()).isFalse();
            });

            Config raw = Fixture.single(other.port())
                    .setSslTrustManagerFactory(trust(fixture.root))
                    .setSslKeyManagerFactory(identity(fixture.client))
                    .setSslVerificationMode(SslVerificationMode.CA_ONLY);
            RedissonClient believing = Redisson.create(raw);
            assertSetsAndGets(believing);
            believing.shutdown();
        }
    }

    private static TrustManagerFactory trust(TestCertificate root) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", root.certificate());
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    private static KeyManagerFactory identity(TestCertificate client) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "client",
                client.privateKey(),
                new char[0],
                client.chain().toArray(new java.security.cert.Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory;
    }

    /** The server comes back with a certificate of another CA, and then with its own. */
    @Test
    void reconnect_verifiesAgain() {
        try (ValkeyServer restarted = fixture.valkey().start();
                RecordingProxy proxy = RecordingProxy.to("localhost", restarted.port())) {
            Config config = Fixture.single(proxy.port());
            RedissonClient client = SecureRedisson.client(tls, config);
            try {
                assertSetsAndGets(client);
                int before = proxy.recordings().size();

                restarted.restart(TestCertificate.root()
                        .build()
                        .issue()
                        .dnsName("localhost")
                        .build());
                proxy.redirect("localhost", restarted.port());

                await().atMost(LONG).until(() -> !fixture.refused.isEmpty());
                assertThat(fixture.refused)
                        .allSatisfy(refusal -> assertThat(refusal.reason())
                                .isIn(RefusalReason.UNTRUSTED_ISSUER, RefusalReason.PEER_CLOSED));
                assertThat(RefusalReason.of(
                                catchThrowable(() -> client.getBucket("key").get())))
                        .contains(RefusalReason.UNTRUSTED_ISSUER);
                proxy.recordings().stream()
                        .skip(before)
                        .forEach(recording -> assertThat(
                                        recording.clientTranscript().mayCarryCommand())
                                .isFalse());

                restarted.restart(fixture.server);
                proxy.redirect("localhost", restarted.port());

                await().atMost(LONG).ignoreExceptions().untilAsserted(() -> assertSetsAndGets(client));
            } finally {
                client.shutdown();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://localhost:6379",
                "valkey://app:secret@localhost:6379",
                "redis+uds:///run/valkey.sock",
                "valkey+uds:///run/valkey.sock",
                "localhost:6379"
            })
    void secure_addressWithoutTls_isRefusedInEveryTopology(String address) {
        for (Consumer<Config> topology : List.<Consumer<Config>>of(
                config -> config.useSingleServer().setAddress(address),
                config -> config.useClusterServers().addNodeAddress("rediss://localhost:6379", address),
                config -> config.useSentinelServers().addSentinelAddress("rediss://localhost:26379", address),
                config -> config.useReplicatedServers().addNodeAddress("rediss://localhost:6379", address),
                config -> config.useMasterSlaveServers().setMasterAddress(address),
                config -> config.useMasterSlaveServers()
                        .setMasterAddress("rediss://localhost:6379")
                        .addSlaveAddress(address))) {
            Config config = Fixture.login();
            topology.accept(config);

            assertThatThrownBy(() -> SecureRedisson.secure(tls, config))
                    .isInstanceOf(TlsConfigurationException.class)
                    .hasMessageContaining("expected a URI with the scheme rediss:// or valkeys://")
                    .hasMessageNotContaining("secret")
                    .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.PLAINTEXT_REQUESTED));
        }
    }

    static Stream<Arguments> tlsSettings() throws Exception {
        TestCertificate root = TestCertificate.root().build();
        TrustManagerFactory trust = trust(root);
        KeyManagerFactory identity = identity(root);
        java.net.URL store = URI.create("file:/etc/valkey/store.p12").toURL();
        return Stream.of(
                setting("sslVerificationMode is NONE", c -> c.setSslVerificationMode(SslVerificationMode.NONE)),
                setting("sslVerificationMode is CA_ONLY", c -> c.setSslVerificationMode(SslVerificationMode.CA_ONLY)),
                setting("sslProvider is OPENSSL", c -> c.setSslProvider(SslProvider.OPENSSL)),
                setting("sslKeystoreType", c -> c.setSslKeystoreType("PKCS12")),
                setting("sslTruststore", c -> c.setSslTruststore(store)),
                setting("sslTruststorePassword", c -> c.setSslTruststorePassword("secret")),
                setting("sslKeystore", c -> c.setSslKeystore(store)),
                setting("sslKeystorePassword", c -> c.setSslKeystorePassword("secret")),
                setting("sslProtocols", c -> c.setSslProtocols(new String[] {"TLSv1.3"})),
                setting("sslCiphers", c -> c.setSslCiphers(new String[] {"TLS_AES_128_GCM_SHA256"})),
                setting("sslTrustManagerFactory", c -> c.setSslTrustManagerFactory(trust)),
                setting("sslKeyManagerFactory", c -> c.setSslKeyManagerFactory(identity)));
    }

    private static Arguments setting(String name, Consumer<Config> setter) {
        return Arguments.of(name, setter);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tlsSettings")
    void secure_tlsSettingOfItsOwn_isRefused(String name, Consumer<Config> setter) {
        Config config = Fixture.single(6379);
        var unused = SecureRedisson.secure(tls, config); // the twin

        setter.accept(config);

        assertThatThrownBy(() -> SecureRedisson.secure(tls, config))
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageStartingWith("Config." + name)
                .hasMessageContaining("expected")
                .hasMessageContaining("remove the setting, and ")
                .hasMessageNotContaining("secret")
                .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.UNSUPPORTED_SETTING));
    }

    /** Each topology has the same settings again, which Redisson reads, too. */
    @Test
    @SuppressWarnings("deprecation")
    void secure_tlsSettingOfTheTopology_isRefused() {
        Config single = Fixture.single(6379);
        single.useSingleServer().setSslVerificationMode(SslVerificationMode.NONE);
        Config cluster = Fixture.login();
        cluster.useClusterServers().addNodeAddress(Fixture.address(6379)).setSslKeystorePassword("secret");

        assertThatThrownBy(() -> SecureRedisson.secure(tls, single))
                .hasMessageStartingWith("SingleServerConfig.sslVerificationMode is NONE, expected STRICT");
        assertThatThrownBy(() -> SecureRedisson.secure(tls, cluster))
                .hasMessageStartingWith("ClusterServersConfig.sslKeystorePassword is set, expected none");
    }

    @Test
    void secure_twice_isGuardedOnceAndByOne() {
        Config once = SecureRedisson.secure(tls, Fixture.single(server.port()));
        RedissonClient client = SecureRedisson.client(tls, once);
        assertSetsAndGets(client);
        client.shutdown();

        try (SecureTls other = fixture.tls()) {
            assertThatThrownBy(() -> SecureRedisson.secure(other, once))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another SecureTls");
        }
    }

    @Test
    void hook_ofTheUser_isKept() {
        List<Object> seen = new CopyOnWriteArrayList<>();
        Config config = Fixture.single(server.port()).setNettyHook(new NettyHook() {
            @Override
            public void afterBoostrapInitialization(Bootstrap bootstrap) {
                seen.add(bootstrap);
            }

            @Override
            public void afterChannelInitialization(Channel channel) {
                seen.add(channel);
            }
        });
        RedissonClient client = SecureRedisson.client(tls, config);
        client.shutdown();

        assertThat(seen).hasAtLeastOneElementOfType(Bootstrap.class).hasAtLeastOneElementOfType(Channel.class);
    }

    /** A copy keeps its guard, whatever is set in it later. */
    @Test
    void secure_hookAndModeSetLater_otherName_isRefusedWithoutAByte() {
        TestCertificate named = fixture.root.issue().dnsName("other.test").build();
        AtomicInteger channels = new AtomicInteger();
        try (ValkeyServer other = ValkeyServer.builder(named, fixture.root)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .start();
                RecordingProxy proxy = RecordingProxy.to("localhost", other.port())) {
            Config config = changedLater(proxy.port(), channels);

            Throwable thrown = catchThrowable(() -> Redisson.create(config));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(channels).hasPositiveValue();
            assertNoCommandSent(proxy);
        }
    }

    /** Its twin, with the server's own name. */
    @Test
    void secure_hookAndModeSetLater_connectsByTheGuard() {
        AtomicInteger channels = new AtomicInteger();

        RedissonClient client = Redisson.create(changedLater(server.port(), channels));
        assertSetsAndGets(client);

        assertThat(channels).hasPositiveValue();
        assertThat(fixture.verified).isNotEmpty();
        client.shutdown();
    }

    private Config changedLater(int port, AtomicInteger channels) {
        return SecureRedisson.secure(tls, Fixture.single(port))
                .setNettyHook(counting(channels))
                .setSslVerificationMode(SslVerificationMode.NONE);
    }

    @Test
    void secure_guardOfAnotherSetLater_isRefused() {
        Config config = SecureRedisson.secure(tls, Fixture.single(server.port()));
        try (SecureTls other = fixture.tls()) {
            NettyHook others =
                    SecureRedisson.secure(other, Fixture.single(server.port())).getNettyHook();

            assertThatThrownBy(() -> config.setNettyHook(others))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("another SecureTls");
        }
    }

    private static NettyHook counting(AtomicInteger channels) {
        return new NettyHook() {
            @Override
            public void afterBoostrapInitialization(Bootstrap bootstrap) {}

            @Override
            public void afterChannelInitialization(Channel channel) {
                channels.incrementAndGet();
            }
        };
    }

    /**
     * Whoever takes the guard away in a further copy gets a client that trusts nobody. Redisson itself trusts everybody
     * if told NONE.
     */
    @ParameterizedTest
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void guard_replacedByAnotherHook_connectionFailsWithoutAByte(SslVerificationMode mode) {
        try (RecordingProxy proxy = RecordingProxy.to("localhost", server.port())) {
            Config config = new Config(SecureRedisson.secure(tls, Fixture.single(proxy.port())))
                    .setNettyHook(new DefaultNettyHook())
                    .setSslVerificationMode(mode);

            assertThatThrownBy(() -> Redisson.create(config))
                    .hasStackTraceContaining("expected a channel guarded by valkey-secure");

            assertNoCommandSent(proxy);
        }
    }

    @Test
    void guard_weakenedAfterwards_isRefusedWhenItConnects() {
        Config config = SecureRedisson.secure(tls, Fixture.single(server.port()))
                .setSslVerificationMode(SslVerificationMode.CA_ONLY);

        Throwable thrown = catchThrowable(() -> Redisson.create(config));

        assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNSUPPORTED_SETTING);
    }

    /** As for an address that a NatMapper made: nobody is dialled. */
    @Test
    void guard_channelWithoutTls_doesNotConnect() {
        EmbeddedChannel channel = new EmbeddedChannel();
        new GuardHook(tls, new DefaultNettyHook(), new RefusalReporter()).afterChannelInitialization(channel);

        var connected = channel.connect(new InetSocketAddress("localhost", 6379));

        assertThat(connected.cause())
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageContaining("expected a connection with TLS, seen one without");
    }

    @Test
    void client_closedTls_saysSo() {
        SecureTls closed = fixture.tls();
        closed.close();

        assertThatThrownBy(() -> SecureRedisson.client(closed, Fixture.single(server.port())))
                .hasStackTraceContaining("closed");
    }
}
