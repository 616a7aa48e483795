package io.valkeysecure.lettuce;

import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.SecureTls;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lettuce's client for clusters, which reports why a node was refused, and shuts down the resources that were made for
 * it. Security does not depend on this class: {@link TlsCustomizer} guards every channel.
 */
final class SecureClusterClient extends RedisClusterClient {
    private final @Nullable SecureTls tls;
    private final ClientShutdown shutdown;

    SecureClusterClient(
            SecureTls tls,
            ClientResources resources,
            boolean ownsResources,
            Iterable<RedisURI> seeds,
            ClusterClientOptions options) {
        super(resources, seeds);
        this.tls = tls;
        this.shutdown = new ClientShutdown(resources, ownsResources);
        super.setOptions(options);
    }

    @Override
    public void setOptions(ClusterClientOptions options) {
        // Lettuce's constructor calls this before tls is set; our constructor replaces the options
        super.setOptions(tls == null ? options : SecureLettuce.clientOptions(tls, options));
    }

    @Override
    protected <K, V, T extends RedisChannelHandler<K, V>> ConnectionFuture<T> initializeChannelAsync(
            ConnectionBuilder builder) {
        return ReportedConnect.connect(builder, super::initializeChannelAsync);
    }

    @Override
    public CompletableFuture<Void> shutdownAsync(long quietPeriod, long timeout, TimeUnit unit) {
        return shutdown.after(super.shutdownAsync(quietPeriod, timeout, unit), quietPeriod, timeout, unit);
    }
}
