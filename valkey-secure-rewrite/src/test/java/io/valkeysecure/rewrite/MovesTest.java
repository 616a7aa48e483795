package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files before and after the recipe: {@code moves/NAME.txt} has both, with a line of five {@code =} between them. */
@Tag("long")
class MovesTest {
    private static final String BETWEEN = "=====\n";

    @TempDir
    private Path directory = Path.of("");

    @Test
    void forms_afterTheRecipe_areAsWrittenAndCompileAndDoNotChangeAgain() throws IOException, URISyntaxException {
        List<String> names = new ArrayList<>();
        List<String> before = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        try (Stream<Path> files =
                Files.list(Path.of(MovesTest.class.getResource("moves").toURI()))) {
            for (Path file : files.sorted().toList()) {
                String[] parts = Files.readString(file).split(BETWEEN, -1);
                names.add(file.getFileName().toString());
                before.add(parts[0]);
                expected.add(parts[1]);
            }
        }
        assertThat(names).hasSizeGreaterThanOrEqualTo(14);

        Rewritten after = Rewritten.of(new MoveToValkeySecure(), before);

        for (int i = 0; i < names.size(); i++) {
            assertThat(after.texts().get(i)).as(names.get(i)).isEqualTo(expected.get(i));
        }
        assertThat(names).filteredOn(name -> name.startsWith("Pitfall")).hasSize(5);
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).startsWith("Pitfall")) {
                assertThat(after.texts().get(i))
                        .as(names.get(i))
                        .doesNotContain("redis://", "sslOptions(", "sslSocketFactory(", "sslParameters(", "ssl(true)")
                        .containsAnyOf("SecureLettuce.client(tls, ", "SecureJedis.clientConfig(tls, ");
            }
        }
        after.compiled(directory);
        assertThat(after.again().changed()).as("a second run").isEmpty();
    }
}
