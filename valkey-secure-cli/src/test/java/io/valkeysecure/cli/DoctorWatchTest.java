package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.base.ExitCode;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code doctor --watch}: a process of its own, over a real server that comes, gets worse, better, and goes. */
class DoctorWatchTest {
    private static final Pattern URL = Pattern.compile("metrics: (http://localhost:\\d+/metrics)");
    private static final String UP = "valkey_doctor_reachable{server=\"localhost:%d\"} %s";
    private static final String PROTECTED = "valkey_doctor_findings{check=\"protected-mode-off\",severity=\"medium\"} ";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    @Test
    void findingThatAppearsAndGoes_isToldAndCounted_untilInterrupted() throws Exception {
        Operator operator = new Operator(directory);
        int port = OperatedServer.freePort();
        Path out = directory.resolve("watch.out");
        Path err = directory.resolve("watch.err");
        Process watch = new ProcessBuilder(commandLine(port))
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            await(() -> assertThat(out).content().contains("not examined: localhost:" + port));
            URI metrics = URI.create(first(URL, Files.readString(out)));
            assertThat(scrape(metrics))
                    .contains(UP.formatted(port, "0.0"), "valkey_doctor_run_seconds_count{outcome=\"failed\"} 1")
                    .doesNotContain("valkey_doctor_findings{", "valkey_doctor_certificate_expiry_seconds{");

            try (OperatedServer server = operator.start("server", port, "conf --acl-file DIR/users.acl")) {
                await(() -> assertThat(out).content().contains("tight: 1 server, no findings"));
                assertThat(scrape(metrics)).contains(UP.formatted(port, "1.0"), PROTECTED + "0.0");
                assertThat(daysLeft(metrics, "role=\"server\",server=\"localhost:" + port + "\""))
                        .isBetween(13.0, 14.0);
                assertThat(daysLeft(metrics, "role=\"client\",server=\"none\"")).isBetween(13.0, 14.0);
                assertThat(number(metrics, "valkey_doctor_last_run_timestamp_seconds "))
                        .isBetween(System.currentTimeMillis() / 1e3 - 30, System.currentTimeMillis() / 1e3);

                set(operator, server, "no");
                await(() -> assertThat(out)
                        .content()
                        .contains(
                                "Z  1 new, 0 gone; 1 server, 1 finding",
                                "localhost:" + port + "  protected mode is off",
                                "change: protected-mode yes"));
                assertThat(scrape(metrics)).contains(PROTECTED + "1.0");

                set(operator, server, "yes");
                await(() -> assertThat(out).content().contains("Z  0 new, 1 gone; 1 server, no findings", "gone     "));
                assertThat(scrape(metrics)).contains(PROTECTED + "0.0");
            }
            await(() -> assertThat(out).content().containsPattern("(?s)0 new, 1 gone.*not examined: "));
            assertThat(scrape(metrics)).contains(UP.formatted(port, "0.0")).doesNotContain(PROTECTED);

            assertThat(Tool.of("kill", "procps")
                            .run("-INT", Long.toString(watch.pid()))
                            .exitCode())
                    .isZero();

            assertThat(watch.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(watch.exitValue()).as("as after SIGINT").isEqualTo(130);
            assertThat(Files.readString(out).lines().reduce("", (before, line) -> line))
                    .matches("== ended after \\d+ rounds");
            assertThat(err).isEmptyFile();
            assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> scrape(metrics)))
                    .isInstanceOf(ConnectException.class);
        } finally {
            watch.destroyForcibly();
        }
    }

    private static List<String> commandLine(int port) {
        List<String> command = new ArrayList<>(List.of(
                // what runs in the background of a script ignores SIGINT, and its children with it
                "env",
                "--default-signal=INT",
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.valkeysecure.cli.Main"));
        command.addAll(List.of(("doctor localhost:" + port + " --watch --interval 5 --metrics-port 0"
                        + " --ca DIR/ca/ca.crt --cert DIR/app.crt --key DIR/app.key --user admin"
                        + " --password-file DIR/admin.password --ignore DIR/accepted.json --plaintext-ports " + port)
                .replace("DIR", directory.toString())
                .split(" ", -1)));
        return command;
    }

    private static void set(Operator operator, OperatedServer server, String value) {
        assertThat(operator.connect(server.port(), "admin", "CONFIG SET protected-mode " + value)
                        .exitCode())
                .isZero();
    }

    private static void await(org.awaitility.core.ThrowingRunnable condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(condition);
    }

    private static String scrape(URI metrics) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .body();
    }

    private static double daysLeft(URI metrics, String tags) throws IOException, InterruptedException {
        return number(metrics, "valkey_doctor_certificate_expiry_seconds{" + tags + "} ")
                / Duration.ofDays(1).toSeconds();
    }

    private static double number(URI metrics, String series) throws IOException, InterruptedException {
        return Double.parseDouble(first(Pattern.compile("(?m)^" + Pattern.quote(series) + "(\\S+)"), scrape(metrics)));
    }

    private static String first(Pattern pattern, String text) {
        MatchResult found = pattern.matcher(text)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(pattern + " is not in " + text));
        return found.group(1);
    }

    // Bad input.

    @Test
    void arguments_areChecked() throws IOException {
        assertThat(usage("--interval 10")).contains("are about --watch, which is missing");
        assertThat(usage("--metrics-port 0")).contains("are about --watch, which is missing");
        assertThat(usage("--watch --json")).contains("--watch prints text");
        assertThat(usage("--watch --interval 4")).contains("expected 5 to 86400 seconds, was 4");
        assertThat(usage("--watch --metrics-port 65536")).contains("a port is from 0 to 65535");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(usage("--watch --metrics-port " + taken.getLocalPort()))
                    .contains("on loopback cannot be had", "give another by --metrics-port");
        }
    }

    /** What is wrong at the start is no reason to begin to watch. */
    @Test
    void start_withoutAnchorsOrHost_isAUsageError() {
        assertThat(usage("--watch --metrics-port 0")).contains("no-such-file");
    }

    private static String usage(String more) {
        Outcome outcome = Outcome.ofLine("doctor localhost:1 --ca no-such-file " + more);
        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
        return outcome.err();
    }
}
