package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.pki.authority.LeafFiles;
import io.valkeysecure.cli.pki.authority.Names;
import io.valkeysecure.cli.pki.authority.Profile;
import io.valkeysecure.cli.pki.authority.SigningRequest;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The command {@code pki csr}. */
@Command(
        name = "csr",
        description = {
            "Makes a key and a request for a certificate, PREFIX.key and PREFIX.csr, for a CA that is not ours.%n",
            "The request asks for the names and uses; the CA decides. Look at what it gives: pki show, pki verify.%n"
        })
public final class PkiCsrCommand extends CliCommand {
    @Parameters(index = "0", paramLabel = "PROFILE", description = "one of ${COMPLETION-CANDIDATES}")
    private Profile profile = Profile.SERVER;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "NAME",
            description = "hosts, addresses, SPIFFE IDs; of a client its name first")
    private List<String> names = List.of();

    @Mixin
    private LeafOptions leaf = new LeafOptions();

    @Override
    public Integer call() throws IOException {
        List<String> alternative = profile == Profile.CLIENT ? names.subList(1, names.size()) : names;
        LeafFiles files = leaf.files(names.get(0));
        SigningRequest.make(profile, leaf.subject(names.get(0)), Names.alternative(alternative), leaf.keyType(), files);
        Console console = console();
        console.step("made a request for a " + profile + " certificate");
        console.result(files.request() + ", " + files.key());
        return ExitCode.OK;
    }
}
