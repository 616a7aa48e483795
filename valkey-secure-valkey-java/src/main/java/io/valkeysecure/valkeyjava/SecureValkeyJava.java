package io.valkeysecure.valkeyjava;

import io.valkey.Connection;
import io.valkey.ConnectionFactory;
import io.valkey.ConnectionPoolConfig;
import io.valkey.HostAndPort;
import io.valkey.Jedis;
import io.valkey.JedisClientConfig;
import io.valkey.JedisCluster;
import io.valkey.JedisPool;
import io.valkey.JedisPoolConfig;
import io.valkey.JedisPooled;
import io.valkeysecure.SecureTls;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.pool2.PooledObjectFactory;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;

/**
 * Makes clients and pools of valkey-java that connect to Valkey by verified TLS only. A {@link SecureTls} says which
 * servers to trust and which client certificate to present; every connection is verified against it before valkey-java
 * writes a byte.
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *                 .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"),
 *                 Path.of("/etc/valkey/tls/tls.key"))) .build();
 *         JedisPooled client = SecureValkeyJava.pooled(
 *                 tls,
 *                 new HostAndPort("valkey.internal", 6380),
 *                 DefaultJedisClientConfig.builder().user("app").password(password).build())) {
 *     client.set("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>Close clients and pools before the {@code SecureTls}, as the example does. After a rotation of certificates, they
 * drain their connections.
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>TLS is on, whatever the given configuration says, and no byte is sent before the server is verified. If the
 *       server cannot be verified, the connection is refused, and {@link io.valkeysecure.RefusalReason#of(Throwable)}
 *       finds the reason in the exception of valkey-java.
 *   <li>The verified name is the dialled name; with a {@code hostAndPortMapper}, the mapped name.
 *   <li>The handshake takes no longer than the handshake timeout of the policy. {@code connectionTimeoutMillis} limits
 *       the TCP connect before it, {@code socketTimeoutMillis} each read after it.
 *   <li>The user name and password of the configuration are written to verified connections only. valkey-java and
 *       copies of the configuration have placeholders, and a connection without TLS that uses them is closed before it
 *       sends anything.
 *   <li>The constructors of {@code Jedis} and {@code UnifiedJedis} that take a URI and a configuration refuse ours,
 *       because they take TLS from the scheme.
 * </ul>
 *
 * <h2>Limits</h2>
 *
 * <p>A configuration that is put together by {@code DefaultJedisClientConfig.create} from parts of ours, with TLS
 * switched off and its own credentials, is plaintext. So are valkey-java's constructors without a configuration.
 */
public final class SecureValkeyJava {
    private SecureValkeyJava() {}

    /**
     * Returns a configuration that connects by verified TLS, for every constructor of valkey-java that takes a
     * {@code JedisClientConfig} and no URI. Pools made by constructors need {@link #poolConfig} too. Timeouts,
     * credentials, database, protocol and everything else are read from {@code base} each time valkey-java needs them.
     * {@code ssl(true)} in {@code base} is allowed and changes nothing. The result is thread-safe if {@code base} is.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the clients and pools
     * @param base the configuration except TLS
     * @return the configuration to give to valkey-java
     * @throws io.valkeysecure.TlsConfigurationException if {@code base} carries an {@code sslSocketFactory},
     *     {@code sslParameters} or a {@code hostnameVerifier} of its own (the message says what to write instead), or
     *     if {@code SecureValkeyJava} made it with another {@code SecureTls}. A configuration that was made with the
     *     same {@code SecureTls} is returned unchanged
     */
    public static JedisClientConfig clientConfig(SecureTls tls, JedisClientConfig base) {
        return secure(tls, base);
    }

    /**
     * Returns a configuration with user, password, database and RESP version ({@code ?protocol=3}) from a URI, as
     * valkey-java reads them. Everything else has valkey-java's default.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}; the scheme is {@code valkeys} or
     *     {@code rediss}
     * @return the configuration to give to valkey-java, together with {@link #hostAndPort(URI)}
     * @throws io.valkeysecure.TlsConfigurationException if the scheme is another one
     *     ({@link io.valkeysecure.RefusalReason#PLAINTEXT_REQUESTED}), or the URI names no host or port, a user without
     *     a password, a path that is not a database number, or a parameter that is not read; the message shows no
     *     user information
     */
    public static JedisClientConfig clientConfig(SecureTls tls, URI uri) {
        return secure(tls, TlsUri.of(uri).clientConfig());
    }

