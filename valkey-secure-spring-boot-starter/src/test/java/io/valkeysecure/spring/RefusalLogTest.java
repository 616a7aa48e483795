package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** What the log says of servers that are refused while the application runs. */
class RefusalLogTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Logger LOGGER = Logger.getLogger("io.valkeysecure.refusals");

    @TempDir
    private Path directory = Path.of("");

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            lines.add(line.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listen() {
        // an application that another test started may have turned the root's level up
        LOGGER.setLevel(Level.ALL);
        LOGGER.addHandler(handler);
    }

    @AfterEach
    void stop() {
        LOGGER.removeHandler(handler);
        LOGGER.setLevel(null);
    }

    /** On a connection of its own: that which Lettuce shares would wait longer and longer between two attempts. */
    private static @Nullable Throwable ping(RedisConnectionFactory factory) {
        if (factory instanceof LettuceConnectionFactory lettuce) {
            lettuce.resetConnection();
        }
        return catchThrowable(() -> {
            try (RedisConnection connection = factory.getConnection()) {
                assertThat(connection.ping()).isEqualTo("PONG");
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void refusal_again_isLoggedOnceUntilTheServerIsVerified(String client) {
        TestCertificate otherName = Boot.ROOT.issue().dnsName("other.example").build();
        try (ValkeyServer server = Boot.server().start()) {
            Boot.secure()
                    .withPropertyValues(Boot.pemBundle(directory))
                    .withPropertyValues(Boot.login(server.port()))
                    .withPropertyValues("spring.data.redis.client-type=" + client)
                    // a command of Lettuce waits so long for a server that is refused; every ping here is repeated
                    .withPropertyValues("spring.data.redis.timeout=3s")
                    .run(context -> {
                        RedisConnectionFactory factory = context.getBean(RedisConnectionFactory.class);
                        await().atMost(PATIENCE).until(() -> ping(factory) == null);
                        assertThat(lines).isEmpty();

                        server.restart(otherName);
                        awaitRefused(factory);
                        awaitRefused(factory);
                        await().atMost(PATIENCE).until(() -> !lines.isEmpty());
                        assertThat(lines)
                                .singleElement()
                                .asString()
                                .contains("reason=name_mismatch", "endpoint=localhost:" + server.port(), "client=");

                        server.restart(Boot.SERVER);
                        await().atMost(PATIENCE).until(() -> ping(factory) == null);
                        server.restart(otherName);
                        awaitRefused(factory);
                        await().atMost(PATIENCE).until(() -> lines.size() == 2);
                    });
        }
    }

    private static void awaitRefused(RedisConnectionFactory factory) {
        await().atMost(PATIENCE)
                .until(() -> Optional.ofNullable(ping(factory))
                        .flatMap(RefusalReason::of)
                        .filter(RefusalReason.NAME_MISMATCH::equals)
                        .isPresent());
    }
}
