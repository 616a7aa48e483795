package io.valkeysecure;

import java.time.Duration;

/**
 * Watches handshakes and cannot interfere: it is called after the verdict, gets immutable values, and what it throws
 * is logged and changes nothing. Called on the thread that made the handshake, for Lettuce an event loop: do not block.
 * Implementations must be safe for use by many threads.
 */
public interface HandshakeListener {

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
}
