package io.valkeysecure.redisson;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.ssl.SslHandler;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.adapter.RefusalReporter;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.netty.internal.GuardedPipeline;
import io.valkeysecure.netty.internal.HandshakeThreads;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import org.redisson.client.NettyHook;

/**
 * Replaces Redisson's TLS handler in the pipeline of every channel, or refuses the channel. Redisson calls it for first
 * connections and reconnects, with and without TLS, as the last step of its own initialization and before the channel
 * connects.
 */
final class GuardHook implements NettyHook {
    private static final String REFUSED = "valkey-secure-refused";
    private static final String CHANNEL = "valkey-secure-channel";

    private final SecureTls tls;
    private final NettyHook before;
    private final RefusalReporter reporter;
    private final Executor verifier = new HandshakeThreads();

    /**
     * Makes a guard.
     *
     * @param before the user's own hook, which is called first
     * @param reporter collects refusals until the client is made
     */
    GuardHook(SecureTls tls, NettyHook before, RefusalReporter reporter) {
        this.tls = tls;
        this.before = before;
        this.reporter = reporter;
    }

    /**
     * {@return a guard like this one that calls a hook first}
     *
     * @param hook the user's own hook, or a guard of the same {@link SecureTls}, whose user's hook is taken
     * @throws IllegalArgumentException if it is the guard of another {@link SecureTls}
     */
    GuardHook after(NettyHook hook) {
        return new GuardHook(tls, usersHook(tls, hook), reporter);
    }

    /** {@return the user's own hook, which may be hidden behind a guard} */
    static NettyHook usersHook(SecureTls tls, NettyHook hook) {
        if (!(hook instanceof GuardHook guard)) {
            return hook;
        }
        if (guard.tls != tls) {
            throw new IllegalArgumentException(
                    "expected a configuration without a guard or guarded by this SecureTls, seen one that another SecureTls "
                            + "guards; secure the configuration that it was made from");
        }
        return guard.before;
    }

    @Override
    public void afterBoostrapInitialization(Bootstrap bootstrap) {
        before.afterBoostrapInitialization(bootstrap);
    }

    @Override
    public void afterChannelInitialization(Channel channel) {
        before.afterChannelInitialization(channel);
        try {
            guard(channel.pipeline());
        } catch (RuntimeException e) {
            // Redisson does not see what is thrown here: Netty logs it, and closes the channel
            channel.pipeline().addFirst(REFUSED, new RefusedChannel(e));
        }
    }

    private void guard(ChannelPipeline pipeline) {
        SslHandler redissons = pipeline.get(SslHandler.class);
        if (redissons == null) {
            throw RootTypes.configurationRefused(
                    RefusalReason.PLAINTEXT_REQUESTED,
                    "expected a connection with TLS, seen one without; it was not opened; let the NatMapper return rediss:// or "
                            + "valkeys:// addresses");
        }
        // Redisson's engine has the name that Redisson checks: sslHostname, which is the name that a sentinel announced
        // or the only seed of a cluster, else the host that it dials
        Endpoint endpoint = GuardedPipeline.endpoint(redissons.engine(), "set both in the address");
        GuardedPipeline.requireFullVerification(
                redissons.engine(), "sslVerificationMode is not STRICT, expected STRICT");
        TlsHandshake handshake = TlsHandshake.start(tls, endpoint, ClientLibrary.REDISSON);
        RedissonChannel client = new RedissonChannel(reporter);
        GuardedPipeline.guard(pipeline, redissons, handshake, verifier, client);
        pipeline.addLast(CHANNEL, client);
    }

    /** Fails the attempt to connect, so that the reason reaches the caller. */
    private static final class RefusedChannel extends ChannelOutboundHandlerAdapter {
        private final RuntimeException reason;

        RefusedChannel(RuntimeException reason) {
            this.reason = reason;
        }

        @Override
        public void connect(
                ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            promise.tryFailure(reason);
        }
    }
}
