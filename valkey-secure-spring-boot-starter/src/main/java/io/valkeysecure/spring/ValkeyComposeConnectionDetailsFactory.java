package io.valkeysecure.spring;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.docker.compose.core.RunningService;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionDetailsFactory;
import org.springframework.boot.docker.compose.service.connection.DockerComposeConnectionSource;
import org.springframework.boot.ssl.SslBundle;

/**
 * Connects to a Docker Compose service of a Valkey image, which Spring Boot does not know, at its TLS port 6380. Trust
 * and identity come from the labels {@code org.springframework.boot.sslbundle.*} of the service.
 */
final class ValkeyComposeConnectionDetailsFactory
        extends DockerComposeConnectionDetailsFactory<DataRedisConnectionDetails> {
    private static final String[] IMAGES = {"valkey", "valkey/valkey", "valkey/valkey-bundle", "bitnami/valkey"};
    private static final int TLS_PORT = 6380;

    ValkeyComposeConnectionDetailsFactory() {
        super(IMAGES);
    }

    @Override
    protected DataRedisConnectionDetails getDockerComposeConnectionDetails(DockerComposeConnectionSource source) {
        return new Details(source.getRunningService());
    }

    private static final class Details extends DockerComposeConnectionDetails implements DataRedisConnectionDetails {
        private final Standalone standalone;
        private final @Nullable SslBundle bundle;

        Details(RunningService service) {
            super(service);
            standalone = Standalone.of(service.host(), service.ports().get(TLS_PORT));
            bundle = getSslBundle(service);
        }

        @Override
        public @Nullable SslBundle getSslBundle() {
            return bundle;
        }

        @Override
        public Standalone getStandalone() {
            return standalone;
        }
    }
}
