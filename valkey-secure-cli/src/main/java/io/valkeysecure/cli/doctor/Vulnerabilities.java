package io.valkeysecure.cli.doctor;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/**
 * The list of vulnerabilities that the doctor comes with, each with its source. A distribution may have fixed one
 * without a new version.
 */
final class Vulnerabilities {
    private static final String UNCONFIRMED = "?";
    private static final List<List<String>> LINES = read();

    private Vulnerabilities() {}

    /** {@return the day of the list} */
    static String date() {
        return LINES.get(0).get(0);
    }

    /** {@return those that a release of Valkey has, each with a remark where its fix is not confirmed} */
    static List<String> of(ServerVersion version) {
        return LINES.stream()
                .skip(1)
                .filter(line -> version.series() >= parsed(line.get(1)).series())
                .flatMap(line -> line.stream()
                        .skip(2)
                        .filter(fixed -> isOlder(version, parsed(fixed)))
                        .map(fixed -> fixed.endsWith(UNCONFIRMED)
                                ? line.get(0) + " (a fix in " + fixed.replace(UNCONFIRMED, "") + " is not confirmed)"
                                : line.get(0)))
                .toList();
    }

    private static boolean isOlder(ServerVersion version, ServerVersion fixed) {
        return fixed.series() == version.series() && version.patch() < fixed.patch();
    }

    private static ServerVersion parsed(String text) {
        return ServerVersion.parse(text.replace(UNCONFIRMED, "")).orElseThrow();
    }

    private static List<List<String>> read() {
        try (InputStream in = Vulnerabilities.class.getResourceAsStream("vulnerabilities.txt")) {
            String text = new String(
                    Objects.requireNonNull(in, "vulnerabilities.txt").readAllBytes(), StandardCharsets.UTF_8);
            return text.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(" \\| ", -1)[0].split(" ", -1)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
