package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.AttributeKey;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.adapter.RefusalReporter;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.netty.internal.TlsGate;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        final List<Integer> read = new ArrayList<>();
        final List<Object> events = new ArrayList<>();
        int readCompleted;
        boolean active;
        boolean inactive;

        @Nullable
        Throwable caught;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            read.add((int) bytes.readByte());
            bytes.release();
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            readCompleted++;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            events.add(event);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            inactive = true;
        }

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

    /** The refusal for the caller of connect, as {@link ReportedConnect#connect} lets a channel report it. */
    private final RefusalReporter reporter = new RefusalReporter();

    private @Nullable Throwable kept() {
        Exception failure = new Exception("connect failed");
        reporter.addTo(failure);
        return failure.getSuppressed().length > 0 ? failure.getSuppressed()[0] : failure.getCause();
    }

    private EmbeddedChannel keeping(EmbeddedChannel channel) {
        channel.attr(AttributeKey.<RefusalReporter>valueOf(ReportedConnect.class, "reporter"))
                .set(reporter);
        return channel;
    }

    private EmbeddedChannel channel() {
        TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
        return keeping(new EmbeddedChannel(
                new TlsGate(handshake, handshake.engine(), Runnable::run, new LettuceChannel(null)), client));
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
        return keeping(
                new EmbeddedChannel(new TlsGate(handshake, engine, verifying::add, new LettuceChannel(null)), client));
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
                        new LettuceChannel(null)),
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

    private EmbeddedChannel opened() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        verifying.remove().run();
        channel.runPendingTasks();
        return channel;
    }

    private static ByteBuf bytes(int value) {
        return Unpooled.buffer().writeByte(value);
    }

    private static void assertRefused(Throwable thrown, RefusalReason reason) {
        assertThat(RefusalReason.of(thrown)).contains(reason);
    }

    @Test
    void bytes_whileItVerifies_arriveInOrderOnceItIsOpen() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        channel.writeInbound(bytes(1));
        channel.writeInbound(bytes(2));
        assertThat(client.read).isEmpty();

        verifying.remove().run();
        channel.runPendingTasks();
        assertThat(client.read).containsExactly(1, 2);
        assertThat(client.readCompleted).isEqualTo(3); // twice for what was written, once for what was kept

        channel.writeInbound(bytes(3));
        assertThat(client.read).containsExactly(1, 2, 3);
        assertThat(client.events).containsExactly(SslHandshakeCompletionEvent.SUCCESS);
    }

    @Test
    void bytes_whileItVerifiesAndIsThenRefused_areReleasedAndReachNobody() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        ByteBuf early = bytes(1);
        channel.writeInbound(early);

        channel.pipeline().fireExceptionCaught(new DecoderException(new IOException("reset")));
        assertThat(early.refCnt()).isZero();
        assertRefused(client.caught, RefusalReason.PEER_CLOSED);
        assertThat(channel.isOpen()).isFalse();

        verifying.remove().run();
        channel.runPendingTasks();
        assertThat(client.active).isFalse();
        assertThat(client.read).isEmpty();
        assertThat(pki.heard.succeeded).isEmpty();
        assertThat(tls.status().openConnections()).isZero();
    }

    @Test
    void bytes_whileItVerifiesAndLettuceGivesUp_areReleased() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        ByteBuf early = bytes(1);
        channel.writeInbound(early);

        var unused = channel.close();

        assertThat(early.refCnt()).isZero();
        assertRefused(pki.heard.refused.get(0), RefusalReason.HANDSHAKE_TIMEOUT);
        assertThat(kept()).isSameAs(pki.heard.refused.get(0));
    }

    @Test
    void write_onceOpen_goesOut() throws SSLException {
        EmbeddedChannel channel = opened();

        ChannelFuture verified = channel.writeAndFlush(bytes(7));
        channel.writeInbound(bytes(1));
        ChannelFuture established = channel.writeAndFlush(bytes(8));

        assertThat(verified.isSuccess()).isTrue();
        assertThat(established.isSuccess()).isTrue();
        assertThat(channel.<ByteBuf>readOutbound().readByte()).isEqualTo((byte) 7);
        assertThat(channel.<ByteBuf>readOutbound().readByte()).isEqualTo((byte) 8);
    }

    @Test
    void handshake_fails_isRefusedOnceAndWritesFailWithTheReason() {
        EmbeddedChannel channel = channel();
        SSLException failure = new SSLException("no");

        channel.pipeline().fireUserEventTriggered(new SslHandshakeCompletionEvent(failure));
        Throwable told = client.caught;
        channel.pipeline().fireExceptionCaught(new DecoderException(failure));
        channel.pipeline().fireUserEventTriggered("another event");

        assertThat(told).isInstanceOf(TlsHandshakeException.class);
        assertThat(client.caught).isSameAs(told);
        assertThat(client.events).isEmpty();
        assertThat(pki.heard.refused).hasSize(1);
        assertThat(channel.isOpen()).isFalse();
        assertThat(channel.writeAndFlush(bytes(1)).cause()).isNotNull();
        assertThat(channel.<Object>readOutbound()).isNull();
    }

    @Test
    void write_whileItVerifies_failsAndGoesNowhere() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        ByteBuf secret = bytes(1);

        assertThat(channel.writeAndFlush(secret).cause()).isInstanceOf(IllegalStateException.class);
        assertThat(secret.refCnt()).isZero();
        assertThat(channel.<Object>readOutbound()).isNull();
    }

    @Test
    void event_beforeTheVerdict_isPassedOn() {
        EmbeddedChannel channel = channel();

        channel.pipeline().fireUserEventTriggered("an event of another");

        assertThat(client.events).containsExactly("an event of another");
        assertThat(channel.isOpen()).isTrue();
    }

    @Test
    void handshake_takesTooLong_isATimeout() {
        EmbeddedChannel channel = channel();

        channel.pipeline()
                .fireUserEventTriggered(new SslHandshakeCompletionEvent(
                        new SslHandshakeTimeoutException("handshake timed out after 10000ms")));

        assertRefused(client.caught, RefusalReason.HANDSHAKE_TIMEOUT);
        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void channel_endsBeforeTheHandshake_isRefusedAsClosedByThePeer() {
        EmbeddedChannel channel = channel();

        channel.pipeline().fireChannelInactive();

        assertRefused(client.caught, RefusalReason.PEER_CLOSED);
        assertThat(client.inactive).isTrue();
    }

    @Test
    void channel_endsOnceOpen_isForgottenAndNoRefusal() throws SSLException {
        EmbeddedChannel channel = opened();
        channel.writeInbound(bytes(1));
        assertThat(tls.status().openConnections()).isEqualTo(1);

        var unused = channel.close();

        assertThat(tls.status().openConnections()).isZero();
        assertThat(client.inactive).isTrue();
        assertThat(client.caught).isNull();
        assertThat(pki.heard.refused).isEmpty();
    }

    @Test
    void exception_onceOpen_isLettuces() throws SSLException {
        EmbeddedChannel channel = opened();
        IOException first = new IOException("first");
        channel.pipeline().fireExceptionCaught(first);
        assertThat(client.caught).isSameAs(first);

        channel.writeInbound(bytes(1));
        IOException second = new IOException("second");
        channel.pipeline().fireExceptionCaught(second);
        assertThat(client.caught).isSameAs(second);
        assertThat(channel.isOpen()).isTrue();
        assertThat(pki.heard.refused).isEmpty();
    }

    /** A TLS 1.3 server looks at our certificate after our side of the handshake has ended. */
    @Test
    void alert_beforeTheFirstAnswer_isARefusalOfTheHandshake() throws SSLException {
        EmbeddedChannel channel = opened();

        channel.pipeline()
                .fireExceptionCaught(
                        new DecoderException(new SSLHandshakeException("Received fatal alert: certificate_required")));

        assertThat(client.caught).isInstanceOf(TlsHandshakeException.class);
        assertThat(channel.isOpen()).isFalse();
        assertThat(kept()).isSameAs(client.caught);
    }

    /** A refusal on an open connection, as of a renegotiation. */
    @Test
    void refusal_onceEstablished_closesAndSaysWhy() throws SSLException {
        EmbeddedChannel channel = opened();
        channel.writeInbound(bytes(1));
        TlsHandshakeException refusal = RootTypes.handshakeRefused(
                RefusalReason.RENEGOTIATION, new Endpoint("localhost", 6379), "another handshake", null);

        channel.pipeline().fireExceptionCaught(refusal);

        assertThat(channel.isOpen()).isFalse();
        assertThat(client.caught).isNull();
        assertThat(kept()).isSameAs(refusal);
    }

    /** The TLS handler closes a channel when its last record is sent, which a peer that reads nothing delays. */
    @Test
    void refusal_onceEstablished_nothingIsReadOrWrittenUntilTheChannelIsClosed() throws SSLException {
        EmbeddedChannel channel = opened();
        channel.writeInbound(bytes(1));
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
                // later
            }
        });
        TlsHandshakeException refusal = RootTypes.handshakeRefused(
                RefusalReason.RENEGOTIATION, new Endpoint("localhost", 6379), "another handshake", null);
        channel.pipeline().fireExceptionCaught(refusal);

        ByteBuf received = bytes(2);
        channel.writeInbound(received);
        ByteBuf sent = bytes(3);
        ChannelFuture written = channel.writeAndFlush(sent);

        assertThat(client.read).containsExactly(1);
        assertThat(written.cause()).isSameAs(refusal);
        assertThat(channel.<Object>readOutbound()).isNull();
        assertThat(received.refCnt()).isZero();
        assertThat(sent.refCnt()).isZero();
    }

    @Test
    void gate_serverHasAnswered_isNotInTheWayOfCommands() throws SSLException {
        EmbeddedChannel channel = opened();
        assertThat(channel.pipeline().get(TlsGate.class)).isNotNull();

        channel.writeInbound(bytes(1));

        assertThat(channel.pipeline().get(TlsGate.class)).isNull();
        assertThat(client.read).containsExactly(1);
    }

    /** The channel never was active: that no server was found is for Lettuce to say. */
    @Test
    void close_channelThatNeverWasActive_isNoRefusal() {
        TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
        EmbeddedChannel channel =
                new EmbeddedChannel(
                        new TlsGate(handshake, handshake.engine(), Runnable::run, new LettuceChannel(null)), client) {
                    @Override
                    public boolean isActive() {
                        return false;
                    }
                };
        var unused = channel.pipeline().close();

        assertThat(pki.heard.refused).isEmpty();
    }

    /** Lettuce gives up between the verdict of another thread and its arrival on the event loop. */
    @Test
    void close_betweenVerdictAndOpening_isForgotten() throws SSLException {
        EmbeddedChannel channel = shakenHands();
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        verifying.remove().run();
        assertThat(tls.status().openConnections()).isEqualTo(1);

        var unused = channel.pipeline().close();
        channel.runPendingTasks();

        assertThat(client.active).isFalse();
        assertThat(tls.status().openConnections()).isZero();
    }

    private static SecureTls watched(Pki pki, Path folder) throws IOException {
        write(folder, pki, pki.client);
        return SecureTls.trusting(TrustAnchors.pem(folder.resolve("ca.crt")))
                .presenting(ClientIdentity.pem(folder.resolve("tls.crt"), folder.resolve("tls.key")))
                .rotation(Rotation.builder().drainWindow(Duration.ofMinutes(30)).build())
                .listener(pki.heard)
                .build();
    }

    private static void write(Path folder, Pki pki, TestCertificate client) throws IOException {
        Files.writeString(folder.resolve("ca.crt"), pki.root.certificatePem());
        Files.writeString(folder.resolve("tls.crt"), client.chainPem());
        Files.writeString(folder.resolve("tls.key"), client.privateKeyPem());
    }

    private EmbeddedChannel opened(SecureTls watched, @Nullable DrainHandler drain) throws SSLException {
        TlsHandshake handshake = TlsHandshake.start(watched, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
        SSLEngine engine = handshake.engine();
        shakeHands(engine, pki.server.tlsContext(pki.root).createSSLEngine());
        TlsGate gate = new TlsGate(handshake, engine, verifying::add, new LettuceChannel(drain));
        EmbeddedChannel channel =
                keeping(drain == null ? new EmbeddedChannel(gate) : new EmbeddedChannel(gate, drain, client));
        channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
        verifying.remove().run();
        channel.runPendingTasks();
        assertThat(channel.isOpen()).isTrue();
        return channel;
    }

    private static void awaitEnd(EmbeddedChannel channel) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            channel.runPendingTasks();
            return !channel.isOpen();
        });
    }

    @Test
    void trustRemoved_onceOpen_closesTheChannelFailsWhatIsInFlightAndSaysWhy(@TempDir Path folder) throws Exception {
        ClientResources resources = ClientResources.create();
        try (SecureTls watched = watched(pki, folder)) {
            DefaultEndpoint endpoint = new DefaultEndpoint(ClientOptions.create(), resources);
            CommandHandler commands = new CommandHandler(ClientOptions.create(), resources, endpoint);
            AsyncCommand<String, String, String> inFlight =
                    new AsyncCommand<>(new Command<>(CommandType.PING, new StatusOutput<>(StringCodec.UTF8)));
            EmbeddedChannel plain = opened(watched, null);
            EmbeddedChannel channel = opened(watched, new DrainHandler(commands, endpoint));
            commands.getStack().add(inFlight);

            Files.writeString(
                    folder.resolve("ca.crt"), TestCertificate.root().build().certificatePem());
            assertThat(watched.reload()).isTrue();

            awaitEnd(plain);
            awaitEnd(channel);
            assertRefused(kept(), RefusalReason.UNTRUSTED_ISSUER);
            assertThat(inFlight).isCompletedExceptionally();
            assertThat(channel.writeAndFlush(bytes(1)).isSuccess()).isFalse();
        } finally {
            resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    /** The window is long: what ends so soon was asked. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void identityChanged_onceOpen_isDrained(boolean serverHasAnswered, @TempDir Path folder) throws Exception {
        ClientResources resources = ClientResources.create();
        try (SecureTls watched = watched(pki, folder)) {
            DefaultEndpoint endpoint = new DefaultEndpoint(ClientOptions.create(), resources);
            EmbeddedChannel channel = opened(
                    watched,
                    new DrainHandler(new CommandHandler(ClientOptions.create(), resources, endpoint), endpoint));
            if (serverHasAnswered) {
                channel.writeInbound(bytes(1));
            }

            write(folder, pki, pki.root.issue().subject("CN=app").build());
            assertThat(watched.reload()).isTrue();

            awaitEnd(channel);
            assertThat(kept()).isNull();
            assertThat(client.caught).isNull();
        } finally {
            resources.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private TlsCustomizer guard() {
        return new TlsCustomizer(tls, new NettyCustomizer() {});
    }
}
