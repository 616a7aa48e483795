package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import java.net.URI;
import java.util.Objects;
import org.apache.commons.pool2.PooledObjectFactory;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.MultiDbClient;
import redis.clients.jedis.MultiDbConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;

/**
 * Makes Jedis clients and pools that connect to Valkey by verified TLS only. A {@link SecureTls} says which servers to
 * trust and which client certificate to present; every connection is verified against it before Jedis writes a byte.
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *                 .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"),
 *                 Path.of("/etc/valkey/tls/tls.key"))) .build();
 *         RedisClient client = SecureJedis.client(
 *                         tls,
 *                         new HostAndPort("valkey.internal", 6380),
 *                         DefaultJedisClientConfig.builder().user("app").password(password).build())
 *                 .build()) {
 *     client.set("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>Close clients and pools before the {@code SecureTls}, as the example does. After a rotation of certificates,
 * clients and pools of this class drain their connections, and no command fails.
 *
 * <p>{@link #client} is for one server, {@link #clusterClient}, {@link #sentinelClient} and {@link #multiDbClient} are
 * for several, {@link #pool} and {@link #sentinelPool} for existing code that borrows {@code Jedis} objects. The result
 * of {@link #clientConfig} works wherever Jedis takes a {@code JedisClientConfig}: {@code new Jedis(server, config)},
 * {@code JedisPooled} of Jedis 7 and earlier, {@code JedisCluster}. Pools that you make yourself need
 * {@link #poolConfig} too.
 *
 * <h2>Guarantees</h2>
 *
 * <ul>
 *   <li>TLS is on, whatever the given configuration says, and no byte is sent before the server is verified. If the
 *       server cannot be verified, the connection is refused, and {@link io.valkeysecure.RefusalReason#of(Throwable)}
 *       finds the reason in the exception of Jedis.
 *   <li>The verified name is the dialled name; with a {@code hostAndPortMapper}, the mapped name.
 *   <li>The handshake takes no longer than the handshake timeout of the policy. {@code connectionTimeoutMillis} limits
 *       the TCP connect before it, {@code socketTimeoutMillis} each read after it.
 *   <li>The user name and password of the configuration are written to verified connections only. Jedis and copies of
 *       the configuration have placeholders. A login over a connection that is not verified fails, for example with a
 *       socket factory that this class did not make.
 *   <li>A copy with TLS switched off still uses TLS, for example the one that
 *       {@code RedisClient.builder().clientConfig(config).fromURI("redis://…")} makes. For that, a security provider is
 *       added to the JVM while configurations exist; the page {@code docs/threats.md} describes it.
 * </ul>
 *
 * <h2>Limits</h2>
 *
 * <p>Jedis' constructors that take a URI take TLS from its scheme and the credentials from its user information, not
 * from a configuration: {@code new Jedis(URI, config)} and {@code new JedisPool(URI)} with a {@code redis://} URI are
 * plaintext, and call no code of this library. The same holds for sentinels: {@code RedisSentinelClient.builder()}
 * talks plaintext to them unless it is given a {@code sentinelClientConfig}, and {@link #sentinelClient} never does. A
 * copy with other {@code sslOptions}, or with none and {@code ssl(false)}, and with its own credentials or an
 * {@code AuthXManager}, is not protected. Nor is an {@code AuthXManager} with another socket factory, because Jedis
 * takes its tokens directly.
 */
public final class SecureJedis {
    private SecureJedis() {}

    /**
     * Returns a configuration that connects by verified TLS. Timeouts, credentials, database, protocol and everything
     * else are read from {@code base} each time Jedis needs them. {@code ssl(true)} in {@code base} is allowed and
     * changes nothing. The result is thread-safe if {@code base} is.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the clients and pools
     * @param base the configuration except TLS
     * @return the configuration to give to Jedis
     * @throws io.valkeysecure.TlsConfigurationException if {@code base} carries an {@code sslSocketFactory},
     *     {@code sslParameters}, {@code sslOptions} or a {@code hostnameVerifier} of its own (the message says what to
     *     write instead), if {@code SecureJedis} made it with another {@code SecureTls}, or if the JVM does not take
     *     the security provider. A configuration that was made with the same {@code SecureTls} is returned unchanged
     */
    public static JedisClientConfig clientConfig(SecureTls tls, JedisClientConfig base) {
        return secure(tls, base);
    }

    /**
     * Returns a configuration with user, password, database and RESP version ({@code ?protocol=3}) from a URI, as Jedis
     * reads them. Everything else has Jedis' default.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}; the scheme is {@code valkeys} or
     *     {@code rediss}
     * @return the configuration to give to Jedis, together with {@link #hostAndPort(URI)}
     * @throws io.valkeysecure.TlsConfigurationException if the scheme is another one
     *     ({@link io.valkeysecure.RefusalReason#PLAINTEXT_REQUESTED}), or the URI names no host or port, a user without
     *     a password, a path that is not a database number, or a parameter that is not read; the message shows no
     *     user information
     */
    public static JedisClientConfig clientConfig(SecureTls tls, URI uri) {
        Objects.requireNonNull(tls, "tls");
        return SecureClientConfig.of(tls, TlsUri.of(uri).clientConfig());
    }

