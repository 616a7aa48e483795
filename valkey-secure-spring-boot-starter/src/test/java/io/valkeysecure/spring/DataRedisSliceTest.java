package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.junit.ValkeyTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
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
    @ValkeyTls
    static TlsMaterial material;

    @ValkeyTls(user = Boot.USER, password = Boot.PASSWORD)
    static ValkeyServer server;

    @DynamicPropertySource
    static void properties(DynamicPropertyRegistry registry) {
        for (String[] properties : new String[][] {Boot.pemBundle(material), Boot.login(server.port())}) {
            Arrays.stream(properties)
                    .map(property -> property.split("=", 2))
                    .forEach(pair -> registry.add(pair[0], () -> pair[1]));
        }
    }

    @Test
    void slice_withTheStarter_isGuarded(@Autowired StringRedisTemplate template, @Autowired SecureTls tls) {
        template.opsForValue().set("from", "a slice");
        assertThat(server.execute("GET", "from")).contains("a slice");
        assertThat(tls.status().openConnections()).isPositive();
    }

    @SpringBootConfiguration
    @EnableAutoConfiguration
    static class Application {}
}
