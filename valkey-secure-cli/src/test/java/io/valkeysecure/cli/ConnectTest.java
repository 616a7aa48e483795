package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.base.ByteWriter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code connect}: answers as valkey-cli shows them, and no byte of a password to the wrong peer. */
class ConnectTest {
    private static final String PASSWORD = "correct-horse-battery";

    private static TestCertificate ca;
    private static ValkeyServer server;
    private static Path anchors;
    private static PemFiles identity;
    private static Path password;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws IOException {
        ca = TestCertificate.root().subject("CN=connect CA").build();
        server = ValkeyServer.builder(ca.issue().dnsName("localhost").build(), ca)
                .user("app", PASSWORD)
                .start();
        anchors = Files.writeString(directory.resolve("ca.crt"), ca.certificatePem());
        identity = ca.issue().subject("CN=connect client").build().writePem(directory, "client");
        password = Files.writeString(directory.resolve("password"), PASSWORD + "\n");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static Outcome connect(int port, String... more) {
        return Outcome.of(arguments(port, more));
    }

    private static String[] arguments(int port, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "connect",
                "localhost:" + port,
                "--ca",
                anchors.toString(),
                "--cert",
                identity.certificate().toString(),
                "--key",
                identity.key().toString(),
                "--user",
                "app",
                "--password-file",
                password.toString()));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private static Outcome typed(String input, String... more) {
        InputStream before = System.in;
        System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
        try {
            return connect(server.port(), more);
        } finally {
            System.setIn(before);
        }
    }

    // Messages.

    @Test
    void refusal_whateverTheReason_namesOptionsAndNoJava() throws IOException {
        Path otherAnchors = Files.writeString(
                password.resolveSibling("other.crt"),
                TestCertificate.root().build().certificatePem());
        String port = Integer.toString(server.port());

        assertThat(refused("localhost:" + port, otherAnchors))
                .contains("untrusted_issuer", "give the CA that issued its certificate by --ca");
        assertThat(refused("127.0.0.1:" + port, anchors))
                .contains("name_mismatch", "give the right one by --expect-name");
        assertThat(refused("localhost:" + port, anchors))
                .contains("client_identity_required", "give one by --cert and --key");
        assertThat(refused("localhost:" + port, identity.key())).contains("trust anchors");
    }

    private static String refused(String address, Path trusted) {
        Outcome outcome = Outcome.of("connect", address, "--ca", trusted.toString(), "PING");
        assertThat(outcome.exitCode()).isNotZero();
        assertThat(outcome.err())
                .doesNotContainPattern("[a-z]\\w*\\((\\.\\.\\.|\\w+, |\\))")
                .doesNotContain("TrustAnchors", "ClientIdentity", "TlsPolicy");
        return outcome.err();
    }

    // Commands.

    @Test
    void arguments_areOneCommand() {
        assertThat(connect(server.port(), "PING")).isEqualTo(new Outcome(0, "PONG\n", ""));
        assertThat(connect(server.port(), "SET", "two words", "a\nb")).isEqualTo(new Outcome(0, "OK\n", ""));
        assertThat(connect(server.port(), "GET", "two words")).isEqualTo(new Outcome(0, "\"a\\nb\"\n", ""));
        assertThat(connect(server.port(), "--raw", "GET", "two words")).isEqualTo(new Outcome(0, "a\nb\n", ""));
        assertThat(connect(server.port(), "INFO", "server").out()).contains("valkey_version");
    }

    @Test
    void input_isACommandALine() {
        assertThat(typed("""
                rpush list "a \\x41" 'b c' d

                lrange list 0 -1
                get nothing
                dbsize
                quit
                ping
                """))
                .isEqualTo(new Outcome(
                        0, """
                (integer) 3
                1) "a A"
                2) "b c"
                3) "d"
                (nil)
                (integer) 1
                """.replace("(integer) 1\n", typed("dbsize\n").out()), ""));
    }

    @Test
    void resp3_typesAreShown() {
        assertThat(typed("del h\nhset h f v\nhgetall h\nsadd s x\nsmembers s\ndel h s\n", "--resp3")
                        .out())
                .contains("1# \"f\" => \"v\"\n", "1~ \"x\"\n");
    }

    @Test
    void login_asACommandOfItsOwn_works() {
        assertThat(typed("auth app " + PASSWORD + "\nacl whoami\n").out()).isEqualTo("OK\n\"app\"\n");
    }

