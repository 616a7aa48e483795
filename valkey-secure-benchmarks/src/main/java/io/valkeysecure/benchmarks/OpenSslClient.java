package io.valkeysecure.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * The limit of a connection: a client in C, on OpenSSL, that connects, verifies the server's chain and name, sends PING
 * and does nothing else. {@code src/main/c/openssl-client.c} is all of it.
 */
final class OpenSslClient {
    /** The system property that names the program. */
    static final String PROGRAM_PROPERTY = "bench.openssl-client";

    private static final String COUNTS = "\\d+ \\d+ \\d+ \\d+";

    /** With which handshake, if any. */
    enum Kind {
        PLAINTEXT("C, plaintext"),
        FULL("C, OpenSSL, full handshakes"),
        RESUMED("C, OpenSSL, resumed");

        private final String variant;

        Kind(String variant) {
            this.variant = variant;
        }

        String variant() {
            return variant;
        }
    }

    private final Site site;
    private final long process;

    OpenSslClient(Site site) {
        this.site = site;
        process = Site.process(site.server());
    }

    /** A connection for each command, so many at a time. */
    Map<Metric, Double> connecting(Kind kind, int threads, Duration length) throws Exception {
        String program = Objects.requireNonNull(System.getProperty(PROGRAM_PROPERTY), PROGRAM_PROPERTY);
        int port = kind == Kind.PLAINTEXT
                ? site.server().plaintextPort()
                : site.server().port();
        Usage before = Usage.now(process);
        Process client = new ProcessBuilder(List.of(
                        program,
                        kind.name().toLowerCase(Locale.ROOT),
                        site.server().host(),
                        Integer.toString(port),
                        Integer.toString(threads),
                        Long.toString(length.toMillis()),
                        site.anchors().toString(),
                        site.client().certificate().toString(),
                        site.client().key().toString()))
                .redirectErrorStream(true)
                .start();
        String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (client.waitFor() != 0 || !output.matches(COUNTS)) {
            throw new IOException("expected four numbers of %s, seen %s".formatted(program, output));
        }
        String[] counts = output.split(" ", -1);
        double connections = Double.parseDouble(counts[0]);
        Map<Metric, Double> measured = before.sinceBy((long) connections);
        // the JVM only waited
        measured.remove(Metric.ALLOCATED);
        measured.put(Metric.CLIENT_CPU, Double.parseDouble(counts[1]) / connections);
        measured.put(Metric.RATE, connections * 1e6 / Double.parseDouble(counts[2]));
        if (kind != Kind.PLAINTEXT) {
            measured.put(Metric.RESUMED, 100 * Double.parseDouble(counts[3]) / connections);
        }
        return measured;
    }
}
