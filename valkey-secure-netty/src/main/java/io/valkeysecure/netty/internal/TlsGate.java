package io.valkeysecure.netty.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.ReferenceCountUtil;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.internal.text.Causes;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Separates the client from the TLS handler until the server is verified.
 *
 * <p>Until then the gate holds back the event that the channel is active, and that the handshake is finished. Lettuce's
 * {@code RedisHandshakeHandler} waits for the first before it writes {@code HELLO} or {@code AUTH}, and its endpoint
 * before it flushes queued commands; Redisson waits for the second. A write before it fails and sends nothing. The gate
 * reports a refusal to the {@link GuardedClient} and as an exception in the pipeline, which Lettuce gives to the caller
 * of {@code connect}.
 *
 * <p>Once the server has answered, nothing that is read or written passes the gate any more; it still learns of
 * exceptions and of the end of the channel.
 *
 * <p>Used by one channel, on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // in Netty the promise that is passed in has the result
public final class TlsGate extends ChannelDuplexHandler {
    private enum State {
        /** The handshake is not finished. */
        CLOSED,
        /** The handshake is finished, and another thread verifies it. */
        VERIFYING,
        /** Verified; a TLS 1.3 server may still refuse our certificate, with its first answer (RFC 8446, 4.4.2.4). */
        VERIFIED,
        /** The server has answered. */
        ESTABLISHED,
        REFUSED
    }

    /** Null once the server has answered, so that an open connection does not hold its handshake in memory. */
    private @Nullable TlsHandshake handshake;

    private final SSLEngine engine;
    private final Executor threads;
    private final GuardedClient client;

    /** The place in the pipeline of this, or of what is left of it. Null until it has one. */
    private @Nullable ChannelHandlerContext context;

    /** Messages that arrived while another thread verified; null if there were none. */
    private @Nullable Queue<Object> early;

    private State state = State.CLOSED;
    private @Nullable TlsHandshakeException refusal;
    private @Nullable Runnable whenClosed;

    /**
     * Makes a gate.
     *
     * @param threads run the verification, which checks signatures and may wait for an OCSP responder, unless the
     *     handshake is quick
     * @param client the client library whose channel it is
     */
    public TlsGate(TlsHandshake handshake, SSLEngine engine, Executor threads, GuardedClient client) {
        this.handshake = handshake;
        this.engine = engine;
        this.threads = threads;
        this.client = client;
    }

