package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.NewFiles;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import io.valkeysecure.cli.pki.authority.KeyType;
import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command {@code pki init}. */
@Command(name = "init", description = "Makes a CA in a new directory. Its key is encrypted under a passphrase.%n")
public final class PkiInitCommand extends CliCommand {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Option(
            names = "--name",
            paramLabel = "NAME",
            defaultValue = "Valkey CA",
            description = "common name of the CA, for people; default: ${DEFAULT-VALUE}")
    private String name = "";

    @Option(
            names = "--key-type",
            paramLabel = "TYPE",
            defaultValue = "ec-p256",
            description = "one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private KeyType keyType = KeyType.EC_P256;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "1825",
            converter = DaysConverter.class,
            description = "lifetime of the CA; default: ${DEFAULT-VALUE}")
    private Duration lifetime = Duration.ZERO;

    @Option(
            names = "--crl-days",
            paramLabel = "N",
            defaultValue = "7",
            converter = DaysConverter.class,
            description = "lifetime of the first CRL; default: ${DEFAULT-VALUE}")
    private Duration crlLifetime = Duration.ZERO;

    @Option(
            names = "--intermediate",
            description = "let an intermediate issue the certificates, so that the root's key can be kept elsewhere")
    private boolean intermediate;

    @Override
    public Integer call() throws IOException {
        NewFiles.requireEmptyDirectory(ca.directory());
        CertificateAuthority made = CertificateAuthority.create(
                ca.directory(),
                new CertificateAuthority.Plan(name, keyType, lifetime, crlLifetime, intermediate),
                ca.newPassphrase(),
                Clock.systemUTC());
        Console console = console();
        console.step("made a CA in " + ca.directory());
        console.result(Printable.value(made.anchor().getSubjectX500Principal()) + ", good until "
                + made.anchor().getNotAfter().toInstant());
        console.result("to be trusted by clients and servers: " + made.anchorFile());
        if (intermediate) {
            console.result("to be kept elsewhere from now on: " + ca.directory().resolve("ca.key"));
        }
        return ExitCode.OK;
    }
}
