package io.valkeysecure.forbidden;

import static org.assertj.core.api.Assertions.assertThat;

import de.thetaphi.forbiddenapis.Checker;
import de.thetaphi.forbiddenapis.ForbiddenApiException;
import de.thetaphi.forbiddenapis.Logger;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each use is one line of a compiled class, so that a violation's line number names the use. */
class ForbiddenUsesTest {

    private static final Pattern LINE = Pattern.compile("\\(Uses\\.java:(\\d+)\\)");
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
            "org.apache.commons.pool2.impl.GenericObjectPoolConfig<Jedis> poolConfig",
            "javax.net.ssl.SSLSocketFactory factory",
            "javax.net.ssl.SSLParameters parameters",
            "javax.net.ssl.HostnameVerifier verifier");

    @TempDir
    Path directory;

    @Test
    void signatures_rawUses_findEachOne() throws Exception {
        List<String> uses = uses("raw-uses.txt");
        assertThat(uses).hasSizeGreaterThanOrEqualTo(40);
        assertThat(found(uses)).containsExactlyInAnyOrderElementsOf(uses);
    }

    @Test
    void signatures_guardedUses_findNone() throws Exception {
        List<String> uses = uses("guarded-uses.txt");
        assertThat(uses).hasSizeGreaterThanOrEqualTo(40);
        assertThat(found(uses)).isEmpty();
    }

    /** The checker's finding for each use; a checker that fails for another reason than a violation throws. */
    private Set<String> found(List<String> uses) throws Exception {
        Path classes = compile(uses);
        List<String> errors = new ArrayList<>();
        Checker checker = new Checker(
                new Errors(errors),
                ForbiddenUsesTest.class.getClassLoader(),
                Checker.Option.FAIL_ON_VIOLATION,
                Checker.Option.FAIL_ON_UNRESOLVABLE_SIGNATURES);
        for (String file : List.of("lettuce.txt", "jedis.txt")) {
            try (InputStream signatures = resource(file)) {
                checker.parseSignaturesFile(signatures, file);
            }
        }
        try (Stream<Path> files = Files.walk(classes)) {
            checker.addClassesToCheck(files.filter(file -> file.toString().endsWith(".class"))
                    .map(Path::toFile)
                    .toArray(File[]::new));
        }
        Set<String> found = new TreeSet<>();
        try {
            checker.run();
        } catch (ForbiddenApiException violations) {
            errors.forEach(error -> LINE.matcher(error)
                    .results()
                    .forEach(match -> found.add(uses.get(Integer.parseInt(match.group(1)) - 1))));
            assertThat(found).as("violations without a line: %s", errors).isNotEmpty();
        }
        return found;
    }

    private Path compile(List<String> uses) throws IOException {
        StringBuilder source = new StringBuilder("package example; import io.valkeysecure.*;"
                + " import io.valkeysecure.jedis.SecureJedis; import io.valkeysecure.lettuce.SecureLettuce;"
                + " import redis.clients.jedis.*; class Uses { ");
        for (int i = 0; i < uses.size(); i++) {
            source.append("void use" + i + "(" + PARAMETERS + ") { " + uses.get(i) + " }\n");
        }
        Path file = Files.writeString(directory.resolve("Uses.java"), source + "}");
        int exit = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-nowarn",
                        "-g",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-d",
                        directory.toString(),
                        file.toString());
        assertThat(exit).as("exit code of javac").isZero();
        return directory;
    }

    private static List<String> uses(String name) throws IOException {
        try (InputStream in = resource(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static InputStream resource(String name) {
        InputStream in = ForbiddenUsesTest.class.getResourceAsStream(name);
        assertThat(in).as("resource %s", name).isNotNull();
        return in;
    }

    private record Errors(List<String> lines) implements Logger {
        @Override
        public void error(String message) {
            lines.add(message);
        }

        @Override
        public void warn(String message) {
            throw new AssertionError("a signature was skipped or changed: " + message);
        }

        @Override
        public void info(String message) {}

        @Override
        public void debug(String message) {}
    }
}
