package io.valkeysecure.internal.engine;

import java.io.IOException;
import java.net.Socket;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** An engine as one generation uses it: its sessions are cached here, and end with it. Safe for use by many threads. */
public interface EngineContext {
    /**
     * Returns what this is, for people.
     *
     * @return name and version
     */
    String description();

    /**
     * Makes the client's end of a connection for an event loop.
     *
     * @param host the server as it is dialled, under which sessions are cached
     * @param port its port
     * @param parameters what the handshake has to keep to
     * @return an engine in client mode whose handshake has not begun
     */
    SSLEngine engine(String host, int port, SSLParameters parameters);

    /**
     * Makes the client's end of a connection over a socket.
     *
     * @param connected the socket below
     * @param host the server as it is dialled, under which sessions are cached
     * @param port its port
     * @param parameters what the handshake has to keep to
     * @return a socket in client mode whose handshake has not begun
     * @throws IOException if the socket below is of no use
     */
    SSLSocket socket(Socket connected, String host, int port, SSLParameters parameters) throws IOException;

    /**
     * Tells how many handshakes are going on beside the next one. An engine that resumes well all the same passes over it.
     *
     * @param others handshakes in flight
     */
    default void expectConcurrent(int others) {}

    /**
     * Tells which group a handshake with a server came to. An engine may offer that server less from then on.
     *
     * @param host the server as it was dialled
     * @param port its port
     * @param group its IANA name
     */
    default void groupNegotiated(String host, int port, String group) {}

    /**
     * Tells that a handshake ended before the server had chosen anything of what it was offered.
     *
     * @param host the server as it was dialled
     * @param port its port
     */
    default void noServerHello(String host, int port) {}

    /**
     * Returns this engine without its sessions, for one handshake that has to be a full one. None of the engines has a switch
     * for it; a new context has nothing to resume, and costs a millisecond.
     *
     * @return an engine of the same settings
     */
    EngineContext withoutSessions();
}
