package io.valkeysecure.cli.pki;

import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Versions;
import io.valkeysecure.cli.pki.authority.CertificateAuthority;
import io.valkeysecure.cli.pki.authority.Names;
import io.valkeysecure.cli.pki.authority.Profile;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code pki server}. */
@Command(
        name = "server",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = {
            "Issues a certificate for a server.%n",
            "NAMEs are what clients dial: hosts, addresses, and SPIFFE IDs if they expect one.%n"
        })
public final class PkiServerCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

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
        CertificateAuthority.Order order = new CertificateAuthority.Order(
                peer ? Profile.PEER : Profile.SERVER,
                leaf.subject(names.get(0)),
                Names.alternative(names),
                lifetime.lifetime(),
                leaf.files(names.get(0)));
        LeafOptions.tell(
                Console.of(spec.commandLine()), order, ca.open().issue(order, leaf.keyType(), ca::passphrase), true);
        return ExitCode.OK;
    }
}
