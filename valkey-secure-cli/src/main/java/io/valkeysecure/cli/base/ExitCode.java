package io.valkeysecure.cli.base;

/** What a command ends with. */
public final class ExitCode {
    /** All is as it should be. */
    public static final int OK = 0;

    /** A connection was refused, or was made that should not have been, or the doctor found something. */
    public static final int REFUSED = 1;

    /** The command line, a file it names or this machine is not as needed. */
    public static final int USAGE = 2;

    /** A server cannot be reached. */
    public static final int UNREACHABLE = 3;

    private ExitCode() {}
}
