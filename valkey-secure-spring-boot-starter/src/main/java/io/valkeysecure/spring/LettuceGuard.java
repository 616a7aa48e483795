package io.valkeysecure.spring;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.valkeysecure.SecureTls;
import io.valkeysecure.lettuce.SecureLettuce;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientConfigurationBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** Guards what Spring Boot makes of Lettuce, and tells whether a bean is guarded. */
@Configuration(proxyBeanMethods = false)
class LettuceGuard {
    private static final String USE_RESOURCES =
            "Let Spring Boot make the connection factory from spring.data.redis.*, or make yours with"
                    + " LettuceClientConfiguration.builder().useSsl().and()"
                    + ".clientResources(SecureLettuce.resources(tls, resources)), where tls is the SecureTls bean.";

    /** Last, so that it has what the customizers of the application left behind. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    LettuceClientConfigurationBuilderCustomizer valkeySecureLettuceCustomizer(DerivedResources derived) {
        return builder -> {
            builder.useSsl();
            ClientResources resources = builder.build().getClientResources().orElseThrow();
            builder.clientResources(derived.from(resources));
        };
    }

    @Bean
    DerivedResources valkeySecureDerivedResources(SecureTls tls) {
        return new DerivedResources(tls);
    }

    /** Guarded copies of the resources of the application, shut down after the connection factories that use them. */
    static final class DerivedResources implements DisposableBean {
        private final SecureTls tls;
        private final List<ClientResources> derived = new CopyOnWriteArrayList<>();

        DerivedResources(SecureTls tls) {
            this.tls = tls;
        }

        ClientResources from(ClientResources base) {
            ClientResources guarded = SecureLettuce.resources(tls, base);
            if (guarded != base) {
                derived.add(guarded);
            }
            return guarded;
        }

        /** Ends nothing that belongs to the resources of the application. */
        @Override
        public void destroy() {
            for (ClientResources resources : derived) {
                var unused = resources.shutdown(0, 0, TimeUnit.SECONDS);
            }
        }
    }

    /** First, so that SslOptions of the application replace ours, and are seen and refused. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    LettuceClientOptionsBuilderCustomizer valkeySecureLettuceOptionsCustomizer(SecureTls tls) {
        return builder -> builder.sslOptions(
                SecureLettuce.clientOptions(tls, ClientOptions.create()).getSslOptions());
    }

    /**
     * First, so that the application can choose another. Lettuce's own delay lets all connections come back at once.
     */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE)
    ClientResourcesBuilderCustomizer valkeySecureReconnectDelayCustomizer() {
        return builder -> builder.reconnectDelay(
                Delay.fullJitter(Duration.ZERO, Duration.ofSeconds(10), 200, TimeUnit.MILLISECONDS));
    }

    /** Returns whether the bean connects by Lettuce; throws if it does and is not guarded. */
    static boolean requireGuarded(Object bean, String name) {
        if (bean instanceof LettuceConnectionFactory factory) {
            requireGuarded(factory, name);
            return true;
        }
        if (bean instanceof AbstractRedisClient client) {
            if (!isGuarded(client.getResources())) {
                throw ConnectionGuard.unguarded(
                        name,
                        bean,
                        "its ClientResources were not made by SecureLettuce",
                        "Make it with SecureLettuce.client(tls, uri) or SecureLettuce.clusterClient(tls, uri), where tls is"
                                + " the SecureTls bean.");
            }
            requireNoSslOptions(client.getOptions(), bean, name);
            return true;
        }
        return false;
    }

    private static void requireGuarded(LettuceConnectionFactory factory, String name) {
        LettuceClientConfiguration configuration = factory.getClientConfiguration();
        if (factory.getSocketConfiguration() != null) {
            throw ConnectionGuard.unguarded(
                    name,
                    factory,
                    "it connects to a Unix socket, which has no TLS",
                    "Connect to the TLS port of the server.");
        }
        if (!isGuarded(configuration.getClientResources().orElse(null))) {
            throw ConnectionGuard.unguarded(
                    name, factory, "its ClientResources were not made by SecureLettuce", USE_RESOURCES);
        }
        if (!configuration.isUseSsl()) {
            throw ConnectionGuard.unguarded(
                    name, factory, "useSsl is not set, so it asks for plaintext", USE_RESOURCES);
        }
        if (configuration.isStartTls()) {
            throw ConnectionGuard.unguarded(
                    name,
                    factory,
                    "startTls is set, which begins without TLS",
                    "Remove startTls(); TLS begins with the first byte.");
        }
        if (configuration.getVerifyMode() != SslVerifyMode.FULL) {
            throw ConnectionGuard.unguarded(
                    name,
                    factory,
                    "verifyPeer is " + configuration.getVerifyMode() + ", expected FULL",
                    "Remove disablePeerVerification() or verifyPeer(...). If the certificate names another host, write"
                            + " valkey.secure.server-identity.hosts.");
        }
        configuration.getClientOptions().ifPresent(options -> requireNoSslOptions(options, factory, name));
    }

    private static void requireNoSslOptions(ClientOptions options, Object bean, String name) {
        if (options.getSslOptions() != ClientOptions.DEFAULT_SSL_OPTIONS
                && !ConnectionGuard.isOf(SecureLettuce.class, options.getSslOptions())) {
            throw ConnectionGuard.unguarded(
                    name,
                    bean,
                    "ClientOptions.sslOptions is set, expected none",
                    "Remove sslOptions(...), for instance from a LettuceClientOptionsBuilderCustomizer. Name trust and client"
                            + " certificate in the SSL bundle that spring.data.redis.ssl.bundle names.");
        }
    }

    private static boolean isGuarded(@Nullable ClientResources resources) {
        return resources != null && ConnectionGuard.isOf(SecureLettuce.class, resources.nettyCustomizer());
    }
}
