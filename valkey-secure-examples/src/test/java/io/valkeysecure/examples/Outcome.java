package io.valkeysecure.examples;

import java.io.PrintWriter;
import java.io.StringWriter;

/** What a call of the demo left behind. */
record Outcome(int exitCode, String out, String err) {

    static Outcome of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = DemoCommand.call(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** What a call leaves behind that did nothing but say why. */
    static Outcome refusedInput(String error, String hint) {
        return new Outcome(2, "", "valkey-secure: error: " + error + "\nvalkey-secure: hint: " + hint + "\n");
    }
}
