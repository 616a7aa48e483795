package io.valkeysecure.cli.conf;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.CliCommand;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Secrets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code conf}: text for files of the operator's, to standard output. */
@Command(
        name = "conf",
        description = {
            "Prints configuration for a Valkey of TLS only, each line with its reason.%n",
            "Nothing is written and nothing is read but password files, of which only digests are printed.%n"
        })
public final class ConfCommand extends CliCommand {

    /** What is printed. */
    enum Target {
        SERVER,
        CLUSTER,
        SENTINEL,
        ACL,
        SENTINEL_ACL,
        CERT_MANAGER,
        VAULT_AGENT,
        SYSTEMD,
        NFTABLES;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    @Option(
            names = "--for",
            paramLabel = "WHAT",
            defaultValue = "server",
            description = "one of ${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}")
    private Target target = Target.SERVER;

    @Option(
            names = "--valkey",
            paramLabel = "VERSION",
            defaultValue = "8.0",
            description = "7.2 or newer; default: ${DEFAULT-VALUE}")
    private String version = "";

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            defaultValue = "/etc/valkey/tls/server.crt",
            description = "the server's chain; default: ${DEFAULT-VALUE}")
    private String certificate = "";

    @Option(
            names = "--key",
            paramLabel = "FILE",
            defaultValue = "/etc/valkey/tls/server.key",
            description = "its key; default: ${DEFAULT-VALUE}")
    private String key = "";

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            defaultValue = "/etc/valkey/tls/ca.crt",
            description = "the CAs of clients and other servers; default: ${DEFAULT-VALUE}")
    private String ca = "";

    @Option(names = "--port", paramLabel = "PORT", description = "the TLS port; default: 6380, of a sentinel 26380")
    private @Nullable Integer port;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "address to listen on; may be repeated; default: 127.0.0.1 and -::1, this machine only")
    private List<String> bind = List.of("127.0.0.1", "-::1");

    @Option(
            names = "--acl-file",
            paramLabel = "FILE",
            defaultValue = "/etc/valkey/users.acl",
            description = "where the users will be; default: ${DEFAULT-VALUE}")
    private String users = "";

    @Option(
            names = "--secrets-file",
            paramLabel = "FILE",
            defaultValue = "/etc/valkey/secrets.conf",
            description = "where the passwords will be that the server itself needs; default: ${DEFAULT-VALUE}")
    private String secrets = "";

    @Option(
            names = "--announce",
            paramLabel = "HOST",
            description = "the name under which others reach it, one of its certificate's")
    private @Nullable String announced;

    @Option(
            names = "--replication-user",
            paramLabel = "USER",
            description = "whom a replica logs in as; needed in a cluster")
    private @Nullable String replicationUser;

    @Option(
            names = "--monitor",
            paramLabel = "NAME",
            defaultValue = "primary",
            description = "of a sentinel: the name of what it watches; default: ${DEFAULT-VALUE}")
    private String watchedName = "";

    @Option(
            names = "--primary",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "of a sentinel: where the primary is now")
    private @Nullable Endpoint primary;

    @Option(
            names = "--quorum",
            paramLabel = "N",
            defaultValue = "2",
            description = "of a sentinel: how many have to agree that the primary is down; default: ${DEFAULT-VALUE}")
    private int quorum;

    @Option(
            names = "--sentinel-user",
            paramLabel = "USER",
            defaultValue = "sentinel",
            description = "of a sentinel: whom it logs in as; default: ${DEFAULT-VALUE}")
    private String sentinelUser = "";

    @Option(
            names = "--app",
            paramLabel = "USER=FILE",
            description = "of an ACL file: a user for data, and the file with the password; may be repeated")
    private Map<String, Path> applications = Map.of();

    @Option(names = "--admin", paramLabel = "USER=FILE", description = "of an ACL file: a user for everything")
    private Map<String, Path> administrators = Map.of();

    @Option(names = "--replication", paramLabel = "USER=FILE", description = "of an ACL file: whom replicas log in as")
    private Map<String, Path> replication = Map.of();

    @Option(names = "--sentinel", paramLabel = "USER=FILE", description = "of an ACL file: whom sentinels log in as")
    private Map<String, Path> sentinels = Map.of();

    @Option(
            names = "--san",
            paramLabel = "NAME",
            description = "a name of the certificate: host, address, SPIFFE ID; may be repeated")
    private List<String> names = List.of();

    @Option(
            names = "--plaintext-port",
            paramLabel = "PORT",
            description = "to be shut; may be repeated; default: 6379, 16379, 26379")
    private List<Integer> plaintextPorts = List.of(6379, 16379, 26379);

    @Option(names = "--strict", description = "TLS 1.3 only")
    private boolean strict;

    @Override
    public Integer call() {
        console().data(text());
        return ExitCode.OK;
    }

    private String text() {
        return switch (target) {
            case SERVER -> ServerConf.server(deployment());
            case CLUSTER -> {
                if (replicationUser == null) {
                    throw usage("--replication-user USER is missing: the replicas of a cluster have to log in");
                }
                yield ServerConf.cluster(deployment());
            }
            case SENTINEL -> ServerConf.sentinel(deployment(), watched());
            case ACL -> users().ofServer();
            case SENTINEL_ACL -> users().ofSentinel(Version.parse(version));
            case CERT_MANAGER -> DeploymentTemplates.certManager(deployment());
            case VAULT_AGENT -> DeploymentTemplates.vaultAgent(deployment());
            case SYSTEMD -> DeploymentTemplates.systemd(deployment());
            case NFTABLES -> DeploymentTemplates.nftables(deployment(), plaintextPorts);
        };
    }

    private Deployment deployment() {
        int usual = target == Target.SENTINEL ? 26380 : 6380;
        return new Deployment(
                Version.parse(version),
                certificate,
                key,
                ca,
                port == null ? usual : port,
                bind,
                users,
                secrets,
                Optional.ofNullable(announced),
                Optional.ofNullable(replicationUser),
                names,
                strict);
    }

    private ServerConf.Watched watched() {
        if (primary == null) {
            throw usage("--primary HOST:PORT is missing: a sentinel has to know where to begin");
        }
        if (quorum < 1) {
            throw usage("--quorum: expected 1 or more, was " + quorum);
        }
        return new ServerConf.Watched(watchedName, primary.host(), primary.port(), quorum, sentinelUser);
    }

    private Users users() {
        return new Users(
                applications,
                administrators,
                replication,
                sentinels,
                (Path file) -> new Secrets("password", "the password file", "").required(file));
    }
}
