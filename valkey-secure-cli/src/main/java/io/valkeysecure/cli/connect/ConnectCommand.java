package io.valkeysecure.cli.connect;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.ConnectionOptions;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.doctor.probe.PlaintextProbe;
import io.valkeysecure.cli.resp.AnswerLimits;
import io.valkeysecure.cli.resp.Reply;
import io.valkeysecure.cli.resp.RespConnection;
import io.valkeysecure.cli.resp.Shown;
import io.valkeysecure.internal.text.Printable;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.SocketTimeoutException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code connect}: commands to a server under the very settings of the application. */
@Command(
        name = "connect",
        description = {
            "Connects as an application with these options would, and runs commands: those after HOST:PORT, or one a"
                    + " line from standard input; on a terminal with a prompt.%n",
            "Answers are shown as valkey-cli shows them. Nothing is sent, no password in particular, before the server"
                    + " is verified.%n"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every command was answered",
            "1:the connection was refused, or a command was answered with an error",
            "2:the command line or a file is not as needed, or the server is no Valkey",
            "3:the server cannot be reached, or does not answer"
        })
public final class ConnectCommand extends CliCommand {
    private static final Set<String> ENDLESS = Set.of("subscribe", "psubscribe", "ssubscribe", "monitor");

    @Parameters(index = "0", paramLabel = "HOST:PORT", converter = EndpointConverter.class, description = "the server")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Endpoint endpoint;

    @Parameters(
            index = "1..*",
            paramLabel = "COMMAND",
            description = "a command and its arguments, none of which may be a password; none for standard input")
    private List<String> command = List.of();

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Option(names = "--resp3", description = "speak RESP3; otherwise RESP2")
    private boolean resp3;

    @Option(names = "--raw", description = "values as they are, for programs; otherwise quoted and with their type")
    private boolean raw;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description =
                    "how long the server may take to take the connection, and to answer; default: ${DEFAULT-VALUE}")
    private int timeoutSeconds;

    @Override
    public Integer call() throws IOException {
        if (timeoutSeconds < 1 || timeoutSeconds > 3600) {
            throw usage("--timeout: expected 1 to 3600 seconds, was " + timeoutSeconds);
        }
        if (!command.isEmpty() && SecretArguments.in(command)) {
            throw new InputException(
                    "a password as an argument can be read by every user of this machine",
                    "for a login give --user and --password-file; give any other command on standard input, from a file"
                            + " that only you can read: connect HOST:PORT ... < FILE, or type it without COMMAND");
        }
        Console console = console();
        try (SecureTls tls = connection.tls().build()) {
            Optional<String> password = connection.password();
            try (RespConnection opened = open(tls, Duration.ofSeconds(timeoutSeconds))) {
                if (!login(opened, password, console)) {
                    return ExitCode.REFUSED;
                }
                return command.isEmpty() ? lines(opened, console) : run(opened, bytes(command), console);
            }
        }
    }

    /** A plaintext port of Valkey says nothing to a ClientHello, so it is asked once without TLS, and without a login. */
    private RespConnection open(SecureTls tls, Duration limit) throws IOException {
        try {
            return RespConnection.open(tls, endpoint, limit, AnswerLimits.ofValues());
        } catch (TlsHandshakeException | SocketTimeoutException silent) {
            if (silent instanceof TlsHandshakeException refused
                    && refused.reason() != RefusalReason.HANDSHAKE_TIMEOUT) {
                throw silent;
            }
            Optional<String> answer = askedWithoutTls(limit);
            if (answer.isPresent()) {
                throw new InputException(
                        endpoint + " is no tls-port: PING without TLS was answered with "
                                + Printable.message(answer.get()),
                        "dial the tls-port: valkey-cli -h " + endpoint.host() + " -p " + endpoint.port()
                                + " config get tls-port");
            }
            throw silent;
        }
    }

    private Optional<String> askedWithoutTls(Duration limit) {
        try {
            return PlaintextProbe.ask(endpoint, limit);
        } catch (IOException e) {
            return Optional.empty(); // the failure of the handshake says it
        }
    }

    private boolean login(RespConnection opened, Optional<String> password, Console console) throws IOException {
        Reply answer = password.isPresent() ? opened.login(connection.user(), password.get()) : new Reply.Nil();
        if (resp3 && !(answer instanceof Reply.Failed)) {
            answer = opened.execute(List.of("HELLO", "3"));
        }
        if (answer instanceof Reply.Failed failed) {
            console.error(Printable.message(failed.text()));
            Failure.hintOfAnswer(failed.text()).ifPresent(console::hint);
            return false;
        }
        return true;
    }

    private int lines(RespConnection opened, Console console) throws IOException {
        String prompt = isTerminal() ? endpoint + "> " : "";
        int exitCode = ExitCode.OK;
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        console.prompt(prompt);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                List<byte[]> words = Words.of(line);
                if (words.size() == 1 && Set.of("quit", "exit").contains(name(words))) {
                    break;
                }
                if (!words.isEmpty()) {
                    exitCode = Math.max(exitCode, run(opened, words, console));
                }
            } catch (InputException e) {
                console.error(String.valueOf(e.getMessage()));
                console.hint(e.hint());
                exitCode = ExitCode.USAGE;
            }
            console.prompt(prompt);
        }
        return exitCode;
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 show a prompt that nobody sees, and no more comes of it
    private static boolean isTerminal() {
        return System.console() != null;
    }

    private int run(RespConnection opened, List<byte[]> words, Console console) throws IOException {
        Reply answer = opened.executeBytes(words);
        show(answer, console);
        if (answer instanceof Reply.Failed) {
            return ExitCode.REFUSED;
        }
        if (ENDLESS.contains(name(words))) {
            opened.waitForever();
            while (true) { // until Ctrl-C, or the server ends it
                show(opened.next(), console);
            }
        }
        return ExitCode.OK;
    }

    private void show(Reply answer, Console console) {
        if (raw) {
            console.raw(Shown.raw(answer));
        } else {
            console.data(Shown.forPeople(answer));
        }
    }

    private static String name(List<byte[]> words) {
        return new String(words.get(0), StandardCharsets.UTF_8).toLowerCase(Locale.ROOT);
    }

    private static List<byte[]> bytes(List<String> words) {
        return words.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toList();
    }
}
