package io.valkeysecure.adapter;

import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.handshake.VerifiedSocket;
import java.util.function.BooleanSupplier;

/**
 * An open, verified connection, as an adapter shows it to the {@link SecureTls} that it was made by, which may ask for its
 * end. Called on threads of this library, on which the end of other connections depends: must not block. What it throws is
 * logged.
 */
public interface ManagedConnection {

    /**
     * Asks for an end without harm, since a new client identity is in force: when no command is in flight. Called again
     * and again until the connection is closed.
     */
    void drain();

    /**
     * Closes at once: the server no longer proves itself, or the drain window is over.
     *
     * @param reason what is told to whoever waits for a reply
     */
    void close(TlsHandshakeException reason);

    /**
     * Asks the socket below a blocking client whether the connection is to be replaced: it was made under an earlier
     * client identity and its turn has come, or it was closed because the server no longer proves itself. For pools: a
     * socket of this library says to everybody else that it is connected until its client closes it, since a client such
     * as Jedis would connect anew without logging in.
     *
     * @param connected asks the client, which asks the socket that {@link TlsHandshake#overSocket} returned, on this
     *     thread
     * @return true if the pool should close the connection rather than hand it out
     */
    static boolean isDraining(BooleanSupplier connected) {
        return VerifiedSocket.isDraining(connected);
    }
}
