package io.valkeysecure.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as it is called: arguments, exit code, and what came to standard output and standard error. */
class DemoCommandTest {
    private static final String PASSWORD = "correct-horse-battery";

    private static Path directory;
    private static TestCertificate ca;
    private static ValkeyServer server;
    private static PemFiles identity;
    private static Path anchors;
    private static Path passwordFile;

    @BeforeAll
    static void startServer(@TempDir Path temporary) throws IOException {
        directory = temporary;
        ca = TestCertificate.root().subject("CN=cli test CA").build();
        TestCertificate leaf =
                ca.issue().subject("CN=cli test server").dnsName("localhost").build();
        server = ValkeyServer.builder(leaf, ca).user("app", PASSWORD).start();
        identity = ca.issue().subject("CN=cli test client").build().writePem(directory, "client");
        anchors = Files.writeString(directory.resolve("ca.crt"), ca.certificatePem());
        passwordFile = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    // The demo with a server of its own.

    @Test
    void demo_ownServer_connectsRefusesAndCleansUp() {
        Outcome outcome = Outcome.of();

        assertThat(outcome.out())
                .contains("200 of 200 keys came back")
                .contains("of 30 connections that must not be, 30 were refused as they should be")
                .contains("0 bytes of commands, names or passwords")
                .containsPattern("lettuce +resumed +28 ")
                .doesNotContain("WRONG")
                .doesNotContain("\u001b");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(Path.of(between(outcome.out(), "   in ", ": ca.crt"))).doesNotExist();
    }

    @Test
    void demo_metrics_areServedForPrometheusAndShown() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        CompletableFuture<Outcome> running =
                CompletableFuture.supplyAsync(() -> Outcome.of("--metrics=" + port, "--seconds", "6"));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/metrics"))
                .build();
        HttpClient http = HttpClient.newHttpClient();
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(http.send(request, HttpResponse.BodyHandlers.ofString())
                                .body())
                        .contains(
                                "valkey_tls_handshake_seconds_count{client=\"jedis\",outcome=\"success\"",
                                "valkey_tls_generation 1.0",
                                "valkey_tls_refused_total{reason=\"name_mismatch\"} 2.0"));

