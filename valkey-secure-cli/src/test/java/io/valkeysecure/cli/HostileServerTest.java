package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Verified servers that answer without end: the doctor and {@code connect} end in time, and say which answer it was.
 */
class HostileServerTest {
    private static final String SLOW = "did not answer within";

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static TestCertificate ca;

    @BeforeAll
    static void makeFiles() throws IOException {
        ca = PretendedServer.trustedBy(directory);
    }

    /** How a server answers whatever comes after the login. */
    enum Answer {
        NESTED_ATTRIBUTES("more than 32 levels") {
            @Override
            void write(OutputStream out, CountDownLatch end) throws IOException {
                repeat(out, "|1\r\n");
            }
        },
        ELEMENTS_WITHOUT_END("elements") {
            @Override
            void write(OutputStream out, CountDownLatch end) throws IOException {
                out.write("*10000000\r\n".getBytes(StandardCharsets.US_ASCII));
                repeat(out, ":1\r\n".repeat(1_000));
            }
        },
        LINE_WITHOUT_END("is no Valkey") {
            @Override
            void write(OutputStream out, CountDownLatch end) throws IOException {
                out.write('+');
                repeat(out, "x".repeat(8_000));
            }
        },
        VALUE_OF_GIGABYTES("larger than") {
            @Override
            void write(OutputStream out, CountDownLatch end) throws IOException {
                out.write("$2000000000\r\n".getBytes(StandardCharsets.US_ASCII));
                repeat(out, "x".repeat(8_000));
            }
        },
        BYTE_NOW_AND_THEN(SLOW) {
            @Override
            void write(OutputStream out, CountDownLatch end) throws IOException, InterruptedException {
                out.write('+');
                while (!end.await(200, TimeUnit.MILLISECONDS)) {
                    out.write('x');
                    out.flush();
                }
            }
        };

        private final String said;

        Answer(String said) {
            this.said = said;
        }

        abstract void write(OutputStream out, CountDownLatch end) throws IOException, InterruptedException;

        private static void repeat(OutputStream out, String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            while (true) {
                out.write(bytes);
            }
        }
    }

    /** Asks for a login, takes any, and then answers as it likes. */
    private static final class Server extends PretendedServer {
        private final CountDownLatch end = new CountDownLatch(1);
        private final Answer answer;

        Server(Answer answer) throws IOException {
            super(ca);
            this.answer = answer;
            start();
        }

        @Override
        void serve(BufferedReader in, OutputStream out) throws IOException, InterruptedException {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.equals("PING")) {
                    out.write("-NOAUTH Authentication required.\r\n".getBytes(StandardCharsets.US_ASCII));
                } else if (line.equals(PASSWORD)) {
                    out.write("+OK\r\n".getBytes(StandardCharsets.US_ASCII));
                } else if (line.equals("INFO")) {
                    answer.write(out, end);
                }
                out.flush();
            }
        }

        @Override
        public void close() throws IOException {
            end.countDown();
            super.close();
        }
    }

    private static Outcome call(String line) {
        return Outcome.ofLine(line.replace("DIR", directory.toString()));
    }

    @ParameterizedTest
    @EnumSource
    void doctor_answerWithoutEnd_isIncompleteInTime(Answer answer) throws IOException {
        try (Server server = new Server(answer)) {
            int port = server.port();
            Outcome outcome = call("doctor localhost:" + port + " --plaintext-ports " + port
                    + " --ca DIR/ca.crt --user app --password-file DIR/password --timeout 2 --json --fail-on critical");

            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
            assertThat(Unsaid.in(outcome)).isEmpty();
            // whichever limit comes first on this machine
            assertThat(outcome.out()).contains("gave up from inside: ").containsAnyOf(answer.said, SLOW);
            assertThat(outcome.err()).doesNotContain("Exception", "Error");
        }
    }

    @ParameterizedTest
    @EnumSource
    void connect_answerWithoutEnd_failsInTime(Answer answer) throws IOException {
        try (Server server = new Server(answer)) {
            Outcome outcome = call("connect localhost:" + server.port()
                    + " --ca DIR/ca.crt --user app --password-file DIR/password --timeout 2 INFO");

            assertThat(outcome.exitCode()).as(outcome.toString()).isNotZero();
            assertThat(outcome.err()).containsAnyOf(answer.said, SLOW);
        }
    }

    /** A JVM of its own, since that of the tests has more memory. */
    private static Tool.Run callWithLittleMemory(String line) throws IOException, InterruptedException {
        List<String> arguments =
                new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC", "-cp", System.getProperty("java.class.path")));
        arguments.add("io.valkeysecure.cli.Main");
        arguments.addAll(List.of(line.replace("DIR", directory.toString()).split(" ", -1)));
        return new Tool(Path.of(System.getProperty("java.home"), "bin", "java").toString())
                .run(arguments.toArray(new String[0]));
    }

    /** All at a time, so that their answers add up; the time is so long that it is the size that ends them. */
    @Test
    void doctor_answersWithoutEnd_fitIntoLittleMemory() throws Exception {
        List<Server> servers = new ArrayList<>();
        try {
            for (Answer answer : EnumSet.complementOf(EnumSet.of(Answer.BYTE_NOW_AND_THEN))) {
                servers.add(new Server(answer));
            }
            String targets =
                    servers.stream().map(server -> "localhost:" + server.port()).collect(Collectors.joining(" "));
            Tool.Run run = callWithLittleMemory("doctor " + targets + " --plaintext-ports +0 --ca DIR/ca.crt --user app"
                    + " --password-file DIR/password --timeout 60 --fail-on critical");

            assertThat(run.exitCode()).as(run.output()).isEqualTo(ExitCode.USAGE);
            assertThat(run.output().lines().filter(line -> line.contains("note: gave up from inside: ")))
                    .as(run.output())
                    .hasSameSizeAs(servers);
            assertThat(run.output()).doesNotContain("\tat ", "OutOfMemory", "StackOverflow", "Exception");
        } finally {
            for (Server server : servers) {
                server.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ELEMENTS_WITHOUT_END", "LINE_WITHOUT_END"})
    void connect_answerWithoutEnd_fitsIntoLittleMemory(Answer answer) throws Exception {
        try (Server server = new Server(answer)) {
            Tool.Run run = callWithLittleMemory("connect localhost:" + server.port()
                    + " --ca DIR/ca.crt --user app --password-file DIR/password --timeout 60 INFO");

            assertThat(run.exitCode()).as(run.output()).isNotZero();
            assertThat(run.output()).contains(answer.said).doesNotContain("\tat ", "OutOfMemory");
        }
    }

    /** The twin: one that answers. */
    @Test
    void doctor_answerThatEnds_isLookedAt() throws IOException {
        Operator operator = new Operator(Files.createDirectory(directory.resolve("honest")));
        try (OperatedServer server =
                operator.start("server", OperatedServer.freePort(), "conf --acl-file DIR/users.acl")) {
            Outcome outcome = operator.examine(server, "--timeout 20 --json");
            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.OK);
            assertThat(outcome.out()).doesNotContain("gave up from inside");
        }
    }
}
