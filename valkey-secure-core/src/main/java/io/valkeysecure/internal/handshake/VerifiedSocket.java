package io.valkeysecure.internal.handshake;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.internal.engine.DelegatingSslSocket;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose handshake is done and verified. Setters of TLS parameters do nothing instead of throwing, because
 * Jedis calls one on every socket; there is no second handshake.
 *
 * <p>A TLS 1.3 server checks our certificate after our side of the handshake has ended, so the first read throws its
 * refusal. This socket turns that into a {@link TlsHandshakeException}.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate synchronizes
public final class VerifiedSocket extends DelegatingSslSocket implements ManagedConnection {
    /** How long a failed write waits for the alert that explains it. An alert that comes at all has arrived by then. */
    private static final int ALERT_WAIT_MILLIS = 100;

    /**
     * Set while a pool asks whether to replace a connection; only then {@link #isClosed} reports that this side closed
     * it.
     */
    private static final ThreadLocal<Boolean> ASKED_BY_POOL = new ThreadLocal<>();

    private final DeadlineSocket wire;
    private final HandshakeDriver handshake;
    private final VerifiedHandshake verified;
    private final Runnable gone;
    private volatile boolean peerHasSpoken;
    private volatile boolean replaceable;
    private volatile boolean closedByClient;
    private volatile @Nullable TlsHandshakeException endedBy;

    /**
     * Wraps a verified socket, and registers it.
     *
     * @throws TlsHandshakeException if the server is not accepted by the material that is in force now
     */
    public VerifiedSocket(SSLSocket delegate, DeadlineSocket wire, HandshakeDriver handshake)
            throws TlsHandshakeException {
        super(delegate);
        this.wire = wire;
        this.handshake = handshake;
        this.gone = handshake.opened(this);
        this.verified = handshake.verified();
    }

    public static boolean isDraining(BooleanSupplier connected) {
        ASKED_BY_POOL.set(true);
        try {
            return !connected.getAsBoolean();
        } finally {
            ASKED_BY_POOL.remove();
        }
    }

    public VerifiedHandshake verified() {
        return verified;
    }

    /**
     * Only the pool of a blocking client knows when a connection is quiet; it asks when it checks or lends the
     * connection.
     */
    @Override
    public void drain() {
        replaceable = true;
    }

    /** Closes the TCP connection without a close_notify, which would block if the peer does not read. */
    @Override
    public void close(TlsHandshakeException reason) {
        endedBy = reason;
        replaceable = true;
        try {
            wire.setSoLinger(true, 0);
            wire.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public @Nullable SocketAddress localAddress() {
        return wire.getLocalSocketAddress();
    }

    @Override
    public @Nullable SocketAddress remoteAddress() {
        return wire.getRemoteSocketAddress();
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(delegate.getInputStream()) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                try {
                    int count = in.read(bytes, offset, length);
                    if (count < 0 && endedBy != null) {
                        throw new SocketException("the connection was ended on this side");
                    }
                    if (count > 0 && !peerHasSpoken) { // a volatile write for each answer would cost a fence
                        peerHasSpoken = true;
                    }
                    return count;
                } catch (IOException e) {
                    throw explained(e);
                }
            }
        };
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new FilterOutputStream(delegate.getOutputStream()) {
            @Override
            public void write(int value) throws IOException {
                write(new byte[] {(byte) value}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                try {
                    out.write(bytes, offset, length);
                } catch (IOException e) {
                    throw peerHasSpoken || endedBy != null ? explained(e) : lookForAlert(e);
                }
            }

            /** Does nothing: both engines have sent what was written. */
            @Override
            public void flush() {}
        };
    }

    private IOException explained(IOException failure) {
        TlsHandshakeException ended = endedBy;
        if (ended == null) {
            ended = handshake
                    .refusal()
                    .filter(refusal -> refusal.reason() == RefusalReason.RENEGOTIATION)
                    .orElse(null);
            if (ended != null) {
                close(ended);
            }
        }
        if (ended != null) {
            if (failure != ended) {
                failure.addSuppressed(ended);
            }
            return failure;
        }
        if (peerHasSpoken) {
            return failure;
        }
        TlsHandshakeException refusal = handshake.lateRefusal(failure);
        return refusal == null ? failure : refusal;
    }

    private IOException lookForAlert(IOException failedWrite) {
        try {
            delegate.setSoTimeout(ALERT_WAIT_MILLIS);
            int ignored = delegate.getInputStream().read();
        } catch (IOException e) {
            if (e != failedWrite) {
                failedWrite.addSuppressed(e);
            }
        }
        return explained(failedWrite);
    }

    /** Changes nothing: the handshake is done. */
    @Override
    public void setSSLParameters(SSLParameters parameters) {}

    /** Does nothing: the handshake is done. */
    @Override
    public void startHandshake() {}

    /** Changes nothing: the handshake is done. */
    @Override
    public void setEnabledCipherSuites(String[] suites) {}

    /** Changes nothing: the handshake is done. */
    @Override
    public void setEnabledProtocols(String[] protocols) {}

    /** Changes nothing: the handshake is done. */
    @Override
    public void setUseClientMode(boolean mode) {}

    @Override
    public boolean getUseClientMode() {
        return true;
    }

    /** Changes nothing: this is a client. */
    @Override
    public void setNeedClientAuth(boolean need) {}

    @Override
    public boolean getNeedClientAuth() {
        return false;
    }

    /** Changes nothing: this is a client. */
    @Override
    public void setWantClientAuth(boolean want) {}

    @Override
    public boolean getWantClientAuth() {
        return false;
    }

    /** Changes nothing: whether sessions are made was decided by the generation. */
    @Override
    public void setEnableSessionCreation(boolean flag) {}

    @Override
    public boolean getEnableSessionCreation() {
        return true;
    }

    @Override
    public boolean isConnected() {
        return endedBy != null || delegate.isConnected();
    }

    @Override
    public boolean isBound() {
        return endedBy != null || delegate.isBound();
    }

    /** False if this side closed the connection: Jedis would otherwise reconnect by itself, without logging in. */
    @Override
    public boolean isClosed() {
        if (!replaceable) {
            return delegate.isClosed();
        }
        if (ASKED_BY_POOL.get() != null) {
            return true;
        }
        return endedBy == null ? delegate.isClosed() : closedByClient;
    }

    @Override
    public boolean isInputShutdown() {
        return endedBy == null && delegate.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return endedBy == null && delegate.isOutputShutdown();
    }

    @Override
    public <T> Socket setOption(SocketOption<T> name, T value) throws IOException {
        Socket unused = wire.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return wire.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return wire.supportedOptions();
    }

    @Override
    public void sendUrgentData(int data) throws IOException {
        wire.sendUrgentData(data);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        wire.connect(endpoint, timeout);
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        wire.bind(address);
    }

    @Override
    public void close() throws IOException {
        closedByClient = true;
        gone.run();
        delegate.close();
    }

    @Override
    public String toString() {
        return "VerifiedSocket[" + verified + "]";
    }
}
