package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.resource.NettyCustomizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.valkeysecure.ClientLibrary;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshake;
import io.valkeysecure.TlsHandshakeException;
import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The gate and the guard alone, where a real peer cannot bring about the case. */
class TlsGateTest {
    private final Pki pki = new Pki();
    private final SecureTls tls = pki.tls();

    @AfterEach
    void close() {
        tls.close();
    }

    /** Stands for Lettuce: notes what it is told. */
    private static final class Client extends ChannelInboundHandlerAdapter {
        boolean active;

        @Nullable
        Throwable caught;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            active = true;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            caught = cause;
        }
    }

    private final Client client = new Client();

    private EmbeddedChannel channel() {
        TlsHandshake handshake = tls.handshake(new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
        return new EmbeddedChannel(new TlsGate(handshake, handshake.engine(), Runnable::run, null), client);
    }

    @Test
    void write_beforeVerification_failsAndGoesNowhere() {
        EmbeddedChannel channel = channel();
        ByteBuf secret = Unpooled.copiedBuffer(new byte[] {1, 2, 3});

        ChannelFuture written = channel.writeAndFlush(secret);

        assertThat(written.isSuccess()).isFalse();
        assertThat(written.cause()).isInstanceOf(IllegalStateException.class);
        assertThat(secret.refCnt()).isZero();
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(client.active).isFalse();
    }

    @Test
    void verification_fails_clientLearnsTheReasonAndNotThatTheChannelIsActive() {
        EmbeddedChannel channel = channel();

        // an engine that never shook hands has no session to verify
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        channel.runPendingTasks();

        assertThat(client.active).isFalse();
        assertThat(client.caught).isInstanceOf(TlsHandshakeException.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat(pki.heard.succeeded).isEmpty();
        assertThat(pki.heard.refused).hasSize(1);
    }

    @Test
    void read_beforeVerification_doesNotReachTheClient() {
        EmbeddedChannel channel = channel();
        ByteBuf early = Unpooled.copiedBuffer(new byte[] {1});

        assertThat(channel.writeInbound(early)).isFalse();
        assertThat(early.refCnt()).isZero();
    }

    @Test
    void afterChannelInitialized_noTlsHandler_throws() {
        assertThatThrownBy(() -> guard().afterChannelInitialized(new EmbeddedChannel()))
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED));
    }

    @Test
    void afterChannelInitialized_hostUnknown_throws() throws NoSuchAlgorithmException {
        EmbeddedChannel channel =
                new EmbeddedChannel(new SslHandler(SSLContext.getDefault().createSSLEngine()));

        assertThatThrownBy(() -> guard().afterChannelInitialized(channel))
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageContaining("which host and port");
    }

    private TlsCustomizer guard() {
        return new TlsCustomizer(tls, new NettyCustomizer() {});
    }
}
