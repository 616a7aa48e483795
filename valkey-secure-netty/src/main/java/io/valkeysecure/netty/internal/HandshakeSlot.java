package io.valkeysecure.netty.internal;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.valkeysecure.adapter.TlsHandshake;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Delays the handshake until a handshake slot is free. The TLS handler starts when it is told that the channel is
 * active; this handler holds that event back, and leaves the pipeline when it has passed the event on. The wait counts
 * towards the handshake timeout.
 */
final class HandshakeSlot extends ChannelInboundHandlerAdapter {
    private final TlsHandshake handshake;
    private final SslHandler tls;

    HandshakeSlot(TlsHandshake handshake, SslHandler tls) {
        this.handshake = handshake;
        this.tls = tls;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        long asked = System.nanoTime();
        CompletableFuture<Void> slot = handshake.acquireSlot().toCompletableFuture();
        if (slot.isDone() && !slot.isCompletedExceptionally()) {
            start(ctx);
            return;
        }
        var unused = slot.whenComplete((nothing, failure) -> TlsGate.onEventLoop(ctx.channel(), () -> {
            if (failure != null) {
                ctx.fireExceptionCaught(failure);
            } else if (ctx.channel().isActive()) {
                Duration left = handshake.timeout().minusNanos(System.nanoTime() - asked);
                tls.setHandshakeTimeoutMillis(Math.max(1, left.toMillis()));
                start(ctx);
            }
        }));
    }

    private void start(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
        if (!ctx.isRemoved()) {
            ctx.pipeline().remove(this);
        }
    }
}
