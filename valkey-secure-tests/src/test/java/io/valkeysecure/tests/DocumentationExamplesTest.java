package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;

/**
 * Every Java block of the README and of the pages in {@code docs} compiles as it stands there, and those that connect
 * are run against one real server. Only where the files lie and where the server listens is replaced.
 */
@Tag("lettuce-7")
@Tag("jedis-8")
class DocumentationExamplesTest {
    /** By block that connects: what a program does afterwards. */
    private static final Map<String, String> CONNECTING = Map.ofEntries(
            Map.entry("README.md, block 1", ""),
            Map.entry("README.md, block 2", ""),
            Map.entry("README.md, block 3", ""),
            Map.entry(
                    "managed-services.md, block 2",
                    "assertEquals(\"OK\", client.connect().sync().set(\"a\", \"3\")); client.shutdown();"),
            Map.entry(
                    "managed-services.md, block 3", "try (client) { assertEquals(\"OK\", client.set(\"a\", \"4\")); }"),
            Map.entry(
                    "proxies.md, block 2",
                    "assertEquals(\"OK\", client.connect().sync().set(\"a\", \"5\")); client.shutdown(); resources.shutdown();"),
            Map.entry("proxies.md, block 3", "try (client) { assertEquals(\"OK\", client.set(\"a\", \"6\")); }"),
            Map.entry("redisson.md, block 1", ""),
            Map.entry("rotation.md, block 2", "try (pool) { assertEquals(\"PONG\", pool.getResource().ping()); }"),
            Map.entry(
                    "topologies.md, block 1",
                    "assertEquals(\"OK\", connection.sync().set(\"a\", \"1\")); client.shutdown();"),
            Map.entry(
                    "topologies.md, block 2",
                    "assertEquals(\"OK\", client.connect().sync().set(\"a\", \"2\")); client.shutdown();"),
            Map.entry("testing.md, block 1", ""),
            Map.entry("testing.md, block 2", ""),
            Map.entry("testing.md, block 3", ""),
            Map.entry("testing.md, block 4", ""),
            Map.entry("testing.md, block 5", ""),
            Map.entry("testing.md, block 6", ""),
            Map.entry("testing.md, block 7", ""),
            Map.entry("testing.md, block 8", ""),
            Map.entry("testing.md, block 9", ""),
            Map.entry("testing.md, block 10", ""),
            Map.entry("valkey-java.md, block 1", ""),
            Map.entry("valkey-java.md, block 2", ""),
            Map.entry("valkey-java.md, block 3", ""));

    /** Needs a Docker engine: {@code ValkeyTlsContainerTest} of its module does the same with one. */
    private static final String IN_A_CONTAINER = "ValkeyTlsContainer";

    private static final Pattern CONNECTS = Pattern.compile(
            "Secure(Lettuce|Jedis|ValkeyJava)\\.|SecureRedisson\\.client|\\.connect\\(|new JedisPool\\(|new RotatingFiles\\(");

    private static final TestCertificate CA =
            TestCertificate.root().subject("CN=Example CA").build();
    private static final TestCertificate OTHER =
            TestCertificate.root().subject("CN=Other CA").build();
    private static final TestCertificate APP = CA.issue().subject("CN=app").build();
    private static final String PASSWORD = "correct-horse-battery";

    @TempDir
    private static Path files = Path.of("");

    @TempDir
    private Path classes = Path.of("");

    private static ValkeyCluster server;
    private static TestProxy proxy;

    /** A cluster of one node is a server for everything. */
    @BeforeAll
    static void start() throws IOException {
        APP.writePem(files, "app");
        Files.writeString(files.resolve("app.password"), PASSWORD + "\n");
        TestCertificate identity =
                CA.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
        server = ValkeyCluster.builder(identity, CA)
                .primaries(1)
                .replicas(0)
                .user("app", PASSWORD)
                .start();
        proxy = new TestProxy(
                TestProxy.Kind.SOCKS5, Map.of("localhost", server.node(0).port()));
    }

    @AfterAll
    static void stop() {
        proxy.close();
        server.close();
    }

    private static String here() {
        return "localhost:" + server.node(0).port();
    }

    /** The block as it is run: with our files, our server, and what comes after it. */
    private static DocumentationExample placed(DocumentationExample example) {
        return example.with((example.code() + CONNECTING.getOrDefault(example.toString(), ""))
                .replace("/etc/valkey/tls", files.toString())
                .replace("\"valkey.internal\"", "\"localhost\"")
                .replace("6380", Integer.toString(server.node(0).port()))
                .replace("node-1.internal:6379", here())
                .replace(
                        "\"node-1.internal\", 6379",
                        "\"localhost\", " + server.node(0).port())
                .replace("\"proxy.internal\", 1080", "\"localhost\", " + proxy.port())
                .replace("node-2.internal:6379", here()));
    }

