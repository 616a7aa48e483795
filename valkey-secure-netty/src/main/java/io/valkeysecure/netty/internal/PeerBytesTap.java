package io.valkeysecure.netty.internal;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.TlsHandshake;

/**
 * Passes the bytes on the wire to the handshake, in both directions. Under TLS 1.3 it leaves the pipeline after the
 * server's choices; under TLS 1.2 it stays, because the server can start another handshake at any time.
 *
 * <p>Used by one channel, on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // in Netty the promise that is passed in has the result
public final class PeerBytesTap extends ChannelDuplexHandler {
    private final TlsHandshake handshake;
    private boolean watchesSent = true;
    private boolean refused;

    /** Makes a tap, to stand before the TLS handler. */
    public PeerBytesTap(TlsHandshake handshake) {
        this.handshake = handshake;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (refused) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof ByteBuf bytes) {
            try {
                if (!handshake.received(bytes.nioBuffer())) {
                    ctx.pipeline().remove(this);
                }
            } catch (TlsHandshakeException e) {
                ReferenceCountUtil.release(message);
                refuse(ctx, e);
                return;
            }
        }
        ctx.fireChannelRead(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (watchesSent && message instanceof ByteBuf bytes) {
            try {
                watchesSent = handshake.sent(bytes.nioBuffer());
            } catch (TlsHandshakeException e) {
                ReferenceCountUtil.release(message);
                promise.tryFailure(e);
                refuse(ctx, e);
                return;
            }
        }
        ctx.write(message, promise);
    }

    /** Passes the refusal to the gate, which closes the channel and reports the refusal to the client. */
    private void refuse(ChannelHandlerContext ctx, TlsHandshakeException refusal) {
        refused = true;
        ctx.fireExceptionCaught(refusal);
    }
}
