package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.redis.test.autoconfigure.DataRedisTest;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A slice test of an application is guarded like the application. */
@DataRedisTest
class DataRedisSliceTest {
    @TempDir
    static Path directory;

    private static final ValkeyServer SERVER = Boot.server().start();

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        for (String[] properties : new String[][] {Boot.pemBundle(directory), Boot.login(SERVER.port())}) {
            Arrays.stream(properties)
                    .map(property -> property.split("=", 2))
                    .forEach(pair -> registry.add(pair[0], () -> pair[1]));
        }
    }

    @AfterAll
    static void stop() {
        SERVER.close();
    }

    @Test
    void slice_withTheStarter_isGuarded(@Autowired StringRedisTemplate template, @Autowired SecureTls tls) {
        template.opsForValue().set("from", "a slice");
        assertThat(SERVER.execute("GET", "from")).contains("a slice");
        assertThat(tls.status().openConnections()).isPositive();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}
