package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.support.AsyncConnectionPoolSupport;
import io.lettuce.core.support.BoundedAsyncPool;
import io.lettuce.core.support.BoundedPoolConfig;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.TlsRecord;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.recording.TlsTranscript;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/**
 * What is refused, that the caller of Lettuce's own methods learns why, and that nothing was said to the wrong peer.
 */
class SecureLettuceRefusalTest {
    private static final String PASSWORD = "correct-horse-battery";
    /** What is lost in a race is not lost each time. */
    private static final int REPEATS = Integer.getInteger("repeats", 4);

    private final Pki pki = new Pki();
    private final SecureTls tls = pki.tls();

    @AfterEach
    void close() {
        tls.close();
    }

    private static RedisURI uri(int port) {
        RedisURI uri = Pki.uri("localhost", port);
        Pki.authenticate(uri, "app", PASSWORD);
        return uri;
    }

    private static Throwable refusalOf(SecureTls tls, RedisURI uri) {
        RedisClient client = SecureLettuce.client(tls, uri);
        try {
            return catchThrowable(client::connect);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void connect_plaintextUriOnARawClientWithOurResources_neverConnects() {
        ClientResources resources = SecureLettuce.resources(tls);
        try (HostilePeer peer = HostilePeer.plaintextValkey();
                RedisClient client =
                        RedisClient.create(resources, "redis://:" + PASSWORD + "@localhost:" + peer.port())) {
            assertThat(List.<ThrowingCallable>of(client::connect, client::connectPubSub, client::connectSentinel))
                    .allSatisfy(connect -> assertThat(catchThrowable(connect))
                            .isInstanceOf(RedisConnectionException.class)
                            .satisfies(
                                    e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.PLAINTEXT_REQUESTED)));
            assertThat(peer.connections()).isZero();
            assertThat(peer.rawBytes()).isEmpty();
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }

    @Test
    void connect_uriTurnedToPlaintextLater_neverConnects() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            RedisURI uri = uri(peer.port());
            RedisClient client = SecureLettuce.client(tls, uri);
            uri.setSsl(false);
            try {
                assertThat(RefusalReason.of(catchThrowable(client::connect)))
                        .contains(RefusalReason.PLAINTEXT_REQUESTED);
            } finally {
                client.shutdown();
            }
            assertThat(peer.connections()).isZero();
        }
    }

    @Test
    void connect_startTlsUriOnARawClientWithOurResources_isTlsFromTheFirstByte() {
        ClientResources resources = SecureLettuce.resources(tls);
        RedisURI uri;
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            uri = uri(peer.port());
            uri.setStartTls(true);
            try (RedisClient client = RedisClient.create(resources, uri)) {
                assertThat(RefusalReason.of(catchThrowable(client::connect))).contains(RefusalReason.PLAINTEXT_PEER);
            }
            assertThat(TlsTranscript.of(peer.rawBytes()).isAllTls()).isTrue();
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }

