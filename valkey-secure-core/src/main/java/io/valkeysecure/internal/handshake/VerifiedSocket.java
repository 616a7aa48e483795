package io.valkeysecure.internal.handshake;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ManagedConnection;
import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.HandshakeCompletedListener;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A socket whose handshake is done and verified. What decides about security can be read and no longer be set: setters of
 * TLS parameters change nothing, since Jedis calls one on every socket that it is given, and another handshake is not made.
 *
 * <p>A TLS 1.3 server looks at our certificate after our side of the handshake has ended, so its refusal comes out of the
 * first read. Here it is given its type.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate synchronizes
public final class VerifiedSocket extends SSLSocket implements ManagedConnection {
    /** How long a failed write waits for the alert that explains it, which is in the receive buffer by then, or never. */
    private static final int ALERT_WAIT_MILLIS = 100;

    /** Set while a pool asks whether to replace a connection: only then is the truth told about its end. */
    private static final ThreadLocal<Boolean> ASKED_BY_POOL = new ThreadLocal<>();

    private final SSLSocket delegate;
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
        this.delegate = delegate;
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

    /** What is quiet only the pool of a blocking client knows: it asks when the connection is idle or borrowed. */
    @Override
    public void drain() {
        replaceable = true;
    }

    /** Closes the wire without a farewell: a close_notify would wait for a write that the peer does not read. */
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
                    peerHasSpoken |= count > 0;
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

            /** What has ended has nothing to flush: Conscrypt would fail, and Jedis flushes when it closes. */
            @Override
            public void flush() throws IOException {
                if (endedBy == null && !delegate.isClosed()) {
                    out.flush();
                }
            }
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

    @Override
    public SSLSession getSession() {
        return delegate.getSession();
    }

    @Override
    public @Nullable SSLSession getHandshakeSession() {
        return delegate.getHandshakeSession();
    }

    @Override
    public @Nullable String getApplicationProtocol() {
        return delegate.getApplicationProtocol();
    }

    @Override
    public SSLParameters getSSLParameters() {
        return delegate.getSSLParameters();
    }

    /** Changes nothing: the handshake is done. */
    @Override
    public void setSSLParameters(SSLParameters parameters) {}

    /** Does nothing: the handshake is done. */
    @Override
    public void startHandshake() {}

    @Override
    public String[] getSupportedCipherSuites() {
        return delegate.getSupportedCipherSuites();
    }

    @Override
    public String[] getEnabledCipherSuites() {
        return delegate.getEnabledCipherSuites();
    }

    /** Changes nothing: the handshake is done. */
    @Override
    public void setEnabledCipherSuites(String[] suites) {}

    @Override
    public String[] getSupportedProtocols() {
        return delegate.getSupportedProtocols();
    }

    @Override
    public String[] getEnabledProtocols() {
        return delegate.getEnabledProtocols();
    }

    /** Changes nothing: the handshake is done. */
    @Override
    public void setEnabledProtocols(String[] protocols) {}

    @Override
    public void addHandshakeCompletedListener(HandshakeCompletedListener listener) {
        delegate.addHandshakeCompletedListener(listener);
    }

    @Override
    public void removeHandshakeCompletedListener(HandshakeCompletedListener listener) {
        delegate.removeHandshakeCompletedListener(listener);
    }

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
    public InetAddress getInetAddress() {
        return delegate.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return delegate.getLocalAddress();
    }

    @Override
    public int getPort() {
        return delegate.getPort();
    }

    @Override
    public int getLocalPort() {
        return delegate.getLocalPort();
    }

    @Override
    public @Nullable SocketAddress getRemoteSocketAddress() {
        return delegate.getRemoteSocketAddress();
    }

    @Override
    public @Nullable SocketAddress getLocalSocketAddress() {
        return delegate.getLocalSocketAddress();
    }

    @Override
    public boolean isConnected() {
        return endedBy != null || delegate.isConnected();
    }

    @Override
    public boolean isBound() {
        return endedBy != null || delegate.isBound();
    }

    /** False when it was ended here and not by the client, which would otherwise connect anew without logging in. */
    @Override
    public boolean isClosed() {
        if (ASKED_BY_POOL.get() != null) {
            return replaceable || delegate.isClosed();
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
    public void setTcpNoDelay(boolean on) throws SocketException {
        delegate.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return delegate.getTcpNoDelay();
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        delegate.setSoLinger(on, linger);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return delegate.getSoLinger();
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        delegate.setSoTimeout(timeout);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return delegate.getSoTimeout();
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        delegate.setSendBufferSize(size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return delegate.getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        delegate.setReceiveBufferSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return delegate.getReceiveBufferSize();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        delegate.setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return delegate.getKeepAlive();
    }

    @Override
    public void setTrafficClass(int trafficClass) throws SocketException {
        delegate.setTrafficClass(trafficClass);
    }

    @Override
    public int getTrafficClass() throws SocketException {
        return delegate.getTrafficClass();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        delegate.setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return delegate.getReuseAddress();
    }

    @Override
    public void setOOBInline(boolean on) throws SocketException {
        delegate.setOOBInline(on);
    }

    @Override
    public boolean getOOBInline() throws SocketException {
        return delegate.getOOBInline();
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
    public void shutdownInput() throws IOException {
        delegate.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        delegate.shutdownOutput();
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
