package io.valkeysecure.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionDetailsFactory;
import org.springframework.boot.testcontainers.service.connection.ContainerConnectionSource;
import org.testcontainers.containers.Container;

/**
 * Lets {@code @ServiceConnection} stand on a container of a Valkey image, which Spring Boot does not know. The first
 * port that the container exposes has to be its TLS port; trust and identity come from {@code @PemTrustStore} and
 * {@code @PemKeyStore}.
 */
final class ValkeyContainerConnectionDetailsFactory
        extends ContainerConnectionDetailsFactory<Container<?>, DataRedisConnectionDetails> {

    ValkeyContainerConnectionDetailsFactory() {
        super(List.of("valkey", "valkey/valkey", "valkey/valkey-bundle", "bitnami/valkey"));
    }

    @Override
    protected DataRedisConnectionDetails getContainerConnectionDetails(ContainerConnectionSource<Container<?>> source) {
        return new Details(source);
    }

    private static final class Details extends ContainerConnectionDetails<Container<?>>
            implements DataRedisConnectionDetails {
        Details(ContainerConnectionSource<Container<?>> source) {
            super(source);
        }

        @Override
        public @Nullable SslBundle getSslBundle() {
            return super.getSslBundle();
        }

        @Override
        public Standalone getStandalone() {
            return Standalone.of(getContainer().getHost(), getContainer().getFirstMappedPort());
        }
    }
}
