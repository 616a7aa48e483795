package io.valkeysecure.cli.base;

import io.valkeysecure.internal.text.Printable;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.IStyle;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * The one place that prints. Its rules:
 *
 * <ul>
 *   <li>What is done now is a line to standard output that begins with {@code ==}; what came of it follows, indented.
 *   <li>What is wrong is a line to standard error that begins with {@code valkey-secure: error:}; where there is
 *       something to do, a line that begins with {@code valkey-secure: hint:} follows, with a command if there is one.
 *   <li>Lower case, without a full stop; names keep their case. No stack trace without {@code --debug}.
 *   <li>Colour only on a terminal, and never as the only sign of anything.
 *   <li>Control characters never get through: a certificate or a server must not drive the terminal.
 * </ul>
 */
public final class Console {
    private static final int WIDTH = 110;
    private static final String INDENT = "   ";
    private static final String GAP = "  ";

    private final PrintWriter out;
    private final PrintWriter err;
    private final Ansi ansi;

    /** How many lines of a live table stand at the end. */
    private int liveLines;

    private Console(PrintWriter out, PrintWriter err, Ansi ansi) {
        this.out = out;
        this.err = err;
        this.ansi = ansi;
    }

    public static Console of(CommandLine command) {
        return new Console(
                command.getOut(), command.getErr(), command.getColorScheme().ansi());
    }

    /** What is done now. */
    public void step(String text) {
        out.println(styled("== " + text, Style.bold));
        out.flush();
    }

    /** What came of it. */
    public void result(String text) {
        text.lines().forEach(line -> out.println(INDENT + printable(line)));
        out.flush();
    }

    /** What came of it, and is good. */
    public void good(String text) {
        out.println(INDENT + styled(text, Style.fg_green));
        out.flush();
    }

    /** The head of columns. */
    public void head(String text) {
        out.println(INDENT + styled(text, Style.underline));
        out.flush();
    }

    /** Rows of equally many cells, the first being the head; each column is as wide as its widest cell. */
    public void table(List<List<String>> rows) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                line.append(row.get(i))
                        .append(" ".repeat(widths[i] - row.get(i).length()))
                        .append(GAP);
            }
            String text = line.toString().stripTrailing();
            if (row == rows.get(0)) {
                head(text);
            } else {
                out.println(INDENT + printable(text));
            }
        }
        out.flush();
    }

    /** A table that takes the place of the one before on a terminal; elsewhere it is printed again. */
    public void live(List<List<String>> rows) {
        if (ansi.enabled() && liveLines > 0) {
            out.print("\u001b[" + liveLines + "A\u001b[J");
        }
        table(rows);
        liveLines = rows.size();
    }

    /** An entry with a head line and further lines below it, indented more. */
    public void entry(boolean good, String head, List<String> below) {
        out.println(
                INDENT + styled(good ? "ok    " : "WRONG ", good ? Style.fg_green : Style.fg_red) + printable(head));
        for (String text : below) {
            for (String line : wrap(text, WIDTH - 12)) {
                out.println(INDENT + " ".repeat(9) + styled(line, Style.faint));
            }
        }
        out.flush();
    }

    /** A finding with its label, which is red if it is grave, and lines below it. */
    public void finding(String label, boolean grave, String head, List<String> below) {
        Style colour = grave ? Style.fg_red : Style.fg_yellow;
        out.println(INDENT + styled(String.format(Locale.ROOT, "%-9s", label), colour) + printable(head));
        for (String text : below) {
            for (String line : wrap(text, WIDTH - 15)) {
                out.println(INDENT + " ".repeat(12) + styled(line, Style.faint));
            }
        }
        out.flush();
    }

    /** What is being done, where somebody waits and watches: a line of a terminal that the next one replaces. */
    public void progress(String text) {
        if (ansi.enabled()) {
            err.print("\r\u001b[K" + printable(text) + "\r");
            err.flush();
        }
    }

    /** What was asked for, as it is and nothing else, so that it can go to a file or another program. */
    public void data(String text) {
        text.lines().forEach(line -> out.println(printable(line)));
        out.flush();
    }

    /** A value and a line break: byte by byte to a file or another program, and printable to a terminal. */
    public void raw(byte[] value) {
        if (!ansi.enabled() && out instanceof ByteWriter bytes) {
            bytes.write(value);
            bytes.write(new byte[] {'\n'});
        } else {
            data(new String(value, StandardCharsets.UTF_8));
        }
    }

    /** A part of a line, after which something is typed. */
    public void prompt(String text) {
        out.print(printable(text));
        out.flush();
    }

    public void error(String message) {
        err.println("valkey-secure: " + styled("error:", Style.fg_red) + " " + printable(startingLower(message)));
        err.flush();
    }

    public void hint(String message) {
        err.println("valkey-secure: " + styled("hint:", Style.bold) + " " + printable(message));
        err.flush();
    }

    /** Prints where an error comes from, if the user asked for it. */
    public void stackTrace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        trace.toString().lines().forEach(line -> {
            int text = 0;
            while (text < line.length() && line.charAt(text) == '\t') {
                text++;
            }
            err.println("\t".repeat(text) + printable(line.substring(text)));
        });
        err.flush();
    }

    private String styled(String text, IStyle style) {
        String shown = printable(text);
        return ansi.enabled() ? Style.on(style) + shown + Style.off(style) : shown;
    }

    private static String printable(String text) {
        return Printable.all(text);
    }

    /** The words of libraries begin with a capital, ours do not; an abbreviation keeps its own. */
    private static String startingLower(String text) {
        boolean word =
                text.length() > 1 && Character.isUpperCase(text.charAt(0)) && Character.isLowerCase(text.charAt(1));
        return word ? text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1) : text;
    }

    private static List<String> wrap(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
