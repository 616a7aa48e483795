package io.valkeysecure.spring;

import io.valkeysecure.SecureTls;
import io.valkeysecure.observe.TlsListener;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.StringUtils;

/**
 * Makes the {@link SecureTls} of an application and guards every connection factory and client of Lettuce and Jedis
 * that is a bean. There is no property that turns it off: what cannot be guarded fails the start.
 */
@AutoConfiguration(before = DataRedisAutoConfiguration.class, after = SslAutoConfiguration.class)
@ConditionalOnClass({RedisConnectionFactory.class, SecureTls.class})
@EnableConfigurationProperties({DataRedisProperties.class, ValkeySecureProperties.class})
@Import({ValkeySecureAutoConfiguration.Lettuce.class, ValkeySecureAutoConfiguration.Jedis.class})
public final class ValkeySecureAutoConfiguration {

    /** Made by Spring. */
    public ValkeySecureAutoConfiguration() {}

    @Bean
    static ConnectionGuard valkeySecureConnectionGuard(Environment environment) {
        return new ConnectionGuard(environment);
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean
    SecureTls valkeySecureTls(
            ValkeySecureProperties properties,
            DataRedisProperties redis,
            ObjectProvider<SslBundles> bundles,
            ObjectProvider<DataRedisConnectionDetails> details,
            ObjectProvider<TlsListener> listeners) {
        String bundle = redis.getSsl().getBundle();
        SslBundle unnamed = StringUtils.hasText(bundle) ? null : unnamedBundle(details);
        return new SecureTlsFactory(properties, bundle, bundles.getIfAvailable(), unnamed)
                .create(listeners.orderedStream().toList());
    }

    /** Connection details of a test or of Docker Compose carry a bundle of their own. */
    private static @Nullable SslBundle unnamedBundle(ObjectProvider<DataRedisConnectionDetails> details) {
        return details.getIfAvailable() instanceof BundlelessConnectionDetails hidden ? hidden.hiddenBundle() : null;
    }

    @Bean
    LastRefusal valkeySecureLastRefusal() {
        return new LastRefusal();
    }

    @Bean
    RefusalLog valkeySecureRefusalLog() {
        return new RefusalLog();
    }

    @Bean
    @ConditionalOnBooleanProperty("valkey.secure.verify-on-startup")
    StartupVerification valkeySecureStartupVerification(ListableBeanFactory beans, LastRefusal lastRefusal) {
        return new StartupVerification(beans, lastRefusal);
    }

    /** With Lettuce on the class path. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "io.lettuce.core.RedisClient")
    @Import(LettuceGuard.class)
    static class Lettuce {}

    /** With Jedis on the class path. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "redis.clients.jedis.Jedis")
    @Import(JedisGuard.class)
    static class Jedis {}
}
