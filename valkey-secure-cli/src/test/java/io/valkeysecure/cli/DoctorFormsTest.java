package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.doctor.report.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several targets, accepted findings, and the schema of the report. */
class DoctorFormsTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static Operator operator;

    @BeforeAll
    static void makeFiles() throws IOException {
        operator = new Operator(directory);
    }

    private static OperatedServer start(String name, String... more) throws IOException {
        return operator.start(name, OperatedServer.freePort(), "conf --acl-file DIR/users.acl", more);
    }

    /** What every server of these tests has, and one entry more. */
    private static Path accepting(String id, String node, LocalDate until) throws IOException {
        String all = Files.readString(directory.resolve("accepted.json")).strip();
        Path file = Files.createTempFile(directory, "accepted", ".json");
        return Files.writeString(
                file,
                all.substring(0, all.length() - 1)
                        + ", {\"id\": \"%s\", \"node\": \"%s\", \"reason\": \"a <b>test\", \"until\": \"%s\"}]"
                                .formatted(id, node, until));
    }

    private static LocalDate today() {
        return LocalDate.now(ZoneOffset.UTC);
    }

    // Several targets.

    @Test
    void servers_severalGiven_areAllExamined_andTheirCommonFindingIsOne() throws Exception {
        try (OperatedServer one = start("one", "--protected-mode", "no");
                OperatedServer other = start("other", "--protected-mode", "no")) {
            Path file =
                    Files.writeString(directory.resolve("targets"), "# the other\n\nlocalhost:" + other.port() + "\n");
            String both = "localhost:" + one.port() + ", localhost:" + other.port() + "  protected mode is off";

            Outcome text = operator.examine(one, "--targets " + file);
            Outcome json = operator.examine(one, "localhost:" + other.port() + " --json");

            assertThat(text.exitCode()).as(text.toString()).isEqualTo(ExitCode.REFUSED);
            assertThat(text.out())
                    .contains("2 servers, 2 findings", both)
                    .containsOnlyOnce("change: protected-mode yes");
            JsonNode report = new ObjectMapper().readTree(json.out());
            assertThat(report.get("findings")).hasSize(2);
            assertThat(report.get("nodes").get(0).get("endpoint").asText()).isEqualTo("localhost:" + one.port());
            assertThat(Unsaid.in(json)).isEmpty();
        }
    }

    @Test
    void server_thatIsGone_ofSeveral_isAFinding_andAloneAnError() throws Exception {
        int gone = OperatedServer.freePort();
        try (OperatedServer server = start("here")) {
            Outcome outcome = operator.examine(server, "localhost:" + gone + " --json");

            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.REFUSED);
            assertThat(Unsaid.in(outcome)).isEmpty();
            assertThat(ReportSchema.json().problems(outcome.out())).isEmpty();
            assertThat(outcome.out()).contains("\"id\": \"node-unreachable\"");
        }
        assertThat(operator.call("doctor localhost:" + gone + Operator.LOGIN).exitCode())
                .isEqualTo(ExitCode.UNREACHABLE);
    }

    @Test
    void targets_missingOrWrong_areRefused() throws IOException {
        assertThat(operator.call("doctor" + Operator.LOGIN + " --json --targets "
                                + Files.writeString(directory.resolve("none"), "# nobody\n"))
                        .err())
                .contains("HOST:PORT is missing, or --targets FILE with one");
        assertThat(operator.call("doctor --ca DIR/ca/ca.crt --targets "
                                + Files.writeString(directory.resolve("bad"), "no port\n"))
                        .err())
                .contains("expected one such as valkey.example:6379");
    }

    // Accepted findings.

    @Test
    void finding_accepted_countsNoMore_andIsShownInEveryForm() throws Exception {
        try (OperatedServer server = start("accepted", "--protected-mode", "no")) {
            Path file = accepting("protected-mode-off", "localhost:" + server.port(), today().plusDays(1));
            Path html = directory.resolve("accepted.html");

            Outcome text = operator.examine(server, "--ignore " + file + " --html " + html);
            Outcome json = operator.examine(server, "--ignore " + file + " --json");
            Outcome sarif = operator.examine(server, "--ignore " + file + " --sarif");

            for (Outcome each : List.of(text, json, sarif)) {
                assertThat(each.exitCode()).as(each.toString()).isEqualTo(ExitCode.OK);
            }
            assertThat(text.out())
                    .contains(
                            "protected-mode-off: localhost:" + server.port() + ", protected-mode no; until ",
                            "a <b>test")
                    .contains("tight: 1 server, no findings, ");
            assertThat(ReportSchema.json().problems(json.out())).isEmpty();
            assertThat(new ObjectMapper().readTree(json.out()).get("ignored").findValuesAsText("id"))
                    .contains("protected-mode-off");
            assertThat(ReportSchema.sarif().problems(sarif.out())).isEmpty();
            assertThat(sarif.out()).contains("\"justification\": \"a <b>test, until ");
            assertThat(Files.readString(html)).contains("a &lt;b&gt;test").doesNotContain("<b>test");
        }
    }

    @Test
    void finding_acceptedUntilYesterday_orElsewhere_counts() throws Exception {
        try (OperatedServer server = start("ended", "--protected-mode", "no")) {
            for (Path file : List.of(
                    accepting("protected-mode-off", "*", today().minusDays(1)),
                    accepting("protected-mode-off", "localhost:1", today().plusDays(1)),
                    accepting("bind-wildcard", "*", today().plusDays(1)))) {
                Outcome outcome = operator.examine(server, "--ignore " + file);

                assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.REFUSED);
                assertThat(outcome.out()).contains("1 server, 1 finding", "ignores nothing: ");
            }
        }
    }

    @Test
    void entry_incomplete_isRefused() throws IOException {
        for (String entry : List.of(
                "{}",
                "[{\"id\": \"clock-skew\", \"node\": \"*\", \"reason\": \"x\"}]",
                "[{\"id\": \"clock-skew\", \"node\": \"*\", \"reason\": \" \", \"until\": \"2027-01-31\"}]",
                "[{\"id\": \"clock-skew\", \"node\": \"*\", \"reason\": \"x\", \"until\": \"some day\"}]",
                "[{\"id\": \"clock-skewed\", \"node\": \"*\", \"reason\": \"x\", \"until\": \"2027-01-31\"}]",
                "[{\"id\": 7, \"node\": null, \"reason\": \"x\", \"until\": \"2027-01-31\"}]",
                "[1]",
                "[")) {
            Path file = Files.writeString(directory.resolve("wrong.json"), entry);
            Outcome outcome = operator.call("doctor localhost:1" + Operator.LOGIN + " --ignore " + file);

            assertThat(outcome.exitCode()).as(entry + outcome).isEqualTo(ExitCode.USAGE);
            assertThat(outcome.err())
                    .as(entry)
                    .contains("wrong.json, entry 1: ")
                    .doesNotContain("Exception");
        }
    }

    // Profiles.

    @Test
    void profile_hasATableByControl_inEveryForm() throws Exception {
        try (OperatedServer server = start("profile", "--tls-session-cache-timeout", "172800")) {
            Path html = directory.resolve("profile.html");
            Outcome text = operator.examine(server, "--profile nist-800-52r2 --html " + html);
            Outcome json = operator.examine(server, "--profile nist-800-52r2 --json");

            assertThat(text.out())
                    .contains(
                            "== NIST SP 800-52r2, as far as the doctor's checks answer it, and no further",
                            "   met: 3.1, protocol versions (tls-version-old, tls-13-missing)",
                            "   not met: 3.6, session resumption (session-lifetime-long)");
            assertThat(Files.readString(html))
                    .contains("<dt>not met</dt><dd>3.6, session resumption<br>session-lifetime-long");
            assertThat(ReportSchema.json().problems(json.out())).isEmpty();
            JsonNode controls =
                    new ObjectMapper().readTree(json.out()).get("profile").get("controls");
            assertThat(controls.findValuesAsText("result")).contains("met", "not met");
        }
    }

    @Test
    void profile_ofWhatWasNotLookedAt_saysSo() throws Exception {
        try (OperatedServer server = start("outside")) {
            Outcome outcome =
                    operator.call("doctor localhost:" + server.port() + " --ca DIR/ca/ca.crt --cert DIR/app.crt"
                            + " --key DIR/app.key --plaintext-ports " + server.port() + " --profile pci-dss");

            assertThat(outcome.out()).contains("   not looked at: 7.2.5, ", "   not looked at: 4.2.1, ");
        }
        assertThat(operator.call("doctor localhost:1" + Operator.LOGIN + " --profile iso")
                        .err())
                .contains(
                        "--profile: expected one of pci-dss, nist-800-52r2, bsi-tr-02102-2, valkey-security, was iso");
    }

    @Test
    void profiles_haveControlsWithChecks() {
        for (String name : Profile.names()) {
            assertThat(Profile.named(name).orElseThrow().controls())
                    .as(name)
                    .hasSizeGreaterThan(4)
                    .allSatisfy(
                            control -> assertThat(control.checks()).isNotEmpty().doesNotHaveDuplicates());
        }
    }

    // The schema.

    @Test
    void report_thatIsBent_isAgainstTheSchema() throws Exception {
        try (OperatedServer server = start("schema", "--protected-mode", "no")) {
            String good = operator.examine(server, "--json").out();
            ReportSchema schema = ReportSchema.json();

            assertThat(schema.problems(good)).isEmpty();
            assertThat(schema.problems(good.replace("\"verdict\": \"findings\"", "\"verdict\": \"good\"")))
                    .isNotEmpty();
            assertThat(schema.problems(good.replace("\"evidence\"", "\"seen\"")))
                    .isNotEmpty();
            assertThat(schema.problems(good.replace("\"passed\"", "\"skipped\"")))
                    .isNotEmpty();
            assertThat(schema.problems(good.replace("\"tool\"", "\"by\""))).isNotEmpty();
        }
    }
}
