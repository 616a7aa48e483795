package io.valkeysecure.benchmarks;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.SingleThreadEventExecutor;

/**
 * Netty's consolidation, except that a flush is not put off when nothing else waits in the event loop. An alternative
 * to what the library does, to be measured beside it.
 */
final class PromptFlushes extends FlushConsolidationHandler {
    private static final int FLUSHES = FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES;

    private boolean reading;

    private PromptFlushes() {
        super(FLUSHES, true);
    }

    /** Puts it where the library would put Netty's, which the library then leaves out. */
    static void into(Channel channel) {
        String tls = channel.pipeline().context(SslHandler.class).name();
        channel.pipeline().addAfter(tls, null, new PromptFlushes());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        reading = true;
        super.channelRead(ctx, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        reading = false;
        super.channelReadComplete(ctx);
    }

    @Override
    public void flush(ChannelHandlerContext ctx) throws Exception {
        if (!reading && ctx.executor() instanceof SingleThreadEventExecutor loop && loop.pendingTasks() == 0) {
            ctx.flush();
        } else {
            super.flush(ctx);
        }
    }
}
