package io.valkeysecure.jedis;

import io.valkeysecure.ClientLibrary;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshake;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.HostAndPortMapper;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.RedisCredentialsProvider;
import redis.clients.jedis.exceptions.JedisConnectionException;

/**
 * The three steps in which every version of Jedis opens a connection, always on one thread: the mapper is asked for
 * the address, the socket factory is given the connected socket, and the credentials are asked for before anything is
 * sent. The second verifies; the third refuses when the second was left out.
 *
 * <p>Jedis copies configurations, and a copy may have TLS switched off. All that is left of ours in it are these three
 * objects, and asking for credentials is the last moment at which nothing has been sent. Refusing there, with an
 * exception of Jedis' own kind, makes Jedis close the socket.
 */
final class VerifiedConnections {
    private final SecureTls tls;
    private final JedisClientConfig base;

    /** True on a thread after it verified a connection, false once that has its credentials, absent when another is begun. */
    private final ThreadLocal<Boolean> verified = new ThreadLocal<>();

    private final List<Consumer<TlsHandshake>> watchers = new CopyOnWriteArrayList<>();

    private final SSLSocketFactory socketFactory = new VerifiedSocketFactory();
    private final HostAndPortMapper mapper = new WatchingMapper();
    private final RedisCredentialsProvider credentials = new GuardedCredentials();

    VerifiedConnections(SecureTls tls, JedisClientConfig base) {
        this.tls = tls;
        this.base = base;
    }

    /** Shows every handshake, before it is made, until the watcher is taken away. */
    void watch(Consumer<TlsHandshake> watcher) {
        watchers.add(watcher);
    }

    void unwatch(Consumer<TlsHandshake> watcher) {
        watchers.remove(watcher);
    }

    HostAndPortMapper mapper() {
        return mapper;
    }

    SSLSocketFactory socketFactory() {
        return socketFactory;
    }

    Supplier<RedisCredentials> credentials() {
        return credentials;
    }

    /** Asked at the start of every connection, so that what an earlier one proved is forgotten. */
    private final class WatchingMapper implements HostAndPortMapper {
        @Override
        public @Nullable HostAndPort getHostAndPort(HostAndPort asked) {
            verified.remove();
            HostAndPortMapper mapper = base.getHostAndPortMapper();
            return mapper == null ? null : mapper.getHostAndPort(asked); // null means: as asked
        }
    }

    /**
     * Turns the TCP connection that Jedis opened into a verified one. The methods that would connect by themselves, or
     * return a socket that is not connected yet, throw.
     */
    private final class VerifiedSocketFactory extends SSLSocketFactory {
        @Override
        public Socket createSocket(Socket connected, String host, int port, boolean autoClose) throws IOException {
            verified.remove();
            if (!autoClose) {
                // Closing the TLS connection has to close the TCP one: a descriptor would be lost otherwise.
                throw new SocketException("autoClose must be true for a verified connection, was false");
            }
            TlsHandshake handshake = tls.handshake(new Endpoint(host, port), ClientLibrary.JEDIS);
            watchers.forEach(watcher -> watcher.accept(handshake));
            Socket socket = handshake.overSocket(connected);
            verified.set(true);
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
            return new SocketException("this factory verifies sockets that are connected already: use"
                    + " createSocket(socket, host, port, true), or hand the JedisClientConfig to Jedis");
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

    /** The base's credentials, for connections that were verified. */
    private final class GuardedCredentials implements RedisCredentialsProvider {
        @Override
        public void prepare() {
            if (base.getCredentialsProvider() instanceof RedisCredentialsProvider provider) {
                provider.prepare();
            }
        }

        @Override
        public RedisCredentials get() {
            Boolean fresh = verified.get();
            if (fresh == null || (!fresh && !isSecondLogin())) {
                TlsConfigurationException refusal = new TlsConfigurationException(
                        RefusalReason.PLAINTEXT_REQUESTED,
                        "credentials asked for without a verified connection: a copy of the configuration that"
                                + " SecureJedis made has ssl(false), fromURI(\"redis://..\") or a JedisSocketFactory"
                                + " of another kind; use what SecureJedis.clientConfig(..) returns as it is, with"
                                + " hostAndPort(..), and valkeys:// or rediss:// in a uri");
                throw new JedisConnectionException(refusal.getMessage(), refusal);
            }
            verified.set(false); // good for one connection; Jedis asks once for each
            Supplier<RedisCredentials> provider = base.getCredentialsProvider();
            return provider == null
                    ? new DefaultRedisCredentials(base.getUser(), base.getPassword()) // as Jedis does then
                    : provider.get();
        }

        /** The pools of a {@code MultiDbClient} of Jedis 7.4 log in twice over each connection, one after the other. */
        private static boolean isSecondLogin() {
            return StackWalker.getInstance()
                    .walk(frames -> frames.anyMatch(frame ->
                            frame.getClassName().startsWith("redis.clients.jedis.mcf.TrackingConnectionPool")));
        }

        @Override
        public void cleanUp() {
            if (base.getCredentialsProvider() instanceof RedisCredentialsProvider provider) {
                provider.cleanUp();
            }
        }
    }
}
