package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.pki.authority.Profile;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code pki client}. */
@Command(
        name = "client",
        description = {
            "Issues a certificate for an application.%n",
            "NAME is the subject's common name; Valkey 9.0 and newer can take it for the name of the ACL user.%n"
        })
public final class PkiClientCommand extends CliCommand {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Parameters(index = "1", paramLabel = "NAME", description = "such as app")
    private String name = "";

    @Option(names = "--san", paramLabel = "NAME", description = "host, address or SPIFFE ID; may be repeated")
    private List<String> names = List.of();

    @Mixin
    private LeafOptions leaf = new LeafOptions();

    @Mixin
    private LifetimeOption lifetime = new LifetimeOption();

    @Override
    public Integer call() throws IOException {
        leaf.issue(ca, Profile.CLIENT, name, names, lifetime.lifetime(), console());
        return ExitCode.OK;
    }
}
