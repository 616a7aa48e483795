package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.doctor.Doctor;
import io.valkeysecure.cli.doctor.ScanOptions;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.HtmlReport;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.SarifReport;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code doctor}: what it prints and ends with, whom it does not trust, and whom it learns of. */
class DoctorTest {
    private static final String PASSWORD = PretendedServer.PASSWORD;
    private static final Pattern ENDPOINT = Pattern.compile("\"endpoint\": \"([^\"]+)\"");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static TestCertificate ca;

    @BeforeAll
    static void makeFiles() throws IOException {
        ca = PretendedServer.trustedBy(directory);
    }

    private static Outcome doctor(int port, String more) {
        return Outcome.ofLine(("doctor localhost:" + port + " --plaintext-ports " + port
                        + " --ca DIR/ca.crt --cert DIR/client.crt --key DIR/client.key --user app"
                        + " --password-file DIR/password " + more)
                .replace("DIR", directory.toString()));
    }

    // The page.

    @Test
    void page_hasOneSectionForEachCheck_inTheirOrder() throws IOException {
        String[] sections = Files.readString(Path.of("../docs/doctor.md")).split("\n## ", -1);

        assertThat(Stream.of(sections)
                        .skip(1)
                        .map(section -> section.lines().findFirst().orElseThrow()))
                .containsExactlyElementsOf(
                        Stream.of(Check.values()).map(Check::id).toList());
        for (Check check : Check.values()) {
            assertThat(sections)
                    .anySatisfy(section -> assertThat(section)
                            .startsWith(check.id() + "\n\n*" + check.severity() + "* ")
                            .contains("\n\nWhy: ", "\n\nShows it: ", "\n\nCure: "));
            // the site makes the anchor from the heading as it is
            assertThat(check.id()).matches("[a-z0-9]+(-[a-z0-9]+)*");
            assertThat(check.page()).isEqualTo("https://valkey-secure.github.io/doctor.html#" + check.id());
        }
    }

    // Bad input.

    @Test
    void nobodyThere_isUnreachable() throws IOException {
        int port = OperatedServer.freePort();

        Outcome outcome = doctor(port, "");

        assertThat(outcome.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(outcome.err()).contains("error: localhost:" + port + ": Connection refused");
    }

    @Test
    void silentPeers_areGivenUp() {
        for (HostilePeer peer : List.of(HostilePeer.staysSilent(), HostilePeer.stallsMidHandshake())) {
            try (peer) {
                Outcome outcome = doctor(peer.port(), "--timeout 1");

                assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.UNREACHABLE);
            }
        }
    }

    @Test
    void otherServices_areNoValkey() {
        try (SomethingElse overTls =
                        new SomethingElse(ca.issue().dnsName("localhost").build());
                HostilePeer http = HostilePeer.speaksHttp();
                HostilePeer garbage = HostilePeer.speaksGarbage()) {
            for (int port : new int[] {overTls.port(), http.port(), garbage.port()}) {
                Outcome outcome = doctor(port, "");
                assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
                assertThat(outcome.err()).contains("is no Valkey");
            }
        }
    }