    /**
     * As {@link #clientConfig(SecureTls, URI)}, for a URI as text. Prefer it to {@link URI#create(String)}, whose
     * exception shows the password of a malformed URI.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}
     * @return the configuration to give to Jedis, together with {@link #hostAndPort(String)}
     * @throws io.valkeysecure.TlsConfigurationException as there, or if the text is no URI
     */
    public static JedisClientConfig clientConfig(SecureTls tls, String uri) {
        Objects.requireNonNull(tls, "tls");
        return SecureClientConfig.of(tls, TlsUri.parse(uri).clientConfig());
    }

    /**
     * Returns Jedis' builder of a client of one server. Its pool drains connections after a rotation; no command fails,
     * however busy the pool is. Requires Jedis 7.4 or newer.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param server the address, which is also the name that the server's certificate must have
     * @param base the configuration except TLS
     * @return the builder; {@code clientConfig}, {@code fromURI}, {@code connectionProvider} and
     *     {@code commandExecutor} are refused there
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static RedisClient.Builder client(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return SecureStandaloneClient.builder(tls, Objects.requireNonNull(server, "server"), secure(tls, base));
    }

    /**
     * As {@link #client(SecureTls, HostAndPort, JedisClientConfig)}, for a URI instead of
     * {@code RedisClient.builder().fromURI(uri)}.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}
     * @return the builder
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, String)}
     */
    public static RedisClient.Builder client(SecureTls tls, String uri) {
        Objects.requireNonNull(tls, "tls");
        TlsUri parsed = TlsUri.parse(uri);
        return client(tls, parsed.hostAndPort(), parsed.clientConfig());
    }

    /**
     * Opens a {@code JedisPool}, for existing code that borrows {@code Jedis} objects. The pool drains connections
     * after a rotation; no command fails, however busy the pool is.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the pool
     * @param server the address, which is also the name that the server's certificate must have
     * @param base the configuration except TLS
     * @return a pool with Jedis' default size
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    public static JedisPool pool(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return pool(tls, server, base, new JedisPoolConfig());
    }

    /**
     * As {@link #pool(SecureTls, HostAndPort, JedisClientConfig)}, with your own pool size and eviction.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the pool
     * @param server the address
     * @param base the configuration except TLS
     * @param poolConfig all that is not about rotation; it is copied
     * @return the pool
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @throws IllegalArgumentException as for {@link #poolConfig}
     */
    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    public static JedisPool pool(
            SecureTls tls, HostAndPort server, JedisClientConfig base, GenericObjectPoolConfig<Jedis> poolConfig) {
        SecureClientConfig config = secure(tls, base);
        return new JedisPool(
                poolConfig(tls, Objects.requireNonNull(poolConfig, "poolConfig")), jedisFactory(server, config));
    }

    /**
     * As {@link #pool(SecureTls, HostAndPort, JedisClientConfig)}, for a URI.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the pool
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}
     * @return the pool
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, String)}
     */
    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    public static JedisPool pool(SecureTls tls, String uri) {
        Objects.requireNonNull(tls, "tls");
        TlsUri parsed = TlsUri.parse(uri);
        return pool(tls, parsed.hostAndPort(), parsed.clientConfig());
    }

    /**
     * Returns a pool configuration that drains connections after a rotation. The pool closes idle connections within
     * the {@link io.valkeysecure.Rotation#drainWindow() drain window}, and at once the connections to a server that no
     * longer proves its identity. Use it for pools that this class does not make:
     *
     * <pre>{@code
     * JedisCluster cluster = new JedisCluster(seeds, config, attempts, SecureJedis.poolConfig(tls, poolConfig));
     * }</pre>
     *
     * <p>Everything else comes from {@code base}, including its eviction policy and the test of idle connections at its
     * interval. The eviction runs a thousand times within the window, and sends nothing. For a pool whose connections
     * are rarely idle, use {@link #jedisFactory} or {@link #connectionFactory} too, which drain connections when they
     * are borrowed.
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
        return DrainingFactory.jedis(Objects.requireNonNull(server, "server"), require(config));
    }

    /**
     * Returns a factory for {@code new ConnectionPool(factory, poolConfig)} and
     * {@code new PooledConnectionProvider(factory, poolConfig)}, with which the pool hands out no connection that is
     * due to be drained. Use it together with {@link #poolConfig}.
     *
     * @param server the address
     * @param config the result of {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @return the factory to give to the pool
     */
    public static PooledObjectFactory<Connection> connectionFactory(HostAndPort server, JedisClientConfig config) {
        return new DrainingFactory<>(new ConnectionFactory(Objects.requireNonNull(server, "server"), require(config)));
    }

