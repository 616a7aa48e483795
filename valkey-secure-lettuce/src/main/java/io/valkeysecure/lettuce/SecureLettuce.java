package io.valkeysecure.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.event.DefaultEventPublisherOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;

/**
 * Lettuce clients whose every connection is verified TLS, under one {@link SecureTls}.
 *
 * <p>What comes back is Lettuce's own {@link RedisClient} or {@link RedisClusterClient}, so pools, pub/sub, sentinels,
 * {@code MasterReplica}, the asynchronous and the reactive API are used as always:
 *
 * <pre>{@code
 * RedisClient client = SecureLettuce.client(tls, "rediss://app@valkey.internal:6380");
 *
 * var pool = ConnectionPoolSupport.createGenericObjectPool(client::connect, new GenericObjectPoolConfig<>());
 * try (var connection = pool.borrowObject()) {
 *     connection.sync().set("key", "value");
 * }
 *
 * pool.close();
 * client.shutdown();
 * }</pre>
 *
 * <p>The guard sits in the Netty pipeline of each channel, and so holds for the first connection, for pub/sub, for every
 * reconnect, and for each node, replica and sentinel that Lettuce learns of later: a channel without TLS never connects, and Lettuce learns that a channel is active, and writes its first
 * {@code HELLO} or {@code AUTH}, only after the server was verified. If the server cannot be verified, the connection is
 * refused; {@link RefusalReason#of} finds the reason in whatever Lettuce or a pool then throws.
 *
 * <p>After a renewal of the client identity a connection is replaced while none of its commands is in flight; what is issued
 * meanwhile is sent on the next one. Connections of a server that no longer proves itself are closed at once, and their
 * commands in flight fail with the reason; Lettuce then tries to reconnect, and is judged by what is in force.
 *
 * <p>TLS settings of Lettuce's own that contradict this ({@code redis://}, {@code startTls}, {@code verifyPeer}
 * {@code NONE} or {@code CA}, a Unix socket, {@code SslOptions}) are refused with a {@link TlsConfigurationException} that
 * names the setting. Nothing is silently overridden.
 *
 * <p>These methods are safe for use by many threads, as are the clients they return.
 */
public final class SecureLettuce {
    private static final NettyCustomizer NONE = new NettyCustomizer() {};

    /** Lettuce's own makes all connections of a server that restarts come back at the same time. */
    private static final Delay RECONNECT_DELAY =
            Delay.fullJitter(Duration.ZERO, Duration.ofSeconds(10), 200, TimeUnit.MILLISECONDS);

    private SecureLettuce() {}

    /**
     * Returns a client with resources of its own, which its {@code shutdown} ends.
     *
     * @param tls whom to trust and what to present
     * @param uri the server, as {@code rediss://} or {@code valkeys://} URI; in any other respect as Lettuce reads it
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI asks for anything else than verified TLS
     * @throws IllegalArgumentException if the text is no URI of a server; its text is not in the message, for it may hold a
     *     password
     */
    public static RedisClient client(SecureTls tls, String uri) {
        return client(tls, ServerUri.parse(uri));
    }

    /**
     * Returns a client with resources of its own, which its {@code shutdown} ends.
     *
     * @param tls whom to trust and what to present
     * @param uri the server
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI asks for anything else than verified TLS
     */
    public static RedisClient client(SecureTls tls, RedisURI uri) {
        return client(tls, uri, ClientOptions.create());
    }

    /**
     * Returns a client with options, and with resources of its own, which its {@code shutdown} ends.
     *
     * @param tls whom to trust and what to present
     * @param uri the server
     * @param options Lettuce's options, without {@code SslOptions}
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI or the options ask for anything else than verified TLS
     */
    public static RedisClient client(SecureTls tls, RedisURI uri, ClientOptions options) {
        ServerUri.requireVerifiedTls(uri);
        ClientOptions guarded = clientOptions(tls, options);
        return new SecureRedisClient(tls, resources(tls), true, uri, guarded);
    }

    /**
     * Returns a client that uses the caller's resources. Its {@code shutdown} leaves them running, as Lettuce's does.
     *
     * @param tls whom to trust and what to present
     * @param resources threads, timers and the like; a {@link NettyCustomizer} in them is called before ours
     * @param uri the server
     * @param options Lettuce's options, without {@code SslOptions}
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI or the options ask for anything else than verified TLS
     */
    public static RedisClient client(SecureTls tls, ClientResources resources, RedisURI uri, ClientOptions options) {
        ServerUri.requireVerifiedTls(uri);
        ClientOptions guarded = clientOptions(tls, options);
        ClientResources derived = resources(tls, resources);
        return new SecureRedisClient(tls, derived, derived != resources, uri, guarded);
    }

