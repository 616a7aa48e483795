package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * A Java block of the README or of a page in {@code docs}, with the page that it is on and its place there. A block is
 * the body of a method, or a type of its own; {@link #GIVEN} has what the text around a block takes for granted.
 */
record DocumentationExample(String page, int number, String code) {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    /** Compiled by the starter's own test, beside Spring. */
    private static final String OF_THE_STARTER = "spring.md";

    private static final Pattern BLOCK = Pattern.compile("^```java\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern TYPE = Pattern.compile("^(?:final )?class (\\w+)", Pattern.MULTILINE);

    /**
     * By page: the fields of the class that a block of that page is compiled in. A block may declare one of them anew.
     */
    static final Map<String, String> GIVEN = Map.of(
            "metrics.md",
            "TrustAnchors anchors; ClientIdentity identity; MeterRegistry registry;",
            "migration.md",
            "TrustAnchors anchors; ClientIdentity identity; MeterRegistry registry;",
            "managed-services.md",
            "SecureTls tls; Supplier<String> tokens;",
            "proxies.md",
            "SecureTls tls; String password;",
            "redisson.md",
            "SecureTls tls; String password; Config settings;",
            "revocation.md",
            "TrustAnchors anchors; ClientIdentity identity;",
            "rotation.md",
            "SecureTls tls; HostAndPort server; JedisClientConfig config; TrustAnchors anchors;"
                    + " MaterialSource<ClientIdentity> source;",
            "topologies.md",
            "SecureTls tls; String password; RedisURI one; RedisURI two; ClientResources resources; InetAddress gateway;"
                    + " int outsidePort(int port) { return port; }",
            "valkey-java.md",
            "SecureTls tls; String password;");

    /** What programs with any of the blocks would import. Both clients have a {@code RedisClient}, so one at a time. */
    private static final String IMPORTS = """
            import static org.junit.jupiter.api.Assertions.assertEquals;
            import io.micrometer.core.instrument.*;
            import io.valkeysecure.*;
            import io.valkeysecure.micrometer.*;
            import io.valkeysecure.observe.*;
            import io.valkeysecure.testkit.certificate.*;
            import io.valkeysecure.testkit.server.ValkeyServer;
            import java.io.*;
            import java.net.*;
            import java.net.http.*;
            import java.nio.file.*;
            import java.security.*;
            import java.security.cert.*;
            import java.security.spec.*;
            import java.time.*;
            import java.util.*;
            import java.util.concurrent.atomic.*;
            import java.util.function.*;
            import java.util.regex.*;
            import org.jspecify.annotations.Nullable;
            """;

    private static final String JEDIS = """
            import io.valkeysecure.jedis.*;
            import redis.clients.jedis.*;
            """;

    private static final String LETTUCE = """
            import io.lettuce.core.*;
            import io.lettuce.core.api.*;
            import io.lettuce.core.cluster.*;
            import io.lettuce.core.cluster.api.*;
            import io.lettuce.core.resource.*;
            import io.valkeysecure.lettuce.*;
            """;

    private static final String REDISSON = """
            import io.valkeysecure.redisson.*;
            import org.redisson.api.*;
            import org.redisson.client.codec.*;
            import org.redisson.config.*;
            """;

    private static final String VALKEY_JAVA = """
            import io.valkey.*;
            import io.valkeysecure.valkeyjava.*;
            """;

    static List<DocumentationExample> all() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md") && !file.endsWith(OF_THE_STARTER))
                    .sorted()
                    .forEach(pages::add);
        }
        List<DocumentationExample> found = new ArrayList<>();
        for (Path page : pages) {
            List<String> blocks = BLOCK.matcher(Files.readString(page))
                    .results()
                    .map(block -> block.group(1))
                    .toList();
            for (int i = 0; i < blocks.size(); i++) {
                found.add(new DocumentationExample(page.getFileName().toString(), i + 1, blocks.get(i)));
            }
        }
        return found;
    }

    /** {@return the same with other code} */
    DocumentationExample with(String other) {
        return new DocumentationExample(page, number, other);
    }

    @Override
    public String toString() {
        return page + ", block " + number;
    }

    /** The source of a class with the block in it. */
    private String source() {
        String imports = code.lines().filter(DocumentationExample::isImport).collect(Collectors.joining("\n"));
        String rest = code.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
        boolean lettuce = page.equals("topologies.md") || code.contains("SecureLettuce");
        String imported = page.equals("redisson.md")
                ? REDISSON
                : page.equals("valkey-java.md") ? VALKEY_JAVA : lettuce ? LETTUCE : JEDIS;
        String body =
                TYPE.matcher(rest).find() ? "static " + rest.strip() : "void run() throws Exception {\n" + rest + "\n}";
        return IMPORTS + imported + imports + "\nclass Example {\n" + GIVEN.getOrDefault(page, "") + "\n" + body
                + "\n}\n";
    }

    private static boolean isImport(String line) {
        return line.startsWith("import ");
    }

    /** Compiles it with the version of the language that the library asks of its users, and returns the errors. */
    List<String> compile(Path classes) {
        String source = source();
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        List<String> options = List.of(
                "--release",
                "17",
                "-proc:none",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"));
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        compiler.getTask(null, null, found, options, null, List.of(file)).call();
        return found.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> diagnostic.getLineNumber() + ": " + diagnostic.getMessage(Locale.ROOT))
                .toList();
    }

    /**
     * Runs what was compiled: the {@code main} of a type, a test's only method, or the block itself.
     *
     * @param given by name, the values of the fields that the page takes for granted
     */
    void run(Path classes, Map<String, Object> given) throws Exception {
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            Matcher type = TYPE.matcher(code);
            if (code.contains("@ValkeyTls") && type.find()) {
                runByJUnit(loader.loadClass("Example$" + type.group(1)));
                return;
            }
            Class<?> compiled = loader.loadClass(type.find() ? "Example$" + type.group(1) : "Example");
            Constructor<?> constructor = compiled.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object example = constructor.newInstance();
            for (Field field : compiled.getDeclaredFields()) {
                field.setAccessible(true);
                field.set(example, given.get(field.getName()));
            }
            Method run = Stream.of(compiled.getDeclaredMethods())
                    .filter(method -> !method.isSynthetic() && !method.getName().equals("outsidePort"))
                    .findFirst()
                    .orElseThrow();
            run.setAccessible(true);
            run.invoke(example, run.getName().equals("main") ? new Object[] {new String[0]} : new Object[0]);
        }
    }

    private static void runByJUnit(Class<?> test) {
        EngineExecutionResults results = EngineTestKit.engine("junit-jupiter")
                .selectors(DiscoverySelectors.selectClass(test))
                .execute();
        assertThat(results.allEvents().executions().failed().stream()
                        .map(execution -> execution.getTerminationInfo().getExecutionResult()))
                .isEmpty();
        assertThat(results.testEvents().succeeded().count()).isEqualTo(1);
    }
}
