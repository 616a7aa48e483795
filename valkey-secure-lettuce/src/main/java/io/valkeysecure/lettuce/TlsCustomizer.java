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
 * The guard: runs for every channel that Lettuce makes, plain or TLS, first connection or reconnect, after Lettuce and the
 * user's own customizer have set up the pipeline and before the channel connects.
 *
 * <p>What it throws fails the channel: Netty's {@code ChannelInitializer} closes it before {@code connect}, and Lettuce
 * gives the exception to the caller.
 */
final class TlsCustomizer implements NettyCustomizer {
    private static final String FIRST_BYTES = "valkey-secure-first-bytes";
    private static final String SLOT = "valkey-secure-slot";
    private static final String TLS = "valkey-secure-tls";
    private static final String GATE = "valkey-secure-gate";
    private static final String FLUSHES = "valkey-secure-flushes";
    private static final String DRAIN = "valkey-secure-retirement";

    /** How long a peer that reads nothing can delay the end of a connection. */
    private static final Duration CLOSE_NOTIFY_TIMEOUT = Duration.ofMillis(500);

    /**
     * Lettuce flushes each command, which makes each a TLS record and a system call of its own. At most so many flushes become
     * one: those that stand in the event loop's queue together, or that are called for while it reads.
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
                    "a connection without TLS was asked for, and was refused before it was opened; write rediss:// or "
                            + "valkeys://, or RedisURI.Builder.withSsl(true)");
        }
        Endpoint endpoint = endpoint(lettuces.engine());
        requireFullVerification(lettuces.engine());
        TlsHandshake handshake = TlsHandshake.start(tls, endpoint, ClientLibrary.LETTUCE);
        SSLEngine engine = handshake.engine();
        SslHandler ours = new SslHandler(engine, verifier);
        // to Netty, zero is no timeout at all
        ours.setHandshakeTimeoutMillis(Math.max(1, handshake.timeout().toMillis()));
        ours.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_TIMEOUT.toMillis());
        // Lettuce's handler announces a failed handshake when it is removed, so it goes before the gate comes
        pipeline.replace(lettuces, FIRST_BYTES, new PeerBytesTap(handshake));
        pipeline.addAfter(FIRST_BYTES, SLOT, new HandshakeSlot(handshake, ours));
        pipeline.addAfter(SLOT, TLS, ours);
        pipeline.addAfter(TLS, GATE, new TlsGate(handshake, engine, verifier, retirement(pipeline)));
        if (pipeline.get(FlushConsolidationHandler.class) == null) {
            pipeline.addAfter(GATE, FLUSHES, new FlushConsolidationHandler(MOST_FLUSHES, true));
        }
    }

    private static @Nullable DrainHandler retirement(ChannelPipeline pipeline) {
        ChannelHandlerContext handler = pipeline.context(CommandHandler.class);
        if (handler == null
                || !(handler.handler() instanceof CommandHandler commands)
                || !(commands.getEndpoint() instanceof DefaultEndpoint endpoint)) {
            return null;
        }
        DrainHandler retirement = new DrainHandler(commands, endpoint);
        pipeline.addBefore(handler.name(), DRAIN, retirement);
        return retirement;
    }

    /** With {@code FULL} Lettuce sets this on its engine; with {@code CA}, and in some versions with {@code NONE}, it does not. */
    private static void requireFullVerification(SSLEngine engine) {
        if (!"HTTPS".equals(engine.getSSLParameters().getEndpointIdentificationAlgorithm())) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNSUPPORTED_SETTING,
                    "RedisURI.verifyPeer is not FULL: path and name of the server are always verified; remove it or write "
                            + "FULL, and trust the server's issuer by SecureTls.trusting(...)");
        }
    }

    /** Lettuce gives its engine the host and port that it is about to dial, for the first connection and reconnects alike. */
    private static Endpoint endpoint(SSLEngine engine) {
        String host = engine.getPeerHost();
        if (host == null || host.isEmpty() || engine.getPeerPort() < 1) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNCLASSIFIED,
                    "the channel does not tell which host and port it connects to, so the server's name cannot be checked; "
                            + "expected an address with host and port from the SocketAddressResolver, or a RedisURI with both");
        }
        return new Endpoint(host, engine.getPeerPort());
    }
}
