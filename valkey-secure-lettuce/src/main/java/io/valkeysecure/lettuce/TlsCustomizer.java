package io.valkeysecure.lettuce;

import io.lettuce.core.protocol.CommandHandler;
import io.lettuce.core.protocol.DefaultEndpoint;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.netty.internal.GuardedPipeline;
import io.valkeysecure.netty.internal.HandshakeThreads;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Replaces Lettuce's TLS handler in the pipeline of every channel, or refuses the channel. Lettuce calls it for first
 * connections and reconnects, with and without TLS, after Lettuce and the user's own customizer have set up the
 * pipeline and before the channel connects.
 *
 * <p>An exception from here fails the channel: Netty's {@code ChannelInitializer} closes the channel before it
 * connects, and Lettuce gives the exception to the caller.
 */
final class TlsCustomizer implements NettyCustomizer {
    private static final String FLUSHES = "valkey-secure-flushes";
    private static final String DRAIN = "valkey-secure-drain";

    /**
     * The most flushes that are combined into one. Lettuce flushes each command, which costs a TLS record and a system
     * call each. Flushes are combined if they are in the event loop's queue together, or are requested while the loop
     * reads.
     */
    private static final int MOST_FLUSHES = 256;

    private final SecureTls tls;
    private final NettyCustomizer before;
    private final Executor verifier = new HandshakeThreads();

    TlsCustomizer(SecureTls tls, NettyCustomizer before) {
        this.tls = Objects.requireNonNull(tls, "tls");
        this.before = before;
    }

    boolean guards(SecureTls other) {
        return tls == other;
    }

    @Override
    public void afterBootstrapInitialized(Bootstrap bootstrap) {
        before.afterBootstrapInitialized(bootstrap);
    }

    @Override
    public void afterChannelInitialized(Channel channel) {
        before.afterChannelInitialized(channel);
        ChannelPipeline pipeline = channel.pipeline();
        SslHandler lettuces = pipeline.get(SslHandler.class);
        if (lettuces == null) {
            throw RootTypes.configurationRefused(
                    RefusalReason.PLAINTEXT_REQUESTED,
                    "expected a connection with TLS, seen one without; it was not opened; write rediss:// or valkeys://, or "
                            + "RedisURI.Builder.withSsl(true)");
        }
        Endpoint endpoint = GuardedPipeline.endpoint(
                lettuces.engine(),
                "set both in RedisURI, or let the SocketAddressResolver return an address with both");
        // Lettuce sets the algorithm with FULL, but not with CA, and in some versions not with NONE
        GuardedPipeline.requireFullVerification(lettuces.engine(), "RedisURI.verifyPeer is not FULL, expected FULL");
        TlsHandshake handshake = TlsHandshake.start(tls, endpoint, ClientLibrary.LETTUCE);
        GuardedPipeline.guard(pipeline, lettuces, handshake, verifier, new LettuceChannel(drainHandler(pipeline)));
        if (pipeline.get(FlushConsolidationHandler.class) == null) {
            pipeline.addAfter(GuardedPipeline.GATE, FLUSHES, new FlushConsolidationHandler(MOST_FLUSHES, true));
        }
    }

    private static @Nullable DrainHandler drainHandler(ChannelPipeline pipeline) {
        ChannelHandlerContext handler = pipeline.context(CommandHandler.class);
        if (handler == null
                || !(handler.handler() instanceof CommandHandler commands)
                || !(commands.getEndpoint() instanceof DefaultEndpoint endpoint)) {
            return null;
        }
        DrainHandler drain = new DrainHandler(commands, endpoint);
        pipeline.addBefore(handler.name(), DRAIN, drain);
        return drain;
    }
}
