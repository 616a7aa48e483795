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
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Queue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
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
        TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
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

    /** What another thread has still to do for a channel. */
    private final Queue<Runnable> verifying = new ArrayDeque<>();

    private EmbeddedChannel shakenHands() throws SSLException {
        TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
        SSLEngine engine = handshake.engine();
        shakeHands(engine, pki.server.tlsContext(pki.root).createSSLEngine());
        return new EmbeddedChannel(new TlsGate(handshake, engine, verifying::add, null), client);
    }

    private static void shakeHands(SSLEngine ours, SSLEngine server) throws SSLException {
        server.setUseClientMode(false);
        ByteBuffer toServer = ByteBuffer.allocate(64 * 1024).flip();
        ByteBuffer toClient = ByteBuffer.allocate(64 * 1024).flip();
        ours.beginHandshake();
        server.beginHandshake();
        while (ours.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING
                || server.getHandshakeStatus() != HandshakeStatus.NOT_HANDSHAKING) {
            step(ours, toClient, toServer);
            step(server, toServer, toClient);
        }
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> {
                out.compact();
                engine.wrap(ByteBuffer.allocate(0), out);
                out.flip();
            }
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> engine.unwrap(in, ByteBuffer.allocate(64 * 1024));
            default -> {
                // done
            }
        }
    }

    /** A peer that sends and sends, while an OCSP responder is waited for, would otherwise fill the memory. */
    @Test
    void verification_lasts_nothingIsReadUntilItEnds() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        assertThat(channel.config().isAutoRead()).isTrue();

        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        assertThat(channel.config().isAutoRead()).isFalse();
        assertThat(client.active).isFalse();

        verifying.remove().run();
        channel.runPendingTasks();
        assertThat(client.caught).isNull();
        assertThat(client.active).isTrue();
        assertThat(channel.config().isAutoRead()).isTrue();
        assertThat(pki.heard.succeeded).hasSize(1);
    }

    /** Lettuce gave up, as when its own timeout has passed: the other thread's verdict comes too late. */
    @Test
    void verification_channelClosedMeanwhile_isNoSuccessAndNothingStaysRegistered() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        var unused = channel.close();

        verifying.remove().run();
        channel.runPendingTasks();
        assertThat(client.active).isFalse();
        assertThat(pki.heard.succeeded).isEmpty();
        assertThat(pki.heard.refused).hasSize(1);
        assertThat(tls.status().openConnections()).isZero();
    }

    @Test
    void verification_threadCannotBeStarted_isRefusedAndClosed() {
        TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
        EmbeddedChannel channel = new EmbeddedChannel(
                new TlsGate(
                        handshake,
                        handshake.engine(),
                        task -> {
                            throw new OutOfMemoryError("unable to create native thread");
                        },
                        null),
                client);
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        channel.runPendingTasks();

        assertThat(client.caught)
                .isInstanceOf(TlsHandshakeException.class)
                .hasRootCauseInstanceOf(OutOfMemoryError.class);
        assertThat(client.active).isFalse();
        assertThat(channel.isOpen()).isFalse();
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
                .hasMessageContaining("expected a channel with the host and port");
    }

    private TlsCustomizer guard() {
        return new TlsCustomizer(tls, new NettyCustomizer() {});
    }
}
