package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.cli.base.OptionNames;
import io.valkeysecure.internal.text.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The result of one check on one server, or on this side.
 *
 * @param check the check
 * @param state how it ended
 * @param because why it was not made or is not applicable; empty otherwise
 */
public record CheckResult(Check check, State state, String because) {

    /** Why a check from inside is not applicable to a look from outside. */
    public static final String NO_LOGIN = "no login was asked for (--user, --password-file)";

    /** Why a check of files and processes is not applicable. */
    public static final String ELSEWHERE = "the server is on another machine";

    /** {@return whether there may be something that was not looked at} */
    boolean isOutOfReach() {
        return state == State.NOT_MADE
                || (state == State.NOT_APPLICABLE && (because.equals(NO_LOGIN) || because.equals(ELSEWHERE)));
    }

    /** Makes a result. Text of a server becomes printable here. */
    public CheckResult {
        because = Printable.message(OptionNames.in(because));
    }

    /**
     * Groups checks by the reason that they share.
     *
     * @param results the results
     * @return the names of the checks of each reason, in their order
     */
    public static Map<String, List<String>> byReason(List<CheckResult> results) {
        return results.stream()
                .collect(Collectors.groupingBy(
                        CheckResult::because,
                        LinkedHashMap::new,
                        Collectors.mapping(result -> result.check().id(), Collectors.toList())));
    }

    /**
     * Counts the states.
     *
     * @param results the results
     * @return for people: how many ended in each state
     */
    public static String counts(List<CheckResult> results) {
        return Stream.of(State.values())
                .map(state -> results.stream()
                                .filter(result -> result.state() == state)
                                .count()
                        + " " + state)
                .collect(Collectors.joining(", "));
    }

    /** How a check ended. */
    public enum State {
        /** It was made, and nothing is wrong. */
        PASSED,
        /** It was made, and there is a finding. */
        FAILED,
        /** There is nothing to check. */
        NOT_APPLICABLE,
        /** It could not be made, so nothing is known. */
        NOT_MADE;

        /** {@return the state in reports} */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }
}