    /** The front door sees the URI. Here only what Lettuce made of it can be seen. */
    @ParameterizedTest
    @EnumSource(SslVerifyMode.class)
    void connect_verifyPeerOfARawClientWithOurResources_isRefusedByNameOrHasNoEffect(SslVerifyMode mode) {
        ClientResources resources = SecureLettuce.resources(tls);
        try (HostilePeer peer = HostilePeer.tls(
                TestCertificate.root().build().issue().dnsName("localhost").build())) {
            RedisURI uri = uri(peer.port());
            uri.setVerifyPeer(mode);
            try (RedisClient client = RedisClient.create(resources, uri)) {
                assertThat(RefusalReason.of(catchThrowable(client::connect)))
                        .contains(
                                mode == SslVerifyMode.CA
                                        ? RefusalReason.UNSUPPORTED_SETTING
                                        : RefusalReason.UNTRUSTED_ISSUER);
            }
            assertThat(peer.applicationBytes()).isEmpty();
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }

    /** What a framework hands on as it is: the exception, its causes and what was suppressed. */
    @ParameterizedTest
    @ValueSource(strings = {"x\r\n\u001b[2Jok\u009b31m\u202ekcab\u2066\u2028y", "\u200b\u061c\u007f\u0007"})
    void connect_hostileNames_areShownInPrintableText(String text) {
        TestCertificate hostile = TestCertificate.root()
                .subject("CN=a" + text + "b")
                .build()
                .issue()
                .subject("CN=c" + text + "d")
                .rawName(6, ("http://" + text).getBytes(StandardCharsets.UTF_8))
                .build();
        try (HostilePeer peer = HostilePeer.tls(hostile)) {
            Throwable thrown = refusalOf(tls, uri(peer.port()));

            assertThat(RefusalReason.of(thrown)).isPresent();
            assertThat(peer.applicationBytes()).isEmpty();
            assertThat(Throwables.getStackTrace(thrown))
                    .satisfies(
                            trace -> assertThat(trace.replaceAll("[\n\t]", "").chars())
                                    .noneMatch(c -> c < ' '
                                            || (c >= 0x7f && c < 0xa0)
                                            || Character.getType(c) == Character.FORMAT
                                            || Character.getType(c) == Character.LINE_SEPARATOR));
        }
    }

    /** Whatever Lettuce itself is told to verify: {@code NONE} would replace trust managers. */
    @ParameterizedTest
    @EnumSource
    void connect_guardMissing_lettucesOwnTlsSendsNoByte(SslVerifyMode mode) {
        try (ValkeyServer server = pki.valkey().start();
                RecordingProxy proxy = RecordingProxy.to("localhost", server.port());
                RedisClient client = RedisClient.create(RedisURI.builder(Pki.uri("localhost", proxy.port()))
                        .withVerifyPeer(mode)
                        .build())) {
            client.setOptions(SecureLettuce.clientOptions(tls, ClientOptions.create()));

            assertThat(catchThrowable(client::connect))
                    .satisfies(e -> assertThat(RefusalReason.of(e)).contains(RefusalReason.UNCLASSIFIED))
                    .hasStackTraceContaining("expected a channel guarded by valkey-secure");

            await().atMost(Duration.ofMinutes(1))
                    .until(() -> !proxy.recordings().isEmpty());
            assertThat(proxy.awaitEnd(Duration.ofMinutes(1))).isTrue();
            assertThat(proxy.recordings())
                    .isNotEmpty()
                    .allSatisfy(
                            recording -> assertThat(recording.clientToServer()).isEmpty());
        }
    }

    @Test
    void connect_sameOptionsAndGuard_isAccepted() {
        ClientResources resources = SecureLettuce.resources(tls);
        try (ValkeyServer server = pki.valkey().start();
                RedisClient client = RedisClient.create(resources, Pki.uri(server))) {
            client.setOptions(SecureLettuce.clientOptions(tls, ClientOptions.create()));

            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().ping()).isEqualTo("PONG");
            }
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }

