package io.valkeysecure.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The list of vulnerabilities that the doctor comes with. A distribution may have fixed one without a new version. */
final class Vulnerabilities {
    private static final List<List<String>> LINES = read();

    private Vulnerabilities() {}

    /** {@return the day of the list} */
    static String date() {
        return LINES.get(0).get(0);
    }

    /** {@return those that a release of Valkey has} */
    static List<String> of(ServerVersion version) {
        return LINES.stream()
                .skip(1)
                .filter(line -> has(version, line))
                .map(line -> line.get(0))
                .toList();
    }

    private static boolean has(ServerVersion version, List<String> line) {
        if (version.series() < parsed(line.get(1)).series()) {
            return false;
        }
        return line.stream()
                .skip(2)
                .map(Vulnerabilities::parsed)
                .filter(fixed -> fixed.series() == version.series())
                .anyMatch(fixed -> version.patch() < fixed.patch());
    }

    private static ServerVersion parsed(String text) {
        return ServerVersion.parse(text).orElseThrow();
    }

    private static List<List<String>> read() {
        try (InputStream in = Vulnerabilities.class.getResourceAsStream("vulnerabilities.txt")) {
            String text = new String(
                    Objects.requireNonNull(in, "vulnerabilities.txt").readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(" ", -1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
