package io.valkeysecure.lettuce;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.valkeysecure.TlsHandshake;
import io.valkeysecure.TlsHandshakeException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the TLS handler and all of Lettuce, and opens when the server is verified.
 *
 * <p>Until then Lettuce does not learn that the channel is active, which is what its {@code RedisHandshakeHandler} waits for
 * to write {@code HELLO} or {@code AUTH}, and its endpoint to flush queued commands; what is written all the same fails and
 * goes nowhere. A refusal goes up the pipeline as an exception, which is how Lettuce tells the caller of {@code connect}.
 *
 * <p>Used by one channel, on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // in Netty the promise that was passed in tells, not the future returned
final class TlsGate extends ChannelDuplexHandler {
    /** Where the refusal of a first connection is kept for {@link SecureRedisClient}, if it made the channel. */
    static final AttributeKey<AtomicReference<TlsHandshakeException>> REFUSAL =
            AttributeKey.valueOf(TlsGate.class, "refusal");

    private enum State {
        /** The handshake is not verified yet. */
        CLOSED,
        /** Verified; a TLS 1.3 server may still refuse our certificate, with its first answer (RFC 8446, 4.4.2.4). */
        VERIFIED,
        /** The server has answered. */
        ESTABLISHED,
        REFUSED
    }

    private final TlsHandshake handshake;
    private final SSLEngine engine;
    private State state = State.CLOSED;
    private @Nullable TlsHandshakeException refusal;

    TlsGate(TlsHandshake handshake, SSLEngine engine) {
        this.handshake = handshake;
        this.engine = engine;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // passed on by open(), once the server is verified
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
        if (state == State.CLOSED && event instanceof SslHandshakeCompletionEvent completion) {
            if (completion.isSuccess()) {
                open(ctx);
            } else {
                refuse(ctx, handshake.refuse(explained(completion.cause())));
            }
        }
        if (state != State.REFUSED) {
            ctx.fireUserEventTriggered(event);
        }
    }

    private void open(ChannelHandlerContext ctx) {
        try {
            var unused = handshake.verify(engine);
        } catch (TlsHandshakeException e) {
            refuse(ctx, e);
            return;
        }
        state = State.VERIFIED;
        ctx.fireChannelActive();
    }

    private void refuse(ChannelHandlerContext ctx, TlsHandshakeException refused) {
        state = State.REFUSED;
        keep(ctx, refused);
        ctx.fireExceptionCaught(refused);
        ctx.close();
    }

    private void keep(ChannelHandlerContext ctx, TlsHandshakeException refused) {
        refusal = refused;
        AtomicReference<TlsHandshakeException> kept =
                ctx.channel().attr(REFUSAL).get();
        if (kept != null) {
            kept.set(refused);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (state == State.CLOSED || state == State.REFUSED) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (state == State.VERIFIED) {
            state = State.ESTABLISHED;
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        switch (state) {
            case CLOSED -> refuse(ctx, handshake.refuse(explained(cause)));
            case VERIFIED -> {
                TlsHandshakeException late = handshake.lateRefusal(cause);
                if (late == null) {
                    ctx.fireExceptionCaught(cause);
                } else {
                    refuse(ctx, late);
                }
            }
            case ESTABLISHED -> ctx.fireExceptionCaught(cause);
            case REFUSED -> {
                // Netty reports a failed handshake twice, as an event and as an exception
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (state == State.CLOSED) {
            refuse(ctx, handshake.refuse(new ClosedChannelException()));
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
                        : new IllegalStateException("write on a channel whose server is not verified"));
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        // a channel that never was active found no server: that is for Lettuce to report, and no refusal
        if (state == State.CLOSED && ctx.channel().isActive()) {
            state = State.REFUSED;
            TimeoutException gaveUp = new TimeoutException(
                    "Lettuce closed the channel before the handshake ended, as it does when RedisURI.timeout has passed");
            keep(ctx, handshake.refuse(gaveUp));
        }
        ctx.close(promise);
    }

    /** Says in types of the JDK what Netty says in its own, for the core knows no Netty. */
    private static Throwable explained(Throwable cause) {
        Throwable actual = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        if (actual instanceof SslHandshakeTimeoutException) {
            return with(actual, new TimeoutException(actual.getMessage()));
        }
        for (Throwable next = actual; next != null; next = next.getCause()) {
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
