package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.handler.proxy.HttpProxyHandler;
import io.netty.handler.proxy.Socks5ProxyHandler;
import io.netty.resolver.NoopAddressResolverGroup;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSocketFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * Servers behind SOCKS, HTTP CONNECT and a proxy that routes by SNI, as docs/proxies.md shows it: the proxy resolves the
 * name, and the server behind it is the one that is verified.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProxyTest {
    private static final String NAME = "node-1.internal.test";
    private static final String OTHER = "node-2.internal.test";
    private static final int PORT = 6379;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate client = root.issue().subject("CN=app").build();
    private final ValkeyServer server = server(NAME);
    private final RecordingProxy wire = RecordingProxy.to(server.host(), server.port());

    private ValkeyServer server(String name) {
        return ValkeyServer.builder(root.issue().dnsName(name).build(), root)
                .user(TestClient.USER, TestClient.PASSWORD)
                .start();
    }

    @AfterAll
    void stop() {
        wire.close();
        server.close();
    }

    private SecureTls.Builder tls(TestClient with) {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .engine(with.engine());
    }

    static Stream<Arguments> clientsAndKinds() {
        return with(TestClient.values());
    }

    /** For what the engine cannot change. */
    static Stream<Arguments> onTheJdkAndKinds() {
        return with(TestClient.LETTUCE, TestClient.JEDIS);
    }

    private static Stream<Arguments> with(TestClient... clients) {
        return Stream.of(clients)
                .flatMap(client -> Stream.of(TestProxy.Kind.SOCKS5, TestProxy.Kind.CONNECT)
                        .map(kind -> Arguments.of(client, kind)));
    }

    private static String setAndGet(TestClient with, SecureTls tls, TestProxy.Kind kind, TestProxy proxy, String host) {
        return with.library() == ClientLibrary.LETTUCE
                ? lettuce(tls, kind, proxy.address(), host)
                : jedis(tls, kind, proxy.address(), host);
    }

    private static String lettuce(SecureTls tls, TestProxy.Kind kind, SocketAddress proxy, String host) {
        ClientResources resources = ClientResources.builder()
                .addressResolverGroup(NoopAddressResolverGroup.INSTANCE)
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        ChannelHandler handler = kind == TestProxy.Kind.SOCKS5
                                ? new Socks5ProxyHandler(proxy)
                                : new HttpProxyHandler(proxy);
                        channel.pipeline().addFirst(handler);
                    }
                })
                .build();
        RedisURI uri = RedisURI.Builder.redis(host, PORT)
                .withSsl(true)
                .withAuthentication(TestClient.USER, TestClient.PASSWORD)
                .withTimeout(LONG)
                .build();
        RedisClient lettuce =
                SecureLettuce.clientBuilder(tls, uri).resources(resources).build();
        try {
            lettuce.connect().sync().set("key", "value");
            return String.valueOf(lettuce.connect().sync().get("key"));
        } finally {
            lettuce.shutdown(Duration.ZERO, Duration.ofSeconds(1));
            resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static String jedis(SecureTls tls, TestProxy.Kind kind, SocketAddress address, String host) {
        Proxy proxy = new Proxy(kind == TestProxy.Kind.SOCKS5 ? Proxy.Type.SOCKS : Proxy.Type.HTTP, address);
        JedisClientConfig config = SecureJedis.clientConfig(
                tls,
                DefaultJedisClientConfig.builder()
                        .user(TestClient.USER)
                        .password(TestClient.PASSWORD)
                        .timeoutMillis((int) LONG.toMillis())
                        .build());
        JedisSocketFactory sockets = () -> {
            try {
                Socket socket = new Socket(proxy);
                socket.connect(InetSocketAddress.createUnresolved(host, PORT), config.getConnectionTimeoutMillis());
                return config.getSslOptions()
                        .createSslContext()
                        .getSocketFactory()
                        .createSocket(socket, host, PORT, true);
            } catch (IOException | GeneralSecurityException e) {
                throw new JedisConnectionException(e);
            }
        };
        try (Jedis jedis = new Jedis(sockets, config)) {
            jedis.set("key", "value");
            return String.valueOf(jedis.get("key"));
        }
    }

    @ParameterizedTest
    @MethodSource("clientsAndKinds")
    void server_behindAProxyThatResolvesItsName_isAccepted(TestClient with, TestProxy.Kind kind) {
        try (TestProxy proxy = new TestProxy(kind, Map.of(NAME, server.port()));
                SecureTls tls = tls(with).build()) {
            assertThat(setAndGet(with, tls, kind, proxy, NAME)).isEqualTo("value");
            assertThat(proxy.asked()).isNotEmpty().containsOnly(NAME);
        }
    }

    @ParameterizedTest
    @MethodSource("clientsAndKinds")
    void proxy_thatLeadsToAnotherServer_isRefusedWithoutAnApplicationByte(TestClient with, TestProxy.Kind kind) {
        int before = wire.recordings().size();
        try (TestProxy proxy = new TestProxy(kind, Map.of(OTHER, wire.port()));
                SecureTls tls = tls(with).build()) {
            Throwable thrown = catchThrowable(() -> setAndGet(with, tls, kind, proxy, OTHER));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(proxy.asked()).isNotEmpty().containsOnly(OTHER);
            assertNoCommandSince(before);
        }
    }

    private void assertNoCommandSince(int before) {
        assertThat(wire.awaitEnd(LONG)).isTrue();
        assertThat(wire.recordings().subList(before, wire.recordings().size()))
                .isNotEmpty()
                .allSatisfy(recording -> {
                    assertThat(recording.clientTranscript().isAllTls()).isTrue();
                    assertThat(recording.clientTranscript().mayCarryCommand()).isFalse();
                });
    }

    @ParameterizedTest
    @MethodSource("onTheJdkAndKinds")
    void proxy_thatRefuses_isToldWithItsAnswer(TestClient with, TestProxy.Kind kind) {
        try (TestProxy proxy = new TestProxy(kind, Map.of());
                SecureTls tls = tls(with).build()) {
            Throwable thrown = catchThrowable(() -> setAndGet(with, tls, kind, proxy, NAME));

            boolean lettuce = with.library() == ClientLibrary.LETTUCE;
            String answer = kind == TestProxy.Kind.CONNECT ? "403 Forbidden" : lettuce ? "FORBIDDEN" : "not allowed";
            assertThat(thrown).hasStackTraceContaining(answer);
            assertThat(RefusalReason.of(thrown))
                    .isEqualTo(lettuce ? Optional.of(RefusalReason.PEER_CLOSED) : Optional.empty());
        }
    }

    /** {@code -DsocksProxyHost} has the same effect; it works for every client of Jedis, whose names are resolved here. */
    @ParameterizedTest
    @EnumSource(names = "JEDIS")
    void jedis_withTheSocksProxyOfTheJvm_goesThroughIt(TestClient with) {
        ProxySelector before = ProxySelector.getDefault();
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.SOCKS5, Map.of("127.0.0.1", server.port()));
                SecureTls tls = tls(with).serverName("example.test", NAME).build()) {
            ProxySelector.setDefault(new ProxySelector() {
                @Override
                public List<Proxy> select(URI target) {
                    boolean ours = target.getScheme().equals("socket") && target.getPort() == PORT;
                    return List.of(ours ? new Proxy(Proxy.Type.SOCKS, proxy.address()) : Proxy.NO_PROXY);
                }

                @Override
                public void connectFailed(URI target, SocketAddress address, IOException failure) {
                    throw new AssertionError(failure);
                }
            });
            try (TestClient.Connection connection = with.connect(tls, "example.test", PORT)) {
                connection.set("key", "value");
                assertThat(connection.get("key")).isEqualTo("value");
            }
            assertThat(proxy.asked()).containsOnly("127.0.0.1");
        } finally {
            ProxySelector.setDefault(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void proxyThatRoutesBySni_toldTheNameOfTheServer_leadsThere(TestClient with) {
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.SNI, Map.of(NAME, wire.port()));
                SecureTls tls = tls(with).serverName("localhost", NAME).build();
                TestClient.Connection connection = with.connect(tls, "localhost", proxy.port())) {
            connection.set("key", "value");

            assertThat(connection.get("key")).isEqualTo("value");
            assertThat(proxy.asked()).isNotEmpty().containsOnly(NAME);
        }
    }

    @ParameterizedTest
    @EnumSource
    void proxyThatRoutesBySni_leadsToAnotherServer_isRefused(TestClient with) {
        int before = wire.recordings().size();
        try (TestProxy proxy = new TestProxy(TestProxy.Kind.SNI, Map.of(OTHER, wire.port()));
                SecureTls tls = tls(with).serverName("localhost", OTHER).build()) {
            Throwable thrown = catchThrowable(() -> with.connect(tls, "localhost", proxy.port()));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertNoCommandSince(before);
        }
    }
}
