package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;

/**
 * Every Java block of the README and of the pages in {@code docs} compiles as it stands there, and those that connect
 * run against a real server. A block is the body of a method, or a type of its own; {@link #GIVEN} has what the text
 * around a block takes for granted.
 */
@Tag("lettuce-7")
@Tag("jedis-8")
class DocumentationExamplesTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    /** Compiled by the starter's own test, beside Spring. */
    private static final String OF_THE_STARTER = "spring.md";

    private static final Pattern BLOCK = Pattern.compile("^```java\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern TYPE = Pattern.compile("^(?:final )?class ", Pattern.MULTILINE);

    /** By page: the fields of the class that a block of that page is compiled in. A block may declare one of them anew. */
    private static final Map<String, String> GIVEN = Map.of(
            "README.md", "String password;",
            "metrics.md", "TrustAnchors anchors; ClientIdentity identity; MeterRegistry registry;",
            "revocation.md", "TrustAnchors anchors; ClientIdentity identity;",
            "rotation.md",
                    "SecureTls tls; HostAndPort server; JedisClientConfig config; TrustAnchors anchors;"
                            + " MaterialSource<ClientIdentity> source;",
            "topologies.md",
                    "SecureTls tls; RedisURI one; RedisURI two; ClientResources resources; InetAddress gateway;"
                            + " int outsidePort(int port) { return port; }");

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

    private static final TestCertificate CA = TestCertificate.root().build();
    private static final String PASSWORD = "correct-horse";

    @TempDir
    private Path directory = Path.of("");

    /** A block, with the page that it is on and its place there. */
    private record Example(String page, int number, String code) {
        @Override
        public String toString() {
            return page + ", block " + number;
        }

        /** The source of a class with the block in it. */
        String source() {
            String imports = code.lines().filter(Example::isImport).collect(Collectors.joining("\n"));
            String rest = code.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
            boolean lettuce = page.equals("topologies.md") || code.contains("SecureLettuce");
            String body = TYPE.matcher(rest).find() ? rest : "void run() throws Exception {\n" + rest + "\n}";
            return IMPORTS + (lettuce ? LETTUCE : JEDIS) + imports + "\nclass Example {\n"
                    + GIVEN.getOrDefault(page, "") + "\n" + body + "\n}\n";
        }

        private static boolean isImport(String line) {
            return line.startsWith("import ");
        }
    }

    private static List<Example> examples() throws IOException {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> top = Files.list(ROOT);
                Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
            Stream.concat(top, docs)
                    .filter(file -> file.toString().endsWith(".md") && !file.endsWith(OF_THE_STARTER))
                    .sorted()
                    .forEach(pages::add);
        }
        List<Example> found = new ArrayList<>();
        for (Path page : pages) {
            List<String> blocks = BLOCK.matcher(Files.readString(page))
                    .results()
                    .map(block -> block.group(1))
                    .toList();
            for (int i = 0; i < blocks.size(); i++) {
                found.add(new Example(page.getFileName().toString(), i + 1, blocks.get(i)));
            }
        }
        return found;
    }

    @TestFactory
    Stream<DynamicTest> everyBlock_compiles(@TempDir Path classes) throws IOException {
        List<Example> examples = examples();

        assertThat(examples.stream().map(Example::page)).containsAll(GIVEN.keySet());
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.toString(),
                        () -> assertThat(errorsOf(example.source(), classes)).isEmpty()));
    }

    // Those that connect are run

    private static Example example(String page, String part) throws IOException {
        return examples().stream()
                .filter(each -> each.page().equals(page) && each.code().contains(part))
                .findFirst()
                .orElseThrow();
    }

    /** Runs a block as it stands in its page, but for the addresses and the paths in it, and with values for {@link #GIVEN}. */
    private void run(Example example, Map<String, Object> given) throws Exception {
        Path classes = Files.createTempDirectory(directory, "classes");
        assertThat(errorsOf(example.source(), classes)).isEmpty();
        try (URLClassLoader loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL()}, getClass().getClassLoader())) {
            Class<?> type = loader.loadClass("Example");
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            Object instance = constructor.newInstance();
            for (Map.Entry<String, Object> value : given.entrySet()) {
                Field field = type.getDeclaredField(value.getKey());
                field.setAccessible(true);
                field.set(instance, value.getValue());
            }
            Method run = type.getDeclaredMethod("run");
            run.setAccessible(true);
            run.invoke(instance);
        }
    }

    private void writeFiles(TestCertificate anchor) throws IOException {
        Files.writeString(directory.resolve("ca.crt"), anchor.certificatePem());
        PemFiles unused = CA.issue().subject("CN=app").build().writePem(directory, "tls");
    }

    private ValkeyServer server() {
        return ValkeyServer.builder(CA.issue().dnsName("localhost").build(), CA)
                .user("app", PASSWORD)
                .user(TestClient.USER, TestClient.PASSWORD)
                .start();
    }

    private Example firstScreen(String client, ValkeyServer server) throws IOException {
        Example example = example("README.md", client);
        assertThat(example.code()).contains("/etc/valkey/tls/", "\"valkey.internal\"", "6380");
        return new Example(
                example.page(),
                example.number(),
                example.code()
                        .replace("/etc/valkey/tls/", directory + File.separator)
                        .replace("valkey.internal", "localhost")
                        .replace("6380", String.valueOf(server.port())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SecureLettuce.client", "SecureJedis.client(tls, new HostAndPort"})
    void firstScreen_runs(String client) throws Exception {
        writeFiles(CA);
        try (ValkeyServer server = server();
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(directory.resolve("ca.crt")))
                        .presenting(ClientIdentity.pem(directory.resolve("tls.crt"), directory.resolve("tls.key")))
                        .build();
                TestClient.Connection looks = Transport.JEDIS.connect(tls, "localhost", server.port())) {
            run(firstScreen(client, server), Map.of("password", PASSWORD));

            assertThat(looks.get("greeting")).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"SecureLettuce.client", "SecureJedis.client(tls, new HostAndPort"})
    void firstScreen_serverOfAnotherCa_printsTheReasonAndItsMessage(String client) throws Exception {
        writeFiles(TestCertificate.root().subject("CN=Other Root").build());
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        PrintStream before = System.err;
        try (ValkeyServer server = server()) {
            Example example = firstScreen(client, server);
            System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
            assertThatThrownBy(() -> run(example, Map.of("password", PASSWORD)))
                    .isInstanceOf(InvocationTargetException.class)
                    .satisfies(thrown -> assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER));
        } finally {
            System.setErr(before);
        }
        assertThat(errors.toString(StandardCharsets.UTF_8)).contains("untrusted_issuer: localhost:");
    }

    @Test
    void exampleOfTheTestKit_runs() throws Exception {
        run(example("README.md", "ValkeyServer.builder("), Map.of());
    }

    @Test
    void poolOfYourOwn_runs() throws Exception {
        writeFiles(CA);
        Example example = example("rotation.md", "new JedisPool(SecureJedis.poolConfig");
        Example used = new Example(
                example.page(),
                example.number(),
                example.code()
                        + "try (pool; Jedis jedis = pool.getResource()) { assertEquals(\"PONG\", jedis.ping()); }\n");
        try (ValkeyServer server = server();
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(directory.resolve("ca.crt")))
                        .presenting(ClientIdentity.pem(directory.resolve("tls.crt"), directory.resolve("tls.key")))
                        .build()) {
            JedisClientConfig config = SecureJedis.clientConfig(
                    tls,
                    DefaultJedisClientConfig.builder()
                            .user("app")
                            .password(PASSWORD)
                            .build());
            run(used, Map.of("tls", tls, "server", new HostAndPort("localhost", server.port()), "config", config));
        }
    }

    @Test
    void clusterOfLettuce_runs() throws Exception {
        writeFiles(CA);
        TestCertificate node =
                CA.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
        try (ValkeyCluster cluster = ValkeyCluster.builder(node, CA)
                        .replicas(0)
                        .user("app", PASSWORD)
                        .start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(directory.resolve("ca.crt")))
                        .presenting(ClientIdentity.pem(directory.resolve("tls.crt"), directory.resolve("tls.key")))
                        .build()) {
            Example example = example("topologies.md", "SecureLettuce.clusterClient(");
            Example used = new Example(
                    example.page(),
                    example.number(),
                    example.code()
                                    .replace("secret", PASSWORD)
                                    .replace(
                                            "node-1.internal:6379",
                                            "localhost:" + cluster.node(0).port())
                                    .replace(
                                            "node-2.internal:6379",
                                            "localhost:" + cluster.node(1).port())
                            + "assertEquals(\"OK\", connection.sync().set(\"key\", \"value\")); client.shutdown();\n");

            run(used, Map.of("tls", tls));
        }
    }

    /** The guard of the guard: a call of a method that is not there is an error. */
    @Test
    void blockWithAnUnknownMethod_doesNotCompile(@TempDir Path classes) {
        assertThat(errorsOf(new Example("README.md", 0, "SecureTls.insecure();\n").source(), classes))
                .hasSize(1)
                .allSatisfy(error -> assertThat(error).contains("insecure"));
    }

    /** With the version of the language that the library asks of its users. */
    private static List<String> errorsOf(String source, Path classes) {
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
}
