package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server that is verified, and tells of itself and others what cannot be: each is a finding, and none ends the
 * report.
 */
class DoctorGossipTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static TestCertificate ca;

    @BeforeAll
    static void makeFiles() throws IOException {
        ca = PretendedServer.trustedBy(directory);
    }

    /** Answers each command by its first words, and everything else with an error. */
    private static final class Server extends PretendedServer {
        private final Map<String, String> answers;

        Server(Map<String, String> answers) throws IOException {
            super(ca);
            this.answers = new TreeMap<>(answers);
            this.answers.putIfAbsent("AUTH", "+OK\r\n");
            start();
        }

        @Override
        void serve(BufferedReader in, OutputStream out) throws IOException {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                List<String> words = new ArrayList<>();
                if (line.startsWith("*")) {
                    for (int i = Integer.parseInt(line.substring(1)); i > 0; i--) {
                        in.readLine();
                        words.add(in.readLine());
                    }
                }
                String command = String.join(" ", words);
                String answer = answers.entrySet().stream()
                        .filter(each -> command.startsWith(each.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse("-ERR no\r\n");
                out.write(answer.getBytes(StandardCharsets.ISO_8859_1));
                out.flush();
            }
        }
    }

    private static String bulk(String text) {
        return "$" + text.length() + "\r\n" + text + "\r\n";
    }

    private static Outcome examine(Server server) {
        int port = server.port();
        return Outcome.ofLine(("doctor localhost:" + port + " --plaintext-ports " + port
                        + " --ca DIR/ca.crt --user app --password-file DIR/password --json --fail-on critical")
                .replace("DIR", directory.toString()));
    }

    @Test
    void addresses_thatAreNone_areFindings() throws IOException {
        String nodes = """
                a1 127.1:7001@17001 master - 0 0 1 connected
                a2 under_score.example:7002@17002 master - 0 0 1 connected
                a3 two words:7003@17003 master - 0 0 1 connected
                a4 host.invalid:99999@1 master - 0 0 1 connected
                a5 host.invalid:port@1 master - 0 0 1 connected
                a6 -x-.invalid:7006@17006 master - 0 0 1 connected
                """;
        try (Server server =
                new Server(Map.of("INFO server", bulk("server_mode:cluster\r\n"), "CLUSTER NODES", bulk(nodes)))) {
            Outcome outcome = examine(server);

            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
            assertThat(outcome.err()).isEmpty();
            assertThat(Unsaid.in(outcome)).isEmpty();
            TreeSet<String> targets = new TreeSet<>();
            for (JsonNode finding : new ObjectMapper().readTree(outcome.out()).get("findings")) {
                if (finding.get("id").asText().equals("node-unreachable")) {
                    targets.add(finding.get("target").asText());
                }
            }
            assertThat(targets)
                    .contains("under_score.example:7002", "host.invalid:99999", "host.invalid:port")
                    .anyMatch(target -> target.endsWith("7001"))
                    .anyMatch(target -> target.endsWith("7006"));
        }
    }

    @Test
    void keyFile_thatIsNoPath_isNotMade() throws IOException {
        for (String name : List.of("tls-key-file", "dir", "aclfile", "unixsocket", "tls-ca-cert-file")) {
            String config =
                    "*12\r\n" + bulk("tls-key-file") + bulk(name.equals("tls-key-file") ? "a\0b" : "k") + bulk("dir")
                            + bulk(name.equals("dir") ? "/\0" : "/") + bulk("aclfile")
                            + bulk(name.equals("aclfile") ? "a\0b" : "u")
                            + bulk("unixsocket") + bulk(name.equals("unixsocket") ? "a\0b" : "s")
                            + bulk("unixsocketperm") + bulk("0")
                            + bulk("tls-ca-cert-file") + bulk(name.equals("tls-ca-cert-file") ? "a\0b" : "c");
            try (Server server =
                    new Server(Map.of("INFO server", bulk("server_mode:standalone\r\n"), "CONFIG GET", config))) {
                Outcome outcome = examine(server);

                assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
                assertThat(outcome.err()).isEmpty();
                assertThat(Unsaid.in(outcome)).isEmpty();
                assertThat(outcome.out()).as(name).contains("Nul character not allowed");
            }
        }
    }

    @Test
    void users_thatAreNone_areNotMade() throws IOException {
        for (String user : List.of("+OK\r\n", "*2\r\n$5\r\nflags\r\n*0\r\n", "*-1\r\n", "*1\r\n:1\r\n")) {
            try (Server server = new Server(Map.of(
                    "INFO server",
                    bulk("server_mode:standalone\r\n"),
                    "ACL USERS",
                    "*1\r\n$1\r\na\r\n",
                    "ACL GETUSER",
                    user))) {
                Outcome outcome = examine(server);

                assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
                assertThat(Unsaid.in(outcome)).isEmpty();
                assertThat(outcome.out()).contains("ACL GETUSER does not tell whether a is on");
            }
        }
    }
}
