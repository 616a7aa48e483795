package io.valkeysecure.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.ConnectionWatchdog;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.valkeysecure.TlsHandshakeException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Ends a channel so that no command fails, is lost, is sent twice or overtakes another.
 *
 * <p>Stands between Lettuce's {@link CommandHandler}, which notes in its stack what it has sent, and the encoder. To retire,
 * it lets nothing more through, waits for the replies that are due, and closes the channel. What Lettuce writes meanwhile
 * stands in the stack as if it had been sent, so Lettuce sends it on the next channel, in order. No command waits for longer
 * than the server would have made it wait, which serves the commands of a connection one by one.
 *
 * <p>Not begun while the server remembers something that it would forget: see {@link SessionState}, and subscriptions.
 *
 * <p>Used by one channel, on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // in Netty the promise that was passed in tells, not the future returned
final class DrainHandler extends ChannelDuplexHandler {
    private enum Phase {
        /** Lettuce has not given the channel to its user yet. */
        GREETING,
        IN_USE,
        /** To be retired, when the server has nothing to forget. */
        ASKED,
        /** Nothing more is sent; replies are due. */
        HOLDING,
        /** Closed, with no reply due. */
        RETIRED,
        /** Closed in the midst of anything. */
        CUT,
        /** Lettuce knows that the channel is closed. */
        GONE
    }

    private final CommandHandler commands;
    private final DefaultEndpoint endpoint;
    private Phase phase = Phase.GREETING;
    private @Nullable ChannelHandlerContext context;
    private final SessionState session;

    /** How many commands at the end of Lettuce's stack were not sent. */
    private int held;

    DrainHandler(CommandHandler commands, DefaultEndpoint endpoint) {
        this.commands = commands;
        this.endpoint = endpoint;
        this.session = new SessionState(endpoint instanceof PubSubEndpoint);
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    /** Closes the channel as soon as that does no harm. May be called again. */
    void drain() {
        if (phase == Phase.IN_USE) {
            phase = Phase.ASKED;
        }
        if (context != null) {
            proceed(context);
        }
    }

    /** Fails what was sent and not answered; what is written from now on is for the next channel. The caller closes. */
    void failInFlight(TlsHandshakeException reason) {
        phase = Phase.CUT;
        Queue<RedisCommand<?, ?, ?>> stack = commands.getStack();
        for (int sent = stack.size() - held; sent > 0; sent--) {
            RedisCommand<?, ?, ?> command = stack.poll();
            if (command != null) {
                command.completeExceptionally(reason);
            }
        }
    }

    private void proceed(ChannelHandlerContext ctx) {
        if (phase == Phase.ASKED && session.isEmpty() && !isSubscribed()) {
            if (reconnects(ctx)) {
                phase = Phase.HOLDING;
            } else if (commands.getStack().isEmpty()) {
                retire(ctx);
            }
        }
        if (phase == Phase.HOLDING && commands.getStack().size() <= held) {
            retire(ctx);
        }
    }

    private void retire(ChannelHandlerContext ctx) {
        phase = Phase.RETIRED;
        ctx.channel().closeFuture().addListener(closed -> awaitWriters());
        ctx.close();
    }

    private boolean isSubscribed() {
        // of shard channels, isSubscribed() of Lettuce 7.7 does not know
        return endpoint instanceof PubSubEndpoint<?, ?> pubSub
                && (pubSub.isSubscribed() || pubSub.hasShardChannelSubscriptions());
    }

    private static boolean reconnects(ChannelHandlerContext ctx) {
        return ctx.pipeline().get(ConnectionWatchdog.class) != null;
    }

    /**
     * Waits for threads that found the channel open and are about to write to it. Lettuce takes its lock to move queued
     * commands; here there are none. The channel is closed and its handlers do not know yet: those writes run before they
     * learn of it, so that they are held, too, rather than fail and be queued behind later ones.
     */
    private void awaitWriters() {
        endpoint.notifyDrainQueuedCommands(new NothingQueued(endpoint));
    }

    private static final class NothingQueued extends CommandHandler {
        NothingQueued(DefaultEndpoint endpoint) {
            super(ClientOptions.create(), endpoint.getClientResources(), endpoint);
        }

        @Override
        public Collection<RedisCommand<?, ?, ?>> drainQueue() {
            return new ArrayList<>();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (phase == Phase.GREETING) {
            phase = Phase.IN_USE;
        }
        ctx.fireChannelActive();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (phase == Phase.HOLDING || phase == Phase.RETIRED || phase == Phase.CUT) {
            held += message instanceof Collection<?> batch ? batch.size() : 1;
            // a failure would make Lettuce queue it a second time
            promise.trySuccess();
            return;
        }
        if (phase == Phase.GREETING) {
            // Lettuce's own greeting, which it says on the next channel again
        } else if (message instanceof RedisCommand<?, ?, ?> command) {
            session.sent(command);
        } else if (message instanceof Collection<?> batch) {
            batch.forEach(command -> session.sent((RedisCommand<?, ?, ?>) command));
        }
        ctx.write(message, promise);
        proceed(ctx);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ctx.fireChannelRead(message);
        proceed(ctx);
    }

    /** Where no reply was due, Lettuce need not wait before it reconnects; its timer alone would cost 100 ms. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ConnectionWatchdog watchdog = ctx.pipeline().get(ConnectionWatchdog.class);
        if (phase != Phase.RETIRED || watchdog == null || watchdog.isReconnectSuspended()) {
            phase = Phase.GONE;
            ctx.fireChannelInactive();
            return;
        }
        watchdog.setReconnectSuspended(true);
        ctx.fireChannelInactive();
        phase = Phase.GONE;
        watchdog.setReconnectSuspended(false);
        endpoint.getClientResources().eventExecutorGroup().submit(() -> {
            watchdog.run(1);
            return null;
        });
    }
}
