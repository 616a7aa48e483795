package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.doctor.DoctorMetrics;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the doctor could not look at is said in every form of the report, and the verdict is never "tight". The twin of
 * each is the same server looked at in full.
 */
class DoctorCompletenessTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CLIENT = " --cert DIR/app.crt --key DIR/app.key";
    private static final String ADMIN = " --user admin --password-file DIR/admin.password";
    private static final String WRONG = " --user admin --password-file DIR/wrong.password";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static Operator operator;
    private static int number;

    @BeforeAll
    static void makeFiles() throws IOException {
        operator = new Operator(directory);
        Files.writeString(directory.resolve("wrong.password"), "not-the-password\n");
    }

    /** One examination in all its forms. */
    private record Forms(Outcome text, JsonNode json, JsonNode sarif, String html, String metrics) {
        JsonNode node(int place) {
            return json.get("nodes").get(place);
        }

        String login(int place) {
            return node(place).get("login").get("state").asText();
        }

        String state(int place, Check check) {
            for (JsonNode result : node(place).get("checks")) {
                if (result.get("check").asText().equals(check.id())) {
                    return result.get("state").asText();
                }
            }
            throw new AssertionError(check + " is not in " + node(place));
        }

        boolean isSuccessful() {
            return invocation().get("executionSuccessful").asBoolean();
        }

        JsonNode invocation() {
            return sarif.get("runs").get(0).get("invocations").get(0);
        }

        List<String> notifications() {
            List<String> texts = new ArrayList<>();
            invocation()
                    .get("toolExecutionNotifications")
                    .forEach(each -> texts.add(each.get("message").get("text").asText()));
            return texts;
        }
    }

    private static Forms examine(int port, int exitCode, String options) throws IOException {
        String call = "doctor localhost:" + port + " --ca DIR/ca/ca.crt" + options + " --plaintext-ports " + port;
        Path html = directory.resolve("report" + number++ + ".html");
        Outcome text = operator.call(call + " --html " + html);
        Outcome json = operator.call(call + " --json");
        Outcome sarif = operator.call(call + " --sarif");
        for (Outcome each : List.of(text, json, sarif)) {
            assertThat(each.exitCode()).as(each.toString()).isEqualTo(exitCode);
        }
        assertThat(Unsaid.in(json)).isEmpty();
        assertThat(ReportSchema.json().problems(json.out())).isEmpty();
        assertThat(ReportSchema.sarif().problems(sarif.out())).isEmpty();
        return new Forms(
                text,
                JSON.readTree(json.out()),
                JSON.readTree(sarif.out()),
                Files.readString(html),
                metrics(JSON.readTree(json.out())));
    }

    /** The meters of a report with these results, as {@code --watch} shows them. */
    private static String metrics(JsonNode json) {
        List<Report.Node> nodes = new ArrayList<>();
        for (JsonNode node : json.get("nodes")) {
            String[] endpoint = node.get("endpoint").asText().split(":", -1);
            List<Finding> findings = new ArrayList<>();
            for (JsonNode finding : json.get("findings")) {
                if (finding.get("target").equals(node.get("endpoint"))) {
                    findings.add(Check.of(finding.get("id").asText())
                            .orElseThrow()
                            .on(finding.get("target").asText(), ""));
                }
            }
            nodes.add(new Report.Node(
                    new Endpoint(endpoint[0], Integer.parseInt(endpoint[1])),
                    Optional.empty(),
                    Map.of(),
                    findings,
                    List.of(),
                    new Report.Login(state(node.get("login")), ""),
                    results(node.get("checks"))));
        }
        DoctorMetrics metrics = new DoctorMetrics(Severity.MEDIUM, Clock.systemUTC());
        metrics.examined(new Report(
                Instant.EPOCH,
                Duration.ofSeconds(1),
                List.of(),
                results(json.get("thisSide")),
                Optional.empty(),
                nodes));
        return metrics.registry().scrape();
    }

    private static List<CheckResult> results(JsonNode checks) {
        List<CheckResult> results = new ArrayList<>();
        checks.forEach(each -> results.add(new CheckResult(
                Check.valueOf(each.get("check").asText().replace('-', '_').toUpperCase(Locale.ROOT)),
                state(each),
                "")));
        return results;
    }

    private static CheckResult.State state(JsonNode result) {
        return CheckResult.State.valueOf(
                result.get("state").asText().replace(' ', '_').toUpperCase(Locale.ROOT));
    }

    private static OperatedServer start(String name, String... more) throws IOException {
        return operator.start(name, OperatedServer.freePort(), "conf --acl-file DIR/users.acl", more);
    }

    private static String login(int port, int value) {
        return "valkey_doctor_login{server=\"localhost:" + port + "\"} " + value + ".0";
    }

    private static String notMade(int port, int value) {
        return "valkey_doctor_checks_not_made{server=\"localhost:" + port + "\"} " + value + ".0";
    }

    @Test
    void everything_lookedAt_isTight() throws IOException {
        try (OperatedServer server = start("whole")) {
            Forms forms = examine(server.port(), ExitCode.OK, CLIENT + ADMIN);

            assertThat(forms.text().out())
                    .contains("login: passed", ", 0 not made", "== tight: 1 server, no findings")
                    .doesNotContain("because");
            assertThat(forms.json().get("verdict").asText()).isEqualTo("tight");
            assertThat(forms.json().get("complete").asBoolean()).isTrue();
            assertThat(forms.login(0)).isEqualTo("passed");
            assertThat(forms.isSuccessful()).isTrue();
            assertThat(forms.notifications()).isEmpty();
            assertThat(forms.html())
                    .contains("<p class=\"verdict tight\">tight</p>")
                    .doesNotContain(">incomplete", ">not made<");
            assertThat(forms.metrics())
                    .contains(
                            login(server.port(), 1),
                            notMade(server.port(), 0),
                            "valkey_doctor_run_seconds_count{outcome=\"tight\"} 1");
        }
    }

    @Test
    void login_notAskedFor_isTightFromOutside() throws IOException {
        try (OperatedServer server = start("outside")) {
            Forms forms = examine(server.port(), ExitCode.OK, CLIENT);

            assertThat(forms.text().out())
                    .contains("login: not applicable", "== tight from outside: 1 server, no findings");
            assertThat(forms.json().get("verdict").asText()).isEqualTo("tight from outside");
            assertThat(forms.json().get("scope").asText()).isEqualTo("outside");
            assertThat(forms.state(0, Check.BIND_WILDCARD)).isEqualTo("not applicable");
            assertThat(forms.state(0, Check.DEFAULT_USER_OPEN)).isEqualTo("passed");
            assertThat(forms.isSuccessful()).isTrue();
            assertThat(forms.html()).contains("<p class=\"verdict tight\">tight from outside</p>");
            assertThat(forms.metrics())
                    .doesNotContain("valkey_doctor_login{")
                    .contains("valkey_doctor_run_seconds_count{outcome=\"tight\"} 1");
        }
    }

    @Test
    void password_wrong_isAFailedLogin() throws IOException {
        try (OperatedServer server = start("wrong")) {
            Forms forms = examine(server.port(), ExitCode.USAGE, CLIENT + WRONG);

            assertThat(forms.login(0)).isEqualTo("failed");
            assertIncomplete(forms, "login as admin: WRONGPASS", server.port());
            assertThat(forms.notifications())
                    .contains("login failed: "
                            + forms.node(0).get("login").get("because").asText());
            assertThat(forms.state(0, Check.TLS_VERSION_OLD)).isEqualTo("passed");
            assertThat(forms.state(0, Check.PLAINTEXT_PORT_OPEN)).isEqualTo("not made");
            assertThat(forms.html()).contains("<p class=\"verdict incomplete\">the login failed</p>");
            assertThat(forms.metrics()).contains(login(server.port(), 0));
        }
    }

    /** Whatever else is found, the login that was asked for failed. */
    @Test
    void password_wrongAtAServerWithFindings_isAFailedLogin() throws IOException {
        try (OperatedServer server = start("both", "--tls-auth-clients", "optional")) {
            Forms forms = examine(server.port(), ExitCode.USAGE, CLIENT + WRONG);

            assertThat(forms.json().get("verdict").asText()).isEqualTo("findings");
            assertThat(forms.isSuccessful()).isFalse();
            assertThat(forms.text().out()).contains("1 server, 1 finding, ", " checks not made");
            Forms twin = examine(server.port(), ExitCode.REFUSED, CLIENT + ADMIN);
            assertThat(twin.json().get("complete").asBoolean()).isTrue();
            assertThat(twin.isSuccessful()).isTrue();
        }
    }

    @Test
    void clientCertificate_notGiven_isIncomplete() throws IOException {
        try (OperatedServer server = start("bare")) {
            for (String login : List.of(ADMIN, "")) {
                Forms forms = examine(server.port(), ExitCode.USAGE, login);

                assertIncomplete(forms, "it demands a client certificate", server.port());
                assertThat(forms.state(0, Check.DEFAULT_USER_OPEN)).isEqualTo("not made");
                assertThat(forms.login(0)).isEqualTo(login.isEmpty() ? "not applicable" : "not made");
            }
        }
    }

    @Test
    void configGet_refused_isIncomplete() throws IOException {
        Files.writeString(
                directory.resolve("little.acl"),
                Files.readString(directory.resolve("users.acl"))
                        .lines()
                        .map(line -> line.startsWith("user admin ") ? line + " -config|get" : line)
                        .collect(Collectors.joining("\n", "", "\n")));
        try (OperatedServer server =
                operator.start("little", OperatedServer.freePort(), "conf --acl-file DIR/little.acl")) {
            Forms forms = examine(server.port(), ExitCode.USAGE, CLIENT + ADMIN);

            assertIncomplete(forms, "CONFIG GET tls-*: NOPERM", server.port());
            assertThat(forms.login(0)).isEqualTo("passed");
            for (Check check : List.of(
                    Check.BIND_WILDCARD,
                    Check.PROTECTED_MODE_OFF,
                    Check.DEBUG_COMMANDS_ENABLED,
                    Check.PASSWORD_WEAK,
                    Check.UNIX_SOCKET_OPEN,
                    Check.SESSION_LIFETIME_LONG,
                    Check.CLIENT_CA_PUBLIC,
                    Check.SERVER_FILE_OPEN,
                    Check.SERVER_KEY_READABLE,
                    Check.PLAINTEXT_PORT_OPEN)) {
                assertThat(forms.state(0, check)).as(check.id()).isEqualTo("not made");
            }
            assertThat(forms.state(0, Check.USER_PASSWORDLESS)).isEqualTo("passed");
            assertThat(forms.metrics()).contains(login(server.port(), 1));
        }
    }

    @Test
    void replica_unreachable_isAFindingAndIncomplete() throws IOException {
        int gone = OperatedServer.freePort();
        try (OperatedServer server = start("replica", "--replicaof", "localhost " + gone)) {
            Forms forms = examine(server.port(), ExitCode.REFUSED, CLIENT + ADMIN);

            assertThat(forms.text().out())
                    .contains("2 servers, 1 finding, ", "because the server could not be examined: ConnectException")
                    .doesNotContain("tight");
            assertThat(forms.json().get("verdict").asText()).isEqualTo("findings");
            assertThat(forms.json().get("complete").asBoolean()).isFalse();
            assertThat(forms.node(1).get("reachable").asBoolean()).isFalse();
            assertThat(forms.state(1, Check.NODE_UNREACHABLE)).isEqualTo("failed");
            assertThat(forms.state(1, Check.PLAINTEXT_PORT_OPEN)).isEqualTo("not made");
            assertThat(forms.isSuccessful()).isFalse();
            assertThat(forms.notifications())
                    .anyMatch(text -> text.startsWith("plaintext-port-open was not made: the server could not be"));
            assertThat(forms.html()).contains("incomplete: ").doesNotContain("verdict tight");
            assertThat(forms.metrics())
                    .contains(login(gone, 0), "valkey_doctor_reachable{server=\"localhost:" + gone + "\"} 0.0")
                    .contains("valkey_doctor_reachable{server=\"localhost:" + server.port() + "\"} 1.0")
                    .doesNotContain(notMade(gone, 0));
            // a finding that is not bad enough does not make what was not looked at good
            var unused = examine(server.port(), ExitCode.USAGE, CLIENT + ADMIN + " --fail-on high");
        }
    }

    private static void assertIncomplete(Forms forms, String because, int port) {
        assertThat(forms.text().out())
                .contains("not made: ", because, "== incomplete: 1 server, no findings, ", " checks not made")
                .doesNotContain("tight");
        assertThat(forms.json().get("verdict").asText()).isEqualTo("incomplete");
        assertThat(forms.json().get("complete").asBoolean()).isFalse();
        assertThat(forms.isSuccessful()).isFalse();
        assertThat(forms.notifications()).anyMatch(text -> text.contains(because));
        assertThat(forms.html())
                .contains("<p class=\"verdict incomplete\">incomplete: ", because)
                .doesNotContain("verdict tight");
        assertThat(forms.metrics())
                .contains("valkey_doctor_run_seconds_count{outcome=\"incomplete\"} 1")
                .doesNotContain(notMade(port, 0));
    }
}
