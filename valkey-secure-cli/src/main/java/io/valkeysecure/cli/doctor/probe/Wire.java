package io.valkeysecure.cli.doctor.probe;

import io.valkeysecure.Endpoint;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A TCP connection with one deadline for all of it: a server that sends a byte at a time gains nothing. */
public final class Wire implements Closeable {
    private final Socket socket = new Socket();
    private final Endpoint endpoint;
    private final Duration limit;
    private final long deadline;

    private Wire(Endpoint endpoint, Duration limit) {
        this.endpoint = endpoint;
        this.limit = limit;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    static Wire open(Endpoint endpoint, Duration limit) throws IOException {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw new UnknownHostException(endpoint.host());
        }
        Wire wire = new Wire(endpoint, limit);
        try {
            wire.socket.setTcpNoDelay(true);
            wire.socket.connect(address, wire.remaining());
            return wire;
        } catch (ConnectException e) {
            wire.close();
            ConnectException named = new ConnectException(endpoint + ": " + e.getMessage());
            named.initCause(e);
            throw named;
        } catch (IOException e) {
            wire.close();
            throw e;
        }
    }

    Socket socket() {
        return socket;
    }

    /** In milliseconds, at least one. */
    int remaining() throws SocketTimeoutException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new SocketTimeoutException(endpoint + ": no answer within " + limit.toMillis() + " ms");
        }
        return (int) left;
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    /** Fills the array; throws at the end of the stream and at the deadline. */
    byte[] read(int length) throws IOException {
        byte[] bytes = new byte[length];
        int have = 0;
        while (have < length) {
            socket.setSoTimeout(remaining());
            int count = socket.getInputStream().read(bytes, have, length - have);
            if (count < 0) {
                throw new EOFException("closed after " + have + " of " + length + " bytes");
            }
            have += count;
        }
        return bytes;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
