package io.valkeysecure.archunit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Writes what a tool found into {@code target/bypass}, where {@code ./verify bypass} reads it. */
final class Figures {
    private static final Map<Tool, Figures> OF = new EnumMap<>(Tool.class);

    private int found;
    private int missed;
    private int guarded;
    private int flagged;

    private Figures() {}

    static void raw(Tool tool, int uses, int found) throws IOException {
        Figures figures = of(tool);
        figures.found += found;
        figures.missed += uses - found;
        figures.write(tool);
    }

    static void guarded(Tool tool, int uses, int flagged) throws IOException {
        Figures figures = of(tool);
        figures.guarded += uses;
        figures.flagged += flagged;
        figures.write(tool);
    }

    private static Figures of(Tool tool) {
        return OF.computeIfAbsent(tool, unused -> new Figures());
    }

    private void write(Tool tool) throws IOException {
        String name = tool.name().toLowerCase(Locale.ROOT).replace('_', '-');
        Path directory = Files.createDirectories(Path.of("target", "bypass"));
        Files.writeString(
                directory.resolve(name + ".txt"),
                String.format(
                        Locale.ROOT,
                        "%s: %d raw found, %d missed, %d guarded flagged of %d%n",
                        name,
                        found,
                        missed,
                        flagged,
                        guarded));
    }
}
