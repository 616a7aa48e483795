package io.valkeysecure.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/**
 * A TCP proxy on the loopback address that keeps every byte of both directions, connection by connection.
 *
 * <p>It does not look into TLS. Put it between a client and a server to prove what left the client:
 *
 * <pre>{@code
 * try (RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
 *     // let the client connect to localhost and proxy.port()
 *     proxy.awaitEnd(Duration.ofSeconds(5));
 *     for (Recording recording : proxy.recordings()) {
 *         assert recording.clientTranscript().isAllTls();
 *     }
 * }
 * }</pre>
 *
 * <p>It also plays a failing network: {@link #dropConnections()}, {@link #refuseConnections}, {@link #redirect},
 * {@link #pause()}. This class is thread-safe.
 */
public final class RecordingProxy implements AutoCloseable {
    private static final int BUFFER_LENGTH_BYTES = 16 * 1024;
    private static final int CONNECT_LIMIT_MILLIS = 5_000;

    private final Loopback listener;
    private final List<Recording> recordings = new CopyOnWriteArrayList<>();
    private final Object gate = new Object();
    private volatile InetSocketAddress target;
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
     * Takes new connections to another target from now on, as a name service or a network does that changes its mind. Open
     * ones go on.
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

    /** Lets held bytes go on. */
    public void resume() {
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
            Thread back = listener.startThread(
                    "proxy-back",
                    () -> copy(server, client, (buffer, length) -> recording.addFromServer(buffer, length)));
            if (!copy(client, server, recording::addFromClient)) {
                Loopback.closeQuietly(server); // a client that broke off does not read any more
            }
            join(back);
        } finally {
            recording.end();
        }
    }

    /**
     * Copies until the end of the input, and passes the end on: half-closed connections stay half-closed.
     *
     * <p>Bytes are recorded also when their receiver is gone: what a client tried to send counts.
     *
     * @return whether the input ended in an orderly way
     */
    private boolean copy(Socket from, Socket to, BiConsumer<byte[], Integer> recorder) {
        boolean receiverThere = true;
        boolean orderly = true;
        byte[] buffer = new byte[BUFFER_LENGTH_BYTES];
        try {
            InputStream in = from.getInputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
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

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends all connections and stops listening. The recordings stay. */
    @Override
    public void close() {
        resume();
        listener.close();
    }
}
