package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.base.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code conf}: what it prints starts real servers, and passes what checks such files. */
class ConfTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static Operator operator;

    @BeforeAll
    static void makeFiles() throws IOException {
        operator = new Operator(directory);
    }

    // Real servers.

    @Test
    void server_andReplica_startAndSpeakTlsOnly() throws IOException {
        String conf = "conf --acl-file DIR/users.acl --replication-user replication --announce localhost";
        for (String name : List.of("primary", "replica")) {
            Files.writeString(
                    directory.resolve(name + ".secrets"), "primaryauth " + operator.password("replication") + "\n");
        }
        try (OperatedServer primary = operator.start("primary", OperatedServer.freePort(), conf);
                OperatedServer replica = operator.start(
                        "replica",
                        OperatedServer.freePort(),
                        conf,
                        "--replicaof",
                        "localhost",
                        Integer.toString(primary.port()))) {
            assertThat(operator.connect(primary.port(), "app", "SET greeting hello"))
                    .isEqualTo(new Outcome(0, "OK\n", ""));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(operator.connect(replica.port(), "app", "GET greeting")
                                    .out())
                            .as(replica.log())
                            .isEqualTo("\"hello\"\n"));
            assertThat(operator.connect(primary.port(), "app", "INFO replication --raw")
                            .out())
                    .contains("slave0:ip=localhost,port=" + replica.port());
            assertThat(operator.connect(primary.port(), "app", "FLUSHALL").out())
                    .startsWith("(error) NOPERM");
            assertPlaintextIsNotAnswered(primary.port());
        }
    }

    private static void assertPlaintextIsNotAnswered(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 60_000);
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes(5);
            assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("PONG");
        } catch (java.net.SocketException e) {
            // the server reset the connection: not answered either
        }
    }

    @Test
    void cluster_ofTwoNodes_meetsOverTls() throws IOException {
        String conf = "conf --for cluster --acl-file DIR/users.acl --replication-user replication --announce localhost";
        for (String name : List.of("node1", "node2")) {
            Files.writeString(
                    directory.resolve(name + ".secrets"), "primaryauth " + operator.password("replication") + "\n");
        }
        try (OperatedServer first = operator.start("node1", OperatedServer.freePort(), conf);
                OperatedServer second = operator.start("node2", OperatedServer.freePort(), conf)) {
            assertThat(operator.connect(first.port(), "admin", "CLUSTER MEET 127.0.0.1 " + second.port())
                            .out())
                    .isEqualTo("OK\n");
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(operator.connect(second.port(), "app", "CLUSTER NODES --raw")
                                    .out())
                            .as(second.log())
                            .contains(first.port() + "@")
                            .contains(",localhost")
                            .contains(" connected")
                            .doesNotContain("handshake", "disconnected"));
        }
    }

    @Test
    void sentinel_findsItsPrimary() throws IOException {
        Files.writeString(
                directory.resolve("watched.secrets"), "primaryauth " + operator.password("replication") + "\n");
        Files.writeString(
                directory.resolve("sentinel.secrets"),
                "sentinel auth-pass primary " + operator.password("sentinel") + "\nsentinel sentinel-pass "
                        + operator.password("sentinel") + "\n");
        Files.writeString(
                directory.resolve("sentinel.acl"),
                operator.run("conf --for sentinel-acl --app app=DIR/app.password --sentinel"
                        + " sentinel=DIR/sentinel.password"));
        try (OperatedServer primary = operator.start(
                        "watched",
                        OperatedServer.freePort(),
                        "conf --acl-file DIR/users.acl --replication-user replication --announce localhost");
                OperatedServer sentinel = operator.start(
                        "sentinel",
                        OperatedServer.freePort(),
                        "conf --for sentinel --acl-file DIR/sentinel.acl --quorum 1 --announce localhost --primary"
                                + " localhost:" + primary.port(),
                        "--sentinel")) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .untilAsserted(
                            () -> assertThat(operator.connect(sentinel.port(), "app", "SENTINEL MASTER primary --raw")
                                            .out())
                                    .as(sentinel.log())
                                    .contains("flags\nmaster\n")
                                    .contains("role-reported\nmaster\n"));
            assertThat(operator.connect(sentinel.port(), "app", "SENTINEL GET-MASTER-ADDR-BY-NAME primary --raw"))
                    .isEqualTo(new Outcome(0, "localhost\n" + primary.port() + "\n", ""));
        }
    }

    // The other programs' own checks.

    @Test
    void systemd_unit_isAccepted() throws Exception {
        Path unit = Files.writeString(directory.resolve("valkey-secure.service"), operator.run("conf --for systemd"));

        Tool.Run run = Tool.of("systemd-analyze", "systemd").run("verify", unit.toString());

        assertThat(run.output()).doesNotContain("valkey-secure");
        assertThat(run.exitCode()).isZero();
    }

    /** The guard in the unit, run as it stands: a key that others can read stops the start. */
    @Test
    void systemd_guard_stopsAtALooseKey() throws Exception {
        String unit = operator.run("conf --for systemd --key DIR/server.key --acl-file DIR/server.crt");
        String guard = unit.lines()
                .filter(line -> line.startsWith("ExecStartPre=/bin/sh -c '"))
                .map(line -> line.substring("ExecStartPre=/bin/sh -c '".length(), line.length() - 1))
                .findFirst()
                .orElseThrow();
        Tool shell = Tool.of("sh", "dash");

        assertThat(shell.run("-c", guard).exitCode()).isEqualTo(1);
        assertThat(shell.run("-c", guard.replace(operator.file("server.crt").toString(), ""))
                        .exitCode())
                .isZero();
    }

    @Test
    void nftables_rules_areAccepted() throws Exception {
        Path rules = Files.writeString(directory.resolve("valkey.nft"), operator.run("conf --for nftables"));

        assertThat(Tool.of("nft", "nftables").run("-c", "-f", rules.toString())).isEqualTo(new Tool.Run(0, ""));
    }

    @Test
    void certManager_manifests_areYamlWithTheNames() throws Exception {
        Path manifests = Files.writeString(
                directory.resolve("cm.yaml"),
                operator.run(
                        "conf --for cert-manager --san valkey.internal --san 10.0.0.5 --san spiffe://a.internal/v"));

        Tool.Run run = Tool.python().run("-c", """
                import sys, yaml
                for d in yaml.safe_load_all(open(sys.argv[1])):
                    s = d.get("spec", {})
                    print(d["kind"], d["metadata"]["name"], s.get("dnsNames"), s.get("ipAddresses"), s.get("uris"))
                """, manifests.toString());

        assertThat(run.output()).isEqualTo("""
                Issuer valkey-selfsigned None None None
                Certificate valkey-ca None None None
                Issuer valkey-ca None None None
                Certificate valkey-server ['valkey.internal'] ['10.0.0.5'] ['spiffe://a.internal/v']
                Certificate valkey-client None None None
                Secret valkey-users None None None
                """);
    }

    @Test
    void vaultAgent_template_hasEveryNameAndReloadsTheServer() {
        String old = operator.run("conf --for vault-agent --san valkey.internal --san 10.0.0.5");

        assertThat(old)
                .contains("\"common_name=valkey.internal\" \"alt_names=valkey.internal\" \"ip_sans=10.0.0.5\"")
                .contains("config set tls-cert-file /etc/valkey/tls/server.crt tls-key-file /etc/valkey/tls/server.key")
                .contains("VALKEYCLI_AUTH=");
        assertThat(operator.run("conf --for vault-agent --san valkey.internal --valkey 9.1"))
                .doesNotContain("config set");
        assertThat(old.chars().filter(c -> c == '{').count())
                .isEqualTo(old.chars().filter(c -> c == '}').count());
    }

    // Text.

    @Test
    void server_everyDirective_hasItsReasonAbove() {
        for (String line : List.of(
                "conf --replication-user r --announce h.internal --valkey 9.1",
                "conf --for cluster --replication-user r --announce h.internal",
                "conf --for sentinel --primary h.internal:6380 --announce h.internal")) {
            for (String block : operator.run(line).split("\n\n", -1)) {
                assertThat(block).matches("(?s)# [^\n]+(\n[a-z][^\n]+)*\n?");
            }
        }
    }

    @Test
    void server_ofEachVersion_hasWhatItKnows() {
        assertThat(operator.run("conf --replication-user r --valkey 7.2"))
                .contains("masteruser r", "masterauth")
                .doesNotContain("primaryuser");
        assertThat(operator.run("conf --replication-user r --valkey 8.0.1")).contains("primaryuser r");
        assertThat(operator.run("conf --valkey 9.0")).doesNotContain("tls-auto-reload-interval");
        assertThat(operator.run("conf --valkey 9.1")).contains("tls-auto-reload-interval 300");
        assertThat(operator.run("conf --strict"))
                .contains("tls-protocols \"TLSv1.3\"\n")
                .doesNotContain("tls-ciphers ");
    }

    @Test
    void acl_showsNoPasswordAndLetsNobodyInWithoutOne() throws IOException {
        assertThat(Files.readString(operator.file("users.acl")))
                .startsWith("user default reset off\n")
                .doesNotContain("nopass", operator.password("app"))
                .contains("user app reset on #", "+@all -@admin -@dangerous");
    }

    // What is refused.

    @Test
    void acl_passwordThatIsShortOrCommon_isRefused() throws IOException {
        for (String weak : List.of("abc", "fourteen-chars", "password", "aaaaaaaaaaaaaaaaaaaa")) {
            Path file = Files.writeString(directory.resolve("weak"), weak + "\n");
            Outcome outcome = Outcome.of("conf", "--for", "acl", "--app", "app=" + file);

            assertThat(outcome.exitCode()).as(weak).isEqualTo(ExitCode.USAGE);
            assertThat(outcome.err())
                    .contains("the password of app ")
                    .doesNotContain(weak.equals("password") ? "'" : weak);
            assertThat(outcome.out()).isEmpty();
        }
        Path file = Files.writeString(directory.resolve("strong"), "fifteen-chars-x\n");
        assertThat(Outcome.of("conf", "--for", "acl", "--app", "app=" + file).exitCode())
                .isZero();
    }

    @Test
    void badInput_printsNothing() {
        assertThat(Outcome.of("conf", "--cert", "/etc/x\nrequirepass y"))
                .isEqualTo(Outcome.refusedInput(
                        "not usable in a configuration: \"/etc/x?requirepass y\"",
                        "expected printable ASCII without spaces, quotes and backslashes"));
        assertThat(operator.call("conf --valkey 6.0"))
                .isEqualTo(
                        Outcome.refusedInput("expected a Valkey of 7.2 or newer, was 6.0", "valkey-server --version"));
        assertThat(operator.call("conf --for cluster").err()).contains("--replication-user USER is missing");
        assertThat(operator.call("conf --for sentinel").err()).contains("--primary HOST:PORT is missing");
        assertThat(operator.call("conf --for acl").err()).contains("nobody could log in");
        assertThat(operator.call("conf --for acl --app app=DIR/nothing").err()).contains("nothing does not exist");
        assertThat(operator.call("conf --for nftables --port 6379").err()).contains("is the TLS port");
        assertThat(operator.call("conf --port 70000").err()).contains("expected a port of 1 to 65535, was 70000");
        assertThat(operator.call("conf --for cert-manager").err()).contains("give --san NAME");
    }
}
