package io.valkeysecure.cli;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Calls the command line in this JVM, since a JVM for each call would take a second. */
public final class CalledHere {
    private CalledHere() {}

    /** {@return what a call wrote to standard error; empty if it succeeded} */
    public static String errors(String... arguments) {
        StringWriter err = new StringWriter();
        int exitCode = Main.call(new PrintWriter(new StringWriter()), new PrintWriter(err), arguments);
        return exitCode == 0 ? "" : err.toString();
    }
}