    @Test
    void error_isShownAndExitsOne() {
        assertThat(connect(server.port(), "NOSUCH")).satisfies(outcome -> {
            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.out()).startsWith("(error) ERR unknown command 'NOSUCH'");
        });
        assertThat(typed("get \"open\nping\n"))
                .isEqualTo(new Outcome(
                        2,
                        "PONG\n",
                        "valkey-secure: error: a quote is not closed\nvalkey-secure: hint: close every quote, and put"
                                + " a space after it: set key \"two words\"\n"));
    }

    // No password for anybody but the server.

    @Test
    void password_asAnArgument_isRefused() {
        for (String[] command : new String[][] {
            {"AUTH", PASSWORD},
            {"auth", "app", PASSWORD},
            {"hello", "3", "auth", "app", PASSWORD},
            {"acl", "setuser", "x", ">" + PASSWORD},
            {"ACL", "SETUSER", "x", "on", "<" + PASSWORD},
            {"CONFIG", "SET", "requirepass", PASSWORD},
            {"config", "set", "maxclients", "100", "MasterAuth", PASSWORD},
            {"CONFIG", "SET", "primaryauth", PASSWORD},
            {"CONFIG", "SET", "tls-key-file-pass", PASSWORD},
            {"CONFIG", "SET", "tls-client-key-file-pass", PASSWORD},
            {"MIGRATE", "host", "6379", "k", "0", "1000", "AUTH", PASSWORD},
            {"migrate", "host", "6379", "", "0", "1000", "auth2", "app", PASSWORD, "KEYS", "k"},
            {"SENTINEL", "SET", "primary", "auth-pass", PASSWORD},
            {"SENTINEL", "CONFIG", "SET", "sentinel-pass", PASSWORD}
        }) {
            Outcome outcome = connect(server.port(), command);
            assertThat(outcome.exitCode()).isEqualTo(2);
            assertThat(outcome.err())
                    .startsWith("valkey-secure: error: a password as an argument can be read by every user")
                    .contains("hint: for a login give --user and --password-file", "on standard input")
                    .doesNotContain(PASSWORD);
        }
    }

    @Test
    void commandWithoutAPassword_asArguments_isSent() {
        for (String[] command : new String[][] {
            {"CONFIG", "GET", "requirepass"},
            {"CONFIG", "SET", "tls-auth-clients", "yes"},
            {"ACL", "SETUSER", "reader", "on", "~*", "+get"},
            {"GET", "AUTH"},
            {"SET", "password", "x"}
        }) {
            assertThat(connect(server.port(), command).exitCode())
                    .as(String.join(" ", command))
                    .isZero();
        }
    }

    @Test
    void password_onStandardInput_isSent() {
        Outcome outcome = typed("CONFIG SET requirepass " + PASSWORD + "\nCONFIG SET requirepass \"\"\n");

        assertThat(outcome).isEqualTo(new Outcome(0, "OK\nOK\n", ""));
    }

    @Test
    void wrongCertificate_getsNoPassword() {
        TestCertificate other = TestCertificate.root().subject(ca.subject()).build();
        try (HostilePeer peer =
                HostilePeer.tls(other.issue().dnsName("localhost").build())) {
            Outcome outcome = connect(peer.port(), "PING");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err())
                    .contains("refused (untrusted_issuer)", "hint: what the server presents: openssl s_client");
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void plaintextPeer_getsNothing() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            Outcome outcome = connect(peer.port(), "PING");

            assertThat(outcome.exitCode()).isEqualTo(1);
            assertThat(outcome.err()).contains("refused (plaintext_peer)");
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void wrongPassword_isTheServersAnswer() throws IOException {
        Path wrong = Files.writeString(anchors.resolveSibling("wrong"), "not-it");
        Outcome outcome = Outcome.of(
                "connect",
                "localhost:" + server.port(),
                "--ca",
                anchors.toString(),
                "--cert",
                identity.certificate().toString(),
                "--key",
                identity.key().toString(),
                "--user",
                "app",
                "--password-file",
                wrong.toString(),
                "PING");

        assertThat(outcome)
                .isEqualTo(new Outcome(
                        1,
                        "",
                        "valkey-secure: error: WRONGPASS invalid username-password pair or user is disabled.\n"
                                + "valkey-secure: hint: look at the user on the server: valkey-cli --tls ... acl"
                                + " getuser NAME\n"));
    }

    // Nobody there, or somebody else.

    @Test
    void nobodyThere_exitsThree() {
        HostilePeer gone = HostilePeer.staysSilent();
        gone.close();

        Outcome outcome = connect(gone.port(), "PING");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).startsWith("valkey-secure: error: connection refused");
    }

    @Test
    void unknownHost_isBadInput() {
        assertThat(Outcome.of("connect", "no-such-host.invalid:6380", "--ca", anchors.toString(), "PING"))
                .isEqualTo(Outcome.refusedInput(
                        "unknown host no-such-host.invalid", "is it spelled right? getent hosts NAME"));
    }

    @Test
    void noValkeyBehindTls_isSaid() {
        try (SomethingElse web =
                new SomethingElse(ca.issue().dnsName("localhost").build())) {
            Outcome outcome = connect(web.port(), "PING");

            assertThat(outcome)
                    .isEqualTo(Outcome.refusedInput(
                            "localhost:" + web.port()
                                    + " is no Valkey: expected an answer in RESP, began with: HTTP/1.1 400 Bad"
                                    + " Request",
                            "is this its tls-port, and not that of another service?"));
        }
    }

    /** It says nothing to a ClientHello; the library's message says how to find out, and the command line does. */
    @Test
    void plaintextPortOfValkey_isSaid() {
        try (ValkeyServer both = ValkeyServer.builder(
                        ca.issue().dnsName("localhost").build(), ca)
                .plaintextPort()
                .start()) {
            Outcome outcome = connect(both.plaintextPort(), "--timeout", "1", "PING");

            assertThat(outcome)
                    .isEqualTo(Outcome.refusedInput(
                            "localhost:" + both.plaintextPort()
                                    + " is no tls-port: PING without TLS was answered with +PONG",
                            "dial the tls-port: valkey-cli -h localhost -p " + both.plaintextPort()
                                    + " config get tls-port"));
            assertThat(connect(both.port(), "PING").err()).doesNotContain("no tls-port");
        }
    }

    @Test
    void silentServer_isNoPlaintextPort() {
        try (HostilePeer silent = HostilePeer.staysSilent()) {
            Outcome outcome = connect(silent.port(), "--timeout", "1", "PING");

            assertThat(outcome.exitCode()).isEqualTo(3);
            assertThat(outcome.err()).contains("did not answer within 1000 ms");
        }
    }

    @Test
    void serverThatDoesNotAnswer_isGivenUp() {
        Outcome outcome = connect(server.port(), "--timeout", "1", "BLPOP", "nothing", "0");

        assertThat(outcome.exitCode()).isEqualTo(3);
        assertThat(outcome.err()).contains("did not answer within 1000 ms");
    }

    // pki verify, of a server.

    @Test
    void verify_ofAServer_saysWhetherAClientWouldConnect() throws IOException {
        String[] good = {
            "pki",
            "verify",
            "localhost:" + server.port(),
            "--ca",
            anchors.toString(),
            "--cert",
            identity.certificate().toString(),
            "--key",
            identity.key().toString()
        };
        assertThat(Outcome.of(good).out())
                .contains("== a client with these options connects to localhost:" + server.port())
                .contains("answer to PING: (error) NOAUTH");
        Outcome nameless = Outcome.of("pki", "verify", "localhost:" + server.port(), "--ca", anchors.toString());
        assertThat(nameless.exitCode()).isEqualTo(1);
        assertThat(nameless.err()).contains("refused (client_identity_required)");
    }

    /** Nobody is told that he would connect who would not get in. */
    @Test
    void verify_withAUser_logsIn() throws IOException {
        List<String> call = new ArrayList<>(List.of("pki", "verify"));
        call.addAll(List.of(arguments(server.port())).subList(1, 10));
        assertThat(Outcome.of(with(call, password)).out()).contains("answer to PING: PONG");

        Path wrong = Files.writeString(password.resolveSibling("wrong"), "not-the-password\n");
        Outcome refused = Outcome.of(with(call, wrong));
        assertThat(refused.exitCode()).isEqualTo(ExitCode.REFUSED);
        assertThat(refused.err()).contains("error: WRONGPASS", "hint: look at the user on the server");
        assertThat(refused.out()).isEmpty();
    }

    private static String[] with(List<String> call, Path passwordFile) {
        List<String> all = new ArrayList<>(call);
        all.addAll(List.of("--password-file", passwordFile.toString()));
        return all.toArray(String[]::new);
    }

    /** The time limit holds for the handshake, too. */
    @Test
    void timeout_boundsTheHandshake() {
        for (HostilePeer peer : List.of(HostilePeer.staysSilent(), HostilePeer.stallsMidHandshake())) {
            try (peer) {
                Outcome outcome = connect(peer.port(), "--timeout", "1", "PING");

                assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.UNREACHABLE);
                assertThat(outcome.err()).contains("localhost:" + peer.port() + " did not answer within 1000 ms");
            }
        }
    }

    @Test
    void raw_value_isByteByByteAsItIs() {
        byte[] value = new byte[256];
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < value.length; i++) {
            value[i] = (byte) i;
            escaped.append(String.format(Locale.ROOT, "\\x%02x", i));
        }
        assertThat(typed("set bytes \"" + escaped + "\"\n").out()).isEqualTo("OK\n");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        StringWriter err = new StringWriter();

        int exitCode = Main.call(
                new ByteWriter(bytes, StandardCharsets.UTF_8),
                new PrintWriter(err),
                arguments(server.port(), "--raw", "GET", "bytes"));

        assertThat(exitCode).as(err.toString()).isZero();
        assertThat(bytes.toByteArray()).startsWith(value).endsWith('\n').hasSize(257);
        assertThat(connect(server.port(), "GET", "bytes").out()).isEqualTo("\"" + shown(value) + "\"\n");
    }

    /** Without --raw no byte can drive a terminal. */
    private static String shown(byte[] value) {
        StringBuilder shown = new StringBuilder();
        for (byte each : value) {
            int c = each & 0xff;
            int known = "\n\r\t\b\u0007\"\\".indexOf(c);
            shown.append(
                    known >= 0
                            ? "\\" + "nrtba\"\\".charAt(known)
                            : c < 0x20 || c > 0x7e ? String.format(Locale.ROOT, "\\x%02x", c) : "" + (char) c);
        }
        return shown.toString();
    }
}
