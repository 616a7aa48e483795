package io.valkeysecure.examples;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.cli.base.ConnectionOptions;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.EndpointConverter;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Failure;
import io.valkeysecure.cli.base.Program;
import io.valkeysecure.cli.base.Versions;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code ./quickstart}, once all is built: reads its command line, and leaves the work to another class.
 */
@Command(
        name = "./quickstart",
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
final class DemoCommand extends Program implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            arity = "0..1",
            paramLabel = "HOST:PORT",
            converter = EndpointConverter.class,
            description = "your server")
    private @Nullable Endpoint server;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

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

    private DemoCommand() {}

    /**
     * Runs the demo and ends the JVM with its exit code.
     *
     * @param arguments those of {@code ./quickstart}
     */
    public static void main(String[] arguments) {
        new DemoCommand().runAndExit(arguments);
    }

    /** Runs the demo, for tests. */
    static int call(PrintWriter out, PrintWriter err, String... arguments) {
        return new DemoCommand().run(out, err, arguments);
    }

    @Override
    protected Failure failure(Exception thrown) {
        return ClientFailure.of(thrown);
    }

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
                throw usage(
                        "--metrics starts one server of its own: HOST:PORT, --cluster and --sentinel do not go with it");
            }
            if (metrics < 0 || metrics > 65_535) {
                throw usage("--metrics: a port is from 0 to 65535, was " + metrics);
            }
            new MetricsDemo(console, metrics, Optional.ofNullable(seconds).map(Duration::ofSeconds)).run();
            return ExitCode.OK;
        }
        if (server == null) {
            if (connection.isAny()) {
                throw usage("these options are about your own server: HOST:PORT is missing");
            }
            return withOwnServers(console) ? ExitCode.OK : ExitCode.REFUSED;
        }
        Figures figures = new Figures();
        try (SecureTls tls = connection.tls().listener(figures).build()) {
            Target target = new Target(server, connection.user(), connection.password());
            return new TheirServerDemo(console, tls, figures, target).run() ? ExitCode.OK : ExitCode.REFUSED;
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

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
