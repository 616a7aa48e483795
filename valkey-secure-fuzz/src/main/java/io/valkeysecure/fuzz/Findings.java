package io.valkeysecure.fuzz;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;

/** Keeps the shortest input of each kind of finding, and beside it a file that says what happened. */
final class Findings {
    private static final int LONGEST_NAME = 120;
    private static final int LONGEST_REPORT = 20_000;

    private final Path directory;
    private final Map<String, Integer> shortest = new HashMap<>();

    Findings(Path directory) {
        this.directory = directory;
    }

    /** What findings of one sort have in common. */
    static String kind(Throwable thrown) {
        return thrown instanceof PropertyViolation violation
                ? violation.kind()
                : thrown.getClass().getSimpleName() + " of " + Properties.site(thrown);
    }

    void keep(byte[] input, Throwable thrown) {
        String kind = kind(thrown);
        if (shortest.getOrDefault(kind, Integer.MAX_VALUE) <= input.length) {
            return;
        }
        shortest.put(kind, input.length);
        String name = kind.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        Path file = directory.resolve(name.substring(0, Math.min(name.length(), LONGEST_NAME)));
        StringWriter report = new StringWriter();
        thrown.printStackTrace(new PrintWriter(report));
        String text = report.toString();
        try {
            Files.createDirectories(directory);
            Files.write(file, input);
            Files.writeString(
                    directory.resolve(file.getFileName() + ".txt"),
                    text.substring(0, Math.min(text.length(), LONGEST_REPORT)) + "\ninput: "
                            + HexFormat.of().formatHex(input) + "\n");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the finding \"" + kind + "\" cannot be kept in " + directory, e);
        }
    }
}
