package io.valkeysecure.lettuce;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.TlsHandshake;

/**
 * Shows the handshake what comes and goes, before the TLS handler and after it. Under TLS 1.3 it leaves the pipeline when the
 * server has made its choices; under TLS 1.2 it stays, since the server could begin another handshake.
 *
 * <p>Used by one channel, on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // in Netty the promise that was passed in tells, not the future returned
final class PeerBytesTap extends ChannelDuplexHandler {
    private final TlsHandshake handshake;
    private boolean sentIsWanted = true;
    private boolean refused;

    PeerBytesTap(TlsHandshake handshake) {
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
        if (sentIsWanted && message instanceof ByteBuf bytes) {
            try {
                sentIsWanted = handshake.sent(bytes.nioBuffer());
            } catch (TlsHandshakeException e) {
                ReferenceCountUtil.release(message);
                promise.tryFailure(e);
                refuse(ctx, e);
                return;
            }
        }
        ctx.write(message, promise);
    }

    /** The gate closes the channel, and tells Lettuce why. */
    private void refuse(ChannelHandlerContext ctx, TlsHandshakeException refusal) {
        refused = true;
        ctx.fireExceptionCaught(refusal);
    }
}
