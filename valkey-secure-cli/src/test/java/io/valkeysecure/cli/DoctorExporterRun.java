package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.cli.doctor.report.Check;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The distribution's redis_exporter watches a server, well and badly, and the doctor looks at how. Run by
 * {@code ./verify doctor}, which installs it.
 */
class DoctorExporterRun {
    private static final String PASSWORD = "watcher-password-12";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static Operator operator;
    private static OperatedServer server;
    private static int plain;

    @BeforeAll
    static void startServer() throws IOException {
        operator = new Operator(directory);
        plain = OperatedServer.freePort();
        String user = Check.MONITORING_POWERFUL
                .change()
                .replace("user exporter on #SHA256-OF-A-PASSWORD", "user watcher on >" + PASSWORD)
                .replace(", in the aclfile", "");
        Files.writeString(directory.resolve("users.acl"), user + "\n", StandardOpenOption.APPEND);
        server = operator.start(
                "server",
                OperatedServer.freePort(),
                "conf --acl-file DIR/users.acl",
                "--port",
                Integer.toString(plain));
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    /** The plaintext port is there for the one that uses it, and is no matter of these tests. */
    private static Set<String> findings(Map<String, String> environment, String... options) throws Exception {
        int port = OperatedServer.freePort();
        List<String> command = new ArrayList<>(List.of(Tool.of("prometheus-redis-exporter", "prometheus-redis-exporter")
                .path()));
        command.add("--web.listen-address=127.0.0.1:" + port);
        command.add("--tls-ca-cert-file=" + directory.resolve("ca/ca.crt"));
        command.add("--tls-client-cert-file=" + directory.resolve("app.crt"));
        command.add("--tls-client-key-file=" + directory.resolve("app.key"));
        command.addAll(List.of(options));
        Path log = Files.createTempFile(directory, "exporter", ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process exporter = builder.start();
        try {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(metrics(port))
                            .as(Files.readString(log))
                            .contains("\nredis_up 1\n", "\nredis_exporter_last_scrape_error{err=\"\"} 0\n"));
            Outcome outcome = operator.examine(server, "--timeout 30 --json --fail-on low");
            JsonNode report = new ObjectMapper().readTree(outcome.out());
            assertThat(Unsaid.in(outcome)).isEmpty();
            assertThat(outcome.out()).doesNotContain(PASSWORD);
            Set<String> found = new TreeSet<>();
            report.get("findings")
                    .forEach(finding -> found.add(finding.get("id").asText() + ": "
                            + finding.get("evidence").asText().replaceAll("process \\d+", "process N")));
            found.removeIf(finding -> finding.startsWith("plaintext-port-open"));
            for (JsonNode check : report.get("nodes").get(0).get("checks")) {
                if (check.get("check").asText().startsWith("monitoring")) {
                    assertThat(check.get("state").asText()).as(check.toString()).isIn("passed", "failed");
                }
            }
            return found;
        } finally {
            exporter.destroy();
            exporter.waitFor();
        }
    }

    private static String metrics(int port) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + "/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    private static String address() {
        return "rediss://localhost:" + server.port();
    }

    @Test
    void exporter_thatIsCareful_isNoFinding() throws Exception {
        assertThat(findings(Map.of("REDIS_PASSWORD", PASSWORD), "--redis.addr=" + address(), "--redis.user", "watcher"))
                .isEmpty();
        assertThat(findings(Map.of("REDIS_PASSWORD", PASSWORD, "REDIS_ADDR", address(), "REDIS_USER", "watcher")))
                .isEmpty();
    }

    @Test
    void exporter_thatDoesNotVerify_isFound() throws Exception {
        assertThat(findings(
                        Map.of("REDIS_PASSWORD", PASSWORD),
                        "--redis.addr=" + address(),
                        "--redis.user=watcher",
                        "--skip-tls-verification"))
                .containsExactly("monitoring-unprotected: exporter, process N: it does not verify the server"
                        + " (skip-tls-verification)");
    }

    @Test
    void exporter_withItsPasswordInTheCommandLine_isFound() throws Exception {
        String evidence =
                "monitoring-unprotected: exporter, process N: its password is in its command line, which every"
                        + " user of the machine can read";

        assertThat(findings(
                        Map.of(), "--redis.addr=" + address(), "--redis.user=watcher", "--redis.password=" + PASSWORD))
                .containsExactly(evidence);
        assertThat(findings(Map.of(), "--redis.addr=rediss://watcher:" + PASSWORD + "@localhost:" + server.port()))
                .containsExactly(evidence);
    }

    @Test
    void exporter_withoutTls_isFound() throws Exception {
        assertThat(findings(
                        Map.of("REDIS_PASSWORD", PASSWORD),
                        "--redis.addr=redis://localhost:" + plain,
                        "--redis.user=watcher"))
                .containsExactly("monitoring-unprotected: exporter, process N: it connects without TLS");
    }

    @Test
    void exporter_thatIsTheAdministrator_isFound() throws Exception {
        assertThat(findings(
                        Map.of("REDIS_PASSWORD", operator.password("admin")),
                        "--redis.addr=" + address(),
                        "--redis.user=admin"))
                .containsExactly("monitoring-powerful: an exporter logs in as admin, who may do everything");
    }
}
