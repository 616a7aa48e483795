package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code pki crl}. */
@Command(
        name = "crl",
        description = {
            "Writes the CA's CRL anew, DIR/ca.crl, with all that was revoked; where there is an intermediate,"
                    + " DIR/intermediate.crl, and that of the root, good for a year, if its key is there.%n",
            "Clients need both. Run it well before the last one ends: they refuse every server once it has.%n"
        })
public final class PkiCrlCommand extends CliCommand {
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
        Console console = console();
        for (CertificateAuthority.Published list : ca.open().publishCrls(lifetime, ca::passphrase)) {
            Set<?> revoked = list.crl().getRevokedCertificates();
            console.step("wrote " + list.file());
            console.result((revoked == null ? 0 : revoked.size()) + " revoked, next update "
                    + list.crl().getNextUpdate().toInstant());
        }
        return ExitCode.OK;
    }
}
