package io.valkeysecure.cli.pki;

import java.time.Duration;
import picocli.CommandLine.Option;

/** How long a leaf is good. */
public final class LifetimeOption {
    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "14",
            converter = DaysConverter.class,
            description =
                    "lifetime; default: ${DEFAULT-VALUE}, since a client of this library takes a renewed one without"
                            + " a restart")
    private Duration lifetime = Duration.ZERO;

    Duration lifetime() {
        return lifetime;
    }
}