    private void run(DocumentationExample example) throws Exception {
        DocumentationExample placed = placed(example);
        assertThat(placed.compile(classes)).isEmpty();
        RedisURI node = RedisURI.create("rediss://app:" + PASSWORD + "@" + here());
        ClientResources resources = ClientResources.create();
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(CA.certificate()))
                .presenting(ClientIdentity.of(APP.privateKey(), APP.chain()))
                .build()) {
            placed.run(
                    classes,
                    Map.of(
                            "tls", tls,
                            "password", PASSWORD,
                            "one", node,
                            "two", node,
                            "resources", resources,
                            "tokens", (Supplier<String>) () -> PASSWORD,
                            "server",
                                    new HostAndPort("localhost", server.node(0).port()),
                            "config",
                                    SecureJedis.clientConfig(
                                            tls,
                                            DefaultJedisClientConfig.builder()
                                                    .user("app")
                                                    .password(PASSWORD)
                                                    .build())));
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyBlock_compiles() throws IOException {
        List<DocumentationExample> examples = DocumentationExample.all();

        assertThat(examples.stream().map(DocumentationExample::page)).containsAll(DocumentationExample.GIVEN.keySet());
        return examples.stream()
                .map(example -> DynamicTest.dynamicTest(
                        example.toString(),
                        () -> assertThat(example.compile(classes)).isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> everyBlockThatConnects_runs() throws IOException {
        Files.writeString(files.resolve("ca.crt"), CA.certificatePem());
        List<DocumentationExample> connecting = DocumentationExample.all().stream()
                .filter(example -> CONNECTS.matcher(example.code()).find()
                        && !example.code().contains(IN_A_CONTAINER))
                .toList();

        assertThat(connecting)
                .extracting(DocumentationExample::toString)
                .containsExactlyInAnyOrderElementsOf(CONNECTING.keySet());
        return connecting.stream().map(example -> DynamicTest.dynamicTest(example.toString(), () -> run(example)));
    }

    /** What the README says that its examples print if they trust another CA. */
    @Test
    void examplesOfTheReadme_anotherCa_printWhatStandsThere() throws Exception {
        Files.writeString(files.resolve("ca.crt"), OTHER.certificatePem());
        String expected = placed(new DocumentationExample("README.md", 0, readmesMessage()))
                .code()
                .replace("valkey.internal", "localhost");
        for (DocumentationExample example : DocumentationExample.all().stream()
                .filter(each -> each.code().contains("Refusal.of"))
                .toList()) {
            PrintStream before = System.err;
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
            try {
                Throwable thrown = catchThrowable(() -> run(example));

                assertThat(RefusalReason.of(thrown)).as(example.toString()).contains(RefusalReason.UNTRUSTED_ISSUER);
            } finally {
                System.setErr(before);
            }
            assertThat(printed.toString(StandardCharsets.UTF_8)).isEqualToIgnoringWhitespace(expected);
        }
    }

    private static String readmesMessage() throws IOException {
        return Files.readString(Path.of("../README.md"))
                .lines()
                .dropWhile(line -> !line.startsWith("UNTRUSTED_ISSUER: "))
                .takeWhile(line -> !line.startsWith("```"))
                .reduce("", (all, line) -> all + line + "\n");
    }

    /** Unless the JVM has a store of its own making, such as a distribution's with fewer roots. */
    @Test
    void rootsOfManagedServices_areInTheStoreOfTheJvmByThatName() throws IOException {
        String page = Files.readString(Path.of("../docs/managed-services.md"));
        List<String[]> services = Pattern.compile("TrustAnchors\\.jvm\\(([^;]*)\\);")
                .matcher(page)
                .results()
                .map(call -> Pattern.compile("\"([^\"]+)\"")
                        .matcher(call.group(1))
                        .results()
                        .map(name -> name.group(1))
                        .toArray(String[]::new))
                .toList();

        assertThat(services).hasSize(3).allSatisfy(names -> {
            try (SecureTls tls = SecureTls.trusting(TrustAnchors.jvm(names))
                    .withoutClientIdentity()
                    .build()) {
                assertThat(tls.status().unusableAnchors()).isEmpty();
                assertThat(tls.describe()).contains(names);
            }
        });
    }

    /** The guard of the guard: a call of a method that is not there is an error. */
    @Test
    void blockWithAnUnknownMethod_doesNotCompile() {
        assertThat(new DocumentationExample("README.md", 0, "SecureTls.insecure();\n").compile(classes))
                .hasSize(1)
                .allSatisfy(error -> assertThat(error).contains("insecure"));
    }
}
