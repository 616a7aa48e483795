package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.Result;
import org.openrewrite.SourceFile;
import org.openrewrite.config.RecipeDescriptor;
import org.openrewrite.internal.InMemoryLargeSourceSet;
import org.openrewrite.java.JavaParser;
import org.openrewrite.java.tree.J;
import org.openrewrite.xml.XmlParser;

/** Files by their path, after the recipe. */
record Rewritten(Map<Path, String> files, Set<Path> changed, Set<String> recipes) {
    /** JedisPooled went with Jedis 8; these are its constructors of Jedis 7 that the tests use. */
    private static final String JEDIS_POOLED = """
            package redis.clients.jedis;
            import java.net.URI;
            import javax.net.ssl.*;
            import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
            public class JedisPooled extends UnifiedJedis {
                public JedisPooled(String host, int port) { super((Connection) null); }
                public JedisPooled(URI uri) { super((Connection) null); }
                public JedisPooled(HostAndPort server, JedisClientConfig config) { super((Connection) null); }
                public JedisPooled(HostAndPort server, JedisClientConfig config, GenericObjectPoolConfig<Connection> pool) {
                    super((Connection) null);
                }
                public JedisPooled(GenericObjectPoolConfig<Connection> pool, String host, int port, int timeout,
                        String password, boolean ssl) {
                    super((Connection) null);
                }
            }
            """;

    /** What the tests need of Spring Data Redis. */
    private static final String SPRING = """
            package org.springframework.data.redis.connection.lettuce;
            public class LettuceConnectionFactory {
                public LettuceConnectionFactory(String host, int port) {}
            }
            """;

    private static final String CLASS_PATH = System.getProperty("java.class.path");

    /** Parses and rewrites; each file is named by its first class, a {@code pom.xml} by its beginning. */
    static Rewritten of(String... sources) {
        return of(new MoveToValkeySecure(), List.of(sources));
    }

    static Rewritten of(Recipe recipe, List<String> sources) {
        InMemoryExecutionContext context = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        List<SourceFile> parsed = parse(sources, context);
        Map<Path, String> files = new LinkedHashMap<>();
        parsed.forEach(file -> files.put(file.getSourcePath(), file.printAll()));
        Set<Path> changed = new TreeSet<>();
        Set<String> recipes = new TreeSet<>();
        for (Result result : recipe.run(new InMemoryLargeSourceSet(parsed), context)
                .getChangeset()
                .getAllResults()) {
            SourceFile after = result.getAfter();
            assertThat(after).isNotNull();
            files.put(after.getSourcePath(), after.printAll());
            changed.add(after.getSourcePath());
            result.getRecipeDescriptorsThatMadeChanges().forEach(made -> note(made, recipes));
        }
        return new Rewritten(files, changed, recipes);
    }

    private static void note(RecipeDescriptor made, Set<String> recipes) {
        recipes.add(made.getDisplayName());
        made.getRecipeList().forEach(inner -> note(inner, recipes));
    }

    private static List<SourceFile> parse(List<String> sources, InMemoryExecutionContext context) {
        List<String> java =
                sources.stream().filter(text -> !text.startsWith("<")).toList();
        List<String> poms =
                sources.stream().filter(text -> text.startsWith("<")).toList();
        List<Path> classPath = Stream.of(CLASS_PATH.split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty() && !entry.contains("lombok")) // an annotation processor
                .map(Path::of)
                .toList();
        List<SourceFile> parsed = new ArrayList<>(JavaParser.fromJavaVersion()
                .classpath(classPath)
                .dependsOn(JEDIS_POOLED, SPRING)
                .build()
                .parse(context, java.toArray(String[]::new))
                .toList());
        assertThat(parsed).allMatch(J.CompilationUnit.class::isInstance);
        new XmlParser()
                .parse(context, poms.toArray(String[]::new))
                .map(pom -> pom.<SourceFile>withSourcePath(Path.of("pom.xml")))
                .forEach(parsed::add);
        return parsed;
    }

    /** {@return the file, where there is only one} */
    String only() {
        assertThat(files).hasSize(1);
        return files.values().iterator().next();
    }

    List<String> texts() {
        return List.copyOf(files.values());
    }

    /** {@return the files after a second run} */
    Rewritten again() {
        return of(new MoveToValkeySecure(), texts());
    }

    /** Compiles the files with javac against this library, and returns the directory with the classes. */
    Path compiled(Path directory) {
        try {
            Path sources = Files.createDirectories(directory.resolve("sources"));
            Path classes = Files.createDirectories(directory.resolve("classes"));
            List<String> arguments = new ArrayList<>(
                    List.of("-proc:none", "-nowarn", "-Xlint:none", "-d", classes.toString(), "-cp", CLASS_PATH));
            Path stubs = Files.createDirectories(sources.resolve("stubs"));
            arguments.add(Files.writeString(stubs.resolve("JedisPooled.java"), JEDIS_POOLED)
                    .toString());
            arguments.add(Files.writeString(stubs.resolve("LettuceConnectionFactory.java"), SPRING)
                    .toString());
            for (Map.Entry<Path, String> file : files.entrySet()) {
                if (file.getKey().toString().endsWith(".java")) {
                    Path target = sources.resolve(file.getKey());
                    Files.createDirectories(target.getParent());
                    arguments.add(Files.writeString(target, file.getValue()).toString());
                }
            }
            StringWriter messages = new StringWriter();
            var compiler = ToolProvider.getSystemJavaCompiler();
            try (var manager = compiler.getStandardFileManager(null, null, null)) {
                List<String> options = arguments.stream()
                        .filter(argument -> !argument.endsWith(".java"))
                        .toList();
                List<File> units = arguments.stream()
                        .filter(argument -> argument.endsWith(".java"))
                        .map(File::new)
                        .toList();
                boolean done = compiler.getTask(
                                messages, manager, null, options, null, manager.getJavaFileObjectsFromFiles(units))
                        .call();
                assertThat(done).as(messages.toString()).isTrue();
            }
            return classes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
