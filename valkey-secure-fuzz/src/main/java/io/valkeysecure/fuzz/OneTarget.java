package io.valkeysecure.fuzz;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What Jazzer calls: runs the one target that its arguments name, and goes on after a finding. */
public final class OneTarget {
    private static @Nullable FuzzTarget target;
    private static @Nullable Findings findings;

    private OneTarget() {}

    /**
     * Chooses the target.
     *
     * @param arguments its name, and the directory in which findings are kept
     */
    public static void fuzzerInitialize(String[] arguments) {
        target = Targets.named(arguments[0]);
        findings = new Findings(Path.of(arguments[1]));
    }

    /**
     * Runs one input.
     *
     * @param input the bytes that Jazzer made
     */
    @SuppressWarnings("NullAway") // Jazzer calls fuzzerInitialize first
    public static void fuzzerTestOneInput(byte[] input) {
        try {
            Properties.check(target, input);
        } catch (Throwable e) {
            findings.keep(input, e);
        }
    }
}
