package io.valkeysecure.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Runs all targets, or those that are named, each in a JVM of its own under Jazzer, and divides the time among them.
 *
 * <p>Arguments: minutes, the directory to work in, names of targets. The directory keeps each target's corpus for the
 * next run.
 */
public final class FuzzSuite {
    private static final Pattern EXECUTIONS = Pattern.compile("(?m)^(?:stat::number_of_executed_units: +|#)([0-9]+)");
    private static final Pattern MINUTES = Pattern.compile("[1-9][0-9]{0,3}");
    private static final int SECONDS_FOR_ONE_INPUT = 120;
    private static final int SECONDS_TO_START_AND_END = 300;
    private static final int FEWEST_SECONDS = 10;

    /** What would take a connection, a file or a class of this library's for an attack. */
    private static final List<String> DETECTORS = Stream.of(
                    "Deserialization",
                    "FilePathTraversal",
                    "LdapInjection",
                    "NamingContextLookup",
                    "OsCommandInjection",
                    "ReflectiveCall",
                    "RegexInjection",
                    "RegexRoadblocks",
                    "ServerSideRequestForgery")
            .map(name -> "com.code_intelligence.jazzer.sanitizers." + name)
            .toList();

    private final Path directory;
    private final int seconds;

    private record Outcome(String target, long executions, List<Path> findings) {}

    private FuzzSuite(Path directory, int seconds) {
        this.directory = directory;
        this.seconds = seconds;
    }

    /**
     * Runs.
     *
     * @param arguments minutes, directory, names of targets
     * @throws Exception if something fails that is no finding
     */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 2 || !MINUTES.matcher(arguments[0]).matches()) {
            System.err.println(
                    "valkey-secure: error: expected a number of minutes, got: " + String.join(" ", arguments));
            System.exit(2);
        }
        List<String> names = arguments.length > 2 ? List.of(arguments).subList(2, arguments.length) : Targets.names();
        List<String> unknown =
                names.stream().filter(name -> !Targets.names().contains(name)).toList();
        if (!unknown.isEmpty()) {
            System.err.println("valkey-secure: error: no target " + String.join(", ", unknown) + ", there are "
                    + String.join(", ", Targets.names()));
            System.exit(2);
        }
        int atOnce = Math.min(Runtime.getRuntime().availableProcessors(), names.size());
        int rounds = (names.size() + atOnce - 1) / atOnce;
        int seconds = Math.max(FEWEST_SECONDS, Integer.parseInt(arguments[0]) * 60 / rounds);
        System.out.printf("== %d targets, %d at once, %d s each%n", names.size(), atOnce, seconds);
        System.exit(new FuzzSuite(Path.of(arguments[1]), seconds).run(names, atOnce) ? 0 : 1);
    }

    private boolean run(List<String> names, int atOnce) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(atOnce);
        try {
            List<Future<Outcome>> running = new ArrayList<>();
            for (String name : names) {
                running.add(pool.submit(() -> fuzz(name)));
            }
            long executions = 0;
            int findings = 0;
            for (Future<Outcome> each : running) {
                Outcome outcome = each.get();
                executions += outcome.executions();
                findings += outcome.findings().size();
                outcome.findings().forEach(file -> System.out.println("finding: " + file));
            }
            System.out.printf("fuzz: %d targets, %d executions, %d findings%n", names.size(), executions, findings);
            return findings == 0;
        } finally {
            pool.shutdownNow();
        }
    }

    private Outcome fuzz(String name) throws Exception {
        Path corpus = Files.createDirectories(directory.resolve("corpus").resolve(name));
        Path found = directory.resolve("findings").resolve(name);
        clear(found);
        Files.createDirectories(found);
        int number = 0;
        for (byte[] seed : Targets.named(name).seeds()) {
            Files.write(corpus.resolve("seed-" + number++), seed);
        }
        for (Regressions.Input regression : Regressions.of(name)) {
            Files.write(corpus.resolve("regression-" + regression.name()), regression.bytes());
        }
        Path log = directory.resolve(name + ".log");
        System.out.println("== " + name + ": begins, log " + log);
        Process process = new ProcessBuilder(command(name, corpus, found))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Thread killer = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(killer);
        boolean ended =
                process.waitFor((long) seconds + SECONDS_FOR_ONE_INPUT + SECONDS_TO_START_AND_END, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly().waitFor();
        }
        Runtime.getRuntime().removeShutdownHook(killer);
        List<Path> findings = findings(found);
        if (!ended || process.exitValue() != 0) {
            findings.add(log);
        }
        long executions = executions(Files.readString(log));
        if (executions == 0 && findings.isEmpty()) {
            findings.add(log);
        }
        System.out.printf("== %s: %d executions, %d findings%n", name, executions, findings.size());
        return new Outcome(name, executions, findings);
    }

    private List<String> command(String name, Path corpus, Path found) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:+UseSerialGC",
                // as a thread of a client has it
                "-Xss1m",
                "-cp",
                System.getProperty("java.class.path"),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + OneTarget.class.getName(),
                "--target_args=" + name + " " + found,
                // coverage only: neither comparisons nor Jazzer's own detectors
                "--trace=cov",
                "--custom_hook_excludes=**",
                "--disabled_hooks=" + String.join(":", DETECTORS),
                "--instrumentation_includes=io.valkeysecure.**",
                "--instrumentation_excludes=io.valkeysecure.testkit.**",
                "--reproducer_path=" + found,
                "-artifact_prefix=" + found + File.separator,
                "-max_total_time=" + seconds,
                "-timeout=" + SECONDS_FOR_ONE_INPUT,
                "-rss_limit_mb=4096",
                "-max_len=4096",
                "-print_final_stats=1",
                corpus.toString());
    }

    private static void clear(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Each is an input; what is told of it lies beside it. */
    private static List<Path> findings(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.filter(file -> !file.toString().endsWith(".txt")
                            && !file.toString().endsWith(".java"))
                    .sorted()
                    .toList());
        }
    }

    private static long executions(String log) {
        Matcher matcher = EXECUTIONS.matcher(log);
        long most = 0;
        while (matcher.find()) {
            most = Math.max(most, Long.parseLong(matcher.group(1)));
        }
        return most;
    }
}