    /**
     * As {@link #clientConfig(SecureTls, URI)}, for a URI as text. Prefer it to {@link URI#create(String)}, whose
     * exception shows the password of a malformed URI.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}
     * @return the configuration to give to valkey-java, together with {@link #hostAndPort(String)}
     * @throws io.valkeysecure.TlsConfigurationException as there, or if the text is no URI
     */
    public static JedisClientConfig clientConfig(SecureTls tls, String uri) {
        return secure(tls, TlsUri.parse(uri).clientConfig());
    }

    /**
     * Returns the address in a URI, which is also the name that the server's certificate must have.
     *
     * @param uri such as {@code valkeys://valkey.internal:6380}; the scheme is {@code valkeys} or {@code rediss}
     * @return host and port; an IPv6 address is without brackets
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, URI)}
     */
    public static HostAndPort hostAndPort(URI uri) {
        return TlsUri.of(uri).hostAndPort();
    }

    /**
     * As {@link #hostAndPort(URI)}, for a URI as text.
     *
     * @param uri such as {@code valkeys://valkey.internal:6380}
     * @return host and port; an IPv6 address is without brackets
     * @throws io.valkeysecure.TlsConfigurationException as there, or if the text is no URI
     */
    public static HostAndPort hostAndPort(String uri) {
        return TlsUri.parse(uri).hostAndPort();
    }

    /**
     * Opens a client of one server with valkey-java's default pool. The pool drains connections after a rotation; no
     * command fails, however busy the pool is.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param server the address, which is also the name that the server's certificate must have
     * @param base the configuration except TLS
     * @return the client
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static JedisPooled pooled(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return pooled(tls, server, base, new ConnectionPoolConfig());
    }

    /**
     * As {@link #pooled(SecureTls, HostAndPort, JedisClientConfig)}, with your own pool size and eviction.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param server the address
     * @param base the configuration except TLS
     * @param pool all that is not about rotation; it is copied
     * @return the client
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @throws IllegalArgumentException as for {@link #poolConfig}
     */
    public static JedisPooled pooled(
            SecureTls tls, HostAndPort server, JedisClientConfig base, GenericObjectPoolConfig<Connection> pool) {
        return new JedisPooled(connectionFactory(server, secure(tls, base)), poolConfig(tls, pool));
    }

    /**
     * As {@link #pooled(SecureTls, HostAndPort, JedisClientConfig)}, for a URI instead of {@code new JedisPooled(uri)}.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}
     * @return the client
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, String)}
     */
    public static JedisPooled pooled(SecureTls tls, String uri) {
        TlsUri parsed = TlsUri.parse(uri);
        return pooled(tls, parsed.hostAndPort(), parsed.clientConfig());
    }

    /**
     * Opens a {@code JedisPool}, for code that borrows {@code Jedis} objects. It drains connections as {@link #pooled}.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the pool
     * @param server the address, which is also the name that the server's certificate must have
     * @param base the configuration except TLS
     * @return a pool with valkey-java's default size
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static JedisPool pool(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return pool(tls, server, base, new JedisPoolConfig());
    }

    /**
     * As {@link #pool(SecureTls, HostAndPort, JedisClientConfig)}, with your own pool size and eviction.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the pool
     * @param server the address
     * @param base the configuration except TLS
     * @param pool all that is not about rotation; it is copied
     * @return the pool
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @throws IllegalArgumentException as for {@link #poolConfig}
     */
    public static JedisPool pool(
            SecureTls tls, HostAndPort server, JedisClientConfig base, GenericObjectPoolConfig<Jedis> pool) {
        return new JedisPool(poolConfig(tls, pool), jedisFactory(server, secure(tls, base)));
    }

