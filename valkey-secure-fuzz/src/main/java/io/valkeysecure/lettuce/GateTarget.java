package io.valkeysecure.lettuce;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.ReferenceCountUtil;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.fuzz.Draw;
import io.valkeysecure.fuzz.FuzzTarget;
import io.valkeysecure.fuzz.Pki;
import io.valkeysecure.fuzz.Properties;
import io.valkeysecure.fuzz.PropertyViolation;
import io.valkeysecure.netty.internal.TlsGate;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.jspecify.annotations.Nullable;

/**
 * Any order of events at the gate: nothing of the application goes out before the server is verified, each write has an
 * end, the client learns that it may begin or why not, and the channel is closed in the end.
 */
public final class GateTarget implements FuzzTarget {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MOST_EVENTS = 40;
    private static final int EVENTS = 12;

    private final SecureTls tls = SecureTls.trusting(TrustAnchors.of(List.of(Pki.ROOT.certificate())))
            .withoutClientIdentity()
            .serverIdentity(ServerIdentity.host(Pki.HOST))
            .engine(io.valkeysecure.Engine.jdk())
            .clock(Pki.CLOCK)
            .build();
    private final SSLContext good = Pki.LEAF.tlsContext(Pki.ROOT);
    private int calls;

    /** Makes the target. */
    public GateTarget() {}

    @Override
    public String name() {
        return "gate";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>(List.of(
                new byte[] {1, 0, 1, 2, 3, 0, 4, 5, 6},
                new byte[] {1, 0, 1, 4, 2, 3, 0, 5},
                new byte[] {1, 1, 2, 6, 3, 0},
                new byte[] {0, 1, 2, 3, 0, 5},
                new byte[] {1, 7, 0, 1, 2, 3}));
        for (int event = 0; event < EVENTS; event++) {
            seeds.add(new byte[] {1, 1, 2, 3, (byte) event, 0});
            seeds.add(new byte[] {1, 1, (byte) event, 2, 3, 0});
            seeds.add(new byte[] {1, (byte) event, 1, 2, 3, 0});
        }
        return seeds;
    }

    /** Stands for Lettuce. */
    private static final class Client extends ChannelInboundHandlerAdapter {
        boolean active;

        @Nullable
        Throwable caught;

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            active = true;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
            if (!active) {
                throw new PropertyViolation("read before the server is verified", "channelRead reached the client");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            caught = cause;
        }
    }

    @Override
    public void run(byte[] input) throws SSLException {
        Draw draw = new Draw(input);
        boolean shaken = draw.yes();
        calls = calls % 60_000 + 1;
        TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint(Pki.HOST, calls), ClientLibrary.LETTUCE);
        SSLEngine engine = handshake.engine();
        if (shaken) {
            shakeHands(engine, good.createSSLEngine());
        }
        Queue<Runnable> verifications = new ArrayDeque<>();
        Client client = new Client();
        EmbeddedChannel channel = new EmbeddedChannel(
                new TlsGate(handshake, engine, verifications::add, new LettuceChannel(null)), client);
        List<ChannelFuture> written = new ArrayList<>();
        for (int i = 0; i < MOST_EVENTS && !draw.isEmpty(); i++) {
            event(draw.below(EVENTS), channel, verifications, written);
            requireSilence(channel, client, shaken);
        }
        end(channel, verifications);
        requireSilence(channel, client, shaken);
        requireEnd(channel, client, written, handshake);
    }

    private static void event(
            int event, EmbeddedChannel channel, Queue<Runnable> verifications, List<ChannelFuture> written) {
        switch (event) {
            case 0 -> written.add(channel.writeAndFlush(Unpooled.copiedBuffer(new byte[] {'A'})));
            case 1 -> channel.pipeline().fireUserEventTriggered(SslHandshakeCompletionEvent.SUCCESS);
            case 2 -> {
                Runnable next = verifications.poll();
                if (next != null) {
                    next.run();
                }
            }
            case 3 -> channel.runPendingTasks();
            case 4 -> channel.pipeline().fireChannelRead(Unpooled.copiedBuffer(new byte[] {'+'}));
            case 5 -> written.add(channel.close());
            case 6 -> channel.pipeline().fireChannelInactive();
            case 7 ->
                channel.pipeline()
                        .fireUserEventTriggered(new SslHandshakeCompletionEvent(new SSLHandshakeException("no")));
            case 8 ->
                channel.pipeline()
                        .fireExceptionCaught(new DecoderException(
                                new SSLHandshakeException("(bad_certificate) Received fatal alert: bad_certificate")));
            case 9 -> channel.pipeline().fireExceptionCaught(new IOException("Connection reset"));
            case 10 -> channel.pipeline().fireExceptionCaught(new SslHandshakeTimeoutException("too late"));
            default -> channel.pipeline().fireChannelActive();
        }
    }

    private static void end(EmbeddedChannel channel, Queue<Runnable> verifications) {
        var unused = channel.close();
        for (Runnable next = verifications.poll(); next != null; next = verifications.poll()) {
            next.run();
        }
        channel.runPendingTasks();
    }

    private static void requireSilence(EmbeddedChannel channel, Client client, boolean shaken) {
        Object out = channel.readOutbound();
        ReferenceCountUtil.release(out);
        if (out != null && (!client.active || !shaken)) {
            throw new PropertyViolation("a byte of the application before the server is verified", out.toString());
        }
        if (client.active && !shaken) {
            throw new PropertyViolation("open without a handshake", "the client was told that the channel is active");
        }
    }

    private static void requireEnd(
            EmbeddedChannel channel, Client client, List<ChannelFuture> written, TlsHandshake handshake) {
        if (channel.isOpen()) {
            throw new PropertyViolation("no end of the channel", "it is open after close");
        }
        if (written.stream().anyMatch(each -> !each.isDone())) {
            throw new PropertyViolation("no end of a write", "a promise is neither kept nor broken");
        }
        if (client.caught instanceof TlsHandshakeException refusal) {
            Properties.requireFit(refusal);
        }
        if (!client.active && handshake.refusal().isEmpty()) {
            throw new PropertyViolation("neither verified nor refused", "the handshake has no verdict");
        }
    }

    private static void shakeHands(SSLEngine client, SSLEngine server) throws SSLException {
        server.setUseClientMode(false);
        client.beginHandshake();
        server.beginHandshake();
        ByteBuffer toServer = ByteBuffer.allocate(BUFFER_BYTES);
        ByteBuffer toClient = ByteBuffer.allocate(BUFFER_BYTES);
        for (int quiet = 0; quiet < 3; quiet++) {
            boolean moved = step(client, toClient, toServer);
            moved |= step(server, toServer, toClient);
            quiet = moved ? -1 : quiet;
        }
    }

    private static boolean step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        boolean moved = false;
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
            moved = true;
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            moved |= engine.wrap(ByteBuffer.allocate(0), out).bytesProduced() > 0;
        }
        in.flip();
        if (in.hasRemaining()) {
            moved |= engine.unwrap(in, ByteBuffer.allocate(BUFFER_BYTES)).bytesConsumed() > 0;
        }
        in.compact();
        return moved;
    }
}
