package io.valkeysecure.adapter;

import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.internal.handshake.VerifiedSocket;
import java.net.SocketAddress;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An open, verified connection, which an adapter registers so that its {@link SecureTls} can close it. The methods are
 * called on threads that also close other connections, so they must not block. An exception that they throw is logged.
 */
public interface ManagedConnection {

    /**
     * Asks to close the connection when no command is in flight, because a new client identity is in force. Called
     * repeatedly until the connection is closed.
     */
    void drain();

    /**
     * Closes the connection at once, because the server is no longer trusted or the drain window is over.
     *
     * @param reason the exception for callers that wait for a reply
     */
    void close(TlsHandshakeException reason);

    /**
     * {@return the local address of the TCP connection, by which {@link SecureTls.Builder#reportUnguarded} tells it
     * from connections of others; by default null, so that it may be reported as unguarded}
     */
    default @Nullable SocketAddress localAddress() {
        return null;
    }

    /** {@return the remote address of the TCP connection, as {@link #localAddress()}} */
    default @Nullable SocketAddress remoteAddress() {
        return null;
    }

    /**
     * Returns whether a pool should replace a connection of a blocking client, because it is being drained or was
     * closed by this library. To all other callers a socket of this library reports that it is connected until its
     * client closes it: a client such as Jedis would otherwise reconnect by itself, without logging in.
     *
     * @param connected asks the client whether it is connected, on this thread; the client asks the socket that
     *     {@link TlsHandshake#overSocket} returned
     * @return true if the pool should close the connection rather than hand it out
     */
    static boolean isDraining(BooleanSupplier connected) {
        return VerifiedSocket.isDraining(connected);
    }
}
