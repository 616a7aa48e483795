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
 * The front door for Jedis. It makes clients and pools of Jedis whose connections are encrypted, verified and timed before
 * Jedis gets them, and replaced without a failed command when a certificate was rotated:
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *                 .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key")))
 *                 .build();
 *         RedisClient client = SecureJedis.client(
 *                         tls,
 *                         new HostAndPort("valkey.internal", 6380),
 *                         DefaultJedisClientConfig.builder().user("app").password(password).build())
 *                 .build()) {
 *     client.set("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>{@link #client} is for one server, {@link #clusterClient}, {@link #sentinelClient} and {@link #multiDbClient} are for
 * several, {@link #pool} and {@link #sentinelPool} for existing code that borrows {@code Jedis} objects. All of Jedis that
 * takes a {@code JedisClientConfig} takes what {@link #clientConfig} returns: {@code new Jedis(server, config)},
 * {@code JedisPooled} of Jedis 7 and earlier, {@code JedisCluster}. Pools of your own want {@link #poolConfig} as well.
 *
 * <h2>What is guaranteed</h2>
 *
 * <ul>
 *   <li>TLS is on, whatever the given configuration says, and no byte is sent before the handshake is verified. If
 *       the server cannot be proved to be the right one, the connection is refused, and
 *       {@link io.valkeysecure.RefusalReason#of(Throwable)} finds the reason in what Jedis throws.
 *   <li>The name that is verified is the one that is dialled: with a {@code hostAndPortMapper}, the mapped one.
 *   <li>The handshake ends within the handshake timeout of the policy. {@code connectionTimeoutMillis} bounds the
 *       TCP connect before it, {@code socketTimeoutMillis} each read after it.
 *   <li>The user name and password of the configuration are written to verified connections only. Jedis, and what copies
 *       the configuration, have placeholders. A connection that is combined with it and is not verified, as with a socket
 *       factory of another kind, fails at the login.
 *   <li>A copy in which TLS is switched off, such as
 *       {@code RedisClient.builder().clientConfig(config).fromURI("redis://…")} makes one, is TLS all the same.
 * </ul>
 *
 * <h2>What is not</h2>
 *
 * <p>Jedis' constructors that take a URI take TLS from its scheme and the credentials from its user information, not
 * from a configuration: {@code new Jedis(URI, config)} and {@code new JedisPool(URI)} with a {@code redis://} URI are
 * plaintext, and no code of this library is asked. The same holds for sentinels: {@code RedisSentinelClient.builder()} talks
 * plaintext to them unless it is given a {@code sentinelClientConfig}, and {@link #sentinelClient} never does. A copy that is
 * given other {@code sslOptions}, or none and {@code ssl(false)}, together with credentials or an {@code AuthXManager}, is a
 * configuration of its own; so is a socket factory of another kind with an {@code AuthXManager}, whose tokens Jedis takes
 * from it directly.
 */
public final class SecureJedis {
    private SecureJedis() {}

    /**
     * Returns a configuration that connects as {@code base} says, through TLS as {@code tls} says. Timeouts,
     * credentials, database, protocol and all else are taken from {@code base}, each time Jedis asks.
     * {@code ssl(true)} in {@code base} is allowed, since it asks for what is done in any case. The result is
     * thread-safe if {@code base} is.
     *
     * @param tls whom to trust and what to present; to be closed only after the clients and pools
     * @param base all that is not TLS
     * @return the configuration to give to Jedis
     * @throws io.valkeysecure.TlsConfigurationException if {@code base} carries an {@code sslSocketFactory},
     *     {@code sslParameters}, {@code sslOptions} or a {@code hostnameVerifier} of its own, the message says what to
     *     write instead; or if it was made by {@code SecureJedis} with another {@code SecureTls}. One that was made with this
     *     one is returned as it is
     */
    public static JedisClientConfig clientConfig(SecureTls tls, JedisClientConfig base) {
        return secure(tls, base);
    }

    /**
     * Returns a configuration with what the URI holds besides the address: user, password, database, and the RESP
     * version as {@code ?protocol=3}, as Jedis reads them. All else has Jedis' default.
     *
     * @param tls whom to trust and what to present
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}; the scheme is {@code valkeys} or
     *     {@code rediss}
     * @return the configuration to give to Jedis, together with {@link #hostAndPort(URI)}
     * @throws io.valkeysecure.TlsConfigurationException if the scheme is another one
     *     ({@link io.valkeysecure.RefusalReason#PLAINTEXT_REQUESTED}), or the URI names no host or port, a user without
     *     a password, something else than a database number, or a parameter that is not read; the message shows no
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
     * @param tls whom to trust and what to present
     * @param uri such as {@code valkeys://user:password@valkey.internal:6380/0}
     * @return the configuration to give to Jedis, together with {@link #hostAndPort(String)}
     * @throws io.valkeysecure.TlsConfigurationException as there, or if the text is no URI
     */
    public static JedisClientConfig clientConfig(SecureTls tls, String uri) {
        Objects.requireNonNull(tls, "tls");
        return SecureClientConfig.of(tls, TlsUri.parse(uri).clientConfig());
    }

    /**
     * Returns Jedis' builder of a client of one server, with a pool that replaces connections after a rotation and fails no
     * command for it, however busy it is. Jedis 7.4 or newer has this client.
     *
     * @param tls whom to trust and what to present; to be closed only after the client
     * @param server the address, which is also the name that the server's certificate has to carry
     * @param base all that is not TLS
     * @return the builder; {@code clientConfig}, {@code fromURI}, {@code connectionProvider} and {@code commandExecutor} are
     *     refused there
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static RedisClient.Builder client(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return SecureStandaloneClient.builder(tls, Objects.requireNonNull(server, "server"), secure(tls, base));
    }

    /**
     * As {@link #client(SecureTls, HostAndPort, JedisClientConfig)}, for a URI instead of
     * {@code RedisClient.builder().fromURI(uri)}.
     *
     * @param tls whom to trust and what to present; to be closed only after the client
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
     * Opens a {@code JedisPool}, for existing code that borrows {@code Jedis} objects. It replaces connections after a rotation,
     * and fails no command for it, however busy it is.
     *
     * @param tls whom to trust and what to present; to be closed only after the pool
     * @param server the address, which is also the name that the server's certificate has to carry
     * @param base all that is not TLS
     * @return a pool with Jedis' default size
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    public static JedisPool pool(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return pool(tls, server, base, new JedisPoolConfig());
    }

    /**
     * As {@link #pool(SecureTls, HostAndPort, JedisClientConfig)}, with a size and an eviction of its own.
     *
     * @param tls whom to trust and what to present; to be closed only after the pool
     * @param server the address
     * @param base all that is not TLS
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
     * @param tls whom to trust and what to present; to be closed only after the pool
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
     * Returns a pool configuration by which a pool replaces connections after a rotation while they are idle, rather than
     * letting them be closed at the end of the {@link io.valkeysecure.Rotation#drainWindow() drain window}; and
     * at once those whose server no longer proves itself. For pools that {@link #client}, {@link #pool} and the builders here
     * do not make:
     *
     * <pre>{@code
     * JedisCluster cluster = new JedisCluster(seeds, config, attempts, SecureJedis.poolConfig(tls, poolConfig));
     * }</pre>
     *
     * <p>All else is as {@code base} says, its eviction and the test of idle connections at its interval included. The
     * eviction itself runs a thousand times within the window; it sends nothing. In a pool whose connections are hardly ever idle,
     * add {@link #jedisFactory} or {@link #connectionFactory}, which look when one is borrowed.
     *
     * @param tls the one that the pool's connections are made by
     * @param base all that is not about rotation; it is copied
     * @param <T> {@code Jedis} or {@code Connection}
     * @return the configuration to give to the pool
     * @throws IllegalArgumentException if {@code base} names an eviction policy by its class instead of giving it
     */
    public static <T> GenericObjectPoolConfig<T> poolConfig(SecureTls tls, GenericObjectPoolConfig<T> base) {
        return DrainingEvictionPolicy.in(Objects.requireNonNull(tls, "tls"), Objects.requireNonNull(base, "base"));
    }

    /**
     * Returns a factory for {@code new JedisPool(poolConfig, factory)}, by which a connection that is to be replaced is not
     * handed out. Use it together with {@link #poolConfig}.
     *
     * @param server the address
     * @param config what {@link #clientConfig(SecureTls, JedisClientConfig)} returned
     * @return the factory to give to the pool
     */
    public static PooledObjectFactory<Jedis> jedisFactory(HostAndPort server, JedisClientConfig config) {
        return DrainingFactory.jedis(Objects.requireNonNull(server, "server"), require(config));
    }

    /**
     * Returns a factory for {@code new ConnectionPool(factory, poolConfig)} and
     * {@code new PooledConnectionProvider(factory, poolConfig)}, by which a connection that is to be replaced is not handed
     * out. Use it together with {@link #poolConfig}.
     *
     * @param server the address
     * @param config what {@link #clientConfig(SecureTls, JedisClientConfig)} returned
     * @return the factory to give to the pool
     */
    public static PooledObjectFactory<Connection> connectionFactory(HostAndPort server, JedisClientConfig config) {
        return new DrainingFactory<>(new ConnectionFactory(Objects.requireNonNull(server, "server"), require(config)));
    }

    /**
     * Returns Jedis' builder of a cluster client, for seeds and for every node that the cluster names later. Nothing that
     * it still takes can make another connection:
     *
     * <pre>{@code
     * RedisClusterClient client = SecureJedis.clusterClient(tls, config).nodes(seeds).build();
     * }</pre>
     *
     * <p>The pools of the nodes replace connections after a rotation, as by {@link #poolConfig}. When no seed will do, what
     * is thrown has the refusal of each seed suppressed in it. Jedis 7.4 or newer has this client; for {@code JedisCluster}
     * use {@link #clientConfig(SecureTls, JedisClientConfig)} and {@link #poolConfig}.
     *
     * @param tls whom to trust and what to present; to be closed only after the client
     * @param base all that is not TLS
     * @return the builder; {@code clientConfig}, {@code connectionProvider} and {@code commandExecutor} are refused there
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static RedisClusterClient.Builder clusterClient(SecureTls tls, JedisClientConfig base) {
        return SecureClusterClient.builder(tls, secure(tls, base));
    }

    /**
     * Returns Jedis' builder of a sentinel client. Its {@code clientConfig}, for the primary, and
     * {@code sentinelClientConfig}, for the sentinels, take all that is not TLS, and may be left out where there is no login:
     *
     * <pre>{@code
     * RedisSentinelClient client = SecureJedis.sentinelClient(tls)
     *         .masterName("primary").sentinels(sentinels)
     *         .clientConfig(config).sentinelClientConfig(sentinelConfig)
     *         .build();
     * }</pre>
     *
     * <p>It differs from {@code RedisSentinelClient.builder().clientConfig(config)}, which talks plaintext to the sentinels
     * unless {@code sentinelClientConfig} is called as well. Otherwise as {@link #clusterClient}. When no sentinel will do,
     * Jedis says that all are down, and what is thrown has the refusals suppressed in it.
     *
     * @param tls whom to trust and what to present; to be closed only after the client
     * @return the builder; {@code connectionProvider} and {@code commandExecutor} are refused there, and both configurations as
     *     by {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static RedisSentinelClient.Builder sentinelClient(SecureTls tls) {
        return SecureSentinelClient.builder(Objects.requireNonNull(tls, "tls"));
    }

    /**
     * Returns a builder of a {@code JedisSentinelPool}, for existing code. The constructors of Jedis will do, if they are given
     * a {@link #clientConfig(SecureTls, JedisClientConfig)} for the sentinels too; but they lose the reason when no sentinel
     * will do, and do not look whether a connection is to be replaced when it is borrowed.
     *
     * @param tls whom to trust and what to present; to be closed only after the pool
     * @return the builder
     */
    public static SentinelPoolBuilder sentinelPool(SecureTls tls) {
        return new SentinelPoolBuilder(Objects.requireNonNull(tls, "tls"));
    }

    /**
     * Returns Jedis' builder of a client of several databases. A database whose configuration is not one of ours is refused,
     * here and when it is added to the client later:
     *
     * <pre>{@code
     * MultiDbClient client = SecureJedis.multiDbClient(MultiDbConfig.builder()
     *         .database(SecureJedis.database(tls, near, config).weight(1).build())
     *         .database(SecureJedis.database(tls, far, config).weight(0.5f).build())
     *         .build()).build();
     * }</pre>
     *
     * @param databases each made by {@link #database}, or with a {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @return the builder; {@code multiDbConfig}, {@code connectionProvider} and {@code commandExecutor} are refused there
     * @throws io.valkeysecure.TlsConfigurationException if a database has another configuration
     */
    public static MultiDbClient.Builder multiDbClient(MultiDbConfig databases) {
        return SecureMultiDbClient.builder(Objects.requireNonNull(databases, "databases"));
    }

    /**
     * Returns a database for {@link #multiDbClient} and {@code MultiDbClient.addDatabase}, whose connections, those of its
     * health check included, are replaced after a rotation while they are idle.
     *
     * @param tls whom to trust and what to present; to be closed only after the client
     * @param server the address
     * @param base all that is not TLS
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
     * @param tls whom to trust and what to present; to be closed only after the client
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
     * Returns the address in a URI, which is also the name that the server's certificate has to carry.
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
