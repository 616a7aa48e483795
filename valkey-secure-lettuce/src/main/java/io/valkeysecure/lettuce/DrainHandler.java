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
 * Drains a channel: no command fails, is lost, is sent twice or overtakes another.
 *
 * <p>The handler stands between Lettuce's {@link CommandHandler}, which keeps sent commands in its stack, and the
 * encoder. To drain, it holds new commands back, waits for the replies that are due, and closes the channel. Lettuce
 * has the held commands in its stack as if they had been sent, and sends them on the next channel, in order. A held
 * command waits no longer than it would have waited for the server, which serves the commands of a connection one by
 * one.
 *
 * <p>Draining does not start while the server keeps state that would be lost with the connection: see
 * {@link SessionState}, and subscriptions.
 *
 * <p>Used by one channel, on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // in Netty the promise that is passed in has the result
final class DrainHandler extends ChannelDuplexHandler {
    private enum Phase {
        /** Lettuce has not given the channel to its user yet. */
        GREETING,
        IN_USE,
        /** Asked to drain; the server still has state of the connection. */
        ASKED,
        /** Commands are held back; replies are due. */
        HOLDING,
        /** Closed when no reply was due. */
        DRAINED,
        /** Closed at once, with commands in flight. */
        CUT,
        /** Lettuce was told that the channel is closed. */
        GONE
    }

    private final CommandHandler commands;
    private final DefaultEndpoint endpoint;
    private Phase phase = Phase.GREETING;
    private @Nullable ChannelHandlerContext context;
    private final SessionState session;

    /** The number of commands at the end of Lettuce's stack that were not sent. */
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

    /** Closes the channel as soon as no command is affected. May be called again. */
    void drain() {
        if (phase == Phase.IN_USE) {
            phase = Phase.ASKED;
        }
        if (context != null) {
            proceed(context);
        }
    }

    /** Fails the commands in flight, and holds later ones for the next channel. The caller closes the channel. */
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
                close(ctx);
            }
        }
        if (phase == Phase.HOLDING && commands.getStack().size() <= held) {
            close(ctx);
        }
    }

    private void close(ChannelHandlerContext ctx) {
        phase = Phase.DRAINED;
        ctx.channel().closeFuture().addListener(closed -> awaitWriters());
        ctx.close();
    }

    private boolean isSubscribed() {
        // isSubscribed() of Lettuce 7.7 ignores shard channels
        return endpoint instanceof PubSubEndpoint<?, ?> pubSub
                && (pubSub.isSubscribed() || pubSub.hasShardChannelSubscriptions());
    }

    private static boolean reconnects(ChannelHandlerContext ctx) {
        return ctx.pipeline().get(ConnectionWatchdog.class) != null;
    }

    /**
     * Waits for threads that saw the channel open and are about to write to it. Lettuce's method takes the lock that
     * writers share; it moves queued commands, and there are none here. The channel is closed, but its handlers are
     * told later. So these writes reach this handler before that and are held. Otherwise they would fail, and be queued
     * behind later commands.
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
        if (phase == Phase.HOLDING || phase == Phase.DRAINED || phase == Phase.CUT) {
            held += message instanceof Collection<?> batch ? batch.size() : 1;
            // a failure would make Lettuce queue it a second time
            promise.trySuccess();
            return;
        }
        if (phase == Phase.GREETING) {
            // Lettuce sends its greeting again on the next channel
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

    /** Reconnects at once after a drain. Lettuce's timer would add a delay of 100 ms or more. */
    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ConnectionWatchdog watchdog = ctx.pipeline().get(ConnectionWatchdog.class);
        if (phase != Phase.DRAINED || watchdog == null || watchdog.isReconnectSuspended()) {
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
