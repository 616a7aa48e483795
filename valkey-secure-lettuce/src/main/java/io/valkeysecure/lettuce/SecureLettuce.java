package io.valkeysecure.lettuce;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
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
import io.valkeysecure.internal.root.RootTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

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
 * names the setting, by the clients that are made here.
 *
 * <p>A client that is made by other code with {@link #resources} is guarded in the pipeline alone, where not every setting
 * can be seen. A connection without TLS is refused, and so is one whose {@code verifyPeer} is seen to be weaker than
 * {@code FULL}. {@code startTls}, {@code SslOptions} and a {@code verifyPeer} that leaves no trace have no effect: TLS begins
 * with the first byte, under the {@link SecureTls} alone, and the server is verified in full.
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
        return client(tls, TlsUri.parse(uri));
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
        return clientBuilder(tls, uri).build();
    }

    /**
     * Begins a client with options or resources of the caller's.
     *
     * @param tls whom to trust and what to present
     * @param uri the server
     * @return a builder of Lettuce's client
     * @throws IllegalArgumentException if the URI is null, as Lettuce does
     */
    public static SecureClientBuilder clientBuilder(SecureTls tls, RedisURI uri) {
        return new SecureClientBuilder(requireTls(tls), TlsUri.notNull(uri, "RedisURI"));
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
        return clusterClientBuilder(tls, TlsUri.parseSeeds(uri)).build();
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
        return clusterClientBuilder(tls, List.of(TlsUri.notNull(seed, "RedisURI")))
                .build();
    }

    /**
     * Begins a client of a cluster with several seeds, or with options or resources of the caller's.
     *
     * @param tls whom to trust and what to present
     * @param seeds nodes that tell of the others; Lettuce takes credentials from the first
     * @return a builder of Lettuce's client
     * @throws IllegalArgumentException if there are no seeds, or one is null, as Lettuce does
     */
    public static SecureClusterClientBuilder clusterClientBuilder(SecureTls tls, Iterable<RedisURI> seeds) {
        List<RedisURI> listed = new ArrayList<>();
        TlsUri.notNull(seeds, "RedisURIs").forEach(seed -> listed.add(TlsUri.notNull(seed, "RedisURI")));
        if (listed.isEmpty()) {
            throw new IllegalArgumentException("RedisURIs must not be empty");
        }
        return new SecureClusterClientBuilder(requireTls(tls), List.copyOf(listed));
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
        if (requireDerivable(tls, base).nettyCustomizer() instanceof TlsCustomizer) {
            return base;
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

    @CanIgnoreReturnValue
    static ClientResources requireDerivable(SecureTls tls, ClientResources base) {
        TlsUri.notNull(base, "ClientResources");
        if (base.nettyCustomizer() instanceof TlsCustomizer guard && !guard.guards(tls)) {
            throw new IllegalArgumentException(
                    "the client resources are guarded by another SecureTls already; derive from resources without a guard");
        }
        return base;
    }

    static void requireUnset(@Nullable Object before, String setting) {
        if (before != null) {
            throw new IllegalStateException(setting + " was set before; set it once");
        }
    }

    @CanIgnoreReturnValue
    private static SecureTls requireTls(SecureTls tls) {
        return Objects.requireNonNull(tls, "tls");
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
        requireTls(tls);
        TlsUri.notNull(base, "ClientOptions");
        if (base.getSslOptions() != ClientOptions.DEFAULT_SSL_OPTIONS
                && !(base.getSslOptions() instanceof TrustNobody)) {
            throw RootTypes.configurationRefused(
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
