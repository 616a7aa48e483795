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

/** The command {@code pki server}. */
@Command(
        name = "server",
        description = {
            "Issues a certificate for a server.%n",
            "NAMEs are what clients dial: hosts, addresses, and SPIFFE IDs if they expect one.%n"
        })
public final class PkiServerCommand extends CliCommand {
    @Mixin
    private CaOptions ca = new CaOptions();

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "NAME", description = "such as valkey.internal, 10.0.0.5")
    private List<String> names = List.of();

    @Option(
            names = "--peer",
            description =
                    "for a replica, a cluster node or a sentinel: they present their server certificate as clients"
                            + " as well")
    private boolean peer;

    @Mixin
    private LeafOptions leaf = new LeafOptions();

    @Mixin
    private LifetimeOption lifetime = new LifetimeOption();

    @Override
    public Integer call() throws IOException {
        leaf.issue(ca, peer ? Profile.PEER : Profile.SERVER, names.get(0), names, lifetime.lifetime(), console());
        return ExitCode.OK;
    }
}