    /**
     * Returns a client of a cluster, with resources of its own, which its {@code shutdown} ends.
     *
     * @param tls whom to trust and what to present
     * @param uri the seeds, as {@code rediss://} or {@code valkeys://} URI; hosts and ports are separated by commas
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI asks for anything else than verified TLS
     * @throws IllegalArgumentException if the text is no URI of servers; its text is not in the message, for it may hold a
     *     password
     */
    public static RedisClusterClient clusterClient(SecureTls tls, String uri) {
        return clusterClient(tls, ServerUri.parseSeeds(uri));
    }

    /**
     * Returns a client of a cluster, with resources of its own, which its {@code shutdown} ends.
     *
     * @param tls whom to trust and what to present
     * @param seed a node that tells of the others
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI asks for anything else than verified TLS
     */
    public static RedisClusterClient clusterClient(SecureTls tls, RedisURI seed) {
        return clusterClient(tls, List.of(seed));
    }

    /**
     * Returns a client of a cluster, with resources of its own, which its {@code shutdown} ends.
     *
     * @param tls whom to trust and what to present
     * @param seeds nodes that tell of the others; Lettuce takes credentials from the first
     * @return Lettuce's client
     * @throws TlsConfigurationException if a URI asks for anything else than verified TLS
     */
    public static RedisClusterClient clusterClient(SecureTls tls, Iterable<RedisURI> seeds) {
        return clusterClient(tls, seeds, ClusterClientOptions.create());
    }

    /**
     * Returns a client of a cluster, with options, and with resources of its own, which its {@code shutdown} ends.
     *
     * @param tls whom to trust and what to present
     * @param seeds nodes that tell of the others; Lettuce takes credentials from the first
     * @param options Lettuce's options, without {@code SslOptions}
     * @return Lettuce's client
     * @throws TlsConfigurationException if a URI or the options ask for anything else than verified TLS
     */
    public static RedisClusterClient clusterClient(
            SecureTls tls, Iterable<RedisURI> seeds, ClusterClientOptions options) {
        List<RedisURI> checked = seeds(seeds);
        ClusterClientOptions guarded = clientOptions(tls, options);
        return new SecureClusterClient(tls, resources(tls), true, checked, guarded);
    }

    /**
     * Returns a client of a cluster that uses the caller's resources. Its {@code shutdown} leaves them running, as Lettuce's
     * does.
     *
     * @param tls whom to trust and what to present
     * @param resources threads, timers and the like; a {@link NettyCustomizer} in them is called before ours
     * @param seeds nodes that tell of the others; Lettuce takes credentials from the first
     * @param options Lettuce's options, without {@code SslOptions}
     * @return Lettuce's client
     * @throws TlsConfigurationException if a URI or the options ask for anything else than verified TLS
     */
    public static RedisClusterClient clusterClient(
            SecureTls tls, ClientResources resources, Iterable<RedisURI> seeds, ClusterClientOptions options) {
        List<RedisURI> checked = seeds(seeds);
        ClusterClientOptions guarded = clientOptions(tls, options);
        ClientResources derived = resources(tls, resources);
        return new SecureClusterClient(tls, derived, derived != resources, checked, guarded);
    }

    private static List<RedisURI> seeds(Iterable<RedisURI> seeds) {
        List<RedisURI> checked =
                StreamSupport.stream(seeds.spliterator(), false).toList();
        ServerUri.requireVerifiedTls(checked);
        return checked;
    }

    /**
     * Returns guarded resources, for those who make Lettuce's clients themselves. Every client made with them refuses to
     * connect without TLS, and spreads its reconnects at random. Use them together with
     * {@link #clientOptions(SecureTls, ClientOptions)}.
     *
     * @param tls whom to trust and what to present
     * @return resources that the caller shuts down
     */
    public static ClientResources resources(SecureTls tls) {
        return ClientResources.builder()
                .nettyCustomizer(new TlsCustomizer(tls, NONE))
                .reconnectDelay(RECONNECT_DELAY)
                .build();
    }

