package io.valkeysecure.cli;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code demo}: reads its command line, and leaves the work to one of two others. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        description = {
            "Shows the library at work with Lettuce and Jedis.%n",
            "Without HOST:PORT: starts a Valkey that speaks only TLS and demands a client certificate, writes and reads"
                    + " keys through pools, then tries a row of connections that must be refused, and cleans up.%n",
            "With HOST:PORT: connects to your server, and writes, reads and deletes one key that lives a minute.%n"
        })
final class DemoCommand implements Callable<Integer> {
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

    @Override
    public Integer call() throws IOException {
        Console console = Console.of(spec.commandLine());
        if (server == null) {
            if (connection.isAny()) {
                throw usage("these options are about your own server: HOST:PORT is missing");
            }
            return new OwnServerDemo(console).run() ? Main.OK : Main.REFUSED;
        }
        Figures figures = new Figures();
        try (SecureTls tls = connection.tls().listener(figures).build()) {
            Target target = new Target(server, connection.user(), connection.password());
            return new TheirServerDemo(console, tls, figures, target).run() ? Main.OK : Main.REFUSED;
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
