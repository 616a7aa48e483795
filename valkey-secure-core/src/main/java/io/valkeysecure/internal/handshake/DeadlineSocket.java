package io.valkeysecure.internal.handshake;

import io.valkeysecure.TlsHandshakeException;
import java.io.ByteArrayOutputStream;
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
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connected socket below a blocking handshake. It passes all bytes to the handshake for inspection, and limits
 * every read to the time that the handshake has left: {@code SO_TIMEOUT} alone would start again with each byte of a
 * slow peer. After the handshake it only passes received bytes, for as long as the handshake wants them.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // the delegate synchronizes
public final class DeadlineSocket extends Socket {
    /** How long to wait for bytes that the peer sent before it closed. If any were sent, they have arrived by then. */
    private static final int LAST_WORDS_MILLIS = 100;

    private final Socket delegate;
    private final HandshakeDriver handshake;
    private final long deadlineNanos;
    private final int timeoutAfterwards;
    private volatile boolean isWatched = true;

    /** Null after the handshake. */
    private volatile @Nullable Flight flight = new Flight();

    /** What JSSE has written since it last read. */
    private static final class Flight extends ByteArrayOutputStream {
        ByteBuffer bytes() {
            return ByteBuffer.wrap(buf, 0, count);
        }
    }

    public DeadlineSocket(Socket delegate, HandshakeDriver handshake, long deadlineNanos) throws SocketException {
        this.delegate = delegate;
        this.handshake = handshake;
        this.deadlineNanos = deadlineNanos;
        this.timeoutAfterwards = delegate.getSoTimeout();
    }

    public void handshakeEnded() throws IOException {
        Flight last = flight;
        if (last != null) {
            send(last);
            flight = null;
        }
        delegate.setSoTimeout(timeoutAfterwards);
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
                Flight written = flight;
                if (written != null) {
                    send(written);
                    delegate.setSoTimeout(millisLeft());
                }
                int count = in.read(bytes, offset, length);
                if (count > 0 && isWatched) {
                    show(ByteBuffer.wrap(bytes, offset, count));
                }
                return count;
            }
        };
    }

    private void show(ByteBuffer bytes) throws IOException {
        try {
            isWatched = handshake.received(bytes);
        } catch (TlsHandshakeException e) {
            delegate.close();
            throw e;
        }
    }

    private int millisLeft() throws SocketTimeoutException {
        long left = (deadlineNanos - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
            throw new SocketTimeoutException("the handshake's time is up");
        }
        return (int) left;
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
                Flight unsent = flight;
                if (unsent != null) {
                    unsent.write(bytes, offset, length);
                } else {
                    out.write(bytes, offset, length);
                }
            }
        };
    }

    /**
     * Sends everything that JSSE has written since it last read, at once. JSSE writes a flight message by message. A
     * server that refuses the first message, our certificate, closes, and the next write would fail before its alert is
     * read.
     */
    private void send(Flight written) throws IOException {
        if (written.size() == 0) {
            return;
        }
        try {
            var unused = handshake.sent(written.bytes());
            sendShown(written);
        } finally {
            written.reset();
        }
    }

    private void sendShown(Flight written) throws IOException {
        try {
            written.writeTo(delegate.getOutputStream());
        } catch (IOException e) {
            keepLastWords(e);
            throw e;
        }
    }

    /**
     * Reads the alert of a TLS 1.2 server that refused our certificate and closed while we were still writing: the
     * write fails, and JSSE does not read the alert.
     */
    private void keepLastWords(IOException failedWrite) {
        try {
            delegate.setSoTimeout(LAST_WORDS_MILLIS);
            handshake.lastWords(delegate.getInputStream().readNBytes(PeerBytes.CLEAR_ALERT_BYTES));
        } catch (IOException e) {
            failedWrite.addSuppressed(e);
        }
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
        return delegate.isConnected();
    }

    @Override
    public boolean isBound() {
        return delegate.isBound();
    }

    @Override
    public boolean isClosed() {
        return delegate.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return delegate.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return delegate.isOutputShutdown();
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
        delegate.setOption(name, value);
        return this;
    }

    @Override
    public <T> T getOption(SocketOption<T> name) throws IOException {
        return delegate.getOption(name);
    }

    @Override
    public Set<SocketOption<?>> supportedOptions() {
        return delegate.supportedOptions();
    }

    /** Refused: TCP would send it outside of the TLS records, in plaintext. */
    @Override
    public void sendUrgentData(int data) throws IOException {
        throw new SocketException("urgent data would be sent in plaintext, expected data through the output stream");
    }

    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        throw new SocketException("the socket is connected already, to " + delegate.getRemoteSocketAddress());
    }

    @Override
    public void bind(SocketAddress address) throws IOException {
        throw new SocketException("the socket is bound already, to " + delegate.getLocalSocketAddress());
    }

    @Override
    public void shutdownInput() throws IOException {
        delegate.shutdownInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
        delegate.shutdownOutput();
    }

    /** Sends the alert that JSSE writes before it closes. */
    @Override
    public void close() throws IOException {
        try (delegate) {
            Flight last = flight;
            if (last != null && !delegate.isClosed()) {
                send(last);
            }
        }
    }
}
