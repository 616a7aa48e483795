package io.valkeysecure.lettuce;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link RedisClusterClient} with several seeds, or with your own options or resources:
 *
 * <pre>{@code
 * RedisClusterClient client = SecureLettuce.clusterClientBuilder(tls, List.of(one, two))
 *         .options(ClusterClientOptions.builder().maxRedirects(3).build())
 *         .resources(resources)
 *         .build();
 * }</pre>
 *
 * <p>Each option may be set once. The builder is not thread-safe; the client is.
 *
 * @see SecureClientBuilder
 */
public final class SecureClusterClientBuilder {
    private final SecureTls tls;
    private final List<RedisURI> seeds;
    private @Nullable ClusterClientOptions options;
    private @Nullable ClientResources resources;

    SecureClusterClientBuilder(SecureTls tls, List<RedisURI> seeds) {
        this.tls = tls;
        this.seeds = seeds;
    }

    /**
     * Sets Lettuce's options. Default: {@link ClusterClientOptions#create()}.
     *
     * @param wanted options without {@code SslOptions}
     * @return this builder
     * @throws TlsConfigurationException if the options have {@code SslOptions}
     * @throws IllegalStateException if the options were set before
     */
    @CanIgnoreReturnValue
    public SecureClusterClientBuilder options(ClusterClientOptions wanted) {
        SecureLettuce.requireUnset(options, "options");
        options = SecureLettuce.clientOptions(tls, wanted);
        return this;
    }

    /**
     * Sets the resources: threads, timer, event bus. The client's {@code shutdown} leaves them running, as in Lettuce.
     * Default: resources that belong to the client, and that its {@code shutdown} shuts down.
     *
     * @param shared your resources; a {@link NettyCustomizer} in them is called before ours
     * @return this builder
     * @throws IllegalArgumentException if another {@link SecureTls} guards the resources
     * @throws IllegalStateException if the resources were set before
     */
    @CanIgnoreReturnValue
    public SecureClusterClientBuilder resources(ClientResources shared) {
        SecureLettuce.requireUnset(resources, "resources");
        resources = SecureLettuce.requireDerivable(tls, shared);
        return this;
    }

    /**
     * Builds the client.
     *
     * @return Lettuce's client
     * @throws TlsConfigurationException if a URI does not ask for verified TLS
     */
    public RedisClusterClient build() {
        TlsUri.requireVerifiedTls(seeds);
        ClusterClientOptions guarded =
                options == null ? SecureLettuce.clientOptions(tls, ClusterClientOptions.create()) : options;
        ClientResources derived =
                resources == null ? SecureLettuce.resources(tls) : SecureLettuce.resources(tls, resources);
        return new SecureClusterClient(tls, derived, derived != resources, seeds, guarded);
    }
}
