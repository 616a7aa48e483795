package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.cli.doctor.report.CheckResult.State;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The controls of a published document that the doctor's checks answer. Its table says what those checks found, and
 * nothing about compliance beyond them.
 *
 * @param name for {@code --profile}
 * @param document what it is of
 * @param controls in the order of the document
 */
public record Profile(String name, String document, List<Control> controls) {
    private static final Map<String, Profile> ALL = read();

    /**
     * A control.
     *
     * @param number in the document
     * @param subject in a few words
     * @param checks which answer it
     */
    public record Control(String number, String subject, List<Check> checks) {}

    /**
     * A line of the table.
     *
     * @param control the control
     * @param result what the checks came to
     */
    public record Row(Control control, Result result) {}

    /** What the checks of a control came to. */
    public enum Result {
        /** Each was made, or has nothing to look at. */
        MET("met"),
        /** One has found something, be it accepted or not. */
        NOT_MET("not met"),
        /** One was not made, or none had anything to look at. */
        NOT_LOOKED_AT("not looked at");

        private final String text;

        Result(String text) {
            this.text = text;
        }

        /** {@return the result in reports} */
        @Override
        public String toString() {
            return text;
        }
    }

    /** {@return the profile of this name} */
    public static Optional<Profile> named(String name) {
        return Optional.ofNullable(ALL.get(name));
    }

    /** {@return the names of all profiles} */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /** {@return the table by control} */
    public List<Row> rows(Report report) {
        return controls.stream()
                .map(control -> new Row(control, result(control, report)))
                .toList();
    }

    private static Result result(Control control, Report report) {
        List<CheckResult> results = Stream.concat(
                        report.localChecks().stream(), report.nodes().stream().flatMap(node -> node.checks().stream()))
                .filter(result -> control.checks().contains(result.check()))
                .toList();
        if (results.stream().anyMatch(result -> result.state() == State.FAILED)) {
            return Result.NOT_MET;
        }
        boolean looked = results.stream().anyMatch(result -> result.state() == State.PASSED)
                && results.stream().noneMatch(CheckResult::isOutOfReach);
        return looked ? Result.MET : Result.NOT_LOOKED_AT;
    }

    private static Map<String, Profile> read() {
        Map<String, Profile> all = new LinkedHashMap<>();
        try (InputStream in = Profile.class.getResourceAsStream("profiles.txt")) {
            String text = new String(Objects.requireNonNull(in, "profiles.txt").readAllBytes(), StandardCharsets.UTF_8);
            List<Control> controls = new ArrayList<>();
            for (String line :
                    text.lines().filter(each -> !each.startsWith("#")).toList()) {
                List<String> parts = List.of(line.split("\\|", -1));
                if (parts.size() == 2) {
                    controls = new ArrayList<>();
                    all.put(parts.get(0), new Profile(parts.get(0), parts.get(1), controls));
                } else {
                    controls.add(new Control(parts.get(0), parts.get(1), checks(parts.get(2))));
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Check> checks(String ids) {
        return Stream.of(ids.split(" ", -1))
                .map(id -> Check.of(id).orElseThrow(() -> new IllegalStateException("no check " + id)))
                .toList();
    }
}
