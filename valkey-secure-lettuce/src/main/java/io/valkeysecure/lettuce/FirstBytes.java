package io.valkeysecure.lettuce;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.valkeysecure.TlsHandshake;

/** Shows the handshake the first bytes of the peer, by which a refusal is explained, and then leaves the pipeline. */
final class FirstBytes extends ChannelInboundHandlerAdapter {
    private static final int ENOUGH_BYTES = 256;

    private final TlsHandshake handshake;
    private int seen;

    FirstBytes(TlsHandshake handshake) {
        this.handshake = handshake;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes) {
            int length = Math.min(bytes.readableBytes(), ENOUGH_BYTES - seen);
            handshake.received(ByteBufUtil.getBytes(bytes, bytes.readerIndex(), length));
            seen += length;
            if (seen == ENOUGH_BYTES) {
                ctx.pipeline().remove(this);
            }
        }
        ctx.fireChannelRead(message);
    }
}
