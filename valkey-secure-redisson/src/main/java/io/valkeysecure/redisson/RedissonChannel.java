package io.valkeysecure.redisson;

import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.adapter.RefusalReporter;
import io.valkeysecure.netty.internal.GuardedClient;
import io.valkeysecure.netty.internal.TlsGate;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.redisson.client.RedisClient;
import org.redisson.client.RedisConnection;
import org.redisson.client.RedisPubSubConnection;
import org.redisson.client.handler.CommandsQueue;
import org.redisson.client.handler.CommandsQueuePubSub;
import org.redisson.client.protocol.CommandData;
import org.redisson.client.protocol.CommandsData;
import org.redisson.client.protocol.QueueCommand;
import org.redisson.client.protocol.QueueCommandHolder;

/**
 * What the gate asks of a channel of Redisson, and how the channel is drained: no command fails, is lost or is sent
 * twice.
 *
 * <p>A channel that Redisson finds closed costs its commands a retry, of which there may be none. So the next channel
 * is connected and verified first, and takes the place of this one in Redisson's connection, as after a reconnect of
 * Redisson's own. This channel passes later commands on, waits for the replies that are due, and closes.
 *
 * <p>Draining does not start while the server keeps state that would be lost with the connection, or a blocking command
 * waits: Redisson cancels one by closing the channel of its connection. At the end of the window such a channel is
 * closed; Redisson reconnects, and sends a blocking command again. So it is with subscriptions.
 *
 * <p>The handler is the last one, which sees commands first. Used by one channel, on its event loop.
 */
@SuppressWarnings("FutureReturnValueIgnored") // in Netty the promise that is passed in has the result
final class RedissonChannel extends ChannelDuplexHandler implements GuardedClient {
    /** For threads that read the channel from Redisson's connection, and have not written yet. */
    private static final int LATE_WRITERS_SECONDS = 1;

    /** Until the next attempt to connect in place of this channel, if the server refuses us. */
    private static final int RETRY_SECONDS = 5;

    private final RefusalReporter reporter;
    private @Nullable ChannelHandlerContext context;

    private boolean transaction;
    private boolean watching;

    /** The server has state of this connection as long as it is open: tracking, or MONITOR. */
    private boolean hasState;

    private boolean connecting;

    /** The channel that took the place of this one; null until then. */
    private @Nullable Channel next;

    private boolean closing;