    /**
     * Opens a client of a cluster with valkey-java's default pools. The seeds and every node that the cluster names
     * later are verified. The pools drain idle connections after a rotation; a command whose connection is closed at
     * the end of the drain window is sent again, as {@code JedisCluster} does after every failed connection.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param seeds the addresses of nodes
     * @param base the configuration except TLS
     * @return the client
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @throws io.valkey.exceptions.JedisClusterOperationException if no seed can be used; refusals are suppressed in it
     */
    public static JedisCluster cluster(SecureTls tls, Set<HostAndPort> seeds, JedisClientConfig base) {
        return cluster(tls, seeds, base, new ConnectionPoolConfig());
    }

    /**
     * As {@link #cluster(SecureTls, Set, JedisClientConfig)}, with your own pool size and eviction for each node.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param seeds the addresses of nodes
     * @param base the configuration except TLS
     * @param pool all that is not about rotation; it is copied
     * @return the client
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @throws IllegalArgumentException as for {@link #poolConfig}
     * @throws io.valkey.exceptions.JedisClusterOperationException if no seed can be used; refusals are suppressed in it
     */
    public static JedisCluster cluster(
            SecureTls tls, Set<HostAndPort> seeds, JedisClientConfig base, GenericObjectPoolConfig<Connection> pool) {
        SecureClientConfig config = secure(tls, base);
        return ReportedBuild.of(List.of(config), () -> new JedisCluster(seeds, config, poolConfig(tls, pool)));
    }

    /**
     * Returns a builder of a {@code JedisSentinelPool}, which verifies the sentinels and the primary that they name.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the pool
     * @return the builder
     */
    public static SentinelPoolBuilder sentinelPool(SecureTls tls) {
        return new SentinelPoolBuilder(Objects.requireNonNull(tls, "tls"));
    }

    /**
     * Returns a pool configuration that drains connections after a rotation, for pools that this class does not make.
     * The pool closes idle connections within the {@link io.valkeysecure.Rotation#drainWindow() drain window}, and at
     * once the connections to a server that no longer proves its identity. Everything else comes from {@code base},
     * including its eviction policy and the test of idle connections at its interval. The eviction runs a thousand
     * times within the window, and sends nothing. For a pool whose connections are rarely idle, use
     * {@link #jedisFactory} or {@link #connectionFactory} too, which drain connections when they are borrowed.
     *
     * @param tls the {@code SecureTls} of the pool's connections
     * @param base the pool configuration except draining; it is copied
     * @param <T> {@code Jedis} or {@code Connection}
     * @return the configuration to give to the pool
     * @throws IllegalArgumentException if {@code base} has an eviction policy as a class name instead of an object
     */
    public static <T> GenericObjectPoolConfig<T> poolConfig(SecureTls tls, GenericObjectPoolConfig<T> base) {
        return DrainingEvictionPolicy.in(Objects.requireNonNull(tls, "tls"), Objects.requireNonNull(base, "base"));
    }

    /**
     * Returns a factory for {@code new JedisPool(poolConfig, factory)}, with which the pool hands out no connection
     * that is due to be drained. Use it together with {@link #poolConfig}.
     *
     * @param server the address
     * @param config the result of {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @return the factory to give to the pool
     */
    public static PooledObjectFactory<Jedis> jedisFactory(HostAndPort server, JedisClientConfig config) {
        return DrainingFactory.jedis(Objects.requireNonNull(server, "server"), SecureClientConfig.require(config));
    }

    /**
     * As {@link #jedisFactory}, for {@code new ConnectionPool(factory, poolConfig)} and
     * {@code new PooledConnectionProvider(factory, poolConfig)}.
     *
     * @param server the address
     * @param config the result of {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @return the factory to give to the pool
     */
    public static PooledObjectFactory<Connection> connectionFactory(HostAndPort server, JedisClientConfig config) {
        return new DrainingFactory<>(
                new ConnectionFactory(Objects.requireNonNull(server, "server"), SecureClientConfig.require(config)));
    }

    private static SecureClientConfig secure(SecureTls tls, JedisClientConfig base) {
        return SecureClientConfig.of(Objects.requireNonNull(tls, "tls"), Objects.requireNonNull(base, "base"));
    }
}
