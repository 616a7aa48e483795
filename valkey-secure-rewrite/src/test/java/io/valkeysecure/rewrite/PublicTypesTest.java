package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** OpenRewrite offers every public recipe by its name: there is one, and its steps are its own affair. */
class PublicTypesTest {
    @Test
    void recipe_isTheOnlyPublicType() throws IOException, URISyntaxException, ClassNotFoundException {
        Path classes = Path.of(MoveToValkeySecure.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .resolve("io/valkeysecure/rewrite");
        int seen = 0;
        try (Stream<Path> files = Files.list(classes)) {
            for (String file : files.map(path -> path.getFileName().toString()).toList()) {
                if (!file.endsWith(".class") || file.equals("package-info.class")) {
                    continue;
                }
                Class<?> type = Class.forName("io.valkeysecure.rewrite." + file.replace(".class", ""));
                seen++;
                assertThat(isPublic(type)).as(type.getName()).isEqualTo(type == MoveToValkeySecure.class);
            }
        }
        assertThat(seen).isGreaterThan(10);
    }

    /** A type inside of one that is not public is not public, whatever it says. */
    private static boolean isPublic(Class<?> type) {
        Class<?> outer = type.getEnclosingClass();
        return Modifier.isPublic(type.getModifiers()) && (outer == null || isPublic(outer));
    }
}
