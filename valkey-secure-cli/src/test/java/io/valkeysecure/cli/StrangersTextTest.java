package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a server calls itself and answers drives no terminal and no page, in whatever form it is printed. */
class StrangersTextTest {
    private static final String HOSTILE =
            "x\u001b[2J\u0007\u007f\u009b31m\u202ekcab\u2066\u2069\u200e\u061c\u200b\u2028y";
    private static final int LONGEST_LINE = 8_192;

    private final Path directory;

    StrangersTextTest(@TempDir Path directory) {
        this.directory = directory;
    }

    /** Answers every command with the same error, after what it is told to present. */
    private static final class Rude implements AutoCloseable {
        private final SSLServerSocket socket;
        private final String answer;

        Rude(TestCertificate identity, String answer) throws IOException {
            this.answer = answer;
            socket = (SSLServerSocket) identity.tlsContext()
                    .getServerSocketFactory()
                    .createServerSocket(0, 5, InetAddress.getLoopbackAddress());
            Thread thread = new Thread(this::serve, "rude");
            thread.setDaemon(true);
            thread.start();
        }

        int port() {
            return socket.getLocalPort();
        }

        private void serve() {
            while (!socket.isClosed()) {
                try (Socket client = socket.accept()) {
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
                    for (String line = in.readLine(); line != null; line = in.readLine()) {
                        if (line.matches("[A-Za-z]+") && !line.equalsIgnoreCase("app")) {
                            client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
                        }
                    }
                } catch (IOException e) {
                    // the client went, or this was closed
                }
            }
        }

        @Override
        public void close() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static void requirePrintable(String text) {
        text.replace("\t", "").lines().forEach(line -> {
            assertThat(line.length()).isLessThan(LONGEST_LINE);
            assertThat(line.codePoints())
                    .as(line.length() > 300 ? line.substring(0, 300) : line)
                    .noneMatch(c -> Character.isISOControl(c)
                            || Character.getType(c) == Character.FORMAT
                            || Character.getType(c) == Character.LINE_SEPARATOR
                            || Character.getType(c) == Character.PARAGRAPH_SEPARATOR);
        });
    }

    private static void requirePrintable(Outcome outcome) {
        requirePrintable(outcome.out());
        requirePrintable(outcome.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {HOSTILE, "LONG"})
    void everyCommand_hostileServer_printsNothingThatDrivesATerminal(String kind) throws Exception {
        String text = kind.equals("LONG") ? "a\u202e".repeat(5_000) : kind;
        TestCertificate root =
                TestCertificate.root().subject("CN=r" + text + ",O=x").build();
        TestCertificate leaf = root.issue()
                .subject("CN=l" + text + ",O=x")
                .dnsName("localhost")
                .rawName(6, ("http://" + text).getBytes(StandardCharsets.UTF_8))
                .build();
        Path anchors = Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        Path other = Files.writeString(
                directory.resolve("other.crt"), TestCertificate.root().build().certificatePem());
        Path password = Files.writeString(directory.resolve("password"), "pw\n");
        Path chain = Files.writeString(directory.resolve("chain.crt"), leaf.chainPem());
        try (Rude server = new Rude(leaf, "-ERR " + text + "\r\n")) {
            String target = "localhost:" + server.port();
            List<List<String>> commands = new ArrayList<>();
            for (Path ca : List.of(anchors, other)) {
                commands.add(List.of("connect", target, "--ca", ca.toString(), "PING"));
                commands.add(List.of(
                        "connect",
                        target,
                        "--ca",
                        ca.toString(),
                        "--user",
                        "app",
                        "--password-file",
                        password.toString(),
                        "PING"));
                commands.add(List.of("connect", target, "--ca", ca.toString(), "--raw", "PING"));
                commands.add(List.of("pki", "verify", target, "--ca", ca.toString()));
                commands.add(
                        List.of("pki", "verify", chain.toString(), "--ca", ca.toString(), "--host", "else.example"));
                for (String format : List.of("--json", "--sarif")) {
                    commands.add(List.of("doctor", target, "--ca", ca.toString(), format));
                }
                commands.add(List.of(
                        "doctor",
                        target,
                        "--ca",
                        ca.toString(),
                        "--html",
                        directory.resolve(ca.getFileName() + ".html").toString(),
                        "--debug"));
            }
            commands.add(List.of("pki", "show", target));
            commands.add(List.of("pki", "show", chain.toString()));
            commands.add(List.of("pki", "pins", target));
            commands.add(List.of("pki", "pins", chain.toString()));
            for (List<String> command : commands) {
                Outcome outcome = Outcome.of(command.toArray(String[]::new));
                assertThat(outcome.out() + outcome.err())
                        .as(String.join(" ", command))
                        .isNotBlank();
                requirePrintable(outcome);
            }
            for (Path page : List.of(directory.resolve("ca.crt.html"), directory.resolve("other.crt.html"))) {
                requirePrintable(Files.readString(page));
            }
        }
    }

    @Test
    void show_honestLetters_stayReadable() throws Exception {
        TestCertificate leaf = TestCertificate.root()
                .build()
                .issue()
                .subject("CN=B\u00fccher \u65e5\u672c")
                .build();
        Path file = Files.writeString(directory.resolve("leaf.crt"), leaf.certificatePem());

        assertThat(Outcome.of("pki", "show", file.toString()).out()).contains("CN=B\u00fccher \u65e5\u672c");
        assertThat(Outcome.of("pki", "pins", file.toString()).out()).contains("CN=B\u00fccher \u65e5\u672c");
    }
}
