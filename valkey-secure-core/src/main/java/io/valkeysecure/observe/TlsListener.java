package io.valkeysecure.observe;

import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Hears of handshakes and material, and cannot interfere: it is called after the verdict, gets immutable values, and what it
 * throws is logged and changes nothing.
 *
 * <p>Each listener of a {@link SecureTls} is called on one thread of its own, {@code valkey-secure-listener}, with one
 * notification at a time, in the order in which they were made. Up to 1,024 notifications wait for it; what comes then is
 * dropped, counted in {@link TlsStatus.Backlog} and logged. One that blocks delays neither the end of connections nor the
 * reading of material nor another listener.
 *
 * <p>The thread that made a handshake, called {@link SecureTls#reload()} or closed a connection waits until the listeners
 * have heard of it, but a second at most for all together; so a handshake is usually counted when {@code connect} returns.
 * For a listener that has not returned for a second nobody waits, and for one that was slow nobody waits for a minute. So do
 * not block: the thread that waits may be an event loop of Lettuce.
 *
 * <p>A listener that is given to more than one {@link SecureTls} must be safe for use by many threads.
 */
public interface TlsListener {

    /**
     * A {@link SecureTls} with this listener was built. For gauges: what is given may be asked at any time, until
     * {@link #closed()} and after.
     *
     * @param status gives {@link SecureTls#status()}, at the cost of a look at every open connection
     */
    default void started(Supplier<TlsStatus> status) {}

    /** The {@link SecureTls} was closed. */
    default void closed() {}

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
    default void connectionClosed(ClosedConnection connection) {}

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
