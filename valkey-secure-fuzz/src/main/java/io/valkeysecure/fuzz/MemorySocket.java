package io.valkeysecure.fuzz;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * A connected socket without a network: when the client reads and nothing is there, its peer is asked, on the same
 * thread.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // used by one thread
final class MemorySocket extends Socket {
    /** The other side. */
    interface Peer {
        /**
         * Answers what was sent.
         *
         * @param sent what the client sent since it was asked last
         * @return what the client receives; null at the end of the stream
         * @throws IOException what the client's read ends with
         */
        byte @Nullable [] answer(byte[] sent) throws IOException;
    }

    private final Peer peer;
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private byte[] received = {};
    private int at;
    private boolean ended;
    private boolean closed;
    private int timeout;

    MemorySocket(Peer peer) {
        this.peer = peer;
    }

    private void requireOpen() throws SocketException {
        if (closed) {
            throw new SocketException("Socket closed");
        }
    }

    @Override
    public InputStream getInputStream() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] bytes, int offset, int length) throws IOException {
                requireOpen();
                if (length == 0) {
                    return 0;
                }
                while (at == received.length) {
                    byte[] answer = ended ? null : peer.answer(sent.toByteArray());
                    sent.reset();
                    if (answer == null) {
                        ended = true;
                        return -1;
                    }
                    received = answer;
                    at = 0;
                }
                int count = Math.min(length, received.length - at);
                System.arraycopy(received, at, bytes, offset, count);
                at += count;
                return count;
            }

            @Override
            public int available() {
                return received.length - at;
            }
        };
    }

    @Override
    public OutputStream getOutputStream() {
        return new OutputStream() {
            @Override
            public void write(int octet) throws IOException {
                write(new byte[] {(byte) octet}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                requireOpen();
                sent.write(bytes, offset, length);
            }
        };
    }

    @Override
    public void close() {
        closed = true;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public boolean isConnected() {
        return true;
    }

    @Override
    public boolean isBound() {
        return true;
    }

    @Override
    public InetAddress getInetAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return InetAddress.getLoopbackAddress();
    }

    @Override
    public int getPort() {
        return 6379;
    }

    @Override
    public int getLocalPort() {
        return 40_000;
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return new InetSocketAddress(getInetAddress(), getPort());
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return new InetSocketAddress(getLocalAddress(), getLocalPort());
    }

    @Override
    public void setSoTimeout(int millis) {
        timeout = millis;
    }

    @Override
    public int getSoTimeout() {
        return timeout;
    }

    @Override
    public void setTcpNoDelay(boolean on) {
        // there is nothing to delay
    }

    @Override
    public void setKeepAlive(boolean on) {
        // there is nothing to keep alive
    }

    @Override
    public void setSoLinger(boolean on, int linger) {
        // there is nothing to linger for
    }

    @Override
    public void shutdownInput() {
        ended = true;
    }

    @Override
    public void shutdownOutput() {
        // the peer is asked no more
    }
}
