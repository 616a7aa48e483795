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

/** The command {@code pki client}. */
@Command(
        name = "client",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = {
            "Issues a certificate for an application.%n",
            "NAME is the subject's common name; Valkey 9.0 and newer can take it for the name of the ACL user.%n"
        })
public final class PkiClientCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

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
        CertificateAuthority.Order order = new CertificateAuthority.Order(
                Profile.CLIENT, leaf.subject(name), Names.alternative(names), lifetime.lifetime(), leaf.files(name));
        LeafOptions.tell(
                Console.of(spec.commandLine()), order, ca.open().issue(order, leaf.keyType(), ca::passphrase), true);
        return ExitCode.OK;
    }
}
