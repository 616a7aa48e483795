package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.Versions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code pki}: a small CA, and a look at anybody's certificates. */
@Command(
        name = "pki",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Makes a CA and certificates for Valkey and its clients, and looks at certificates of any CA.%n",
            "Nothing is ever overwritten, but for the CRLs of the CA. Keys are readable by their owner only.%n"
        },
        subcommands = {
            PkiInitCommand.class,
            PkiServerCommand.class,
            PkiClientCommand.class,
            PkiCsrCommand.class,
            PkiRenewCommand.class,
            PkiRevokeCommand.class,
            PkiCrlCommand.class,
            PkiShowCommand.class,
            PkiVerifyCommand.class,
            PkiPinsCommand.class
        })
public final class PkiCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
