package io.valkeysecure.cli.base;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.logging.LogManager;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.UnmatchedArgumentException;

/** A program's top command: runs it, and tells what went wrong in two lines on standard error. */
public abstract class Program {
    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show stack traces and the log")
    private boolean debug;

    /** For subclasses. */
    protected Program() {}

    /** Runs the command and ends the JVM with its exit code. */
    protected final void runAndExit(String[] arguments) {
        if (!List.of(arguments).contains("--debug")) {
            // what matters is printed; the log of the libraries, to standard error by default, would stand in between
            LogManager.getLogManager().reset();
        }
        Charset charset = Charset.defaultCharset();
        PrintWriter out = new ByteWriter(System.out, charset);
        PrintWriter err = new PrintWriter(System.err, true, charset);
        System.exit(run(out, err, arguments));
    }

    /** {@return the exit code of the command with these arguments} */
    protected final int run(PrintWriter out, PrintWriter err, String... arguments) {
        return new CommandLine(this)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Program::onUsage)
                .setExecutionExceptionHandler((thrown, command, parsed) -> onFailure(thrown, command))
                .execute(arguments);
    }

    /** {@return the message, hint and exit code for an exception that ended the command} */
    protected Failure failure(Exception thrown) {
        return Failure.of(thrown);
    }

    private static int onUsage(ParameterException thrown, String[] arguments) {
        CommandLine command = thrown.getCommandLine();
        Console console = Console.of(command);
        console.error(withoutLabel(message(thrown)));
        console.hint(meant(thrown) + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    /** Picocli names what a value may be twice: as it stands in the code, and as it is printed. */
    private static String message(ParameterException thrown) {
        String message = String.valueOf(thrown.getMessage());
        if (thrown.getArgSpec() == null || !thrown.getArgSpec().type().isEnum()) {
            return message;
        }
        String values = Stream.of(thrown.getArgSpec().type().getEnumConstants())
                .map(Object::toString)
                .collect(Collectors.joining(", "));
        return message.replaceFirst(
                "expected one of \\[.*] \\(case-insensitive\\)",
                Matcher.quoteReplacement("expected one of " + values + ","));
    }

    private static String meant(ParameterException thrown) {
        return thrown instanceof UnmatchedArgumentException unmatched
                        && !unmatched.getSuggestions().isEmpty()
                ? "did you mean " + unmatched.getSuggestions().get(0) + "? "
                : "";
    }

    /** Some messages of picocli begin with the label that the console puts before every one. */
    private static String withoutLabel(String message) {
        return message.startsWith("Error: ") ? message.substring("Error: ".length()) : message;
    }

    private int onFailure(Exception thrown, CommandLine command) {
        Failure failure = failure(thrown);
        Console console = Console.of(command);
        console.error(failure.message());
        failure.hint().ifPresent(console::hint);
        if (debug) {
            console.stackTrace(thrown);
        }
        return failure.exitCode();
    }
}
