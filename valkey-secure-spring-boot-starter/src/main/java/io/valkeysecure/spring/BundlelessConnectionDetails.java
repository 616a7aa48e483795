package io.valkeysecure.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.ssl.SslBundle;

/**
 * Connection details without their SSL bundle, so that Spring Boot gives Lettuce and Jedis no TLS settings of its own.
 * The bundle is read by the {@link TlsBundle} instead.
 */
final class BundlelessConnectionDetails implements DataRedisConnectionDetails {
    private final DataRedisConnectionDetails original;

    BundlelessConnectionDetails(DataRedisConnectionDetails original) {
        this.original = original;
    }

    /** Returns the bundle of the original. */
    @Nullable
    SslBundle hiddenBundle() {
        return original.getSslBundle();
    }

    @Override
    public @Nullable String getUsername() {
        return original.getUsername();
    }

    @Override
    public @Nullable String getPassword() {
        return original.getPassword();
    }

    @Override
    public @Nullable SslBundle getSslBundle() {
        return null;
    }

    @Override
    public @Nullable Standalone getStandalone() {
        return original.getStandalone();
    }

    @Override
    public @Nullable Sentinel getSentinel() {
        return original.getSentinel();
    }

    @Override
    public @Nullable Cluster getCluster() {
        return original.getCluster();
    }

    @Override
    public @Nullable MasterReplica getMasterReplica() {
        return original.getMasterReplica();
    }
}
