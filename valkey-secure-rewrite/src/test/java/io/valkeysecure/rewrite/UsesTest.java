package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The raw and guarded uses that the signature files and the rules of ArchUnit are tested with. */
@Tag("long")
class UsesTest {
    private static final String PARAMETERS = String.join(
            ", ",
            "SecureTls tls",
            "io.lettuce.core.RedisURI lettuceUri",
            "io.lettuce.core.resource.ClientResources resources",
            "io.lettuce.core.SslOptions lettuceSsl",
            "SslOptions jedisSsl",
            "java.net.URI uri",
            "HostAndPort server",
            "JedisClientConfig config",
            "JedisSocketFactory socketFactory",
            "org.apache.commons.pool2.PooledObjectFactory<Jedis> jedisFactory",
            "org.apache.commons.pool2.impl.GenericObjectPoolConfig<Jedis> poolConfig",
            "javax.net.ssl.SSLSocketFactory factory",
            "javax.net.ssl.SSLParameters parameters",
            "javax.net.ssl.HostnameVerifier verifier");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void uses_rawOnesAreMovedOrMarked_guardedOnesAreNotTouched() throws IOException {
        List<String> raw = new ArrayList<>(statements("raw-uses.txt"));
        raw.addAll(statements("unguarded-configurations.txt"));
        List<String> guarded = statements("guarded-uses.txt");
        List<String> sources = new ArrayList<>();
        raw.forEach(use -> sources.add(source("Raw" + sources.size(), use)));
        guarded.forEach(use -> sources.add(source("Guarded" + sources.size(), use)));

        Rewritten after = Rewritten.of(new MoveToValkeySecure(), sources);
        List<String> texts = after.texts();
        List<String> missed = new ArrayList<>();
        int moved = 0;
        for (int i = 0; i < raw.size(); i++) {
            if (texts.get(i).equals(sources.get(i))) {
                missed.add(raw.get(i));
            } else if (!texts.get(i).contains("/* valkey-secure:")
                    || texts.get(i).contains("redis:// is refused")) {
                moved++;
            }
        }
        List<String> touched = new ArrayList<>();
        for (int i = raw.size(); i < sources.size(); i++) {
            if (!texts.get(i).equals(sources.get(i))) {
                touched.add(guarded.get(i - raw.size()));
            }
        }
        assertThat(missed).isEmpty();
        assertThat(touched).isEmpty();
        after.compiled(directory);
        assertThat(after.again().changed()).as("a second run").isEmpty();

        report(
                "raw found: " + raw.size(),
                "missed: " + missed.size(),
                "moved: " + moved,
                "marked: " + (raw.size() - moved),
                "guarded flagged: " + touched.size(),
                "recipes: " + new MoveToValkeySecure().getRecipeList().size(),
                "files rewritten: " + after.changed().size(),
                "compile: " + texts.size());
    }

    /** The suite {@code bypass} reads it. */
    private static void report(String... lines) throws IOException {
        Path file = Path.of("target", "bypass", "rewrite.txt");
        Files.createDirectories(file.getParent());
        Files.write(file, List.of(lines));
    }

    private static String source(String name, String statement) {
        return "import io.valkeysecure.*;\nimport io.valkeysecure.jedis.SecureJedis;\n"
                + "import io.valkeysecure.lettuce.SecureLettuce;\nimport redis.clients.jedis.*;\n\nclass " + name
                + " { void use(" + PARAMETERS + ") {\n        " + statement + "\n} }\n";
    }

    private static List<String> statements(String resource) throws IOException {
        try (InputStream in = UsesTest.class.getResourceAsStream("/io/valkeysecure/archunit/" + resource)) {
            assertThat(in).as(resource).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
