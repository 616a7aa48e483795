package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import io.valkeysecure.cli.pki.authority.CertificateAuthority.Renewal;
import io.valkeysecure.cli.pki.authority.KeyType;
import io.valkeysecure.cli.pki.authority.LeafFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pki renew}. */
@Command(
        name = "renew",
        description = {
            "Issues a certificate of this CA anew: names, subject and use stay.%n",
            "With a new key, unless --same-key says that it stays, as pins may ask for. The old one stays good until it"
                    + " expires or is revoked.%n"
        })
public final class PkiRenewCommand extends CliCommand {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Parameters(index = "1", paramLabel = "CERT", description = "the certificate as it was issued, PEM")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path certificate;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "PREFIX",
            description = "the certificate goes to PREFIX.crt, a new key to PREFIX.key")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path out;

    @Option(names = "--same-key", description = "keep the key; only PREFIX.crt is written")
    private boolean sameKey;

    @Option(
            names = "--key-type",
            paramLabel = "TYPE",
            defaultValue = "ec-p256",
            description = "of a new key: one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private KeyType keyType = KeyType.EC_P256;

    @Mixin
    private LifetimeOption lifetime = new LifetimeOption();

    @Override
    public Integer call() throws IOException {
        CertificateAuthority authority = ca.open();
        Renewal renewal = authority.renewal(certificate, lifetime.lifetime(), new LeafFiles(out));
        LeafOptions.tell(
                console(),
                renewal.order(),
                authority.renew(renewal, sameKey ? Optional.empty() : Optional.of(keyType), ca::passphrase),
                !sameKey);
        return ExitCode.OK;
    }
}
