package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Versions;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command {@code pki crl}. */
@Command(
        name = "crl",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = {
            "Writes the CA's CRL anew, DIR/ca.crl, with all that was revoked; where there is an intermediate,"
                    + " DIR/intermediate.crl, and that of the root, good for a year, if its key is there.%n",
            "Clients need both. Run it well before the last one ends: they refuse every server once it has.%n"
        })
public final class PkiCrlCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    private CaOptions ca = new CaOptions();

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "7",
            converter = DaysConverter.class,
            description = "lifetime; default: ${DEFAULT-VALUE}")
    private Duration lifetime = Duration.ZERO;

    @Override
    public Integer call() throws IOException {
        Console console = Console.of(spec.commandLine());
        for (CertificateAuthority.Published list : ca.open().publishCrls(lifetime, ca::passphrase)) {
            Set<?> revoked = list.crl().getRevokedCertificates();
            console.step("wrote " + list.file());
            console.result((revoked == null ? 0 : revoked.size()) + " revoked, next update "
                    + list.crl().getNextUpdate().toInstant());
        }
        return ExitCode.OK;
    }
}
