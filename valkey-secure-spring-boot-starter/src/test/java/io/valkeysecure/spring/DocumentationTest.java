package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** The page of the starter and its public API are what is committed in {@code docs}. */
class DocumentationTest {
    private static final Path DOCS = Path.of("..", "docs");
    private static final Pattern BLOCK = Pattern.compile("^```java\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern PROPERTY = Pattern.compile("`(valkey\\.secure\\.[a-z.-]+)`");
    private static final String IMPORTS = """
            import io.lettuce.core.resource.*;
            import io.valkeysecure.*;
            import io.valkeysecure.jedis.*;
            import io.valkeysecure.lettuce.*;
            import io.valkeysecure.redisson.*;
            import java.nio.file.*;
            import org.redisson.api.RedissonClient;
            import org.redisson.config.Config;
            import org.springframework.beans.factory.annotation.Value;
            import org.springframework.boot.data.redis.autoconfigure.*;
            import org.springframework.context.annotation.*;
            """;

    @Test
    void everyBlockOfThePage_compiles(@TempDir Path classes) throws IOException {
        List<String> blocks =
                BLOCK.matcher(page()).results().map(block -> block.group(1)).toList();

        assertThat(blocks)
                .isNotEmpty()
                .allSatisfy(block -> assertThat(errorsOf(block, classes)).isEmpty());
    }

    /** The guard of the guard: a call of a method that is not there is an error. */
    @Test
    void blockWithAnUnknownMethod_doesNotCompile(@TempDir Path classes) {
        assertThat(errorsOf("class Wrong { void run() { SecureTls.insecure(); } }", classes))
                .hasSize(1)
                .allSatisfy(error -> assertThat(error).contains("insecure"));
    }

    @Test
    void everyPropertyOfThePage_isOneOfTheMetadata() throws IOException {
        List<String> known = MetadataTest.names();
        List<String> named =
                PROPERTY.matcher(page()).results().map(found -> found.group(1)).toList();

        assertThat(named).hasSizeGreaterThan(10).allSatisfy(property -> {
            ConfigurationPropertyName name = ConfigurationPropertyName.of(property);
            assertThat(known)
                    .anySatisfy(each -> assertThat(name.equals(ConfigurationPropertyName.of(each))
                                    || name.isAncestorOf(ConfigurationPropertyName.of(each)))
                            .as(property)
                            .isTrue());
        });
    }

    @Test
    void publicApi_isTheCommittedText() throws Exception {
        Path text = DOCS.resolve("api").resolve("valkey-secure-spring-boot-starter.txt");
        String actual = publicTypes();
        if (Boolean.getBoolean("api.update")) {
            Files.writeString(text, actual);
        }
        assertThat(actual)
                .as("public API; if it changed on purpose, run this test with -Dapi.update=true and commit %s", text)
                .isEqualTo(Files.readString(text));
    }

    private static String publicTypes() throws Exception {
        Path classes = Path.of(ValkeySecureAutoConfiguration.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            List<String> names = files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith(".class") && !name.endsWith("package-info.class"))
                    .map(name -> name.substring(0, name.length() - 6).replace('/', '.'))
                    .sorted()
                    .toList();
            StringBuilder text = new StringBuilder();
            for (String name : names) {
                Class<?> type = Class.forName(name, false, DocumentationTest.class.getClassLoader());
                if (Modifier.isPublic(type.getModifiers())) {
                    text.append(describe(type));
                }
            }
            return text.toString();
        }
    }

    private static String describe(Class<?> type) {
        Stream<String> members = Stream.of(
                        Arrays.stream(type.getDeclaredConstructors())
                                .filter(each -> Modifier.isPublic(each.getModifiers()))
                                .map(Constructor::toString),
                        Arrays.stream(type.getDeclaredMethods())
                                .filter(each -> Modifier.isPublic(each.getModifiers()) && !each.isSynthetic())
                                .map(Method::toString))
                .flatMap(each -> each);
        return members.sorted()
                .map(member -> "    " + member + "\n")
                .collect(Collectors.joining("", type + " {\n", "}\n"));
    }

    private static String page() throws IOException {
        return Files.readString(DOCS.resolve("spring.md"));
    }

    private static List<String> errorsOf(String block, Path classes) {
        String source = IMPORTS + block;
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of(
                "--release",
                "17",
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"));
        ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, found, options, null, List.of(file))
                .call();
        return found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getLineNumber() + ": " + diagnostic.getMessage(Locale.ROOT))
                .toList();
    }
}
