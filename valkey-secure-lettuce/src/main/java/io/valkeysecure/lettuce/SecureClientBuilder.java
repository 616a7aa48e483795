package io.valkeysecure.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link RedisClient} with your own options or resources:
 *
 * <pre>{@code
 * RedisClient client = SecureLettuce.clientBuilder(tls, uri)
 *         .options(ClientOptions.builder().autoReconnect(false).build())
 *         .resources(resources)
 *         .build();
 * }</pre>
 *
 * <p>Each option may be set once. Without options the client is the same as that of
 * {@link SecureLettuce#client(SecureTls, RedisURI)}. The builder is not thread-safe; the client is.
 *
 * @see SecureClusterClientBuilder
 */
public final class SecureClientBuilder {
    private final SecureTls tls;
    private final RedisURI uri;
    private @Nullable ClientOptions options;
    private @Nullable ClientResources resources;

    SecureClientBuilder(SecureTls tls, RedisURI uri) {
        this.tls = tls;
        this.uri = uri;
    }

    /**
     * Sets Lettuce's options. Default: {@link ClientOptions#create()}.
     *
     * @param wanted options without {@code SslOptions}
     * @return this builder
     * @throws TlsConfigurationException if the options have {@code SslOptions}
     * @throws IllegalStateException if the options were set before
     */
    @CanIgnoreReturnValue
    public SecureClientBuilder options(ClientOptions wanted) {
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
    public SecureClientBuilder resources(ClientResources shared) {
        SecureLettuce.requireUnset(resources, "resources");
        resources = SecureLettuce.requireDerivable(tls, shared);
        return this;
    }

    /**
     * Builds the client.
     *
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI does not ask for verified TLS
     */
    public RedisClient build() {
        TlsUri.requireVerifiedTls(uri);
        ClientOptions guarded = options == null ? SecureLettuce.clientOptions(tls, ClientOptions.create()) : options;
        ClientResources derived =
                resources == null ? SecureLettuce.resources(tls) : SecureLettuce.resources(tls, resources);
        return new SecureRedisClient(tls, derived, derived != resources, uri, guarded);
    }
}
