package io.valkeysecure.cli;

import io.valkeysecure.cli.base.Program;
import io.valkeysecure.cli.base.Versions;
import io.valkeysecure.cli.conf.ConfCommand;
import io.valkeysecure.cli.connect.ConnectCommand;
import io.valkeysecure.cli.doctor.DoctorCommand;
import io.valkeysecure.cli.pki.PkiCommand;
import java.io.PrintWriter;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line {@code valkey-secure}. Its exit codes: {@link io.valkeysecure.cli.base.ExitCode}. */
@Command(
        name = "valkey-secure",
        description = "fail-closed TLS for Java programs that talk to Valkey",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PkiCommand.class,
            ConfCommand.class,
            ConnectCommand.class,
            DoctorCommand.class,
            GenerateCompletion.class
        })
public final class Main extends Program implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private Main() {}

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param arguments the command and its options
     */
    public static void main(String[] arguments) {
        new Main().runAndExit(arguments);
    }

    /** Runs a command, for tests. */
    static int call(PrintWriter out, PrintWriter err, String... arguments) {
        return new Main().run(out, err, arguments);
    }

    /** Without a command. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
