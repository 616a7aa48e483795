package io.valkeysecure.archunit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Methods of an application that make beans. Spring's annotation is known by its name; here it is one of the same name.
 */
class BeansTest {
    @TempDir
    private Path directory = Path.of("");

    @BeforeEach
    void makeTheAnnotation() throws IOException {
        Uses.compile(
                directory, "Bean.java", "package org.springframework.context.annotation; public @interface Bean {}");
    }

    private List<String> violations(String methods) throws IOException {
        Uses.compile(directory, "Config.java", """
                package example;
                import io.valkeysecure.SecureTls;
                import io.valkeysecure.jedis.SecureJedis;
                import io.valkeysecure.lettuce.SecureLettuce;
                import org.springframework.context.annotation.Bean;
                import redis.clients.jedis.JedisPool;
                class Config {
                    static io.lettuce.core.RedisClient lettuce() { return null; }
                %s
                }
                """.formatted(methods));
        return Tool.violations(GuardedConnections.BEANS, directory);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@Bean io.lettuce.core.RedisClient client() { return Elsewhere.client(); }"
                        + " static class Elsewhere { static io.lettuce.core.RedisClient client() { return null; } }",
                "@Bean io.lettuce.core.RedisClient client() { return lettuce(); }",
                "@Bean io.lettuce.core.cluster.RedisClusterClient client() { return null; }",
                "@Bean JedisPool pool(redis.clients.jedis.JedisClientConfig config) {"
                        + " return new JedisPool(new redis.clients.jedis.HostAndPort(\"localhost\", 1), config); }",
                "@Bean redis.clients.jedis.RedisClient client() { return redis.clients.jedis.RedisClient.create(\"redis://h\"); }",
                "@Bean JedisPool pool() { return again(); } JedisPool again() { return pool(); }",
                "@Bean org.redisson.api.RedissonClient client() { return null; }",
                "@Bean org.redisson.api.RedissonReactiveClient client() { return null; }",
                "@Bean org.springframework.data.redis.connection.RedisConnectionFactory factory() { return null; }",
                "@Bean org.springframework.data.redis.connection.ReactiveRedisConnectionFactory factory() { return null; }"
            })
    void bean_notMadeByTheGuard_isAViolation(String method) throws IOException {
        assertThat(violations(method))
                .singleElement()
                .asString()
                .contains("returns a client that is not guarded")
                .contains("Config.java:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@Bean io.lettuce.core.RedisClient client(SecureTls tls) { return SecureLettuce.client(tls, \"rediss://h\"); }",
                "@Bean JedisPool pool(SecureTls tls) { return SecureJedis.pool(tls, \"rediss://h\"); }",
                "@Bean JedisPool pool(SecureTls tls) { return made(tls); }"
                        + " private static JedisPool made(SecureTls tls) { return SecureJedis.pool(tls, \"rediss://h\"); }",
                "@Bean org.springframework.data.redis.connection.RedisConnectionFactory factory(SecureTls tls) {"
                        + " var resources = SecureLettuce.resources(tls); return null; }",
                "@Bean org.redisson.api.RedissonClient client(SecureTls tls) {"
                        + " return io.valkeysecure.redisson.SecureRedisson.client(tls, new org.redisson.config.Config()); }",
                "@Bean String name() { return \"no client\"; }",
                "JedisPool noBean() { return null; }"
            })
    void bean_madeByTheGuardOrNoClient_isNone(String method) throws IOException {
        assertThat(violations(method)).isEmpty();
    }

    @Test
    void application_withoutClients_breaksNoRule() {
        assertThat(Tool.violations(GuardedConnections.ALL, directory)).isEmpty();
    }
}
