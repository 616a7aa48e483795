package io.valkeysecure.cli.base;

import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;

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
        PrintWriter out = new PrintWriter(System.out, true, charset);
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

    /** {@return what to tell of an exception that ended the command} */
    protected Failure failure(Exception thrown) {
        return Failure.of(thrown);
    }

    private static int onUsage(ParameterException thrown, String[] arguments) {
        CommandLine command = thrown.getCommandLine();
        Console console = Console.of(command);
        console.error(withoutLabel(String.valueOf(thrown.getMessage())));
        console.hint(command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
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
