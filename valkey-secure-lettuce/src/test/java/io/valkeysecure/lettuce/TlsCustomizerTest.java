package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.netty.internal.PeerBytesTap;
import io.valkeysecure.netty.internal.TlsGate;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the guard makes of a channel as Lettuce sets it up. */
class TlsCustomizerTest {
    private final SecureTls tls = new Pki()
            .tls(TlsPolicy.builder().handshakeTimeout(Duration.ofSeconds(7)).build());
    private final ClientResources resources = ClientResources.create();
    private final List<Object> before = new ArrayList<>();
    private final TlsCustomizer guard = new TlsCustomizer(tls, new NettyCustomizer() {
        @Override
        public void afterBootstrapInitialized(Bootstrap bootstrap) {
            before.add(bootstrap);
        }

        @Override
        public void afterChannelInitialized(Channel channel) {
            before.add(channel);
        }
    });

    @AfterEach
    void close() {
        resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        tls.close();
    }

    private static SslHandler lettuces(int port) throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", port);
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        engine.setSSLParameters(parameters);
        return new SslHandler(engine);
    }

    /** Handlers are added before the channel is active, as in Lettuce's initializer, so that no handshake begins. */
    private EmbeddedChannel guarded(SslHandler lettuces, ChannelHandler... others) {
        return new EmbeddedChannel(new ChannelInitializer<Channel>() {
            @Override
            protected void initChannel(Channel channel) {
                channel.pipeline().addLast(lettuces).addLast(others);
                guard.afterChannelInitialized(channel);
            }
        });
    }

    @Test
    void channel_ofLettuce_isGuardedAndCanBeDrained() throws Exception {
        SslHandler lettuces = lettuces(6379);
        EmbeddedChannel channel = guarded(
                lettuces,
                new CommandHandler(
                        ClientOptions.create(), resources, new DefaultEndpoint(ClientOptions.create(), resources)));

        SslHandler ours = channel.pipeline().get(SslHandler.class);
        assertThat(ours).isNotSameAs(lettuces);
        assertThat(ours.getHandshakeTimeoutMillis()).isEqualTo(7_000);
        assertThat(ours.getCloseNotifyFlushTimeoutMillis()).isEqualTo(500);
        assertThat(channel.pipeline().get(PeerBytesTap.class)).isNotNull();
        assertThat(channel.pipeline().get(TlsGate.class)).isNotNull();
        assertThat(channel.pipeline().get(DrainHandler.class)).isNotNull();
        assertThat(channel.pipeline().get(FlushConsolidationHandler.class)).isNotNull();
        assertThat(before).containsExactly(channel);
        channel.finishAndReleaseAll();
    }

    @Test
    void channel_withoutCommands_isGuardedAndCannotBeDrained() throws Exception {
        EmbeddedChannel channel = guarded(lettuces(1));

        assertThat(channel.pipeline().get(TlsGate.class)).isNotNull();
        assertThat(channel.pipeline().get(DrainHandler.class)).isNull();
        channel.finishAndReleaseAll();
    }

    @Test
    void channel_portUnknown_isRefused() throws Exception {
        for (int port : new int[] {0, -1}) {
            EmbeddedChannel channel = new EmbeddedChannel();
            channel.pipeline().addLast(lettuces(port));
            assertThatThrownBy(() -> guard.afterChannelInitialized(channel))
                    .isInstanceOf(TlsConfigurationException.class)
                    .hasMessageContaining("expected a channel with the host and port that it connects to");
        }
    }

    @Test
    void channel_withoutFullVerification_isRefused() throws Exception {
        SSLEngine engine = SSLContext.getDefault().createSSLEngine("localhost", 6379);
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(new SslHandler(engine));

        assertThatThrownBy(() -> guard.afterChannelInitialized(channel))
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageContaining("verifyPeer");
    }

    @Test
    void bootstrap_isShownToTheUsersOwnCustomizer() {
        Bootstrap bootstrap = new Bootstrap();

        guard.afterBootstrapInitialized(bootstrap);

        assertThat(before).containsExactly(bootstrap);
        assertThat(guard.guards(tls)).isTrue();
        try (SecureTls other = new Pki().tls()) {
            assertThat(guard.guards(other)).isFalse();
        }
    }

    /** All that the guard reads of it is there, and nothing that would make a connection. */
    @Test
    void lettucesOwnTls_keepsHostAndParameters_andRefusesEveryHandshake() throws Exception {
        SSLEngine engine = new TrustNobody(Duration.ofSeconds(1))
                .createSslContextBuilder()
                .build()
                .newEngine(ByteBufAllocator.DEFAULT, "valkey.internal", 6380);
        SSLParameters parameters = new SSLParameters();
        engine.setSSLParameters(parameters);
        ByteBuffer buffer = ByteBuffer.allocate(1);

        assertThat(engine.getPeerHost()).isEqualTo("valkey.internal");
        assertThat(engine.getPeerPort()).isEqualTo(6380);
        assertThat(engine.getSSLParameters()).isSameAs(parameters);
        List<ThrowingCallable> uses = List.of(
                engine::beginHandshake,
                engine::getSession,
                () -> engine.wrap(buffer, buffer),
                () -> engine.unwrap(buffer, buffer));
        assertThat(uses)
                .allSatisfy(use -> assertThatThrownBy(use)
                        .isInstanceOf(TlsConfigurationException.class)
                        .hasMessageContaining("expected a channel guarded by valkey-secure"));
    }
}