    @Test
    void connect_plaintextPeer_isRefusedAndToldNothing() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            Throwable thrown = refusalOf(tls, uri(peer.port()));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_PEER);
            assertThat(thrown)
                    .isInstanceOf(RedisConnectionException.class)
                    .hasCauseInstanceOf(TlsHandshakeException.class);
            TlsTranscript sent = TlsTranscript.of(peer.rawBytes());
            assertThat(sent.isAllTls()).as("%s", sent).isTrue();
            assertThat(TlsRecord.allOf(peer.rawBytes())).noneMatch(TlsRecord::isApplicationData);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void connect_otherName_isRefusedBeforeAnythingIsSaid(String version) {
        TestCertificate other = pki.root.issue().dnsName("other.example").build();
        try (HostilePeer peer = HostilePeer.tls(other, parameters -> parameters.setProtocols(new String[] {version}))) {
            Throwable thrown = refusalOf(tls, uri(peer.port()));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(peer.applicationBytes()).isEmpty();
        }
        assertThat(pki.heard.refused)
                .singleElement()
                .extracting(TlsHandshakeException::reason)
                .isEqualTo(RefusalReason.NAME_MISMATCH);
        assertThat(pki.heard.succeeded).isEmpty();
    }

    @Test
    void connect_silentPeer_isRefusedWithinThePolicysTimeout() {
        Duration timeout = Duration.ofMillis(600);
        try (HostilePeer peer = HostilePeer.staysSilent();
                SecureTls hasty =
                        pki.tls(TlsPolicy.builder().handshakeTimeout(timeout).build())) {
            long begin = System.nanoTime();
            Throwable thrown = refusalOf(hasty, uri(peer.port()));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(timeout);
        }
    }

    @Test
    void connect_lettucesTimeoutComesFirst_isATimeoutOfTheHandshakeAllTheSame() {
        try (HostilePeer peer = HostilePeer.staysSilent()) {
            RedisURI uri = uri(peer.port());
            uri.setTimeout(Duration.ofMillis(300));

            assertThat(RefusalReason.of(refusalOf(tls, uri))).contains(RefusalReason.HANDSHAKE_TIMEOUT);
        }
        assertThat(pki.heard.refused).hasSize(1);
    }

    /** Lettuce's dialling thread and its event loop race here; without care some refusals lose their reason. */
    @Test
    void connect_peerThatCloses_isTypedEachTime() {
        for (HostilePeer sinner : List.of(HostilePeer.closesAtOnce(), HostilePeer.closesAfterClientHello())) {
            try (HostilePeer peer = sinner) {
                RedisClient client = SecureLettuce.client(tls, uri(peer.port()));
                try {
                    for (int i = 0; i < 10 * REPEATS; i++) {
                        Throwable thrown = catchThrowable(client::connect);
                        assertThat(RefusalReason.of(thrown))
                                .as(() -> "attempt with " + peer + ": " + Throwables.getStackTrace(thrown))
                                .contains(RefusalReason.PEER_CLOSED);
                    }
                } finally {
                    client.shutdown();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void connect_noClientCertificate_isTypedEachTime(String version) {
        try (ValkeyServer server = pki.valkey().tlsProtocols(version).start();
                SecureTls nameless = pki.tlsWithoutIdentity()) {
            assertRefusedEachTime(nameless, server, RefusalReason.CLIENT_IDENTITY_REQUIRED);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void connect_clientCertificateOfAnotherCa_isTypedEachTime(String version) {
        try (ValkeyServer server = pki.valkey().tlsProtocols(version).start();
                SecureTls foreign = pki.tls(stranger())) {
            assertRefusedEachTime(foreign, server, RefusalReason.CLIENT_IDENTITY_REJECTED);
        }
    }

    private static TestCertificate stranger() {
        return TestCertificate.root()
                .subject("CN=Other Root")
                .build()
                .issue()
                .subject("CN=stranger")
                .build();
    }

    /** Under TLS 1.3 the refusal comes with the answer to HELLO, or instead of a place to write it to. */
    private void assertRefusedEachTime(SecureTls tls, ValkeyServer server, RefusalReason reason) {
        RedisURI withPassword = Pki.uri(server);
        Pki.authenticate(withPassword, "app", PASSWORD);
        for (RedisURI uri : List.of(Pki.uri(server), withPassword)) {
            RedisClient client = SecureLettuce.client(tls, uri);
            try (GenericObjectPool<StatefulRedisConnection<String, String>> pool =
                    ConnectionPoolSupport.createGenericObjectPool(client::connect, new GenericObjectPoolConfig<>())) {
                for (int i = 0; i < REPEATS; i++) {
                    assertThat(Stream.<ThrowingCallable>of(
                                            client::connect,
                                            client::connectPubSub,
                                            pool::borrowObject,
                                            () -> client.connectAsync(StringCodec.UTF8, uri)
                                                    .get(),
                                            () -> firstOfAsyncPool(client, uri))
                                    .map(connect -> catchThrowable(connect)))
                            .allSatisfy(thrown -> assertThat(RefusalReason.of(thrown))
                                    .as(() -> "reason in " + Throwables.getStackTrace(thrown))
                                    .contains(reason));
                }
            } finally {
                client.shutdown();
            }
        }
        assertThat(pki.heard.refused)
                .as("each is a refusal of ours, of which the listener hears")
                .hasSize(2 * REPEATS * 5)
                .allSatisfy(refused -> assertThat(refused.reason()).isEqualTo(reason));
    }

    /**
     * The server has refused our certificate and closed, its alert waits unread, and only then is HELLO written. A
     * handler that hears nothing for a while makes sure of what else is a race.
     */
    @Test
    void connect_refusedLateWithTheAlertReadAfterHelloIsWritten_isTyped() {
        DeafForAWhile deaf = new DeafForAWhile();
        ClientResources resources = ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        channel.pipeline().addFirst(deaf.ears).addLast(deaf);
                    }
                })
                .build();
        try (ValkeyServer server = pki.valkey().tlsProtocols("TLSv1.3").start();
                SecureTls foreign = pki.tls(stranger())) {
            RedisURI uri = Pki.uri(server);
            uri.setCredentialsProvider(
                    () -> Mono.delay(Duration.ofMillis(300)).map(later -> RedisCredentials.just("app", PASSWORD)));
            RedisClient client = SecureLettuce.clientBuilder(foreign, uri)
                    .resources(resources)
                    .build();
            try {
                Throwable thrown = catchThrowable(client::connect);

                // an epoll channel reads what a closed peer left, whatever its autoRead says
                if (SecureLettuceUseTest.TRANSPORT.equals("nio")) {
                    assertThat(deaf.deaf).as("was deaf while HELLO was written").isFalse();
                }
                assertThat(RefusalReason.of(thrown))
                        .as(() -> Throwables.getStackTrace(thrown))
                        .contains(RefusalReason.CLIENT_IDENTITY_REJECTED);
            } finally {
                client.shutdown();
            }
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }

    /** From the end of the handshake on, and for longer than it takes to get the credentials, reads nothing. */
    private static final class DeafForAWhile extends ChannelInboundHandlerAdapter {
        volatile boolean deaf;

        final ChannelOutboundHandlerAdapter ears = new ChannelOutboundHandlerAdapter() {
            @Override
            public void read(ChannelHandlerContext ctx) {
                if (!deaf) {
                    ctx.read();
                }
            }
        };

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event instanceof SslHandshakeCompletionEvent) {
                deaf = true;
                ctx.channel().config().setAutoRead(false);
                var unused = ctx.executor()
                        .schedule(
                                () -> {
                                    deaf = false;
                                    ctx.channel().config().setAutoRead(true);
                                },
                                800,
                                TimeUnit.MILLISECONDS);
            }
            ctx.fireUserEventTriggered(event);
        }
    }

    private static void firstOfAsyncPool(RedisClient client, RedisURI uri) throws Exception {
        BoundedAsyncPool<StatefulRedisConnection<String, String>> pool =
                AsyncConnectionPoolSupport.createBoundedObjectPool(
                        () -> client.connectAsync(StringCodec.UTF8, uri), BoundedPoolConfig.create());
        try {
            pool.acquire().get(60, TimeUnit.SECONDS).close();
        } finally {
            pool.close();
        }
    }

    @Test
    void connect_refused_showsNoSecret() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            assertThat(refusalOf(tls, uri(peer.port())))
                    .satisfies(e -> assertThat(e).hasStackTraceContaining("Unable to connect"))
                    .satisfies(e -> assertThat(String.valueOf(e.getCause())).doesNotContain(PASSWORD));
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(peer.rawBytes()).isNotEmpty());
            assertThat(new String(peer.rawBytes(), StandardCharsets.ISO_8859_1)).doesNotContain(PASSWORD);
        }
    }
}
