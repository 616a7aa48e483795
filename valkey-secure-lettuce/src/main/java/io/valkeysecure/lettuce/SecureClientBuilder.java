package io.valkeysecure.lettuce;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a {@link RedisClient} with options or resources of the caller's:
 *
 * <pre>{@code
 * RedisClient client = SecureLettuce.clientBuilder(tls, uri)
 *         .options(ClientOptions.builder().autoReconnect(false).build())
 *         .resources(resources)
 *         .build();
 * }</pre>
 *
 * <p>Each may be set once. Without either it makes what {@link SecureLettuce#client(SecureTls, RedisURI)} does. Not safe for
 * use by several threads; the clients are.
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
     * @throws IllegalStateException if they were set before
     */
    @CanIgnoreReturnValue
    public SecureClientBuilder options(ClientOptions wanted) {
        SecureLettuce.requireUnset(options, "options");
        options = SecureLettuce.clientOptions(tls, wanted);
        return this;
    }

    /**
     * Sets threads, timers and the like. The client's {@code shutdown} leaves them running, as Lettuce's does. Default:
     * resources of its own, which its {@code shutdown} ends.
     *
     * @param shared the caller's resources; a {@link NettyCustomizer} in them is called before ours
     * @return this builder
     * @throws IllegalArgumentException if they are guarded by another {@link SecureTls}
     * @throws IllegalStateException if they were set before
     */
    @CanIgnoreReturnValue
    public SecureClientBuilder resources(ClientResources shared) {
        SecureLettuce.requireUnset(resources, "resources");
        resources = SecureLettuce.requireDerivable(tls, shared);
        return this;
    }

    /**
     * Makes the client.
     *
     * @return Lettuce's client
     * @throws TlsConfigurationException if the URI asks for anything else than verified TLS
     */
    public RedisClient build() {
        TlsUri.requireVerifiedTls(uri);
        ClientOptions guarded = options == null ? SecureLettuce.clientOptions(tls, ClientOptions.create()) : options;
        ClientResources derived =
                resources == null ? SecureLettuce.resources(tls) : SecureLettuce.resources(tls, resources);
        return new SecureRedisClient(tls, derived, derived != resources, uri, guarded);
    }
}
