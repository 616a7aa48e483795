package io.valkeysecure.lettuce;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.valkeysecure.TlsHandshake;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Tells the TLS handler that the channel is active, by which it begins the handshake, when that has its turn; then leaves the
 * pipeline. The time of waiting is taken from the handshake's.
 */
final class HandshakeTurn extends ChannelInboundHandlerAdapter {
    private final TlsHandshake handshake;
    private final SslHandler tls;

    HandshakeTurn(TlsHandshake handshake, SslHandler tls) {
        this.handshake = handshake;
        this.tls = tls;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        long asked = System.nanoTime();
        CompletableFuture<Void> turn = handshake.turn().toCompletableFuture();
        if (turn.isDone() && !turn.isCompletedExceptionally()) {
            begin(ctx);
            return;
        }
        var unused = turn.whenComplete((nothing, failure) -> TlsGate.onEventLoop(ctx, () -> {
            if (failure != null) {
                ctx.fireExceptionCaught(failure);
            } else if (ctx.channel().isActive()) {
                Duration left = handshake.timeout().minusNanos(System.nanoTime() - asked);
                tls.setHandshakeTimeoutMillis(Math.max(1, left.toMillis()));
                begin(ctx);
            }
        }));
    }

    private void begin(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }
}
