package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The shop in a JVM of its own, as a user starts it. */
final class ShopProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Pattern PORT = Pattern.compile("Tomcat started on port (\\d+)");
    private static final Pattern STARTED = Pattern.compile("process running for ([0-9.]+)\\)");
    private static final Pattern LIVE_BYTES = Pattern.compile("(?m)^Total +\\d+ +(\\d+)$");

    private final Path log;
    private final Process process;

    private ShopProcess(Path log, Process process) {
        this.log = log;
        this.process = process;
    }

    /**
     * Starts the shop.
     *
     * @param jars which entries of its class path it gets
     * @param options of the JVM
     */
    static ShopProcess start(Path directory, Predicate<String> jars, List<String> options, List<String> properties)
            throws IOException {
        List<String> classPath =
                new ArrayList<>(List.of(Path.of("target", "classes").toString()));
        Arrays.stream(Files.readString(Path.of("target", "class-path")).strip().split(File.pathSeparator))
                .filter(jars)
                .forEach(classPath::add);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), ShopApplication.class.getName()));
        command.add("--server.port=0");
        properties.forEach(property -> command.add("--" + property));
        Path log = Files.createTempFile(directory, "shop", ".log");
        return new ShopProcess(
                log,
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start());
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + log, e);
        }
    }

    private String awaited(Pattern pattern) {
        await().atMost(PATIENCE).until(() -> pattern.matcher(log()).find() || !process.isAlive());
        assertThat(log()).containsPattern(pattern);
        return pattern.matcher(log())
                .results()
                .map(MatchResult::group)
                .map(found -> found.replaceAll("[^0-9.]", ""))
                .findFirst()
                .orElseThrow();
    }

    String url() {
        return "http://localhost:" + awaited(PORT);
    }

    /** {@return what the process ended with} */
    int exitCode() {
        awaitExit();
        return process.exitValue();
    }

    /** {@return how long the start took, the JVM's included} */
    double startSeconds() {
        return Double.parseDouble(awaited(STARTED));
    }

    /** {@return the size of the objects that are alive, after a collection} */
    long liveBytes() throws IOException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        String histogram = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return LIVE_BYTES
                .matcher(histogram)
                .results()
                .mapToLong(total -> Long.parseLong(total.group(1)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no total in: " + histogram));
    }

    @Override
    public void close() {
        process.destroy();
        awaitExit();
    }

    private void awaitExit() {
        Process unused = process.onExit()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
