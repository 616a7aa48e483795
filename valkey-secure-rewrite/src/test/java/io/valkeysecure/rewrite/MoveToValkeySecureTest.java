package io.valkeysecure.rewrite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openrewrite.InMemoryExecutionContext;
import org.openrewrite.Result;
import org.openrewrite.SourceFile;
import org.openrewrite.internal.InMemoryLargeSourceSet;
import org.openrewrite.java.JavaParser;

/** The raw and guarded uses that the signature files and the rules of ArchUnit are tested with, and the moves. */
class MoveToValkeySecureTest {
    private static final String PARAMETERS = "SecureTls tls, io.lettuce.core.RedisURI lettuceUri,"
            + " io.lettuce.core.resource.ClientResources resources, io.lettuce.core.SslOptions lettuceSsl,"
            + " SslOptions jedisSsl, java.net.URI uri, HostAndPort server, JedisClientConfig config,"
            + " org.apache.commons.pool2.impl.GenericObjectPoolConfig<Jedis> poolConfig,"
            + " javax.net.ssl.SSLSocketFactory factory, javax.net.ssl.SSLParameters parameters,"
            + " javax.net.ssl.HostnameVerifier verifier";
    private static final String IMPORTS = """
            import io.valkeysecure.*;
            import io.valkeysecure.jedis.SecureJedis;
            import io.valkeysecure.lettuce.SecureLettuce;
            import redis.clients.jedis.*;
            """;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void rawUses_areEachMovedOrMarked_andTheResultCompiles() throws IOException {
        List<String> sources = sources("raw-uses.txt");
        List<String> after = run(sources);
        for (int i = 0; i < sources.size(); i++) {
            assertThat(after.get(i)).isNotEqualTo(sources.get(i));
        }
        assertThat(compiles(after)).isTrue();
        assertThat(run(after)).as("a second run").isEqualTo(after);
        System.out.printf(
                "rewrite: %d raw found, %d moved, %d compile%n",
                after.size(),
                after.stream()
                        .filter(text -> !text.contains("/* valkey-secure:") || text.contains("redis:// is refused"))
                        .count(),
                after.size());
    }

    @Test
    void guardedUses_areNotChanged() throws IOException {
        List<String> sources = sources("guarded-uses.txt");
        assertThat(run(sources)).isEqualTo(sources);
    }

    @Test
    void lettuceClient_tlsInScope_isMoved() {
        assertThat(statement(
                        "io.lettuce.core.RedisClient.create(lettuceUri);",
                        "SecureTls tls, io.lettuce.core.RedisURI lettuceUri"))
                .contains("SecureLettuce.client(tls, lettuceUri);")
                .doesNotContain("/*");
    }

    @Test
    void lettuceClient_noTlsInScope_isMarkedWithTheReason() {
        assertThat(statement("io.lettuce.core.RedisClient.create(lettuceUri);", "io.lettuce.core.RedisURI lettuceUri"))
                .contains("/* valkey-secure: this client is not guarded;")
                .contains("no SecureTls is in scope here */ io.lettuce.core.RedisClient.create(lettuceUri);");
    }

    @Test
    void lettuceClient_plaintextUri_isMovedAndMarked() {
        assertThat(statement("io.lettuce.core.RedisClient.create(\"redis://h\");", "SecureTls tls"))
                .contains("SecureLettuce.client(tls, \"redis://h\");")
                .contains("/* valkey-secure: redis:// is refused;");
    }

    @Test
    void jedisPool_hostAndPort_isMoved() {
        assertThat(statement("JedisPool pool = new JedisPool(\"h\", 6380);", "SecureTls tls"))
                .contains("SecureJedis.pool(tls, new redis.clients.jedis.HostAndPort(\"h\", 6380),"
                        + " redis.clients.jedis.DefaultJedisClientConfig.builder().build());");
    }

    @Test
    void jedis_hostAndPort_isMoved() {
        assertThat(statement("Jedis jedis = new Jedis(\"h\", 6380);", "SecureTls tls"))
                .contains("io.valkeysecure.jedis.SecureJedis.clientConfig(tls, ");
    }

    @Test
    void instanceField_inStaticMethod_isNotUsed() {
        String source = IMPORTS + "class Use0 { SecureTls tls; static void use(io.lettuce.core.RedisURI u) {"
                + " io.lettuce.core.RedisClient.create(u); } }";
        assertThat(run(List.of(source)).get(0)).contains("no SecureTls is in scope here");
        assertThat(run(List.of(source.replace("static void", "void"))).get(0)).contains("SecureLettuce.client(tls, u)");
    }

    private static String statement(String statement, String parameters) {
        return run(List.of(source(0, statement, parameters))).get(0);
    }

    private static String source(int number, String statement, String parameters) {
        return IMPORTS + "class Use" + number + " { void use(" + parameters + ") {\n        " + statement + "\n} }\n";
    }

    private static List<String> sources(String resource) throws IOException {
        try (InputStream in =
                MoveToValkeySecureTest.class.getResourceAsStream("/io/valkeysecure/archunit/" + resource)) {
            assertThat(in).as(resource).isNotNull();
            List<String> statements = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
            assertThat(statements).hasSizeGreaterThanOrEqualTo(40);
            List<String> sources = new ArrayList<>();
            for (String statement : statements) {
                sources.add(source(sources.size(), statement, PARAMETERS));
            }
            return sources;
        }
    }

    /** {@return the sources after the recipe, in their order} */
    private static List<String> run(List<String> sources) {
        InMemoryExecutionContext context = new InMemoryExecutionContext(failure -> {
            throw new AssertionError(failure);
        });
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .toList();
        List<SourceFile> parsed = JavaParser.fromJavaVersion()
                .classpath(classPath)
                .build()
                .parse(context, sources.toArray(String[]::new))
                .toList();
        List<String> after = new ArrayList<>(sources);
        for (Result result : new MoveToValkeySecure()
                .run(new InMemoryLargeSourceSet(parsed), context)
                .getChangeset()
                .getAllResults()) {
            assertThat(result.getAfter()).isNotNull();
            for (int i = 0; i < parsed.size(); i++) {
                if (parsed.get(i).getId().equals(result.getAfter().getId())) {
                    after.set(i, result.getAfter().printAll());
                }
            }
        }
        return after;
    }

    private boolean compiles(List<String> sources) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-d", directory.toString(), "-cp"));
        arguments.add(System.getProperty("java.class.path"));
        for (int i = 0; i < sources.size(); i++) {
            Path file = directory.resolve("Use" + i + ".java");
            arguments.add(Files.writeString(file, sources.get(i)).toString());
        }
        return ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)) == 0;
    }
}