    RedissonChannel(RefusalReporter reporter) {
        this.reporter = reporter;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void refused(Channel channel, TlsHandshakeException refusal) {
        reporter.refused(refusal);
        RedisConnection connection = RedisConnection.getFrom(channel);
        CompletableFuture<RedisConnection> connected = connection.getConnectionPromise();
        if (!connected.isDone()) {
            // in this order, or Redisson would reconnect
            connection.closeAsync();
            connected.completeExceptionally(refusal);
        }
    }

    @Override
    public String gaveUp() {
        return "Redisson closed the channel before the handshake was finished, as it does when it is shut down";
    }

    @Override
    public void failInFlight(TlsHandshakeException reason) {
        Channel channel = Objects.requireNonNull(context).channel();
        for (QueueCommandHolder sent : List.copyOf(inFlight(channel))) {
            // Redisson sends a blocking command again
            if (reason.reason() != RefusalReason.DRAINED || !sent.getCommand().isBlockingCommand()) {
                inFlight(channel).remove(sent);
                sent.getCommand().tryFailure(reason);
            }
        }
    }

    private static Collection<QueueCommandHolder> inFlight(Channel channel) {
        Queue<QueueCommandHolder> queue =
                channel.attr(CommandsQueue.COMMANDS_QUEUE).get();
        return queue == null ? List.of() : queue; // null for pub/sub
    }

    @Override
    public void drain() {
        ChannelHandlerContext ctx = Objects.requireNonNull(context);
        RedisConnection connection = RedisConnection.getFrom(ctx.channel());
        if (!mayBeReplaced(ctx, connection)) {
            return;
        }
        if (connection instanceof RedisPubSubConnection pubSub) {
            if (isIdle(pubSub, ctx.channel())) {
                connection.forceFastReconnectAsync();
            }
            return;
        }
        connecting = true;
        connection
                .getRedisClient()
                .connectAsync()
                .whenComplete((fresh, failure) -> TlsGate.onEventLoop(ctx.channel(), () -> {
                    if (failure == null) {
                        connecting = false;
                        replace(ctx, connection, fresh);
                    } else {
                        ctx.executor().schedule(() -> connecting = false, RETRY_SECONDS, TimeUnit.SECONDS);
                    }
                }));
    }

    private boolean mayBeReplaced(ChannelHandlerContext ctx, RedisConnection connection) {
        return next == null
                && !connecting
                && !transaction
                && !watching
                && !hasState
                && connection.getConnectionPromise().isDone()
                && !connection.isClosed()
                && connection.getChannel() == ctx.channel()
                && ctx.channel().isActive()
                && inFlight(ctx.channel()).stream()
                        .noneMatch(sent -> sent.getCommand().isBlockingCommand());
    }

    private static boolean isIdle(RedisPubSubConnection connection, Channel channel) {
        return connection.getChannels().isEmpty()
                && connection.getPatternChannels().isEmpty()
                && connection.getShardedChannels().isEmpty()
                && channel.attr(CommandsQueuePubSub.CURRENT_COMMAND).get() == null;
    }

    private void replace(ChannelHandlerContext ctx, RedisConnection connection, RedisConnection fresh) {
        if (!mayBeReplaced(ctx, connection) || !fresh.isActive()) {
            fresh.closeAsync();
            return;
        }
        next = fresh.getChannel();
        // as Redisson does after a reconnect; what is left in fresh has to stay open, or its pings would end
        connection.updateChannel(fresh.getChannel());
        var unused = new ReplacedConnection(connection.getRedisClient(), ctx.channel());
        closeWhenIdle(ctx);
    }

    private void closeWhenIdle(ChannelHandlerContext ctx) {
        if (next != null && !closing && inFlight(ctx.channel()).isEmpty()) {
            closing = true;
            ctx.executor().schedule(() -> ctx.close(), LATE_WRITERS_SECONDS, TimeUnit.SECONDS);
        }
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (next != null && message instanceof QueueCommand) {
            next.writeAndFlush(message).addListener(written -> {
                if (written.isSuccess()) {
                    promise.trySuccess();
                } else {
                    promise.tryFailure(written.cause());
                }
            });
            return;
        }
        if (message instanceof CommandData<?, ?> command) {
            sent(command);
        } else if (message instanceof CommandsData batch) {
            batch.getCommands().forEach(this::sent);
        }
        ctx.write(message, promise);
    }

    private void sent(CommandData<?, ?> command) {
        String name = command.getCommand().getName();
        switch (name) {
            case "MULTI" -> transaction = true;
            case "WATCH" -> watching = true;
            case "UNWATCH" -> watching = false;
            case "EXEC", "DISCARD" -> {
                transaction = false;
                watching = false;
            }
            case "MONITOR" -> hasState = true;
            case "CLIENT" -> hasState |= "TRACKING".equals(command.getCommand().getSubName());
            default -> {
                // leaves no state on the server
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        closeWhenIdle(ctx);
        ctx.fireChannelReadComplete();
    }

    /** What the replaced channel belongs to from then on, so that Redisson does not reconnect it or report its end. */
    private static final class ReplacedConnection extends RedisConnection {
        ReplacedConnection(RedisClient client, Channel channel) {
            super(client, channel, CompletableFuture.completedFuture(null));
        }

        @Override
        public boolean isClosed() {
            return true;
        }

        @Override
        public boolean isClosedIdle() {
            return true;
        }
    }
}
