package io.valkeysecure.cli.base;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command of this program, with {@code --help} and {@code --version}. */
@Command(mixinStandardHelpOptions = true, versionProvider = Versions.class)
public abstract class CliCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    /** {@return the command as picocli knows it} */
    protected final CommandSpec spec() {
        return spec;
    }

    /** {@return what this command writes to} */
    protected final Console console() {
        return Console.of(spec.commandLine());
    }

    /**
     * {@return an exception for a command line that cannot be run}
     *
     * @param message what is wrong with it
     */
    protected final ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
