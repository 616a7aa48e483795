package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The raw and guarded uses that the signature files and the rules of ArchUnit are tested with. */
@Tag("long")
class UsesTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void uses_rawOnesAreMovedOrMarked_guardedOnesAreNotTouched() throws IOException {
        List<String> raw = new ArrayList<>(lines("raw-uses.txt"));
        raw.addAll(lines("unguarded-configurations.txt"));
        List<String> guarded = lines("guarded-uses.txt");
        String parameters = String.join(", ", lines("parameters.txt"));
        List<String> sources = new ArrayList<>();
        raw.forEach(use -> sources.add(source("Raw" + sources.size(), parameters, use)));
        guarded.forEach(use -> sources.add(source("Guarded" + sources.size(), parameters, use)));

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

        report(String.format(
                Locale.ROOT,
                "rewrite: %d raw found, %d missed, %d moved, %d marked, %d guarded flagged of %d, %d recipes, %d files"
                        + " rewritten, %d compile%n",
                raw.size(),
                missed.size(),
                moved,
                raw.size() - moved,
                touched.size(),
                guarded.size(),
                new MoveToValkeySecure().getRecipeList().size(),
                after.changed().size(),
                texts.size()));
    }

    /** The suite {@code bypass} reads it. */
    private static void report(String line) throws IOException {
        Path file = Path.of("target", "bypass", "rewrite.txt");
        Files.createDirectories(file.getParent());
        Files.writeString(file, line);
    }

    private static String source(String name, String parameters, String statement) {
        return "import io.valkeysecure.*;\nimport io.valkeysecure.jedis.SecureJedis;\n"
                + "import io.valkeysecure.lettuce.SecureLettuce;\nimport redis.clients.jedis.*;\n\nclass " + name
                + " { void use(" + parameters + ") {\n        " + statement + "\n} }\n";
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = UsesTest.class.getResourceAsStream("/io/valkeysecure/archunit/" + resource)) {
            assertThat(in).as(resource).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
