package io.valkeysecure.adapter;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.internal.handshake.Connector;
import io.valkeysecure.internal.handshake.HandshakeDriver;
import io.valkeysecure.internal.root.RootTypes;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One handshake with one endpoint, from its first byte to its verdict. It is for adapters, and for programs that use
 * Valkey without Lettuce and Jedis. Each instance is used once.
 *
 * <p>A blocking client only calls {@link #overSocket}. A client with an event loop gets the {@link #engine}, waits for
 * its {@linkplain #acquireSlot slot}, passes every byte to {@link #received} and {@link #sent}, and when the engine has
 * finished calls {@link #verify} and then {@link #opened}, <em>before</em> the application writes. It passes any
 * failure to {@link #refuse}. A connection may be used only after {@link #opened} has returned.
 *
 * <p>The server is judged by the material that is in force when the handshake ends.
 *
 * <p>Not safe for concurrent use, except that {@link #refuse} and {@link #lateRefusal} may be called while another
 * thread verifies, as when the peer or the user gives up.
 */
public final class TlsHandshake {
    private final HandshakeDriver driver;

    private TlsHandshake(HandshakeDriver driver) {
        this.driver = driver;
    }

    /**
     * Starts one handshake.
     *
     * @param tls the configuration
     * @param endpoint the server as it is dialled
     * @param client the client library that it is for
     * @return a handshake that can be used once
     * @throws IllegalStateException if {@code tls} was closed
     */
    public static TlsHandshake start(SecureTls tls, Endpoint endpoint, ClientLibrary client) {
        return new TlsHandshake(((Connector) RootTypes.internals(tls)).handshake(endpoint, client));
    }

    /** {@return the server as it is dialled} */
    public Endpoint endpoint() {
        return driver.endpoint();
    }

    /**
     * {@return what this handshake was refused with, for clients that keep it to themselves; the refusal, a late one
     * too; empty until then}
     */
    public Optional<TlsHandshakeException> refusal() {
        return driver.refusal();
    }

    /** {@return how long the handshake may take in all} */
    public Duration timeout() {
        return driver.timeout();
    }

    /**
     * Makes and verifies the handshake over a connected socket. Blocks for at most {@link #timeout()}, however slowly
     * the peer sends. If the handshake is refused, the socket is closed.
     *
     * @param connected a plain socket that is connected to the endpoint and unused
     * @return a verified socket. Its TLS parameters can no longer be changed. If a TLS 1.3 server refuses our
     *     certificate late, its streams throw a {@link TlsHandshakeException}
     * @throws TlsHandshakeException if the connection is refused
     * @throws IllegalStateException if this handshake was used before
     */
    public SSLSocket overSocket(Socket connected) throws TlsHandshakeException {
        return driver.overSocket(connected);
    }

    /**
     * Returns an engine for this handshake, in client mode and with all parameters set. Its delegated tasks, and
     * {@link #verify(SSLEngine)}, make and verify signatures, and may wait for the network because of OCSP, so they must
     * not run on an event loop unless the handshake {@link #isQuick}.
     *
     * @return the engine
     * @throws TlsConfigurationException if the client identity has expired, or no engine supports the configuration
     * @throws IllegalStateException if this handshake was used before
     */
    public SSLEngine engine() {
        return driver.engine();
    }

    /**
     * Acquires a handshake slot, without blocking. The number of handshakes in flight is limited, so that many
     * reconnects at once do not stall live connections. The slots are shared fairly among endpoints, so that a server
     * that does not answer does not delay connections to others. The slot is released with the verdict, after a quarter
     * of a second without a byte from the peer, or after a second; the handshake goes on without it.
     *
     * @return completes when the handshake may start, or with a {@link TimeoutException} after {@link #timeout()},
     *     which the caller passes to {@link #refuse}
     * @throws IllegalStateException if it was called before
     */
    public CompletionStage<Void> acquireSlot() {
        return driver.acquireSlot();
    }

    /**
     * Inspects bytes from the peer. Pass all bytes, from the first, before the engine unwraps them, until this method
     * returns false. Under TLS 1.3 that is after the ServerHello; under TLS 1.2 it never is, because the server can
     * start another handshake at any time (RFC 5246, 7.4.1.1). May be called while another thread verifies.
     *
     * @param bytes the received bytes; the position is changed, the content is not
     * @return whether more bytes have to be passed
     * @throws TlsHandshakeException if the peer signed its key exchange with less than SHA-256, or starts another
     *     handshake; the caller closes the connection and does not pass these bytes to the engine
     */
    public boolean received(ByteBuffer bytes) throws TlsHandshakeException {
        return driver.received(bytes);
    }

    /**
     * Inspects bytes before they are sent to the peer. Pass all bytes that the engine wraps, from the first, until this
     * method returns false.
     *
     * @param bytes the wrapped bytes; the position is changed, the content is not
     * @return whether more bytes have to be passed
     * @throws TlsHandshakeException if the engine signed with less than SHA-256; the caller closes the connection and
     *     sends none of these bytes
     */
    public boolean sent(ByteBuffer bytes) throws TlsHandshakeException {
        return driver.sent(bytes);
    }

    /**
     * Returns whether what is left of this handshake is quick: the server resumes a session of TLS 1.3, so nobody signs
     * or sends certificates any more, and no OCSP responder may be asked. Then delegated tasks and {@link
     * #verify(SSLEngine)} may run on an event loop, which is cheaper than to hand them to another thread. Known when
     * {@link #received} has seen the ServerHello; false before.
     *
     * @return whether it is
     */
    public boolean isQuick() {
        return driver.isQuick();
    }

    /**
     * Verifies the server and the negotiated parameters, after the engine has finished and before anything is written.
     *
     * @param engine the engine of this handshake
     * @return the record of the handshake
     * @throws TlsHandshakeException if the connection is refused; the caller closes it
     */
    public VerifiedHandshake verify(SSLEngine engine) throws TlsHandshakeException {
        return driver.verify(engine);
    }

    /**
     * Registers the verified connection, so that it can be closed when its trust ends. If the material has changed
     * since, the server is judged again. Afterwards the connection may be used, and the listeners have been notified.
     *
     * @param connection the connection to close
     * @return a callback to run when the connection is closed
     * @throws TlsHandshakeException if the material in force rejects the server, or another thread refused the
     *     handshake; the caller closes the connection
     * @throws IllegalStateException if the handshake is not verified
     */
    public Runnable opened(ManagedConnection connection) throws TlsHandshakeException {
        return driver.opened(connection);
    }

    /**
     * Turns a failure into a typed refusal, and notifies the listeners once.
     *
     * @param cause the exception that was caught
     * @return the refusal to throw; the same one on each call
     */
    public TlsHandshakeException refuse(Throwable cause) {
        return driver.refuse(cause);
    }

    /**
     * Recognizes a refusal after the handshake: a TLS 1.3 server checks our certificate only then, and its alert
     * arrives with the first read (RFC 8446, 4.4.2.4). Notifies the listeners once.
     *
     * @param cause the exception that a read or write of the verified connection threw
     * @return the refusal to throw instead; null if the cause is no refusal
     */
    public @Nullable TlsHandshakeException lateRefusal(Throwable cause) {
        return driver.lateRefusal(cause);
    }
}
