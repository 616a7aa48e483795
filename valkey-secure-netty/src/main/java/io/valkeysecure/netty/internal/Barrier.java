package io.valkeysecure.netty.internal;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.valkeysecure.TlsHandshakeException;

/**
 * Lets nothing more be read or written on a connection that was ended, while it is closed. The TLS handler waits until
 * its last record is sent.
 */
final class Barrier extends ChannelDuplexHandler {
    private final TlsHandshakeException reason;

    Barrier(TlsHandshakeException reason) {
        this.reason = reason;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        ReferenceCountUtil.release(message);
        promise.tryFailure(reason);
    }
}
