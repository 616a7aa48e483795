package io.valkeysecure.observe;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Receives notifications about handshakes and material. A listener cannot change a decision: it is called after the
 * verdict, gets immutable values, and an exception that it throws is logged and has no other effect.
 *
 * <p>Each listener of a {@link SecureTls} is called on its own thread, {@code valkey-secure-listener}, one notification
 * at a time and in order. Up to 1,024 notifications are queued for it; further ones are dropped, counted in {@link
 * TlsStatus.Backlog} and logged. A listener that blocks delays no connection, no reload and no other listener.
 *
 * <p>The thread that made a handshake, called {@link SecureTls#reload()} or closed a connection waits for its
 * notification to be delivered, at most one second for all listeners together, so a handshake is usually counted when
 * {@code connect} returns. It does not wait for a listener that has been running for a second, nor, for a minute, for
 * one that was slow. Do not block in a listener: the waiting thread may be an event loop of Lettuce.
 *
 * <p>A listener that is given to more than one {@link SecureTls} must be safe for use by many threads.
 *
 * @see SecureTls.Builder#listener
 */
public interface TlsListener {

    /**
     * A {@link SecureTls} with this listener was built. Gauges keep the supplier, which may be called at any time, also
     * after {@link #closed()}.
     *
     * @param status returns {@link SecureTls#status()}; each call visits every open connection
     */
    default void started(Supplier<TlsStatus> status) {}

    /** The {@link SecureTls} was closed. */
    default void closed() {}

    /**
     * A connection was verified and is about to be handed to the client.
     *
     * @param handshake the record of the handshake
     */
    default void handshakeSucceeded(VerifiedHandshake handshake) {}

    /**
     * A connection was refused, by this library or by the server.
     *
     * @param refusal the exception that the client gets, with reason and endpoint
     * @param client the client library that asked for the connection
     * @param elapsed from the start of the handshake to the refusal
     */
    default void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {}

    /**
     * A connection was closed because the material changed.
     *
     * @param connection the connection, and how it was closed
     */
    default void connectionClosed(ClosedConnection connection) {}

    /**
     * New material was proved and is in force.
     *
     * @param status the status with the new material
     */
    default void materialReloaded(TlsStatus status) {}

    /**
     * New material could not be proved; the last good generation stays in force. Called once for each cause; the
     * material is tried again at every check.
     *
     * @param status the status with the material that stays in force
     * @param cause the refusal, which names the file
     */
    default void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {}

    /**
     * A certificate or a CRL ends soon. Called once for each of the configured distances.
     *
     * @param warning the certificate or CRL, and when it ends
     */
    default void expiryNear(ExpiryWarning warning) {}

    /**
     * This process has connections to a Valkey server that this library did not make and has not verified. Called once
     * for each server, and again if there were none meanwhile.
     *
     * @param server the remote address and port
     * @param connections how many there are; {@link TlsStatus#unguarded()} has their number at any time
     * @see SecureTls.Builder#reportUnguarded
     */
    default void unguardedConnections(Endpoint server, int connections) {}
}
