package io.valkeysecure.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The limit: a client in C, on OpenSSL, that does nothing else. Valkey's own. It resumes no sessions. */
final class ValkeyBenchmark {
    static final String PLAINTEXT = "C, valkey-benchmark, plaintext";
    static final String TLS = "C, valkey-benchmark --tls";

    /** What it is asked for is counted, not timed: about this many a second, so that it ends when others would. */
    private static final int COMMANDS = 800_000;

    private static final int COMMANDS_TLS = 400_000;
    private static final Pattern CHILDREN = Pattern.compile("(\\d+)m([0-9.]+)s (\\d+)m([0-9.]+)s\\s*$");
    private static final Pattern RATE = Pattern.compile("\"[A-Z]+[^\"]*\",\"([0-9.]+)\"");
    private static final double MINUTE = 60;

    private final Site site;

    ValkeyBenchmark(Site site) {
        this.site = site;
    }

    /** One connection, so many commands in flight. */
    Map<Metric, Double> pipelined(boolean tls, int window, Duration length, String... command) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("-c", "1", "-P", Integer.toString(window)));
        arguments.addAll(List.of(command));
        return run(tls, count(tls ? COMMANDS_TLS : COMMANDS, length), arguments);
    }

    /** So many connections, each with one command. */
    Map<Metric, Double> opening(boolean tls, int clients) throws Exception {
        long begun = System.nanoTime();
        Map<Metric, Double> measured = run(tls, clients, List.of("-c", Integer.toString(clients), "PING"));
        measured.put(
                Metric.ALL_USABLE, (System.nanoTime() - begun) / 1e6); // its own rate leaves out most of connecting
        measured.remove(Metric.RATE);
        return measured;
    }

    private static long count(int aSecond, Duration length) {
        return Math.max(1, aSecond * length.toMillis() / 1000);
    }

    private Map<Metric, Double> run(boolean tls, long count, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                // the shell tells what its children have used
                "sh",
                "-c",
                "\"$@\" && times",
                "sh",
                "valkey-benchmark",
                "--csv",
                "-h",
                site.server().host(),
                "-n",
                Long.toString(count)));
        if (tls) {
            command.addAll(List.of("-p", Integer.toString(site.server().port()), "--tls"));
            command.addAll(List.of("--cacert", site.anchors().toString()));
            command.addAll(List.of("--cert", site.client().certificate().toString()));
            command.addAll(List.of("--key", site.client().key().toString()));
        } else {
            command.addAll(List.of("-p", Integer.toString(site.server().plaintextPort())));
        }
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("valkey-benchmark has failed: " + output);
        }
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(Metric.RATE, Double.valueOf(found(RATE, output).group(1)));
        Matcher used = found(CHILDREN, output);
        double seconds = MINUTE * (Double.parseDouble(used.group(1)) + Double.parseDouble(used.group(3)))
                + Double.parseDouble(used.group(2))
                + Double.parseDouble(used.group(4));
        measured.put(Metric.CLIENT_CPU, seconds * 1e6 / count);
        return measured;
    }

    private static Matcher found(Pattern pattern, String output) throws IOException {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IOException("expected " + pattern + " in what valkey-benchmark has written: " + output);
        }
        return matcher;
    }
}
