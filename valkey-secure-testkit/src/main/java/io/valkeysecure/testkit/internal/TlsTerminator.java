package io.valkeysecure.testkit.internal;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * Ends TLS in front of a server, as a proxy does: demands a client certificate, accepts any, and records which ones
 * came over which connection. Its own certificate can be changed for the connections that follow. This class is
 * thread-safe.
 */
public final class TlsTerminator implements AutoCloseable {
    private static final int CONNECT_LIMIT_MILLIS = 5_000;

    private final @Nullable InetSocketAddress target;
    private final @Nullable Provider provider;
    private final Consumer<SSLSocket> change;
    private final Loopback listener;
    private final List<Connection> connections = new CopyOnWriteArrayList<>();
    private volatile SSLContext context;

    /** One connection whose handshake was made. */
    public static final class Connection {
        private final Instant since;
        private final @Nullable X509Certificate client;
        private final int clientPort;
        private volatile boolean open = true;

        private Connection(Instant since, int clientPort, @Nullable X509Certificate client) {
            this.since = since;
            this.clientPort = clientPort;
            this.client = client;
        }

        /** {@return when its handshake was made} */
        public Instant since() {
            return since;
        }

        /** {@return the port on the client's side} */
        public int clientPort() {
            return clientPort;
        }

        /** {@return the leaf that the client presented; null if none} */
        public @Nullable X509Certificate client() {
            return client;
        }

        /** {@return whether it is open} */
        public boolean isOpen() {
            return open;
        }
    }

    private TlsTerminator(
            TestCertificate identity,
            @Nullable InetSocketAddress target,
            @Nullable Provider provider,
            Consumer<SSLSocket> change) {
        this.target = target;
        this.provider = provider;
        this.change = change;
        this.context = TlsContexts.presenting(provider, identity, TlsContexts.anyone());
        this.listener = new Loopback("front", this::serve);
    }

    /**
     * Starts a front that answers by itself, with what passes for a Valkey.
     *
     * @param identity what it presents
     * @return a started front
     */
    public static TlsTerminator alone(TestCertificate identity) {
        return start(new TlsTerminator(identity, null, null, tls -> {}));
    }

    /**
     * Starts a front of a server that speaks no TLS, such as the plaintext port of a {@link ValkeyServer}.
     *
     * @param identity what it presents
     * @param host the host of the server
     * @param port its plaintext port
     * @return a started front
     */
    public static TlsTerminator of(TestCertificate identity, String host, int port) {
        return start(new TlsTerminator(identity, new InetSocketAddress(host, port), null, tls -> {}));
    }

    /**
     * Starts a front whose TLS is not the JDK's, for what the JDK's cannot do, such as a hybrid key exchange.
     *
     * @param identity what it presents
     * @param host the host of a server that speaks no TLS
     * @param port its port
     * @param provider has an {@code SSLContext} named {@code TLS}
     * @param change is called with the front's socket before each handshake
     * @return a started front
     */
    public static TlsTerminator of(
            TestCertificate identity, String host, int port, Provider provider, Consumer<SSLSocket> change) {
        return start(new TlsTerminator(identity, new InetSocketAddress(host, port), provider, change));
    }

    private static TlsTerminator start(TlsTerminator front) {
        front.listener.start();
        return front;
    }

    /**
     * Presents another certificate from the next connection on. Open ones go on.
     *
     * @param identity what it presents
     */
    public void present(TestCertificate identity) {
        context = TlsContexts.presenting(provider, identity, TlsContexts.anyone());
    }

    /** {@return the port on which it listens, on the loopback address} */
    public int port() {
        return listener.port();
    }

    /** {@return all connections so far, in the order of their handshakes} */
    public List<Connection> connections() {
        return List.copyOf(connections);
    }

    /** {@return those that are open} */
    public List<Connection> open() {
        return connections.stream().filter(Connection::isOpen).toList();
    }

    /** Forgets the connections that have ended. */
    public void forgetEnded() {
        connections.removeIf(connection -> !connection.isOpen());
    }

    /**
     * Waits until every connection so far has ended.
     *
     * @param limit how long to wait
     * @return false if one is still open after the limit
     */
    public boolean awaitEnd(Duration limit) {
        return listener.awaitEnd(limit);
    }

    private void serve(Socket plain) throws IOException {
        try (SSLSocket tls =
                (SSLSocket) context.getSocketFactory().createSocket(plain, "localhost", plain.getPort(), true)) {
            plain.setTcpNoDelay(true);
            tls.setUseClientMode(false);
            tls.setWantClientAuth(true);
            change.accept(tls);
            tls.startHandshake();
            Connection connection = new Connection(Instant.now(), plain.getPort(), leaf(tls));
            connections.add(connection);
            try {
                serve(tls);
            } finally {
                connection.open = false;
            }
        }
    }

    private void serve(SSLSocket tls) throws IOException {
        if (target == null) {
            new FakeValkey(tls.getInputStream(), tls.getOutputStream()).serve();
            return;
        }
        try (Socket server = new Socket()) {
            server.connect(target, CONNECT_LIMIT_MILLIS);
            server.setTcpNoDelay(true);
            Thread back = listener.startThread("front-back", () -> {
                copy(server, tls);
                Loopback.closeQuietly(tls);
            });
            copy(tls, server);
            Loopback.closeQuietly(server);
            Loopback.join(back);
        }
    }

    private static @Nullable X509Certificate leaf(SSLSocket tls) {
        try {
            return (X509Certificate) tls.getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }

    private static void copy(Socket from, Socket to) {
        try {
            OutputStream out = to.getOutputStream();
            from.getInputStream().transferTo(out);
        } catch (IOException e) {
            // one of them is gone
        }
    }

    /** Ends all connections and stops listening. What was recorded stays. */
    @Override
    public void close() {
        listener.close();
    }
}
