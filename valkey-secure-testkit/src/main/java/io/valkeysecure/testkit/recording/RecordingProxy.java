package io.valkeysecure.testkit.recording;

import io.valkeysecure.testkit.internal.Loopback;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on the loopback address that keeps every byte of both directions, connection by connection.
 *
 * <p>It does not decrypt TLS. Put it between a client and a server to prove what left the client:
 *
 * <pre>{@code
 * try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
 *     // let the client connect to localhost and proxy.port()
 *     proxy.assertNoCommandSent(Duration.ofSeconds(30));
 * }
 * }</pre>
 *
 * <p>It also plays a failing network: {@link #dropConnections()}, {@link #refuseConnections}, {@link #redirect},
 * {@link #pause()}, {@link #pauseAtServerRecord}. This class is thread-safe.
 */
public final class RecordingProxy implements AutoCloseable {
    private static final int RECORD_HEADER_LENGTH = 5;
    /** Holds the longest record that there is. */
    private static final int BUFFER_LENGTH_BYTES = 20 * 1024;

    private static final int CONNECT_LIMIT_MILLIS = 5_000;

    private final Loopback listener;
    private final List<Recording> recordings = new CopyOnWriteArrayList<>();
    private final Object gate = new Object();
    private volatile InetSocketAddress target;
    private volatile @Nullable Predicate<byte[]> pauseAt;
    private boolean paused;

    private RecordingProxy(InetSocketAddress target) {
        this.target = target;
        this.listener = new Loopback("proxy", this::relay);
    }

    /**
     * Starts a proxy to a target, which need not listen yet.
     *
     * @param host the host of the target
     * @param port the port of the target
     * @return a started proxy
     * @throws java.io.UncheckedIOException if there is no free port
     */
    public static RecordingProxy to(String host, int port) {
        RecordingProxy proxy = new RecordingProxy(new InetSocketAddress(host, port));
        proxy.listener.start();
        return proxy;
    }

    /** {@return the port on which the proxy listens, on the loopback address} */
    public int port() {
        return listener.port();
    }

    /** {@return the recordings of all connections so far, in the order in which they came} */
    public List<Recording> recordings() {
        return List.copyOf(recordings);
    }

    /**
     * Waits until every connection that came so far has ended.
     *
     * @param limit how long to wait
     * @return false if one is still open after the limit
     */
    public boolean awaitEnd(Duration limit) {
        return listener.awaitEnd(limit);
    }

    /**
     * Asserts that at least one connection came, that all of them have ended, that clients sent nothing but TLS, and
     * that no command can be in it. So every one was refused in time.
     *
     * @param limit how long to wait for the end of the connections
     * @throws AssertionError otherwise, with what was sent
     */
    public void assertNoCommandSent(Duration limit) {
        if (!awaitEnd(limit)) {
            throw new AssertionError("a connection is still open after " + limit + ", expected that all have ended");
        }
        List<TlsTranscript> sent =
                recordings.stream().map(Recording::clientTranscript).toList();
        if (sent.isEmpty()) {
            throw new AssertionError("no connection came, expected at least one that was refused");
        }
        for (TlsTranscript client : sent) {
            if (!client.isAllTls() || client.mayCarryCommand()) {
                throw new AssertionError("expected TLS without a command, a client sent " + client);
            }
        }
    }

    /** Ends all open connections at once, as a broken network does. New ones are accepted. */
    public void dropConnections() {
        listener.dropConnections();
    }

    /**
     * Resets new connections from now on, or accepts them again. Open ones go on. Default: accepts.
     *
     * @param refuse whether new connections are reset
     */
    public void refuseConnections(boolean refuse) {
        listener.refuse(refuse);
    }

    /**
     * Takes new connections to another target from now on, as a name service or a network does that changes its mind.
     * Open ones go on.
     *
     * @param host the host of the target
     * @param port the port of the target
     */
    public void redirect(String host, int port) {
        target = new InetSocketAddress(host, port);
    }

    /** Holds all bytes back in both directions, while the connections stay open, until {@link #resume()}. */
    public void pause() {
        synchronized (gate) {
            paused = true;
        }
    }

    /**
     * Holds all bytes back, as {@link #pause()} does, from a certain record of a server on: for a server that delays a
     * message in the midst of a handshake. Counts for connections that come later, until {@link #resume()}.
     *
     * @param last is given what the server has sent so far, up to the end of each record; true if that last one is held
     */
    public void pauseAtServerRecord(Predicate<byte[]> last) {
        pauseAt = last;
    }

    /** {@return whether bytes are held back now} */
    public boolean isPaused() {
        synchronized (gate) {
            return paused;
        }
    }

    /** Lets held bytes go on. */
    public void resume() {
        pauseAt = null;
        synchronized (gate) {
            paused = false;
            gate.notifyAll();
        }
    }

    private void awaitGate() throws IOException {
        synchronized (gate) {
            while (paused) {
                try {
                    gate.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IOException("interrupted", e);
                }
            }
        }
    }

    private void relay(Socket client) throws IOException {
        Recording recording = new Recording();
        recordings.add(recording);
        try (Socket server = new Socket()) {
            server.connect(target, CONNECT_LIMIT_MILLIS);
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            Predicate<byte[]> last = pauseAt;
            Reader reader = last == null ? InputStream::read : RecordingProxy::readRecord;
            Thread back = listener.startThread(
                    "proxy-back",
                    () -> copy(server, client, reader, (buffer, length) -> {
                        recording.addFromServer(buffer, length);
                        pauseIfDue(recording, last);
                    }));
            if (!copy(client, server, InputStream::read, recording::addFromClient)) {
                Loopback.closeQuietly(server); // a client that broke off does not read any more
            }
            Loopback.join(back);
        } finally {
            recording.end();
        }
    }

    /** Reads what is passed on in one piece; returns its length, or -1 at the end. */
    @FunctionalInterface
    private interface Reader {
        int read(InputStream in, byte[] buffer) throws IOException;
    }

    /** One TLS record: what is no TLS, or cut off, is read to the end. */
    private static int readRecord(InputStream in, byte[] buffer) throws IOException {
        int header = in.readNBytes(buffer, 0, RECORD_HEADER_LENGTH);
        if (header < RECORD_HEADER_LENGTH) {
            return header == 0 ? -1 : header;
        }
        int length = ((buffer[3] & 0xff) << 8) | (buffer[4] & 0xff);
        return header + in.readNBytes(buffer, header, Math.min(length, buffer.length - header));
    }

    /**
     * Pauses before the bytes that were recorded last are passed on, if one of the records is to be held.
     *
     * @param last what the connection began with; an older one may still have its last record on the way
     */
    private void pauseIfDue(Recording recording, @Nullable Predicate<byte[]> last) {
        if (last != null && last == pauseAt && last.test(recording.serverToClient())) {
            pauseAt = null;
            pause();
        }
    }

    /**
     * Copies until the end of the input, and passes the end on: half-closed connections stay half-closed.
     *
     * <p>Bytes are recorded also when their receiver is gone: what a client tried to send counts.
     *
     * @return whether the input ended in an orderly way
     */
    private boolean copy(Socket from, Socket to, Reader reader, BiConsumer<byte[], Integer> recorder) {
        boolean receiverThere = true;
        boolean orderly = true;
        byte[] buffer = new byte[BUFFER_LENGTH_BYTES];
        try {
            InputStream in = from.getInputStream();
            for (int length = reader.read(in, buffer); length >= 0; length = reader.read(in, buffer)) {
                recorder.accept(buffer, length);
                awaitGate();
                receiverThere = receiverThere && write(to, buffer, length);
            }
        } catch (IOException e) {
            orderly = false; // a reset, or closed by this side
        }
        try {
            to.shutdownOutput();
        } catch (IOException e) {
            // gone as well
        }
        return orderly;
    }

    private static boolean write(Socket to, byte[] buffer, int length) {
        try {
            to.getOutputStream().write(buffer, 0, length);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Ends all connections and stops listening. The recordings stay. */
    @Override
    public void close() {
        resume();
        listener.close();
    }
}
