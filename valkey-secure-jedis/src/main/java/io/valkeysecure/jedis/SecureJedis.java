package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.pool2.PooledObjectFactory;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisSentinelPool;
import redis.clients.jedis.MultiDbClient;
import redis.clients.jedis.MultiDbConfig;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;

/**
 * The front door for Jedis: turns a {@link SecureTls} and a Jedis configuration into a {@link JedisClientConfig}
 * whose connections are encrypted, verified and timed before Jedis gets them. Everything that takes a
 * {@code JedisClientConfig} takes this one, so pools and clients are built as before:
 *
 * <pre>{@code
 * SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *         .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key")))
 *         .build();
 * JedisClientConfig config = SecureJedis.clientConfig(
 *         tls, DefaultJedisClientConfig.builder().user("app").password(password).build());
 * HostAndPort server = new HostAndPort("valkey.internal", 6380);
 * try (JedisPool pool = new JedisPool(new JedisPoolConfig(), server, config);
 *         Jedis jedis = pool.getResource()) {
 *     jedis.set("greeting", "hello");
 * }
 * }</pre>
 *
 * <p>{@code RedisClient.builder().hostAndPort(server).clientConfig(config).build()}, {@code JedisPooled} of Jedis 7
 * and earlier, {@code ConnectionPool}, {@code JedisCluster} and {@code new Jedis(server, config)} go the same way. For clients of
 * several servers there are {@link #clusterClient}, {@link #sentinelClient} and {@link #multiDbClient}.
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
 *   <li>The user name, password and client name of the configuration are for verified connections only. Where a
 *       copy of it has TLS switched off, such as {@code RedisClient.builder().clientConfig(config).fromURI("redis://…")}
 *       makes one, or where it is combined with a socket factory of another kind, connecting fails before the first
 *       byte is sent. It follows that the credentials provider of the configuration answers only while Jedis
 *       connects; other code takes it from the configuration that was given.
 * </ul>
 *
 * <h2>What is not</h2>
 *
 * <p>Jedis' constructors that take a URI take TLS from its scheme and the credentials from its user information, not
 * from a configuration: {@code new Jedis(URI, config)} with a {@code redis://} URI is plaintext, and no code of this
 * library is asked. The same holds for sentinels: {@code RedisSentinelClient.builder()} talks plaintext to them
 * unless it is given a {@code sentinelClientConfig}, and {@link #sentinelClient} always does. Pass URIs through
 * {@link #clientConfig(SecureTls, URI)} and {@link #hostAndPort(URI)}. A copy that is given other {@code sslOptions},
 * or TLS off together with other credentials or an {@code AuthXManager}, is a configuration of its own.
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
     *     {@code sslParameters}, {@code sslOptions} or a {@code hostnameVerifier} of its own; the message says what to
     *     write instead
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
        return SecureClientConfig.of(tls, SecureUri.of(uri).clientConfig());
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
        return SecureClientConfig.of(tls, SecureUri.parse(uri).clientConfig());
    }

    /**
     * Returns a pool configuration by which a pool replaces connections after a rotation while they are idle, rather than
     * letting them be closed at the end of the {@link io.valkeysecure.Rotation#retirementWindow() retirement window}; and
     * at once those whose server no longer proves itself. For every pool of Jedis, those that a cluster client makes
     * included:
     *
     * <pre>{@code
     * JedisPool pool = new JedisPool(SecureJedis.poolConfig(tls, new JedisPoolConfig()), server, config);
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
        return Replacement.in(Objects.requireNonNull(tls, "tls"), Objects.requireNonNull(base, "base"));
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
        return ReplacingFactory.jedis(server, SecureClientConfig.require(config));
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
        return new ReplacingFactory<>(new ConnectionFactory(server, SecureClientConfig.require(config)));
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
     * Returns Jedis' builder of a sentinel client. It differs from
     * {@code RedisSentinelClient.builder().clientConfig(config)}, which talks plaintext to the sentinels unless
     * {@code sentinelClientConfig} is called as well:
     *
     * <pre>{@code
     * RedisSentinelClient client = SecureJedis.sentinelClient(tls, config, sentinelConfig)
     *         .masterName("primary").sentinels(sentinels).build();
     * }</pre>
     *
     * <p>Otherwise as {@link #clusterClient}. When no sentinel will do, Jedis says that all are down, and what is thrown has
     * the refusals suppressed in it.
     *
     * @param tls whom to trust and what to present; to be closed only after the client
     * @param base all that is not TLS, for connections with the primary
     * @param sentinelBase all that is not TLS, for connections with sentinels, which have users of their own
     * @return the builder; configurations, {@code connectionProvider} and {@code commandExecutor} are refused there
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     */
    public static RedisSentinelClient.Builder sentinelClient(
            SecureTls tls, JedisClientConfig base, JedisClientConfig sentinelBase) {
        return SecureSentinelClient.builder(tls, secure(tls, base), secure(tls, sentinelBase));
    }

    /**
     * Opens a {@code JedisSentinelPool}, for existing code. Its own constructors will do, if they are given a
     * {@link #clientConfig(SecureTls, JedisClientConfig)} for the sentinels too; but they lose the reason when no sentinel will
     * do, and do not look whether a connection is to be replaced when it is borrowed.
     *
     * @param tls whom to trust and what to present; to be closed only after the pool
     * @param masterName by which the sentinels know the primary
     * @param sentinels their addresses
     * @param poolConfig all that is not about rotation, for which it is done what {@link #poolConfig} does
     * @param base all that is not TLS, for connections with the primary
     * @param sentinelBase all that is not TLS, for connections with sentinels
     * @return the pool
     * @throws io.valkeysecure.TlsConfigurationException as for {@link #clientConfig(SecureTls, JedisClientConfig)}
     * @throws redis.clients.jedis.exceptions.JedisException if no sentinel names the primary; refusals are suppressed in it
     */
    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    public static JedisSentinelPool sentinelPool(
            SecureTls tls,
            String masterName,
            Set<HostAndPort> sentinels,
            GenericObjectPoolConfig<Jedis> poolConfig,
            JedisClientConfig base,
            JedisClientConfig sentinelBase) {
        SecureClientConfig config = secure(tls, base);
        SecureClientConfig sentinelConfig = secure(tls, sentinelBase);
        return UntoldRefusals.told(
                List.of(sentinelConfig),
                () -> new JedisSentinelPool(
                        masterName,
                        sentinels,
                        Replacement.in(tls, poolConfig),
                        ReplacingFactory.jedis(null, config),
                        sentinelConfig));
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
        return SecureMultiDbClient.builder(databases);
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
        return SecureMultiDbClient.database(tls, server, secure(tls, base));
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
        return SecureUri.of(uri).hostAndPort();
    }

    /**
     * As {@link #hostAndPort(URI)}, for a URI as text.
     *
     * @param uri such as {@code valkeys://valkey.internal:6380}
     * @return host and port; an IPv6 address is without brackets
     * @throws io.valkeysecure.TlsConfigurationException as there, or if the text is no URI
     */
    public static HostAndPort hostAndPort(String uri) {
        return SecureUri.parse(uri).hostAndPort();
    }
}
