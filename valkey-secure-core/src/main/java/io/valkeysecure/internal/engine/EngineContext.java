package io.valkeysecure.internal.engine;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The engine of one generation, with its session cache. Safe for use by many threads. */
public interface EngineContext {
    /** {@return what this is, for people; name and version} */
    String description();

    /**
     * Makes the client's end of a connection for an event loop.
     *
     * @param host the server as it is dialled, under which sessions are cached
     * @param port its port
     * @param parameters the parameters of the handshake, made for it alone; they may be changed
     * @return an engine in client mode whose handshake has not begun
     */
    SSLEngine engine(String host, int port, SSLParameters parameters);

    /**
     * Makes the client's end of a connection over a socket.
     *
     * @param connected the socket below
     * @param host the server as it is dialled, under which sessions are cached
     * @param port its port
     * @param parameters the parameters of the handshake, made for it alone; they may be changed
     * @return a socket in client mode whose handshake has not begun
     * @throws IOException if the socket below cannot be used
     */
    SSLSocket socket(Socket connected, String host, int port, SSLParameters parameters) throws IOException;

    /**
     * Announces how many other handshakes are in flight. An engine that resumes sessions well in any case ignores it.
     *
     * @param others handshakes in flight
     */
    default void expectConcurrent(int others) {}

    /**
     * Reports the group that a handshake negotiated. The engine may offer that server fewer groups afterwards.
     *
     * @param host the server as it was dialled
     * @param port its port
     * @param group its IANA name
     */
    default void groupNegotiated(String host, int port, String group) {}

    /**
     * Reports that a handshake ended without a ServerHello.
     *
     * @param host the server as it was dialled
     * @param port its port
     */
    default void noServerHello(String host, int port) {}

    /**
     * Returns this engine without its sessions, for one full handshake. No engine has a switch for that; a new context
     * has no session to resume, and costs a millisecond.
     *
     * @return an engine of the same settings
     */
    EngineContext withoutSessions();
}
