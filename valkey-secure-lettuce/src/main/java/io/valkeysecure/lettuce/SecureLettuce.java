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
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.internal.root.RootTypes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes Lettuce clients that connect to Valkey by verified TLS only. A {@link SecureTls} says which servers to trust
 * and which client certificate to present; every connection of the client is verified against it before Lettuce writes
 * a byte.
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *         .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key")))
 *         .build()) {
 *     RedisClient client = SecureLettuce.client(tls, "rediss://app:" + password + "@valkey.internal:6380");
 *     try (StatefulRedisConnection<String, String> connection = client.connect()) {
 *         connection.sync().set("greeting", "hello");
 *     } finally {
 *         client.shutdown();
 *     }
 * }
 * }</pre>
 *
 * <p>Close connections and pools first, then the client, then the {@code SecureTls}.
 *
 * <p>The clients are Lettuce's own {@link RedisClient} and {@link RedisClusterClient}. Pools, pub/sub, sentinels,
 * {@code MasterReplica}, the asynchronous and the reactive API work unchanged.
 *
 * <p><b>Guarantee.</b> A guard in the Netty pipeline of each channel verifies the first connection, every reconnect,
 * pub/sub, and each node, replica and sentinel that Lettuce discovers. A channel without TLS does not connect. Lettuce
 * is told that a channel is active, and writes its first {@code HELLO} or {@code AUTH}, only after the server is
 * verified. If the server cannot be verified, the connection is refused; {@link RefusalReason#of} finds the reason in
 * the exception of Lettuce or a pool.
 *
 * <p><b>Rotation.</b> After a renewal of the client identity, a connection is closed when none of its commands is in
 * flight, and Lettuce sends later commands on the next connection. If a server no longer proves its identity, its
 * connections are closed at once, and their commands in flight fail with the reason. Lettuce then reconnects, and the
 * server is verified again.
 *
 * <p><b>Settings.</b> Clients of this class refuse TLS settings of Lettuce that contradict the guarantee, with a
 * {@link TlsConfigurationException} that names the setting: {@code redis://}, {@code startTls}, {@code verifyPeer}
 * {@code NONE} or {@code CA}, a Unix socket, {@code SslOptions}. A client that other code makes with {@link #resources}
 * is guarded in the pipeline only, which cannot see every setting. It refuses a connection without TLS, and one whose
 * {@code verifyPeer} is visibly weaker than {@code FULL}. Its {@code startTls} and {@code SslOptions} have no effect:
 * TLS starts with the first byte, under the {@code SecureTls}, and the server is fully verified.
 *
 * <p>Methods and clients are thread-safe.
 */
public final class SecureLettuce {
    private static final NettyCustomizer NONE = new NettyCustomizer() {};

    /**
     * Spreads reconnects at random. With Lettuce's default, all connections to a restarted server return at the same
     * time.
     */
    private static final Delay RECONNECT_DELAY =
            Delay.fullJitter(Duration.ZERO, Duration.ofSeconds(10), 200, TimeUnit.MILLISECONDS);

    private SecureLettuce() {}

    /**
     * Makes a client with its own resources, which its {@code shutdown} shuts down.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri the server, as a {@code rediss://} or {@code valkeys://} URI; Lettuce reads the rest of the URI
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI does not ask for verified TLS
     * @throws IllegalArgumentException if the URI is malformed; the message does not show it, because it may hold a
     *     password
     */
    public static RedisClient client(SecureTls tls, String uri) {
        return client(tls, TlsUri.parse(uri));
    }

    /**
     * Makes a client with its own resources, which its {@code shutdown} shuts down.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri the server
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI does not ask for verified TLS
     */
    public static RedisClient client(SecureTls tls, RedisURI uri) {
        return clientBuilder(tls, uri).build();
    }

    /**
     * Returns a builder of a client with your own options or resources.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri the server
     * @return a builder of Lettuce's client
     * @throws IllegalArgumentException if the URI is null, as in Lettuce
     */
    public static SecureClientBuilder clientBuilder(SecureTls tls, RedisURI uri) {
        return new SecureClientBuilder(requireTls(tls), TlsUri.notNull(uri, "RedisURI"));
    }

    /**
     * Makes a cluster client with its own resources, which its {@code shutdown} shuts down.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param uri the seeds, as a {@code rediss://} or {@code valkeys://} URI; commas separate hosts and ports
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI does not ask for verified TLS
     * @throws IllegalArgumentException if the URI is malformed; the message does not show it, because it may hold a
     *     password
     */
    public static RedisClusterClient clusterClient(SecureTls tls, String uri) {
        return clusterClientBuilder(tls, TlsUri.parseSeeds(uri)).build();
    }

    /**
     * Makes a cluster client with its own resources, which its {@code shutdown} shuts down.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param seed a node, from which Lettuce learns the others
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI does not ask for verified TLS
     */
    public static RedisClusterClient clusterClient(SecureTls tls, RedisURI seed) {
        return clusterClientBuilder(tls, List.of(TlsUri.notNull(seed, "RedisURI")))
                .build();
    }

    /**
     * Returns a builder of a cluster client with several seeds, or with your own options or resources.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param seeds nodes, from which Lettuce learns the others; it takes credentials from the first
     * @return a builder of Lettuce's client
     * @throws IllegalArgumentException if there are no seeds, or one is null, as in Lettuce
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
     * Makes guarded resources, for code that makes Lettuce's clients itself. Every client with these resources refuses
     * to connect without TLS, and spreads its reconnects at random. Use them together with
     * {@link #clientOptions(SecureTls, ClientOptions)}.
     *
     * @param tls which servers to trust and which client certificate to present
     * @return resources that the caller shuts down
     */
    public static ClientResources resources(SecureTls tls) {
        return ClientResources.builder()
                .nettyCustomizer(new TlsCustomizer(tls, NONE))
                .reconnectDelay(RECONNECT_DELAY)
                .build();
    }

    /**
     * Makes guarded resources that share the threads, the timer, the event bus and everything else with existing
     * resources.
     *
     * <p>The {@code reconnectDelay} of the base is kept. Lettuce's default has no jitter: after a restart of the
     * server, all connections return at the same time.
     *
     * <p>Shutting down the guarded resources does not shut down the base. Shut down the base after all resources that
     * share with it.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param base the resources to share; a {@link NettyCustomizer} in them is called before ours
     * @return guarded resources; the base itself if the same {@link SecureTls} guards it already
     * @throws IllegalArgumentException if another {@link SecureTls} guards the base
     */
    public static ClientResources resources(SecureTls tls, ClientResources base) {
        if (requireDerivable(tls, base).nettyCustomizer() instanceof TlsCustomizer) {
            return base;
        }
        // Lettuce's mutate() copies whether a part is shared, so that a shutdown of the copy would stop the base's
        // timer and executor, and it makes new event loops. A part that is set explicitly counts as shared.
        return base.mutate()
                .commandLatencyRecorder(base.commandLatencyRecorder())
                // the base publishes the data of the shared recorder; a second publisher would take away half of it
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
                    "expected resources without a guard or guarded by this SecureTls, seen ones that another SecureTls guards; "
                            + "derive from the resources that those were made from");
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
     * Returns options with which Lettuce's own TLS trusts nobody. A connection that the guard of {@link #resources}
     * does not reach then fails before a byte is sent, whatever {@code verifyPeer} of its URI is.
     *
     * @param tls which servers to trust and which client certificate to present
     * @param base Lettuce's options, without {@code SslOptions}
     * @return the same options, and {@code SslOptions} that trust nobody
     * @throws TlsConfigurationException if the base has {@code SslOptions}
     */
    public static ClientOptions clientOptions(SecureTls tls, ClientOptions base) {
        return new GuardedOptions(base, trustNobody(tls, base));
    }

    /**
     * Returns options for a cluster client with which Lettuce's own TLS trusts nobody. A connection that the guard of
     * {@link #resources} does not reach then fails before a byte is sent, whatever {@code verifyPeer} of its URI is.
     *
     * @param tls which servers to trust and which client certificate to present
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
                    "ClientOptions.sslOptions is set, expected the default: SecureTls sets trust, identity, versions and "
                            + "cipher suites; remove sslOptions(...), and use SecureTls.trusting(...), presenting(...) and policy(...)");
        }
        return new TrustNobody(tls.policy().handshakeTimeout());
    }

    /** A subclass, because {@code ClientOptions.mutate()} of Lettuce 7.7 loses {@code useHashIndexQueue}. */
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