    /**
     * Returns Jedis' builder of a cluster client. The seeds and every node that the cluster names later are verified:
     *
     * <pre>{@code
     * RedisClusterClient client = SecureJedis.clusterClient(tls, config).nodes(seeds).build();
     * }</pre>
     *
     * <p>The pools of the nodes drain connections after a rotation, as with {@link #poolConfig}. If no seed can be
     * used, the exception has the refusal of each seed as suppressed. Requires Jedis 7.4 or newer; for
     * {@code JedisCluster} use {@link #clientConfig(SecureTls, JedisClientConfig)} and {@link #poolConfig}.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param base the configuration except TLS
     * @return the builder; {@code clientConfig}, {@code connectionProvider} and {@code commandExecutor} are refused
     *     there
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static RedisClusterClient.Builder clusterClient(SecureTls tls, JedisClientConfig base) {
        return SecureClusterClient.builder(tls, secure(tls, base));
    }

    /**
     * Returns Jedis' builder of a sentinel client. Its {@code clientConfig}, for the primary, and
     * {@code sentinelClientConfig}, for the sentinels, take everything except TLS, and are optional without a login:
     *
     * <pre>{@code
     * RedisSentinelClient client = SecureJedis.sentinelClient(tls)
     *         .masterName("primary").sentinels(sentinels)
     *         .clientConfig(config).sentinelClientConfig(sentinelConfig)
     *         .build();
     * }</pre>
     *
     * <p>It differs from {@code RedisSentinelClient.builder().clientConfig(config)}, which talks plaintext to the
     * sentinels unless {@code sentinelClientConfig} is called too. If no sentinel can be used, Jedis reports that all
     * are down, and the exception has the refusals as suppressed. Otherwise it works as {@link #clusterClient}.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @return the builder; {@code connectionProvider} and {@code commandExecutor} are refused there, and both
     *     configurations as by {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static RedisSentinelClient.Builder sentinelClient(SecureTls tls) {
        return SecureSentinelClient.builder(Objects.requireNonNull(tls, "tls"));
    }

    /**
     * Returns a builder of a {@code JedisSentinelPool}, for existing code. Jedis' constructors are verified too, if
     * they get a {@link #clientConfig(SecureTls, JedisClientConfig)} for the sentinels as well. But they lose the
     * reason if no sentinel can be used, and do not drain connections when they are borrowed.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the pool
     * @return the builder
     */
    public static SentinelPoolBuilder sentinelPool(SecureTls tls) {
        return new SentinelPoolBuilder(Objects.requireNonNull(tls, "tls"));
    }

    /**
     * Returns Jedis' builder of a client of several databases. A database with a configuration that {@code SecureJedis}
     * did not make is refused, also when it is added to the client later:
     *
     * <pre>{@code
     * MultiDbClient client = SecureJedis.multiDbClient(MultiDbConfig.builder()
     *         .database(SecureJedis.database(tls, near, config).weight(1).build())
     *         .database(SecureJedis.database(tls, far, config).weight(0.5f).build())
     *         .build()).build();
     * }</pre>
     *
     * @param databases each made by {@link #database}, or with a {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @return the builder; {@code multiDbConfig}, {@code connectionProvider} and {@code commandExecutor} are refused
     *     there
     * @throws io.valkeysecure.TlsConfigurationException if a database has another configuration
     */
    public static MultiDbClient.Builder multiDbClient(MultiDbConfig databases) {
        return SecureMultiDbClient.builder(Objects.requireNonNull(databases, "databases"));
    }

    /**
     * Returns a database for {@link #multiDbClient} and {@code MultiDbClient.addDatabase}. Its connections, including
     * those of its health check, are drained after a rotation while they are idle.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param server the address
     * @param base the configuration except TLS
     * @return the builder, with the pool as by {@link #poolConfig} and a health check by PING
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static MultiDbConfig.DatabaseConfig.Builder database(
            SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return SecureMultiDbClient.database(tls, Objects.requireNonNull(server, "server"), secure(tls, base));
    }

    /**
     * As {@link #database(SecureTls, HostAndPort, JedisClientConfig)}, for a URI.
     *
     * @param tls which servers to trust and which client certificate to present; close it after the client
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}
     * @return the builder
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, String)}
     */
    public static MultiDbConfig.DatabaseConfig.Builder database(SecureTls tls, String uri) {
        Objects.requireNonNull(tls, "tls");
        TlsUri parsed = TlsUri.parse(uri);
        return database(tls, parsed.hostAndPort(), parsed.clientConfig());
    }

    private static SecureClientConfig require(JedisClientConfig config) {
        return SecureClientConfig.require(Objects.requireNonNull(config, "config"));
    }

    private static SecureClientConfig secure(SecureTls tls, JedisClientConfig base) {
        return SecureClientConfig.of(Objects.requireNonNull(tls, "tls"), Objects.requireNonNull(base, "base"));
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
}
