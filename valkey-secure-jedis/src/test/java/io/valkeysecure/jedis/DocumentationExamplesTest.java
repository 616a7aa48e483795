package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;

/** The examples of the documentation, compiled. */
class DocumentationExamplesTest {
    static void client(String password) {
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
                        .presenting(ClientIdentity.pem(
                                Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key")))
                        .build();
                RedisClient client = SecureJedis.client(
                                tls,
                                new HostAndPort("valkey.internal", 6380),
                                DefaultJedisClientConfig.builder()
                                        .user("app")
                                        .password(password)
                                        .build())
                        .build()) {
            client.set("greeting", "hello");
        }
    }

    @Test
    void example_ofSecureJedis_isTheOneCompiledHere() throws IOException {
        List<String> example = exampleIn(Path.of("src/main/java/io/valkeysecure/jedis/SecureJedis.java"));

        assertThat(example).hasSizeGreaterThan(5);
        assertThat(withoutSpace(Files.readString(
                        Path.of("src/test/java/io/valkeysecure/jedis/DocumentationExamplesTest.java"))))
                .contains(withoutSpace(String.join("", example)));
    }

    private static List<String> exampleIn(Path source) throws IOException {
        return Files.readString(source)
                .lines()
                .dropWhile(line -> !line.contains("<pre>{@code"))
                .skip(1)
                .takeWhile(line -> !line.contains("}</pre>"))
                .map(line -> line.replaceFirst("^ \\* ?", ""))
                .toList();
    }

    /** Line breaks are the formatter's. */
    private static String withoutSpace(String text) {
        return text.replaceAll("\\s", "");
    }
}
