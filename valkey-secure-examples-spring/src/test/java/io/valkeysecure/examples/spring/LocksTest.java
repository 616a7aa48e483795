package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;

/** Spring Integration's locks, which are held in Valkey; the second kind waits by pub/sub. */
@Tag("long")
class LocksTest {
    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @CsvSource({"lettuce, SPIN_LOCK", "lettuce, PUB_SUB_LOCK", "jedis, SPIN_LOCK", "jedis, PUB_SUB_LOCK"})
    void lock_heldByOne_isNotGivenToAnother(String client, RedisLockType type) throws InterruptedException {
        try (Started application = Started.of(
                directory, Locking.class, WebApplicationType.NONE, "spring.data.redis.client-type=" + client)) {
            RedisConnectionFactory factory = application.bean(RedisConnectionFactory.class);
            RedisLockRegistry one = registry(factory, type);
            RedisLockRegistry other = registry(factory, type);
            try {
                Lock held = one.obtain("till");
                held.lock();
                try {
                    assertThat(application.server().execute("KEYS", "*")).contains("locks:till");
                    assertThat(other.obtain("till").tryLock(100, TimeUnit.MILLISECONDS))
                            .isFalse();
                } finally {
                    held.unlock();
                }
                assertThat(other.obtain("till").tryLock(60, TimeUnit.SECONDS)).isTrue();
                other.obtain("till").unlock();
                application.assertVerified();
            } finally {
                one.destroy();
                other.destroy();
            }
        }
    }

    private static RedisLockRegistry registry(RedisConnectionFactory factory, RedisLockType type) {
        RedisLockRegistry registry = new RedisLockRegistry(factory, "locks", 600_000);
        registry.setRedisLockType(type);
        return registry;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Locking {}
}