    /**
     * Runs a task of the handshake: on the event loop, which calls this, if the handshake is quick, because to wake
     * another thread, and to be woken by it, would cost more.
     *
     * <p>The TLS handler keeps what runs its tasks as long as the channel is open. This keeps only the gate.
     */
    void run(Runnable task) {
        if (handshake != null && handshake.isQuick()) {
            task.run();
        } else {
            threads.execute(task);
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // open() passes the event on when the server is verified
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (state == State.CLOSED && event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                verify(ctx, completion);
                return;
            }
            refuse(ctx, handshake().refuse(explained(completion.cause())));
        }
        if (state != State.REFUSED) {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void verify(ChannelHandlerContext ctx, SslHandshakeCompletionEvent completion) {
        state = State.VERIFYING;
        TlsHandshake verified = handshake();
        // limits the data that a peer can make us hold
        ctx.channel().config().setAutoRead(false);
        run(() -> {
            try {
                var unused = verified.verify(engine);
                Runnable closed = verified.opened(connection(ctx.channel()));
                if (!onEventLoop(ctx.channel(), () -> open(ctx, completion, closed))) {
                    closed.run();
                }
            } catch (Throwable e) { // an Error too, or the channel would wait without end
                TlsHandshakeException refused = verified.refuse(e);
                onEventLoop(ctx.channel(), () -> {
                    if (state == State.VERIFYING) {
                        refuse(ctx, refused);
                    }
                });
            }
        });
    }

    /** Runs a task on the event loop of the channel, and returns whether there still is one. */
    @CanIgnoreReturnValue
    public static boolean onEventLoop(Channel channel, Runnable task) {
        try {
            channel.eventLoop().execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            // the event loop has ended, and the channel with it
            return false;
        }
    }

    private void open(ChannelHandlerContext ctx, SslHandshakeCompletionEvent completion, Runnable closed) {
        if (state != State.VERIFYING) {
            // the peer or the client closed the channel meanwhile
            closed.run();
            return;
        }
        whenClosed = closed;
        state = State.VERIFIED;
        ctx.channel().config().setAutoRead(true);
        ctx.fireChannelActive();
        ctx.fireUserEventTriggered(completion);
        if (early != null) {
            Queue<Object> came = early;
            early = null;
            came.forEach(message -> channelRead(ctx, message));
            ctx.fireChannelReadComplete();
        }
    }

    /** Returns the connection as core closes it, from core's thread. It outlives the place of this in the pipeline. */
    private ManagedConnection connection(Channel channel) {
        return new ManagedConnection() {
            @Override
            public void drain() {
                onEventLoop(channel, () -> {
                    if (state == State.VERIFIED || state == State.ESTABLISHED) {
                        client.drain();
                    }
                });
            }

            @Override
            public void close(TlsHandshakeException reason) {
                onEventLoop(channel, () -> end(Objects.requireNonNull(context, "context"), reason));
            }

            @Override
            public SocketAddress localAddress() {
                return channel.localAddress();
            }

            @Override
            public SocketAddress remoteAddress() {
                return channel.remoteAddress();
            }
        };
    }

    private void end(ChannelHandlerContext ctx, TlsHandshakeException reason) {
        switch (state) {
            case CLOSED, VERIFYING -> refuse(ctx, reason);
            case VERIFIED, ESTABLISHED -> {
                if (state == State.ESTABLISHED && ctx.channel().isOpen()) {
                    ctx.pipeline().addAfter(ctx.name(), null, new Barrier(reason));
                }
                state = State.REFUSED;
                keep(ctx, reason);
                client.failInFlight(reason);
                ctx.close();
            }
            case REFUSED -> {
                // is being closed
            }
        }
    }

    private void refuse(ChannelHandlerContext ctx, TlsHandshakeException refused) {
        state = State.REFUSED;
        keep(ctx, refused);
        releaseEarly();
        ctx.fireExceptionCaught(refused);
        ctx.close();
    }

    private void releaseEarly() {
        if (early != null) {
            early.forEach(ReferenceCountUtil::release);
            early = null;
        }
    }

    private TlsHandshake handshake() {
        return Objects.requireNonNull(handshake, "handshake");
    }

    private void keep(ChannelHandlerContext ctx, TlsHandshakeException refused) {
        refusal = refused;
        client.refused(ctx.channel(), refused);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.VERIFYING) {
            if (early == null) {
                early = new ArrayDeque<>();
            }
            early.add(message);
            return;
        }
        if (state == State.CLOSED || state == State.REFUSED) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (state == State.VERIFIED) {
            state = State.ESTABLISHED;
            handshake = null;
            ctx.pipeline().replace(this, ctx.name(), new Watch());
        }
        ctx.fireChannelRead(message);
    }

    /** What is left of the gate on an open connection. Netty calls it only for what it overrides. */
    private final class Watch extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext ctx) {
            TlsGate.this.handlerAdded(ctx);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            TlsGate.this.exceptionCaught(ctx, cause);
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            TlsGate.this.channelInactive(ctx);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        switch (state) {
            case CLOSED, VERIFYING -> refuse(ctx, handshake().refuse(explained(cause)));
            case VERIFIED -> {
                TlsHandshakeException late = handshake().lateRefusal(cause);
                if (late == null) {
                    ctx.fireExceptionCaught(cause);
                } else {
                    refuse(ctx, late);
                }
            }
            case ESTABLISHED -> {
                if (cause instanceof TlsHandshakeException refused) {
                    end(ctx, refused);
                } else {
                    ctx.fireExceptionCaught(cause);
                }
            }
            case REFUSED -> {
                // Netty reports a failed handshake twice, as an event and as an exception
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (whenClosed != null) {
            whenClosed.run();
        }
        if (state == State.CLOSED || state == State.VERIFYING) {
            refuse(ctx, handshake().refuse(new ClosedChannelException()));
        }
        ctx.fireChannelInactive();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (state == State.VERIFIED || state == State.ESTABLISHED) {
            ctx.write(message, promise);
            return;
        }
        ReferenceCountUtil.release(message);
        promise.tryFailure(
                refusal != null
                        ? refusal
                        : new IllegalStateException(
                                "expected a verified server, seen a write before the server was verified"));
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        // a channel that never was active reached no server, which is no refusal; the client reports it
        if ((state == State.CLOSED || state == State.VERIFYING) && ctx.channel().isActive()) {
            state = State.REFUSED;
            releaseEarly();
            keep(ctx, handshake().refuse(new TimeoutException(client.gaveUp())));
        }
        ctx.close(promise);
    }

    /** Translates exceptions of Netty into exceptions of the JDK, because core does not depend on Netty. */
    private static Throwable explained(Throwable cause) {
        Throwable actual = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (actual instanceof SslHandshakeTimeoutException) {
            return with(actual, new TimeoutException(actual.getMessage()));
        }
        for (Throwable next : Causes.of(actual)) {
            if (next instanceof IOException && !(next instanceof SSLException)) {
                return with(actual, new EOFException(String.valueOf(next.getMessage())));
            }
        }
        return actual;
    }

    private static Throwable with(Throwable cause, Throwable explanation) {
        return explanation.initCause(cause);
    }
}