    @Test
    void arguments_areChecked() throws IOException {
        Path there = Files.writeString(directory.resolve("there.html"), "mine");

        assertThat(doctor(1, "--html " + there).err()).contains("is not overwritten");
        assertThat(doctor(1, "--timeout 0").err()).contains("expected 1 to 60 seconds");
        assertThat(doctor(1, "--fail-on urgent").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(doctor(1, "--json --sarif").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(Outcome.ofLine("doctor localhost:1").err()).contains("--ca FILE is missing");
        assertThat(Files.readString(there)).isEqualTo("mine");
    }

    // Trust.

    @Test
    void peerThatIsNotVerified_getsAPingAndNoPassword() {
        TestCertificate stranger =
                TestCertificate.selfSigned().dnsName("localhost").build();
        try (HostilePeer peer = HostilePeer.tls(stranger)) {
            Outcome outcome = doctor(peer.port(), "--json");

            assertThat(outcome.out()).contains("\"id\": \"" + Check.CERTIFICATE_UNTRUSTED.id());
            assertThat(new String(peer.applicationBytes(), StandardCharsets.ISO_8859_1))
                    .contains("PING")
                    .doesNotContain(PASSWORD, "AUTH", "CONFIG");
        }
    }

    @Test
    void peerThatIsVerified_getsThePassword() {
        try (HostilePeer peer = HostilePeer.tls(ca.issue().dnsName("localhost").build())) {
            Outcome outcome = doctor(peer.port(), "--json");

            assertThat(new String(peer.applicationBytes(), StandardCharsets.ISO_8859_1))
                    .as(outcome.toString())
                    .contains("AUTH", PASSWORD);
        }
    }

    // Topologies.

    @Test
    void cluster_isExaminedWhole() {
        boolean all = "all".equals(System.getProperty("doctor.matrix"));
        int primaries = all ? 10 : 3;
        TestCertificate identity =
                ca.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
        try (ValkeyCluster cluster = ValkeyCluster.builder(identity, ca)
                .primaries(primaries)
                .replicas(all ? 1 : 0)
                .user("app", PASSWORD)
                .start()) {
            long begun = System.nanoTime();
            Outcome outcome = doctor(cluster.node(0).port(), "--json --fail-on high");
            Duration took = Duration.ofNanos(System.nanoTime() - begun);

            assertThat(ENDPOINT.matcher(outcome.out()).results())
                    .as(outcome.toString())
                    .hasSize(cluster.nodes().size());
            assertThat(outcome.out())
                    .doesNotContain(
                            "\"id\": \"" + Check.NODE_UNREACHABLE.id(),
                            "\"id\": \"" + Check.CLUSTER_BUS_PLAINTEXT.id());
            assertThat(outcome.exitCode()).isEqualTo(ExitCode.OK);
            System.out.printf("%d nodes in %d ms%n", cluster.nodes().size(), took.toMillis());
        }
    }

    @Test
    void sentinels_leadToServersAndToEachOther() {
        TestCertificate identity =
                ca.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
        try (ValkeySentinels sentinels = ValkeySentinels.builder(identity, ca)
                .user("app", PASSWORD)
                .sentinelUser("app", PASSWORD)
                .start()) {
            Outcome outcome = doctor(sentinels.sentinels().get(0).port(), "--json --fail-on high");

            assertThat(ENDPOINT.matcher(outcome.out()).results())
                    .as(outcome.toString())
                    .hasSize(sentinels.sentinels().size() + sentinels.servers().size());
            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.OK);
        }
    }

    /** A good seed does not hide a bad node. */
    @Test
    void clusterNode_thatIsWorse_isFoundFromAnother() throws IOException {
        TestCertificate identity =
                ca.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
        try (ValkeyCluster cluster = ValkeyCluster.builder(identity, ca)
                .primaries(3)
                .replicas(0)
                .user("app", PASSWORD)
                .start()) {
            String unused = cluster.node(2).execute("CONFIG", "SET", "tls-auth-clients", "optional");

            Outcome outcome = doctor(cluster.node(0).port(), "--json");

            assertThat(found(outcome, cluster.node(1))).isEqualTo(found(outcome, cluster.node(0)));
            assertThat(worse(outcome, cluster.node(0), cluster.node(2)))
                    .containsExactly(Check.CLIENT_CERTIFICATE_OPTIONAL.id());
        }
    }

    @Test
    void replicaAndSentinel_thatAreWorse_areFoundFromAnother() throws IOException {
        TestCertificate good =
                ca.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
        TestCertificate bad = ca.issue().dnsName("other.example").build();
        try (ValkeySentinels sentinels = ValkeySentinels.builder(good, ca)
                .identities(number -> number == 1 ? bad : good)
                .sentinelIdentities(number -> number == 2 ? bad : good)
                .user("app", PASSWORD)
                .sentinelUser("app", PASSWORD)
                .start()) {
            ValkeyServer primary = sentinels.servers().get(0);
            ValkeyServer replica = sentinels.servers().get(1);
            ValkeyServer sentinel = sentinels.sentinels().get(0);

            Outcome fromPrimary = doctor(primary.port(), "--json");
            Outcome fromSentinel = doctor(sentinel.port(), "--json");

            assertThat(found(fromPrimary, primary))
                    .as(fromPrimary.toString())
                    .doesNotContain(Check.CERTIFICATE_NAME_MISMATCH.id());
            assertThat(found(fromPrimary, replica)).contains(Check.CERTIFICATE_NAME_MISMATCH.id());
            assertThat(found(fromSentinel, replica))
                    .as(fromSentinel.toString())
                    .contains(Check.CERTIFICATE_NAME_MISMATCH.id());
            assertThat(worse(fromSentinel, sentinel, sentinels.sentinels().get(2)))
                    .containsExactly(Check.CERTIFICATE_NAME_MISMATCH.id());
            assertThat(found(fromSentinel, sentinels.sentinels().get(1))).isEqualTo(found(fromSentinel, sentinel));
        }
    }

    private static List<String> worse(Outcome outcome, ValkeyServer than, ValkeyServer server) throws IOException {
        List<String> left = new ArrayList<>(found(outcome, server));
        left.removeAll(found(outcome, than));
        return left;
    }

    private static List<String> found(Outcome outcome, ValkeyServer server) throws IOException {
        List<String> ids = new ArrayList<>();
        for (JsonNode finding : new ObjectMapper().readTree(outcome.out()).get("findings")) {
            if (finding.get("target").asText().endsWith(":" + server.port())) {
                ids.add(finding.get("id").asText());
            }
        }
        return ids;
    }

    // Clocks: a real server's, and one of this side that is wrong.

    @Test
    void clocks_thatDiffer_areFound() throws Exception {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        TestCertificate old = TestCertificate.root()
                .subject("CN=old doctor CA")
                .notBefore(yesterday)
                .build();
        Path anchors = Files.writeString(directory.resolve("old.crt"), old.certificatePem());
        PemFiles client = old.issue().notBefore(yesterday).build().writePem(directory, "old-client");
        TestCertificate leaf =
                old.issue().dnsName("localhost").notBefore(yesterday).build();
        try (ValkeyServer server = ValkeyServer.builder(leaf, old).start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(anchors))
                        .presenting(ClientIdentity.pem(client.certificate(), client.key()))
                        .build()) {
            Function<Clock, ScanOptions> at = clock -> new ScanOptions(
                    Optional.of(tls),
                    Optional.empty(),
                    TrustAnchors.pem(anchors),
                    List.of(old.certificate()),
                    TlsPolicy.modern(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    Optional.empty(),
                    Duration.ofSeconds(3),
                    clock);

            assertThat(found(at, server, Duration.ofMinutes(-2))).contains(Check.CLOCK_SKEW);
            assertThat(found(at, server, Duration.ofMinutes(2))).contains(Check.CLOCK_SKEW);
            assertThat(found(at, server, Duration.ofSeconds(-10))).doesNotContain(Check.CLOCK_SKEW);
            assertThat(found(at, server, Duration.ZERO)).doesNotContain(Check.CLOCK_SKEW);
        }
    }

    private static List<Check> found(Function<Clock, ScanOptions> at, ValkeyServer server, Duration ahead)
            throws IOException {
        ScanOptions visit = at.apply(Clock.offset(Clock.systemUTC(), ahead));
        return new Doctor(visit, progress -> {})
                .examine(new Endpoint("localhost", server.port())).findings().stream()
                        .map(Finding::check)
                        .toList();
    }

    // What is printed.

    @Test
    void reports_areWellFormed_andAgree() throws Exception {
        Path reports = Files.createDirectory(directory.resolve("reports"));
        Operator operator = new Operator(reports);
        String conf = "conf --acl-file DIR/users.acl";
        String line = Operator.LOGIN + " --plaintext-ports ";
        try (OperatedServer server = operator.start(
                "server",
                OperatedServer.freePort(),
                conf,
                "--protected-mode",
                "no",
                "--tls-auth-clients",
                "optional")) {
            String call = "doctor localhost:" + server.port() + line + server.port();

            Outcome text = operator.call(call + " --html DIR/report.html");
            Outcome json = operator.call(call + " --json");
            Outcome sarif = operator.call(call + " --sarif");

            for (JsonNode rule : new ObjectMapper().readTree(sarif.out()).at("/runs/0/tool/driver/rules")) {
                assertThat(rule.get("helpUri").asText())
                        .isEqualTo("https://valkey-secure.github.io/doctor.html#"
                                + rule.get("id").asText());
            }
            assertThat(ReportSchema.sarif().problems(sarif.out())).isEmpty();

            assertThat(text.exitCode()).as(text.toString()).isEqualTo(ExitCode.REFUSED);
            assertThat(operator.call(call + " --fail-on high").exitCode()).isEqualTo(ExitCode.OK);
            assertThat(text.out())
                    .contains(
                            "1 server, 2 findings",
                            "change: protected-mode yes",
                            "https://valkey-secure.github.io/doctor.html#protected-mode-off")
                    .doesNotContain("\u001b");
            assertThat(Files.readString(reports.resolve("report.html")))
                    .contains(
                            ">2 medium<",
                            "tls-auth-clients yes",
                            "<a href=\"https://valkey-secure.github.io/doctor.html#protected-mode-off\">")
                    .doesNotContain("http:", "src=", "url(", "<link", "<script", "%");
            assertThat(Tool.python()
                            .runWith(
                                    json.out(),
                                    "-c",
                                    "import json,sys; r=json.load(sys.stdin); print(sorted(f['id'] for f in"
                                            + " r['findings']), r['nodes'][0]['facts']['mode'])")
                            .output())
                    .isEqualTo("['client-certificate-optional', 'protected-mode-off'] standalone\n");
            assertThat(Tool.python()
                            .runWith(
                                    sarif.out(),
                                    "-c",
                                    "import json,sys; s=json.load(sys.stdin); r=s['runs'][0]; ids={i['id'] for i in"
                                            + " r['tool']['driver']['rules']}; print(s['version'],"
                                            + " sorted(x['ruleId'] for x in r['results'] if x['ruleId'] in ids and 'suppressions' not in"
                                            + " x),"
                                            + " len(ids))")
                            .output())
                    .isEqualTo("2.1.0 ['client-certificate-optional', 'protected-mode-off'] " + Check.values().length
                            + "\n");
        }
    }

    /** Every kind of finding, and names that a server may have made up. */
    @Test
    void sarif_isValid() throws IOException {
        Report report = new Report(
                Instant.parse("2026-11-22T10:00:00.123456Z"),
                Duration.ofSeconds(1),
                List.of(new Finding(Check.CLIENT_KEY_READABLE, "/home/x y/app.key", "rw-r--r--", "chmod 600")),
                List.of(new CheckResult(Check.CLIENT_IDENTITY_UNUSABLE, CheckResult.State.NOT_MADE, "a\u0000b")),
                Optional.empty(),
                List.of(new Report.Node(
                        new Endpoint("::1", 6380),
                        Optional.empty(),
                        Map.of(),
                        Stream.of(Check.values())
                                .map(check -> new Finding(check, "[::1]:6380", "\"\\\u0000\n\u202e\ud800", "port 0"))
                                .toList(),
                        List.of(),
                        new Report.Login(CheckResult.State.FAILED, "WRONGPASS"),
                        Stream.of(Check.values())
                                .map(check -> new CheckResult(check, CheckResult.State.NOT_MADE, "\u202e"))
                                .toList())));

        ReportSchema schema = ReportSchema.sarif();

        assertThat(schema.problems(SarifReport.of(report, "1.0"))).isEmpty();
        assertThat(schema.problems(SarifReport.of(
                        new Report(
                                Instant.EPOCH,
                                Duration.ZERO,
                                List.of(),
                                List.of(),
                                Optional.empty(),
                                report.nodes().subList(0, 0)),
                        "")))
                .isEmpty();
    }

    /** The schema is looked at, and is not merely there. */
    @Test
    void sarif_thatIsBent_isAgainstTheSchema() throws IOException {
        ReportSchema schema = ReportSchema.sarif();
        Report report = new Report(
                Instant.EPOCH,
                Duration.ZERO,
                List.of(new Finding(Check.CLOCK_SKEW, "a", "b", "c")),
                List.of(),
                Optional.empty(),
                List.of());
        String good = SarifReport.of(report, "1.0");

        assertThat(schema.problems(good)).isEmpty();
        assertThat(schema.problems(good.replace("\"level\": \"warning\"", "\"level\": \"medium\"")))
                .isNotEmpty();
        assertThat(schema.problems(good.replace("\"2.1.0\"", "\"2.2\""))).isNotEmpty();
        assertThat(schema.problems(good.replace("\"message\"", "\"text\""))).isNotEmpty();
        assertThat(schema.problems(good.replace("1970-01-01T00:00:00Z", "yesterday")))
                .isNotEmpty();
    }

    @Test
    void userWhoMayLittle_makesNotes() throws IOException {
        Operator operator = new Operator(Files.createDirectory(directory.resolve("little")));
        try (OperatedServer server =
                operator.start("server", OperatedServer.freePort(), "conf --acl-file DIR/users.acl")) {
            Outcome outcome = operator.call("doctor localhost:" + server.port()
                    + " --ca DIR/ca/ca.crt --cert DIR/app.crt --key DIR/app.key --user app --password-file"
                    + " DIR/app.password --plaintext-ports " + server.port());

            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
            assertThat(outcome.out())
                    .contains("note: CONFIG GET tls-*: NOPERM", "incomplete: 1 server, no findings, ")
                    .doesNotContain("tight");
        }
    }

    @Test
    void html_isNotWrittenByServers() {
        Report report = new Report(
                Instant.EPOCH,
                Duration.ofSeconds(1),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(new Report.Node(
                        new Endpoint("localhost", 1),
                        Optional.empty(),
                        Map.of("leaf", "CN=<script>alert(1)</script>"),
                        List.of(new Finding(Check.CLOCK_SKEW, "x\"y", "<img src=x>", "a & b")),
                        List.of("<b>note</b>"),
                        new Report.Login(CheckResult.State.FAILED, "<b>login</b>"),
                        List.of(new CheckResult(Check.BIND_WILDCARD, CheckResult.State.NOT_MADE, "<b>because</b>")))));

        assertThat(HtmlReport.of(report))
                .contains("&lt;script&gt;", "&lt;img", "a &amp; b", "x&quot;y", "&lt;b&gt;note")
                .doesNotContain("<script", "<img", "<b>");
    }
}
