package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.Secrets;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import java.nio.file.Path;
import java.time.Clock;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which CA, and what opens its key. */
public final class CaOptions {
    private static final int PASSPHRASE_MINIMUM = 12;
    private static final Secrets PASSPHRASE =
            new Secrets("passphrase of the CA", "--passphrase-file", "VALKEY_SECURE_CA_PASSPHRASE");

    @Parameters(index = "0", paramLabel = "DIR", description = "directory of the CA")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path directory;

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "file with the passphrase of the CA's key in its first line; otherwise it is taken from the"
                    + " environment variable VALKEY_SECURE_CA_PASSPHRASE, or asked for on a terminal")
    private @Nullable Path passphraseFile;

    Path directory() {
        return directory;
    }

    CertificateAuthority open() {
        return CertificateAuthority.open(directory, Clock.systemUTC());
    }

    char[] passphrase() {
        return PASSPHRASE.required(passphraseFile);
    }

    char[] newPassphrase() {
        char[] chosen = PASSPHRASE.chosen(passphraseFile);
        if (chosen.length < PASSPHRASE_MINIMUM) {
            throw new InputException(
                    "the passphrase of the CA must have " + PASSPHRASE_MINIMUM + " characters or more, has "
                            + chosen.length,
                    "make one: openssl rand -base64 24");
        }
        return chosen;
    }
}
