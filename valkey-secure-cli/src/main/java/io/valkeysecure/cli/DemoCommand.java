package io.valkeysecure.cli;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The command {@code demo}: reads its command line, and leaves the work to one of three others. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = {
            "Shows the library at work with Lettuce and Jedis.%n",
            "Without HOST:PORT: starts a Valkey that speaks only TLS and demands a client certificate, writes and reads"
                    + " keys through pools, then tries a row of connections that must be refused, and cleans up.%n",
            "With --metrics: goes on, and shows what its metrics say.%n",
            "With --cluster or --sentinel: starts several, kills a primary while both clients write, and lets the nodes"
                    + " lead the clients to a rogue.%n",
            "With HOST:PORT: connects to your server, and writes, reads and deletes one key that lives a minute.%n"
        })
final class DemoCommand implements Callable<Integer> {
    private static final String PASSWORD_VARIABLE = "VALKEY_PASSWORD";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "your server")
    private @Nullable Endpoint server;

    @Option(names = "--ca", paramLabel = "FILE", description = "CA certificates to trust, PEM; needed with HOST:PORT")
    private @Nullable Path ca;

    @Option(names = "--cert", paramLabel = "FILE", description = "client certificate and its intermediates, PEM")
    private @Nullable Path certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "key of the client certificate, PEM, not encrypted")
    private @Nullable Path key;

    @Option(names = "--user", paramLabel = "USER", description = "ACL user")
    private @Nullable String user;

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description =
                    "file with the password in its first line; otherwise it is taken from the environment variable "
                            + PASSWORD_VARIABLE + ", and with --user asked for on a terminal")
    private @Nullable Path passwordFile;

    @Option(
            names = "--expect-name",
            paramLabel = "NAME",
            description = "name or address that the server's certificate has to carry; default: HOST")
    private @Nullable String expectedName;

    @Option(
            names = "--metrics",
            arity = "0..1",
            fallbackValue = "0",
            paramLabel = "=PORT",
            description =
                    "goes on connecting to a Valkey of its own until Ctrl-C, shows its metrics, and serves them to"
                            + " Prometheus at /metrics on loopback; without a port at a free one")
    private @Nullable Integer metrics;

    @Option(names = "--seconds", paramLabel = "N", description = "with --metrics: ends after this time")
    private @Nullable Integer seconds;

    @Option(names = "--cluster", description = "start a cluster of three primaries and three replicas")
    private boolean cluster;

    @Option(names = "--sentinel", description = "start a primary, two replicas and three sentinels")
    private boolean sentinel;

    @Override
    public Integer call() throws IOException {
        Console console = Console.of(spec.commandLine());
        if ((cluster && sentinel) || (server != null && (cluster || sentinel))) {
            throw usage("choose one of HOST:PORT, --cluster and --sentinel");
        }
        if (metrics == null && seconds != null) {
            throw usage("--seconds is about --metrics, which is missing");
        }
        if (metrics != null) {
            if (server != null || cluster || sentinel) {
                throw usage("--metrics starts one server of its own: HOST:PORT, --cluster and --sentinel do not go with it");
            }
            if (metrics < 0 || metrics > 65_535) {
                throw usage("--metrics: a port is from 0 to 65535, was " + metrics);
            }
            new MetricsDemo(console, metrics, Optional.ofNullable(seconds).map(Duration::ofSeconds)).run();
            return Main.OK;
        }
        if (server == null) {
            if (Stream.of(ca, certificate, key, user, passwordFile, expectedName)
                    .anyMatch(option -> option != null)) {
                throw usage("these options are about your own server: HOST:PORT is missing");
            }
            return withOwnServers(console) ? Main.OK : Main.REFUSED;
        }
        Figures figures = new Figures();
        try (SecureTls tls = secureTls(figures)) {
            Target target = new Target(server, Optional.ofNullable(user), password());
            return new TheirServerDemo(console, tls, figures, target).run() ? Main.OK : Main.REFUSED;
        }
    }

    private boolean withOwnServers(Console console) throws IOException {
        if (cluster) {
            return new TopologyDemo(console, "a cluster of three primaries and three replicas", ClusterTopology::new)
                    .run();
        }
        if (sentinel) {
            return new TopologyDemo(console, "a primary, two replicas and three sentinels", SentinelTopology::new)
                    .run();
        }
        return new OwnServerDemo(console).run();
    }

    private SecureTls secureTls(Figures figures) {
        if (ca == null) {
            throw usage("--ca FILE is missing: trust is never taken from the JVM or the system");
        }
        if ((certificate == null) != (key == null)) {
            throw usage("--cert and --key belong together, " + (key == null ? "--key" : "--cert") + " is missing");
        }
        SecureTls.WantsClientIdentity trusting = SecureTls.trusting(TrustAnchors.pem(ca));
        SecureTls.Builder builder = certificate == null || key == null
                ? trusting.withoutClientIdentity()
                : trusting.presenting(ClientIdentity.pem(certificate, key));
        if (expectedName != null) {
            try {
                builder.serverIdentity(ServerIdentity.host(expectedName));
            } catch (IllegalArgumentException e) {
                throw usage("--expect-name: " + e.getMessage());
            }
        }
        return builder.listener(figures).build();
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 22 to 24 give one that reads standard input; its end is null, too
    private Optional<String> password() throws IOException {
        if (passwordFile != null) {
            if (!Files.isReadable(passwordFile)) {
                throw usage("--password-file " + passwordFile + " does not exist or cannot be read");
            }
            try (Stream<String> lines = Files.lines(passwordFile, StandardCharsets.UTF_8)) {
                return Optional.of(lines.findFirst()
                        .filter(line -> !line.isEmpty())
                        .orElseThrow(() -> usage("--password-file " + passwordFile + " has no first line")));
            }
        }
        String fromEnvironment = System.getenv(PASSWORD_VARIABLE);
        if (fromEnvironment != null) {
            return Optional.of(fromEnvironment);
        }
        if (user == null) {
            return Optional.empty();
        }
        java.io.Console terminal = System.console();
        char[] typed = terminal == null ? null : terminal.readPassword("password of %s: ", user);
        if (typed == null) {
            throw usage(
                    "the password of " + user + " is missing: give --password-file FILE or set " + PASSWORD_VARIABLE);
        }
        return Optional.of(new String(typed));
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Reads {@code host:port} or {@code [address]:port}. */
    static final class EndpointConverter implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? text : text.substring(0, colon);
            boolean bareIpv6 = host.indexOf(':') >= 0 && !host.startsWith("[");
            try {
                if (colon >= 0 && !bareIpv6) {
                    return new Endpoint(host, Integer.parseInt(text.substring(colon + 1)));
                }
            } catch (IllegalArgumentException e) {
                // said below
            }
            throw new TypeConversionException("expected one such as valkey.example:6379 or [::1]:6379, was " + text);
        }
    }
}
