package io.valkeysecure.spring;

import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.JedisClientConfigurationBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfigBuilderCustomizer;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.util.ClassUtils;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.util.Pool;

/** Guards what Spring Boot makes of Jedis, and tells whether a bean is guarded. */
@Configuration(proxyBeanMethods = false)
class JedisGuard {
    /** Spring Data Redis 4.1 and later make Jedis' RedisClient, by a builder that can be customized. */
    private static final boolean UNIFIED = ClassUtils.isPresent(
            "org.springframework.data.redis.connection.jedis.JedisClientBuilderCustomizer",
            JedisGuard.class.getClassLoader());

    /** Last, so that it has what the customizers of the application left behind. */
    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE)
    JedisClientConfigurationBuilderCustomizer valkeySecureJedisCustomizer(
            SecureTls tls,
            DataRedisConnectionDetails details,
            ObjectProvider<RedisStandaloneConfiguration> standalone) {
        return builder -> {
            JedisClientConfiguration before = builder.build();
            builder.useSsl();
            GenericObjectPoolConfig<?> pool = before.getPoolConfig().orElse(null);
            if (pool != null) {
                builder.usePooling().poolConfig(SecureJedis.poolConfig(tls, pool));
            }
            GuardingConfig config = new GuardingConfig(tls, customizerOf(before));
            customize(builder, config);
            if (UNIFIED) {
                UnifiedJedisGuard.apply(builder, before, tls, config, () -> address(details, standalone));
            }
        };
    }

    /** Returns the one server, as Spring Boot chooses it; null if the details name other servers. */
    private static @Nullable HostAndPort address(
            DataRedisConnectionDetails details, ObjectProvider<RedisStandaloneConfiguration> standalone) {
        RedisStandaloneConfiguration own = standalone.getIfAvailable();
        if (own != null) {
            return new HostAndPort(own.getHostName(), own.getPort());
        }
        DataRedisConnectionDetails.Standalone server = details.getStandalone();
        return server == null ? null : new HostAndPort(server.getHost(), server.getPort());
    }

    @SuppressWarnings("deprecation") // its successor is not in Spring Data Redis 4.0
    private static @Nullable JedisClientConfigBuilderCustomizer customizerOf(JedisClientConfiguration configuration) {
        return configuration.getCustomizer().orElse(null);
    }

    @SuppressWarnings("deprecation") // its successor is not in Spring Data Redis 4.0
    private static void customize(
            JedisClientConfiguration.JedisClientConfigurationBuilder builder, GuardingConfig config) {
        builder.customize(config);
    }

    /** Puts the guard into each configuration that Spring makes, after the customizer of the application. */
    static final class GuardingConfig implements JedisClientConfigBuilderCustomizer {
        private final SecureTls tls;
        private final @Nullable JedisClientConfigBuilderCustomizer before;
        private volatile @Nullable JedisClientConfig last;

        GuardingConfig(SecureTls tls, @Nullable JedisClientConfigBuilderCustomizer before) {
            this.tls = tls;
            this.before = before;
        }

        @Override
        public void customize(DefaultJedisClientConfig.Builder builder) {
            if (before != null) {
                before.customize(builder);
            }
            JedisClientConfig secure = SecureJedis.clientConfig(tls, builder.build());
            builder.from(secure);
            last = secure;
        }

        /** Returns the configuration that was made last; Spring makes a builder copy of it. */
        @Nullable
        JedisClientConfig last() {
            return last;
        }
    }

    /** Returns whether the bean connects by Jedis; throws if it does and is not guarded. */
    static boolean requireGuarded(Object bean, String name) {
        if (bean instanceof JedisConnectionFactory factory) {
            requireGuarded(factory, name);
            return true;
        }
        if (bean instanceof Pool<?> || bean instanceof UnifiedJedis || bean instanceof Jedis) {
            if (!JedisConfigs.allGuarded(bean)) {
                throw ConnectionGuard.unguarded(
                        name,
                        bean,
                        "expected every JedisClientConfig in it to be made by SecureJedis, found another or none",
                        "Make it with SecureJedis.client(tls, server, config).build(), SecureJedis.pool(tls, server, config) or"
                                + " a config of SecureJedis.clientConfig(tls, config), where tls is the SecureTls bean.");
            }
            return true;
        }
        return false;
    }

    private static void requireGuarded(JedisConnectionFactory factory, String name) {
        JedisClientConfigBuilderCustomizer customizer = customizerOf(factory.getClientConfiguration());
        if (customizer instanceof GuardingConfig) {
            return;
        }
        DefaultJedisClientConfig.Builder trial = DefaultJedisClientConfig.builder();
        if (customizer != null) {
            customizer.customize(trial);
        }
        if (!JedisConfigs.isGuarded(trial.build())) {
            throw ConnectionGuard.unguarded(
                    name,
                    factory,
                    "its JedisClientConfig is not made by SecureJedis",
                    "Let Spring Boot make the connection factory from spring.data.redis.*, or make yours with"
                            + " JedisClientConfiguration.builder().useSsl().and().customizeClientConfig(c ->"
                            + " c.from(SecureJedis.clientConfig(tls, c.build()))), where tls is the SecureTls bean.");
        }
    }
}