        Outcome outcome = running.get(60, TimeUnit.SECONDS);
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .contains("== metrics: http://localhost:" + port + "/metrics")
                .containsPattern("valkey.tls.handshake +lettuce success (true|false) TLSv1.3 +\\d+, mean")
                .containsPattern("valkey.tls.refused +name_mismatch +2\n");
    }

    @Test
    void demo_metricsWithAServer_isAUsageError() {
        assertThat(Outcome.of("localhost:6379", "--metrics", "--ca", "a"))
                .isEqualTo(
                        usage(
                                "--metrics starts one server of its own: HOST:PORT, --cluster and --sentinel do not go with it"));
        assertThat(Outcome.of("--seconds", "3")).isEqualTo(usage("--seconds is about --metrics, which is missing"));
        assertThat(Outcome.of("--metrics=70000")).isEqualTo(usage("--metrics: a port is from 0 to 65535, was 70000"));
    }

    @Test
    void demo_clusterOrSentinel_goesOnAfterAFailoverAndRefusesRogues() {
        for (String topology : List.of("--cluster", "--sentinel")) {
            Outcome outcome = Outcome.of(topology);

            assertThat(outcome.err()).isEmpty();
            assertThat(outcome.out())
                    .contains("200 of 200 keys came back", "longest time without an answered write")
                    .contains("untrusted_issuer", "plaintext_peer", "goes on with the others")
                    .contains("0 bytes of commands, names or passwords came to the rogue")
                    .doesNotContain("WRONG");
            assertThat(outcome.exitCode()).isZero();
        }
    }

    @Test
    void demo_twoKindsOfServers_isAUsageError() {
        for (List<String> kinds : List.of(
                List.of("--cluster", "--sentinel"),
                List.of("localhost:1", "--cluster"),
                List.of("--sentinel", "localhost:1"))) {
            Outcome outcome = Outcome.of(kinds.get(0), kinds.get(1));

            assertThat(outcome.err()).contains("choose one of HOST:PORT, --cluster and --sentinel");
            assertThat(outcome.exitCode()).isEqualTo(2);
        }
    }

    private static String between(String text, String before, String after) {
        int start = text.indexOf(before) + before.length();
        return text.substring(start, text.indexOf(after, start));
    }

    // The demo with the user's server.

    @Test
    void demo_usersServer_saysWhatWasNegotiated() {
        Outcome outcome = demo("localhost:" + server.port());

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("== connecting to app@localhost:" + server.port() + " with Lettuce")
                .contains("== connecting to app@localhost:" + server.port() + " with Jedis")
                .contains("TLSv1.3 TLS_AES_256_GCM_SHA384", "leaf CN=cli test server", "issued under CN=cli test CA")
                .doesNotContain(PASSWORD);
    }

    @Test
    void demo_usersServer_leavesNoKeyBehind() {
        assertThat(demo("localhost:" + server.port()).exitCode()).isZero();

        assertThat(server.execute("DBSIZE")).isEqualTo("0");
    }

    @Test
    void demo_expectedName_isWhatTheCertificateHasToCarry() {
        Outcome right = demo("127.0.0.1:" + server.port(), "--expect-name", "localhost");
        Outcome wrong = demo("localhost:" + server.port(), "--expect-name", "valkey.example");

        assertThat(right.exitCode()).isZero();
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.err()).contains("refused (name_mismatch): expected dNSName valkey.example");
    }

    @Test
    void demo_wrongCa_isRefusedOnceWithAHint() throws IOException {
        TestCertificate other = TestCertificate.root().subject("CN=other CA").build();
        Path otherAnchors = Files.writeString(directory.resolve("other.crt"), other.certificatePem());

        Outcome outcome = Outcome.of("localhost:" + server.port(), "--ca", otherAnchors.toString());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err().lines().toList())
                .satisfiesExactly(
                        error -> assertThat(error)
                                .startsWith("valkey-secure: error: localhost:" + server.port()
                                        + " refused (untrusted_issuer): ")
                                .endsWith("; see https://valkey-secure.github.io/reasons.html#untrusted_issuer"),
                        hint -> assertThat(hint)
                                .isEqualTo(
                                        "valkey-secure: hint: what the server presents: openssl s_client -connect localhost:"
                                                + server.port() + " </dev/null -showcerts"));
    }

    @Test
    void demo_noClientCertificate_saysWhatToGive() {
        Outcome outcome = Outcome.of("localhost:" + server.port(), "--ca", anchors.toString());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .contains("refused (client_identity_required): ")
                .endsWith("valkey-secure: hint: give --cert FILE and --key FILE\n");
    }

    @Test
    void demo_plaintextPeer_isToldNothing() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            Outcome outcome = demo("localhost:" + peer.port());

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("refused (plaintext_peer): ");
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void demo_nobodyThere_saysSo() {
        HostilePeer peer = HostilePeer.staysSilent();
        peer.close();

        Outcome outcome = demo("localhost:" + peer.port());

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err())
                .startsWith("valkey-secure: error: connection refused")
                .contains("valkey-secure: hint: is the server up, and is this its tls-port?");
    }

    @Test
    void demo_wrongPassword_isTheServersAnswer() throws IOException {
        Path wrong = Files.writeString(directory.resolve("wrong-password"), "not-the-password");

        Outcome outcome = Outcome.of(arguments("localhost:" + server.port(), wrong));

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.err()).contains("WRONGPASS").contains("acl getuser").doesNotContain("not-the-password");
    }

    @Test
    void demo_missingCaFile_isReportedBeforeAnythingIsDialled() {
        Outcome outcome = Outcome.of("localhost:" + server.port(), "--ca", "/does/not/exist.crt");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        2,
                        "",
                        "valkey-secure: error: /does/not/exist.crt does not exist; is the path right, and its volume mounted?;"
                                + " see https://valkey-secure.github.io/reasons.html#material_unreadable\n"));
    }

    @Test
    void demo_keyInsteadOfCa_showsNothingOfIt() throws IOException {
        Outcome outcome =
                Outcome.of("localhost:" + server.port(), "--ca", identity.key().toString());

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("valkey-secure: error: trust anchors " + identity.key());
        String content =
                Files.readString(identity.key()).lines().skip(1).findFirst().orElseThrow();
        assertThat(outcome.err()).doesNotContain(content);
    }

    // The command line itself.

    @Test
    void demo_badAddress_isAUsageError() {
        for (String bad : List.of("localhost", "localhost:", "localhost:0", "localhost:70000", "::1:6379", ":6379")) {
            assertThat(Outcome.of(bad, "--ca", anchors.toString()))
                    .isEqualTo(usage("invalid value for positional parameter at index 0 (HOST:PORT): "
                            + "expected one such as valkey.example:6379 or [::1]:6379, was " + bad));
        }
    }

    @Test
    void demo_serverWithoutCa_isAUsageError() {
        assertThat(Outcome.of("localhost:6379"))
                .isEqualTo(usage("--ca FILE is missing: trust is never taken from the JVM or the system"));
    }

    @Test
    void demo_caWithoutServer_isAUsageError() {
        assertThat(Outcome.of("--ca", anchors.toString()))
                .isEqualTo(usage("these options are about your own server: HOST:PORT is missing"));
    }

    @Test
    void demo_certificateWithoutKey_isAUsageError() {
        assertThat(Outcome.of("localhost:6379", "--ca", "a", "--cert", "b"))
                .isEqualTo(usage("--cert and --key belong together, --key is missing"));
        assertThat(Outcome.of("localhost:6379", "--ca", "a", "--key", "b"))
                .isEqualTo(usage("--cert and --key belong together, --cert is missing"));
    }

    @Test
    void demo_badExpectedName_isAUsageError() {
        Outcome outcome = Outcome.of("localhost:6379", "--ca", anchors.toString(), "--expect-name", "not a name");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("valkey-secure: error: --expect-name: ");
    }

    @Test
    void demo_missingPasswordFile_isAUsageError() {
        assertThat(Outcome.of(arguments("localhost:6379", Path.of("/no/password"))))
                .isEqualTo(Outcome.refusedInput(
                        "/no/password does not exist",
                        "the working directory is " + Path.of("").toAbsolutePath()));
    }

    /** The script answers before anything is built, so it has the options in its own words. */
    @Test
    void quickstart_help_namesEveryOptionWithoutABuild() throws Exception {
        Pattern option = Pattern.compile("(?<![\\w-])--?[a-zA-Z][a-z-]*");
        Process script = new ProcessBuilder("../quickstart", "--sentinel", "--help").start();
        String help = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(script.waitFor()).isZero();
        assertThat(help).startsWith("usage: ./quickstart ").doesNotContain("== ");
        // the application of --spring is a program of its own
        assertThat(option.matcher(help.replace("--spring", ""))
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.toSet()))
                .isEqualTo(option.matcher(Outcome.of("--help").out())
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.toSet()));
    }

    @Test
    void demo_unknownOption_isAUsageError() {
        assertThat(Outcome.of("--insecure")).isEqualTo(usage("unknown option: '--insecure'"));
    }

    @Test
    void demo_debug_showsTheStackTrace() {
        String[] arguments = {"localhost:6379", "--ca", "/does/not/exist.crt", "--debug"};

        assertThat(Outcome.of(arguments).err()).contains("\tat io.valkeysecure.");
    }

    private static Outcome demo(String address, String... more) {
        return Outcome.of(Stream.concat(Stream.of(arguments(address, passwordFile)), Stream.of(more))
                .toArray(String[]::new));
    }

    private static String[] arguments(String address, Path password) {
        return new String[] {
            address,
            "--ca",
            anchors.toString(),
            "--cert",
            identity.certificate().toString(),
            "--key",
            identity.key().toString(),
            "--user",
            "app",
            "--password-file",
            password.toString()
        };
    }

    private static Outcome usage(String message) {
        return new Outcome(2, "", "valkey-secure: error: " + message + "\nvalkey-secure: hint: ./quickstart --help\n");
    }
}
