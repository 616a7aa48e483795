package io.valkeysecure.cli.doctor;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.valkeysecure.cli.base.InputException;
import io.valkeysecure.cli.base.InputFiles;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.Waiver;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads the file of {@code --ignore}. Every entry needs a reason and an end: nothing is accepted for ever, or in
 * silence.
 */
final class WaiverFile {
    private static final Set<String> NAMES = Set.of("id", "node", "reason", "until");

    private WaiverFile() {}

    /**
     * Reads a file.
     *
     * @throws InputException if an entry is not as needed
     */
    static List<Waiver> read(Path file) {
        List<Waiver> waivers = new ArrayList<>();
        try {
            JsonElement all = JsonParser.parseString(new String(InputFiles.read(file), StandardCharsets.UTF_8));
            for (JsonElement entry : all.getAsJsonArray()) {
                waivers.add(waiver(entry.getAsJsonObject()));
            }
            return waivers;
        } catch (JsonParseException | IllegalStateException | IllegalArgumentException | DateTimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new InputException(
                    file + ", entry " + (waivers.size() + 1) + ": " + cause.getMessage(),
                    "expected [{\"id\": \"clock-skew\", \"node\": \"HOST:PORT\", \"reason\": \"...\", \"until\": \"2027-01-31\"}]");
        }
    }

    private static Waiver waiver(JsonObject entry) {
        if (!entry.keySet().equals(NAMES)) {
            throw new IllegalArgumentException("expected id, node, reason and until, was " + entry.keySet());
        }
        String id = text(entry, "id");
        return new Waiver(
                Check.of(id).orElseThrow(() -> new IllegalArgumentException("no check has the id " + id)),
                text(entry, "node"),
                text(entry, "reason"),
                LocalDate.parse(text(entry, "until")));
    }

    private static String text(JsonObject entry, String name) {
        String text = entry.get(name).getAsString();
        if (text.isBlank()) {
            throw new IllegalArgumentException(name + " is empty");
        }
        return text;
    }
}
