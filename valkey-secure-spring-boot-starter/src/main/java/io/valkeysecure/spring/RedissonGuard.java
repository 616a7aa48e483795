package io.valkeysecure.spring;

import io.valkeysecure.redisson.SecureRedisson;
import org.jspecify.annotations.Nullable;
import org.redisson.api.RedissonClient;
import org.redisson.api.RedissonReactiveClient;
import org.redisson.api.RedissonRxClient;
import org.redisson.client.NettyHook;
import org.redisson.config.Config;
import org.springframework.util.ClassUtils;

/** Tells whether a client of Redisson is guarded. Spring Boot makes none, so that there is nothing to customize. */
final class RedissonGuard {
    private static final boolean ADAPTER =
            ClassUtils.isPresent("io.valkeysecure.redisson.SecureRedisson", RedissonGuard.class.getClassLoader());

    private RedissonGuard() {}

    /** Returns whether the bean connects by Redisson; throws if it does and is not guarded. */
    static boolean requireGuarded(Object bean, String name) {
        Config config = configOf(bean);
        if (config == null) {
            return false;
        }
        if (!ADAPTER || !isGuard(config.getNettyHook())) {
            throw ConnectionGuard.unguarded(
                    name,
                    bean,
                    "its configuration is not one of SecureRedisson",
                    "Make it with SecureRedisson.client(tls, config) of valkey-secure-redisson, where tls is the"
                            + " SecureTls bean.");
        }
        return true;
    }

    private static boolean isGuard(NettyHook hook) {
        return ConnectionGuard.isOf(SecureRedisson.class, hook);
    }

    private static @Nullable Config configOf(Object bean) {
        if (bean instanceof RedissonClient client) {
            return client.getConfig();
        }
        if (bean instanceof RedissonReactiveClient client) {
            return client.getConfig();
        }
        return bean instanceof RedissonRxClient client ? client.getConfig() : null;
    }
}
