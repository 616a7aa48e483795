package io.valkeysecure.cli;

import io.valkeysecure.cli.base.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;

/** What a call of the command line left behind. */
record Outcome(int exitCode, String out, String err) {

    static Outcome of(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.call(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** Of a call written as it is typed; no argument has a space. */
    static Outcome ofLine(String line) {
        return of(line.strip().split(" +", -1));
    }

    /** What a call leaves behind that did nothing but say why. */
    static Outcome refusedInput(String error, String hint) {
        return new Outcome(
                ExitCode.USAGE, "", "valkey-secure: error: " + error + "\nvalkey-secure: hint: " + hint + "\n");
    }
}
