package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/** A server behind a tunnel has its own name, and no other one. */
class DialledServerTest {
    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void tunnel_byTheNameOfItsServer_connectsAndByNoOther(String client) {
        try (ValkeyServer server = ValkeyServer.builder(
                        Boot.ROOT.issue().dnsName("node-1.internal").build(), Boot.ROOT)
                .user(Boot.USER, Boot.PASSWORD)
                .start()) {
            ApplicationContextRunner tunnel = Boot.secure()
                    .withPropertyValues(Boot.pemBundle(directory))
                    .withPropertyValues(Boot.login(server.port()))
                    .withPropertyValues("spring.data.redis.client-type=" + client);

            named(tunnel, server.port(), "node-1.internal")
                    .run(context -> assertThat(ping(context)).isEqualTo("PONG"));
            named(tunnel, server.port(), "node-2.internal").run(DialledServerTest::assertRefused);
            named(tunnel, server.port() + 1, "node-1.internal").run(DialledServerTest::assertRefused);
            tunnel.run(DialledServerTest::assertRefused);
        }
    }

    private static ApplicationContextRunner named(ApplicationContextRunner application, int port, String name) {
        return application.withPropertyValues(
                "valkey.secure.server-names[0].host=localhost",
                "valkey.secure.server-names[0].port=" + port,
                "valkey.secure.server-names[0].name=" + name);
    }

    private static void assertRefused(AssertableApplicationContext context) {
        assertThat(RefusalReason.of(catchThrowable(() -> ping(context)))).contains(RefusalReason.NAME_MISMATCH);
    }

    private static @Nullable String ping(AssertableApplicationContext context) {
        try (RedisConnection connection =
                context.getBean(RedisConnectionFactory.class).getConnection()) {
            return connection.ping();
        }
    }
}
