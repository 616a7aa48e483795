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
 * One handshake with one endpoint, from its first byte to its verdict. For adapters, and for programs that speak to Valkey
 * without Lettuce and Jedis. It can be used once.
 *
 * <p>A blocking client calls {@link #overSocket}, and is done. A client with an event loop takes the {@link #engine}, waits
 * for its {@link #acquireSlot slot}, shows what comes to {@link #received} and what goes to {@link #sent}, and when the engine has
 * finished calls {@link #verify} and then {@link #opened}, <em>before</em> it lets the application write; whatever goes wrong it
 * passes to {@link #refuse}. Only a connection for which {@link #opened} has returned may be used.
 *
 * <p>The server is judged by the material that is in force when the handshake ends, whichever was in force when it began.
 *
 * <p>Not safe for use by several threads at once, but they may take turns; and {@link #refuse} and {@link #lateRefusal} may
 * be called while another thread verifies, which a client with an event loop does when the peer or its user gives up.
 */
public final class TlsHandshake {
    private final HandshakeDriver driver;

    private TlsHandshake(HandshakeDriver driver) {
        this.driver = driver;
    }

    /**
     * Starts one handshake.
     *
     * @param tls whom to trust and what to present
     * @param endpoint the server as it is dialled
     * @param client on whose behalf
     * @return a handshake that can be used once
     * @throws IllegalStateException if {@code tls} was closed
     */
    public static TlsHandshake start(SecureTls tls, Endpoint endpoint, ClientLibrary client) {
        return new TlsHandshake(((Connector) RootTypes.internals(tls)).handshake(endpoint, client));
    }

    /**
     * Returns the server as it is dialled.
     *
     * @return the endpoint
     */
    public Endpoint endpoint() {
        return driver.endpoint();
    }

    /**
     * Returns what this handshake was refused with, for clients that keep it to themselves.
     *
     * @return the refusal, a late one too; empty until then
     */
    public Optional<TlsHandshakeException> refusal() {
        return driver.refusal();
    }

    /**
     * Returns how long the handshake may take in all.
     *
     * @return the policy's handshake timeout
     */
    public Duration timeout() {
        return driver.timeout();
    }

    /**
     * Makes the handshake over a connected socket, and verifies it. Blocks no longer than {@link #timeout()}, however
     * slowly the peer sends. On refusal the socket is closed.
     *
     * @param connected a plain socket that is connected to the endpoint and that nothing was sent over
     * @return a socket that is verified; its TLS parameters can no longer be changed, and a refusal of our certificate
     *     that TLS 1.3 servers send late comes out of its streams as a {@link TlsHandshakeException}
     * @throws TlsHandshakeException if the connection is refused
     * @throws IllegalStateException if this handshake was used before
     */
    public SSLSocket overSocket(Socket connected) throws TlsHandshakeException {
        return driver.overSocket(connected);
    }

    /**
     * Returns an engine for this handshake: client mode, all parameters set, its trust manager the generation's. Its
     * delegated tasks, and {@link #verify(SSLEngine)}, may wait for the network, as OCSP does: they must not run on an
     * event loop.
     *
     * @return the engine
     * @throws TlsConfigurationException if the own client identity has expired, or no engine can do what is configured
     * @throws IllegalStateException if this handshake was used before
     */
    public SSLEngine engine() {
        return driver.engine();
    }

    /**
     * Acquires a handshake slot, without blocking. Few handshakes of one {@link SecureTls} are in flight at a time, so that a
     * restart of the server under many connections does not stall those that live. The slots are shared fairly among
     * endpoints, so that a server that does not answer does not delay connections to others. The slot is given back with the
     * verdict, after a quarter of a second without a byte of the peer, or after a second, and the handshake goes on.
     *
     * @return completed when the handshake may start; with a {@link TimeoutException}, to be passed to {@link #refuse}, when
     *     {@link #timeout()} has passed before
     * @throws IllegalStateException if it was called before
     */
    public CompletionStage<Void> acquireSlot() {
        return driver.acquireSlot();
    }

    /**
     * Looks at what came from the peer. All bytes are to be shown, from the first, before the engine unwraps them, until this
     * returns false. Under TLS 1.3 that is after the server's choices; under TLS 1.2 never, since the server can ask for another
     * handshake at any time (RFC 5246, 7.4.1.1). May be called while another thread verifies.
     *
     * @param bytes what was received; its position is moved to its limit or stays within, its content is not changed
     * @return whether more has to be shown
     * @throws TlsHandshakeException if the peer signed its key exchange with less than SHA-256, or begins another handshake; the
     *     caller closes the connection and keeps these bytes from the engine
     */
    public boolean received(ByteBuffer bytes) throws TlsHandshakeException {
        return driver.received(bytes);
    }

    /**
     * Looks at what is about to be sent to the peer. All bytes that the engine wraps are to be shown, from the first, until this
     * returns false.
     *
     * @param bytes what the engine wrapped; its position is moved to its limit or stays within, its content is not changed
     * @return whether more has to be shown
     * @throws TlsHandshakeException if our certificate's key would be proved with less than SHA-256; the caller closes the
     *     connection and sends none of these bytes
     */
    public boolean sent(ByteBuffer bytes) throws TlsHandshakeException {
        return driver.sent(bytes);
    }

    /**
     * Verifies what the engine negotiated and with whom, after it has finished and before anything is written.
     *
     * @param engine the engine of this handshake
     * @return the proof
     * @throws TlsHandshakeException if the connection is refused; the caller closes it
     */
    public VerifiedHandshake verify(SSLEngine engine) throws TlsHandshakeException {
        return driver.verify(engine);
    }

    /**
     * Registers the verified connection, so that it can be closed when its trust ends, and judges it once more if the
     * material has changed since it was verified. Only now it may be used, and the listener is told that it succeeded.
     *
     * @param connection how it can be closed
     * @return a callback to run when the connection is closed
     * @throws TlsHandshakeException if the server is not accepted by the material that is in force now, or another thread
     *     refused the handshake; the caller closes the connection
     * @throws IllegalStateException if the handshake is not verified
     */
    public Runnable opened(ManagedConnection connection) throws TlsHandshakeException {
        return driver.opened(connection);
    }

    /**
     * Makes a typed refusal of whatever went wrong, and tells the listener, once.
     *
     * @param cause what was caught
     * @return the refusal to be thrown; the same one when called again
     */
    public TlsHandshakeException refuse(Throwable cause) {
        return driver.refuse(cause);
    }

    /**
     * Recognises a refusal that comes after the handshake: under TLS 1.3 a server looks at our certificate only then, and
     * its alert arrives with the first read (RFC 8446, 4.4.2.4). The listener is told, once.
     *
     * @param cause what a read or write of the verified connection threw
     * @return the refusal to be thrown instead, or null if the cause is none
     */
    public @Nullable TlsHandshakeException lateRefusal(Throwable cause) {
        return driver.lateRefusal(cause);
    }
}
