package io.valkeysecure;

import java.time.Duration;
import java.util.function.Supplier;

/**
 * Watches handshakes and material, and cannot interfere: it is called after the verdict, gets immutable values, and what it throws
 * is logged and changes nothing. Called on the thread that made the handshake, for Lettuce an event loop, or on the one
 * that watches material: do not block.
 * Implementations must be safe for use by many threads.
 */
public interface HandshakeListener {

    /**
     * A {@link SecureTls} with this listener was built. For gauges: what is given may be asked at any time, until
     * {@link #ended()} and after.
     *
     * @param status gives {@link SecureTls#status()}, at the cost of a look at every open connection
     */
    default void begun(Supplier<TlsStatus> status) {}

    /** The {@link SecureTls} was closed. */
    default void ended() {}

    /**
     * A connection was verified and is about to be handed to the client.
     *
     * @param handshake what was proved
     */
    default void handshakeSucceeded(VerifiedHandshake handshake) {}

    /**
     * A connection was refused, by us or by the peer.
     *
     * @param refusal the exception that the client gets, with reason and endpoint
     * @param client the client library that asked for the connection
     * @param elapsed from the start of the handshake to the refusal
     */
    default void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {}

    /**
     * A connection ended since the material changed: it was replaced at a quiet moment, or closed.
     *
     * @param connection which one, and how it ended
     */
    default void connectionRetired(RetiredConnection connection) {}

    /**
     * New material was proved and is in force.
     *
     * @param status what is in force now
     */
    default void materialReloaded(TlsStatus status) {}

    /**
     * New material could not be proved; the last good generation stays in force. Told once for each cause; it is tried
     * again at every check.
     *
     * @param status what stays in force
     * @param cause which file is refused and why
     */
    default void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {}

    /**
     * A certificate or a CRL comes near its end; told once for each of the configured distances.
     *
     * @param warning what ends, and when
     */
    default void expiryNear(ExpiryWarning warning) {}
}
