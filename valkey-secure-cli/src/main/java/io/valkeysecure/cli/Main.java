package io.valkeysecure.cli;

import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.cli.base.Versions;
import io.valkeysecure.cli.conf.ConfCommand;
import io.valkeysecure.cli.connect.ConnectCommand;
import io.valkeysecure.cli.doctor.DoctorCommand;
import io.valkeysecure.cli.pki.PkiCommand;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.logging.LogManager;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command line {@code valkey-secure}. Exit codes: 0 all is as it should be; 1 a connection was refused, or was made
 * that should not have been, or the doctor found something; 2 the command line, a file it names or this machine is not as needed; 3 a server cannot be
 * reached.
 */
@Command(
        name = "valkey-secure",
        description = "fail-closed TLS for Java programs that talk to Valkey",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {PkiCommand.class, ConfCommand.class, ConnectCommand.class, DoctorCommand.class, DemoCommand.class
        })
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "show stack traces and the log")
    private boolean debug;

    private Main() {}

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        if (!List.of(arguments).contains("--debug")) {
            // what matters is printed; the log of the libraries, to standard error by default, would stand in between
            LogManager.getLogManager().reset();
        }
        Charset charset = Charset.defaultCharset();
        PrintWriter out = new PrintWriter(System.out, true, charset);
        PrintWriter err = new PrintWriter(System.err, true, charset);
        System.exit(run(out, err, arguments));
    }

    /** Runs a command; for {@link #main} and for tests. */
    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        Main main = new Main();
        return new CommandLine(main)
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(Main::onUsage)
                .setExecutionExceptionHandler((thrown, command, parsed) -> main.onFailure(thrown, command))
                .execute(arguments);
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int onUsage(ParameterException thrown, String[] arguments) {
        CommandLine command = thrown.getCommandLine();
        Console console = Console.of(command);
        console.error(String.valueOf(thrown.getMessage()));
        console.hint(command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private int onFailure(Exception thrown, CommandLine command) {
        Failure failure = Failure.of(thrown);
        Console console = Console.of(command);
        console.error(failure.message());
        failure.hint().ifPresent(console::hint);
        if (debug) {
            console.stackTrace(thrown);
        }
        return failure.exitCode();
    }
}
