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
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
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
    private static final String FIRST_BYTES = "valkey-secure-first-bytes";
    private static final String SLOT = "valkey-secure-slot";
    private static final String TLS = "valkey-secure-tls";
    private static final String GATE = "valkey-secure-gate";
    private static final String FLUSHES = "valkey-secure-flushes";
    private static final String DRAIN = "valkey-secure-drain";

    /** The longest time that a peer that reads nothing can delay the closing of a channel. */
    private static final Duration CLOSE_NOTIFY_TIMEOUT = Duration.ofMillis(500);

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
        Endpoint endpoint = endpoint(lettuces.engine());
        requireFullVerification(lettuces.engine());
        TlsHandshake handshake = TlsHandshake.start(tls, endpoint, ClientLibrary.LETTUCE);
        SSLEngine engine = handshake.engine();
        SslHandler ours = new SslHandler(engine, verifier);
        // zero would turn the timeout off
        ours.setHandshakeTimeoutMillis(Math.max(1, handshake.timeout().toMillis()));
        ours.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_TIMEOUT.toMillis());
        // Lettuce's handler reports a failed handshake when it is removed, so it is removed before the gate is added
        pipeline.replace(lettuces, FIRST_BYTES, new PeerBytesTap(handshake));
        pipeline.addAfter(FIRST_BYTES, SLOT, new HandshakeSlot(handshake, ours));
        pipeline.addAfter(SLOT, TLS, ours);
        pipeline.addAfter(TLS, GATE, new TlsGate(handshake, engine, verifier, drainHandler(pipeline)));
        if (pipeline.get(FlushConsolidationHandler.class) == null) {
            pipeline.addAfter(GATE, FLUSHES, new FlushConsolidationHandler(MOST_FLUSHES, true));
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

    /**
     * Lettuce sets the algorithm with {@code FULL}, but not with {@code CA}, and in some versions not with
     * {@code NONE}.
     */
    private static void requireFullVerification(SSLEngine engine) {
        if (!"HTTPS".equals(engine.getSSLParameters().getEndpointIdentificationAlgorithm())) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNSUPPORTED_SETTING,
                    "RedisURI.verifyPeer is not FULL, expected FULL: certificate chain and name of the server are always verified; "
                            + "remove the setting, and trust the server's issuer by SecureTls.trusting(...)");
        }
    }

    /**
     * Returns the host and port that Lettuce is about to dial. Its engine has them for first connections and reconnects
     * alike.
     */
    private static Endpoint endpoint(SSLEngine engine) {
        String host = engine.getPeerHost();
        if (host == null || host.isEmpty() || engine.getPeerPort() < 1) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNCLASSIFIED,
                    "expected a channel with the host and port that it connects to, seen none, so the server's name cannot be "
                            + "checked; set both in RedisURI, or let the SocketAddressResolver return an address with both");
        }
        return new Endpoint(host, engine.getPeerPort());
    }
}
