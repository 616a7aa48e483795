package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import io.valkeysecure.cli.pki.authority.Register;
import io.valkeysecure.cli.pki.authority.Revoked;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pki revoke}. */
@Command(
        name = "revoke",
        description = {
            "Records that a certificate of this CA is taken back.%n",
            "It counts once a CRL is made (pki crl) and has come to those who check.%n"
        })
public final class PkiRevokeCommand extends CliCommand {
    @Parameters(index = "0", paramLabel = "DIR", description = "directory of the CA")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Parameters(index = "1", paramLabel = "CERT|SERIAL", description = "the certificate, or its serial number")
    private String which = "";

    @Option(
            names = "--reason",
            paramLabel = "REASON",
            defaultValue = "unspecified",
            description = "one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Revoked.Reason reason = Revoked.Reason.UNSPECIFIED;

    @Override
    public Integer call() throws IOException {
        Register register =
                CertificateAuthority.open(directory, Clock.systemUTC()).register();
        Revoked revoked = register.revoke(serial(register), reason);
        Console console = console();
        console.step("revoked " + revoked.serial().toString(16) + " (" + revoked.reason() + ")");
        console.result("to make it known: valkey-secure pki crl " + directory);
        return ExitCode.OK;
    }

    private BigInteger serial(Register register) {
        Path file = Path.of(which);
        if (Files.exists(file)) {
            return register.requireIssuedHere(file);
        }
        if (which.matches("(?i)[0-9a-f]{1,40}")) {
            return new BigInteger(which, 16);
        }
        throw new InputException(
                "neither a file that exists nor a serial number in hexadecimal: " + which,
                "the numbers: ls " + directory.resolve("issued"));
    }
}
