package io.valkeysecure.jedis.internal;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.adapter.TlsLifetime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.HostAndPortMapper;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentialsProvider;

/**
 * Opens the connections of a configuration. Jedis asks the mapper for the address, opens the TCP connection, and gives
 * it to the socket factory, which verifies the server. Then Jedis logs in with {@link SocketLogin}, and the verified
 * socket writes the credentials.
 */
public final class VerifiedConnections {
    private final SecureTls tls;
    private final JedisClientConfig base;
    private final Consumer<SSLSocketFactory> precondition;
    private final SocketLogin login;
    private final List<Consumer<TlsHandshake>> watchers = new CopyOnWriteArrayList<>();
    private final SSLSocketFactory socketFactory = new VerifiedSocketFactory();
    private final HostAndPortMapper mapper = new WatchingMapper();

    /**
     * Prepares the connections of a configuration.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param base the configuration with the credentials
     * @param precondition called with the socket factory before each connection; it throws if none can be made
     */
    public VerifiedConnections(SecureTls tls, JedisClientConfig base, Consumer<SSLSocketFactory> precondition) {
        this.tls = tls;
        this.base = base;
        this.precondition = precondition;
        this.login = new SocketLogin(base);
    }

    /**
     * {@return whether the factory belongs to a configuration that {@code SecureJedis} made}
     *
     * @param factory a socket factory of a configuration
     */
    public static boolean isOurs(@Nullable SSLSocketFactory factory) {
        return factory instanceof VerifiedSocketFactory;
    }

    /**
     * Gives every handshake to the watcher before it starts, until {@link #unwatch}.
     *
     * @param watcher called on the thread that connects
     */
    public void watch(Consumer<TlsHandshake> watcher) {
        watchers.add(watcher);
    }

    /**
     * Removes a watcher.
     *
     * @param watcher the watcher to remove
     */
    public void unwatch(Consumer<TlsHandshake> watcher) {
        watchers.remove(watcher);
    }

    /** {@return the mapper of the configuration, which refuses a connection that cannot be verified} */
    public HostAndPortMapper mapper() {
        return mapper;
    }

    /** {@return the socket factory, which verifies the server} */
    public SSLSocketFactory socketFactory() {
        return socketFactory;
    }

    /** {@return the provider that gives Jedis placeholders instead of credentials} */
    public RedisCredentialsProvider login() {
        return login;
    }

    /** Checks, at the start of every connection, that it can be made. */
    private final class WatchingMapper implements HostAndPortMapper {
        @Override
        public @Nullable HostAndPort getHostAndPort(HostAndPort asked) {
            login.forget();
            TlsLifetime.requireOpen(tls);
            precondition.accept(socketFactory);
            HostAndPortMapper mapper = base.getHostAndPortMapper();
            return mapper == null ? null : mapper.getHostAndPort(asked); // null keeps the address
        }
    }

    /**
     * Verifies the server over a TCP connection that Jedis opened. The methods that open a connection, or return an
     * unconnected socket, throw.
     */
    private final class VerifiedSocketFactory extends SSLSocketFactory {
        @Override
        public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
            login.forget();
            if (!autoClose) {
                // Closing the TLS connection must close the TCP connection, or a file descriptor leaks.
                throw new SocketException(
                        "expected autoClose true, seen false; use createSocket(socket, host, port, true)");
            }
            TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint(host, port), ClientLibrary.JEDIS);
            watchers.forEach(watcher -> watcher.accept(handshake));
            LoginSocket socket = new LoginSocket(handshake.overSocket(connected), login);
            login.expect();
            return socket;
        }

        @Override
        public Socket createSocket() throws IOException {
            throw unconnected();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            throw unconnected();
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            throw unconnected();
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            throw unconnected();
        }

        @Override
        public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
                throws IOException {
            throw unconnected();
        }

        private SocketException unconnected() {
            return new SocketException(
                    "expected a socket that is connected already; use createSocket(socket, host, port, true), or give the"
                            + " JedisClientConfig to Jedis");
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return tls.policy().cipherSuites().toArray(String[]::new);
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return getDefaultCipherSuites();
        }
    }
}
