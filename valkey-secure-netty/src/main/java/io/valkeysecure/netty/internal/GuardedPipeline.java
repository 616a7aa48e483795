package io.valkeysecure.netty.internal;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.root.RootTypes;
import java.time.Duration;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;

/** Replaces the TLS handler of a client library by the guard: tap, slot, TLS handler and gate, in this order. */
public final class GuardedPipeline {
    private static final String FIRST_BYTES = "valkey-secure-first-bytes";
    private static final String SLOT = "valkey-secure-slot";
    private static final String TLS = "valkey-secure-tls";

    /** The name of the gate, the last handler of the guard. */
    public static final String GATE = "valkey-secure-gate";

    /** The longest time that a peer that reads nothing can delay the closing of a channel. */
    private static final Duration CLOSE_NOTIFY_TIMEOUT = Duration.ofMillis(500);

    private GuardedPipeline() {}

    /**
     * Replaces the handler.
     *
     * @param threads run the verification, and the delegated tasks of the engine, unless the handshake is quick
     */
    public static void guard(
            ChannelPipeline pipeline,
            SslHandler theirs,
            TlsHandshake handshake,
            Executor threads,
            GuardedClient client) {
        SSLEngine engine = handshake.engine();
        TlsGate gate = new TlsGate(handshake, engine, threads, client);
        SslHandler ours = new SslHandler(engine, gate::run);
        // zero would turn the timeout off
        ours.setHandshakeTimeoutMillis(Math.max(1, handshake.timeout().toMillis()));
        ours.setCloseNotifyFlushTimeoutMillis(CLOSE_NOTIFY_TIMEOUT.toMillis());
        // Netty's handler makes an exception for its handshake when it is removed, and reports it, unless it is
        // cancelled
        var unusedHandshake = theirs.handshakeFuture().cancel(false);
        var unusedClose = theirs.sslCloseFuture().cancel(false);
        pipeline.replace(theirs, FIRST_BYTES, new PeerBytesTap(handshake));
        pipeline.addAfter(FIRST_BYTES, SLOT, new HandshakeSlot(handshake, ours));
        pipeline.addAfter(SLOT, TLS, ours);
        pipeline.addAfter(TLS, GATE, gate);
    }

    /**
     * Requires full verification of the client library's own engine, though it is not used: who turned it off asked for
     * less than what they get.
     *
     * @param setting what is wrong, in words of the client library
     */
    public static void requireFullVerification(SSLEngine theirs, String setting) {
        if (!"HTTPS".equals(theirs.getSSLParameters().getEndpointIdentificationAlgorithm())) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNSUPPORTED_SETTING,
                    setting
                            + ": certificate chain and name of the server are always verified; "
                            + "remove the setting, and trust the server's issuer by SecureTls.trusting(...)");
        }
    }

    /**
     * Returns the host and port that the client is about to dial. Its engine has them for first connections and
     * reconnects alike.
     *
     * @param advice what to do if there are none, in words of the client library
     */
    public static Endpoint endpoint(SSLEngine theirs, String advice) {
        String host = theirs.getPeerHost();
        if (host == null || host.isEmpty() || theirs.getPeerPort() < 1) {
            throw RootTypes.configurationRefused(
                    RefusalReason.UNCLASSIFIED,
                    "expected a channel with the host and port that it connects to, seen none, so the server's name cannot be "
                            + "checked; " + advice);
        }
        return new Endpoint(host, theirs.getPeerPort());
    }
}
