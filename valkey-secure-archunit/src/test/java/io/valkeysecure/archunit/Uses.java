package io.valkeysecure.archunit;

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

/**
 * Statements that use a client. Each is compiled in a class and on a line of its own, so that the line number of a
 * violation names the statement.
 */
record Uses(List<String> statements, Path classes) {

    /** Compiles the statements of a resource, one a line. */
    static Uses compile(String resource, Path directory) throws IOException {
        List<String> statements = lines(resource);
        String client = resource.contains("spring") ? "spring" : resource.contains("redisson") ? "redisson" : "";
        String parameters = String.join(", ", lines(client.isEmpty() ? "parameters.txt" : client + "-parameters.txt"));
        StringBuilder source = new StringBuilder("package example; import io.valkeysecure.*;"
                + " import io.valkeysecure.jedis.SecureJedis; import io.valkeysecure.lettuce.SecureLettuce;"
                + " import io.valkeysecure.redisson.SecureRedisson;"
                + switch (client) {
                    case "spring" ->
                        " import org.springframework.data.redis.connection.*;"
                                + " import org.springframework.data.redis.connection.jedis.*;"
                                + " import org.springframework.data.redis.connection.lettuce.*; ";
                    case "redisson" -> " import org.redisson.api.*; import org.redisson.config.*; ";
                    default -> " import redis.clients.jedis.*; ";
                });
        for (int i = 0; i < statements.size(); i++) {
            source.append("class Use" + i + " { void use(" + parameters + ") { " + statements.get(i) + " } }\n");
        }
        return new Uses(statements, compile(directory, "Uses.java", source.toString()));
    }

    private static List<String> lines(String resource) throws IOException {
        try (InputStream in = Uses.class.getResourceAsStream(resource)) {
            assertThat(in).as("resource %s", resource).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** Compiles one source file, and returns the directory with its classes. */
    static Path compile(Path directory, String name, String source) throws IOException {
        Path file = Files.writeString(directory.resolve(name), source);
        List<String> arguments = new ArrayList<>(List.of("-proc:none", "-nowarn", "-g", "-cp"));
        arguments.add(directory + File.pathSeparator + System.getProperty("java.class.path"));
        arguments.addAll(List.of("-d", directory.toString(), file.toString()));
        int exit = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(new String[0]));
        assertThat(exit).as("exit code of javac").isZero();
        return directory;
    }

    List<Path> classFiles() throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    /** {@return the statement on a line of the compiled file} */
    String onLine(int line) {
        return statements.get(line - 1);
    }
}
