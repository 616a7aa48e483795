package io.valkeysecure.lettuce;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ConnectionBuilder;
import io.lettuce.core.ConnectionFuture;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lettuce's client, which refuses a URI early and with a precise message, and shuts down the resources that were made
 * for it. Security does not depend on this class: {@link TlsCustomizer} guards every channel.
 */
final class SecureRedisClient extends RedisClient {
    private final SecureTls tls;
    private final ClientShutdown shutdown;

    SecureRedisClient(
            SecureTls tls, ClientResources resources, boolean ownsResources, RedisURI uri, ClientOptions options) {
        super(resources, uri);
        this.tls = tls;
        this.shutdown = new ClientShutdown(resources, ownsResources);
        super.setOptions(options);
    }

    @Override
    public void setOptions(ClientOptions options) {
        super.setOptions(SecureLettuce.clientOptions(tls, options));
    }

    /** Ignores null, which Lettuce refuses. */
    private static void requireVerifiedTls(@Nullable RedisURI uri) {
        if (uri != null) {
            TlsUri.requireVerifiedTls(uri);
        }
    }

    /** Returns the exception for a future, or null if Lettuce should connect. */
    private static @Nullable TlsConfigurationException refusalOf(
            @Nullable RedisCodec<?, ?> codec, @Nullable RedisURI uri) {
        if (codec == null) {
            return null;
        }
        try {
            requireVerifiedTls(uri);
            return null;
        } catch (TlsConfigurationException e) {
            return e;
        }
    }

    @Override
    public StatefulRedisConnection<String, String> connect(RedisURI uri) {
        requireVerifiedTls(uri);
        return super.connect(uri);
    }

    @Override
    public <K, V> StatefulRedisConnection<K, V> connect(RedisCodec<K, V> codec, RedisURI uri) {
        requireVerifiedTls(uri);
        return super.connect(codec, uri);
    }

    @Override
    public <K, V> ConnectionFuture<StatefulRedisConnection<K, V>> connectAsync(RedisCodec<K, V> codec, RedisURI uri) {
        TlsConfigurationException refused = refusalOf(codec, uri);
        return refused == null
                ? super.connectAsync(codec, uri)
                : ConnectionFuture.from(null, CompletableFuture.failedFuture(refused));
    }

    @Override
    public StatefulRedisPubSubConnection<String, String> connectPubSub(RedisURI uri) {
        requireVerifiedTls(uri);
        return super.connectPubSub(uri);
    }

    @Override
    public <K, V> StatefulRedisPubSubConnection<K, V> connectPubSub(RedisCodec<K, V> codec, RedisURI uri) {
        requireVerifiedTls(uri);
        return super.connectPubSub(codec, uri);
    }

    @Override
    public <K, V> ConnectionFuture<StatefulRedisPubSubConnection<K, V>> connectPubSubAsync(
            RedisCodec<K, V> codec, RedisURI uri) {
        TlsConfigurationException refused = refusalOf(codec, uri);
        return refused == null
                ? super.connectPubSubAsync(codec, uri)
                : ConnectionFuture.from(null, CompletableFuture.failedFuture(refused));
    }

    @Override
    public StatefulRedisSentinelConnection<String, String> connectSentinel(RedisURI uri) {
        requireVerifiedTls(uri);
        return super.connectSentinel(uri);
    }

    @Override
    public <K, V> StatefulRedisSentinelConnection<K, V> connectSentinel(RedisCodec<K, V> codec, RedisURI uri) {
        requireVerifiedTls(uri);
        return super.connectSentinel(codec, uri);
    }

    @Override
    public <K, V> CompletableFuture<StatefulRedisSentinelConnection<K, V>> connectSentinelAsync(
            RedisCodec<K, V> codec, RedisURI uri) {
        TlsConfigurationException refused = refusalOf(codec, uri);
        return refused == null ? super.connectSentinelAsync(codec, uri) : CompletableFuture.failedFuture(refused);
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
