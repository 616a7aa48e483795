package io.valkeysecure.spring;

import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Looks at every bean that connects, before it is initialized, and fails the start if it is not guarded. What Spring
 * Boot makes is looked at like the beans of the application: what counts is the configuration that all customizers left
 * behind.
 */
final class ConnectionGuard implements BeanPostProcessor {
    private static final boolean LETTUCE = isPresent("io.lettuce.core.AbstractRedisClient");
    private static final boolean JEDIS = isPresent("redis.clients.jedis.Jedis");
    private static final boolean REDISSON = isPresent("org.redisson.api.RedissonClient");

    private final Environment environment;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();

    ConnectionGuard(Environment environment) {
        this.environment = environment;
    }

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, ConnectionGuard.class.getClassLoader());
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String name) {
        if (requireGuarded(bean, name)) {
            seen.add(name);
        }
        return bean;
    }

    /** Sees what a {@code FactoryBean} made as well, which is initialized by nobody else. */
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof DataRedisProperties properties) {
            requireTls(properties);
        } else if (bean instanceof BundlelessConnectionDetails) {
            return bean;
        } else if (bean instanceof DataRedisConnectionDetails details) {
            return new BundlelessConnectionDetails(details);
        } else if (!seen.contains(name) && !AopUtils.isAopProxy(bean)) {
            boolean unused = requireGuarded(bean, name);
        }
        return bean;
    }

    /** Returns whether the bean connects. */
    private static boolean requireGuarded(Object bean, String name) {
        if ((LETTUCE && LettuceGuard.requireGuarded(bean, name))
                || (JEDIS && JedisGuard.requireGuarded(bean, name))
                || (REDISSON && RedissonGuard.requireGuarded(bean, name))) {
            return true;
        }
        if (bean instanceof RedisConnectionFactory) {
            throw new ConfigurationRefusedException(
                    "the connection factory '" + name + "' is a "
                            + bean.getClass().getName()
                            + ", whose connections cannot be guarded; expected a LettuceConnectionFactory or a"
                            + " JedisConnectionFactory",
                    "Remove the bean and let Spring Boot make the connection factory from spring.data.redis.*.");
        }
        return false;
    }

    private void requireTls(DataRedisProperties properties) {
        String url = properties.getUrl();
        if (url != null && url.toLowerCase(Locale.ROOT).startsWith("redis:")) {
            throw new ConfigurationRefusedException(
                    "spring.data.redis.url begins with redis://, which asks for a connection without TLS",
                    "Write spring.data.redis.url=rediss://..., with the TLS port of the server.");
        }
        if (!environment.getProperty("spring.data.redis.ssl.enabled", Boolean.class, true)) {
            throw new ConfigurationRefusedException(
                    "spring.data.redis.ssl.enabled=false asks for a connection without TLS",
                    "Remove spring.data.redis.ssl.enabled.");
        }
    }

    /** Returns the refusal of a bean that connects unguarded. */
    static ConfigurationRefusedException unguarded(String name, Object bean, String seen, String action) {
        return new ConfigurationRefusedException(
                "the bean '" + name + "' of type " + bean.getClass().getSimpleName() + " is not guarded: " + seen,
                action);
    }

    /**
     * Returns whether an object is of a type of an adapter. The guard's own types are not public; an application has
     * none in their packages and class loader.
     */
    static boolean isOf(Class<?> adapter, @Nullable Object object) {
        if (object == null || object.getClass().getClassLoader() != adapter.getClassLoader()) {
            return false;
        }
        String room = object.getClass().getPackageName();
        return room.equals(adapter.getPackageName()) || room.startsWith(adapter.getPackageName() + ".");
    }
}