    /**
     * Returns guarded resources that use the threads, the timer, the event bus and all else of others.
     *
     * <p>The base's {@code reconnectDelay} stays. Lettuce's default has no jitter: after a restart of the server, all
     * connections come back at the same time.
     *
     * <p>Shutting them down ends nothing that belongs to the base. The base stays its owner's to shut down, after all that
     * was derived from it.
     *
     * @param tls whom to trust and what to present
     * @param base the resources to use; a {@link NettyCustomizer} in them is called before ours
     * @return guarded resources; the base itself if it is guarded by the same {@link SecureTls} already
     * @throws IllegalArgumentException if the base is guarded by another {@link SecureTls}
     */
    public static ClientResources resources(SecureTls tls, ClientResources base) {
        if (base.nettyCustomizer() instanceof TlsCustomizer guard) {
            if (guard.guards(tls)) {
                return base;
            }
            throw new IllegalArgumentException(
                    "the client resources are guarded by another SecureTls already; derive from resources without a guard");
        }
        // Lettuce's mutate() hands on whether a part is shared as the base has it, so that shutting down the copy would
        // stop the base's timer and executor, and makes new event loops. A part that is set by hand counts as shared.
        return base.mutate()
                .commandLatencyRecorder(base.commandLatencyRecorder())
                // the base publishes what the shared recorder collects; a second publisher would take half of it away
                .commandLatencyPublisherOptions(DefaultEventPublisherOptions.disabled())
                .eventExecutorGroup(base.eventExecutorGroup())
                .eventLoopGroupProvider(base.eventLoopGroupProvider())
                .timer(base.timer())
                .nettyCustomizer(new TlsCustomizer(tls, base.nettyCustomizer()))
                .build();
    }

    /**
     * Returns options by which a connection that escaped the guard of {@link #resources} fails instead of trusting the
     * JVM's trust store: Lettuce's own TLS trusts nobody with them.
     *
     * @param tls whom to trust and what to present
     * @param base Lettuce's options, without {@code SslOptions}
     * @return the same options, and {@code SslOptions} that trust nobody
     * @throws TlsConfigurationException if the base has {@code SslOptions}
     */
    public static ClientOptions clientOptions(SecureTls tls, ClientOptions base) {
        return new GuardedOptions(base, trustNobody(tls, base));
    }

    /**
     * Returns options for a cluster by which a connection that escaped the guard of {@link #resources} fails instead of
     * trusting the JVM's trust store: Lettuce's own TLS trusts nobody with them.
     *
     * @param tls whom to trust and what to present
     * @param base Lettuce's options, without {@code SslOptions}
     * @return the same options, and {@code SslOptions} that trust nobody
     * @throws TlsConfigurationException if the base has {@code SslOptions}
     */
    public static ClusterClientOptions clientOptions(SecureTls tls, ClusterClientOptions base) {
        return new GuardedClusterOptions(base, trustNobody(tls, base));
    }

    private static TrustNobody trustNobody(SecureTls tls, ClientOptions base) {
        Objects.requireNonNull(tls, "tls");
        if (base.getSslOptions() != ClientOptions.DEFAULT_SSL_OPTIONS
                && !(base.getSslOptions() instanceof TrustNobody)) {
            throw new TlsConfigurationException(
                    RefusalReason.UNSUPPORTED_SETTING,
                    "ClientOptions.sslOptions is set: trust, identity, versions and suites come from SecureTls alone; "
                            + "remove sslOptions(...) and say it by SecureTls.trusting(...), presenting(...) and policy(...)");
        }
        return new TrustNobody(tls.policy().handshakeTimeout());
    }

    /** A copy: {@code ClientOptions.mutate()} of Lettuce 7.7 forgets {@code useHashIndexQueue}. */
    private static final class GuardedOptions extends ClientOptions {
        private static final long serialVersionUID = 1L;

        private final TrustNobody sslOptions;

        GuardedOptions(ClientOptions original, TrustNobody sslOptions) {
            super(original);
            this.sslOptions = sslOptions;
        }

        @Override
        public TrustNobody getSslOptions() {
            return sslOptions;
        }
    }

    private static final class GuardedClusterOptions extends ClusterClientOptions {
        private static final long serialVersionUID = 1L;

        private final TrustNobody sslOptions;

        GuardedClusterOptions(ClusterClientOptions original, TrustNobody sslOptions) {
            super(original);
            this.sslOptions = sslOptions;
        }

        @Override
        public TrustNobody getSslOptions() {
            return sslOptions;
        }
    }
}
