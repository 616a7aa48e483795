package io.valkeysecure.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.doctor.report.Check;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Finds what a report of the doctor does not say: checks without a result, and results that cannot be. */
final class Unsaid {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** What only a login shows. */
    private static final Set<String> BY_LOGIN = Set.of(
            "default-user-on",
            "default-user-all-powerful",
            "password-weak",
            "unix-socket-open",
            "connection-plaintext",
            "monitoring-unprotected",
            "monitoring-powerful",
            "session-lifetime-long",
            "client-ca-public",
            "server-as-root",
            "server-file-open",
            "version-vulnerable",
            "user-passwordless",
            "user-all-powerful",
            "user-dangerous-commands",
            "bind-wildcard",
            "protected-mode-off",
            "debug-commands-enabled",
            "replication-plaintext",
            "server-key-readable",
            "clock-skew",
            "version-unmaintained");

    private Unsaid() {}

    /** {@return each check of each server that was not made and not said to be, and what the report says wrongly} */
    static List<String> in(Outcome outcome) throws IOException {
        JsonNode report = JSON.readTree(outcome.out());
        List<String> unsaid = new ArrayList<>();
        Set<String> local = new HashSet<>();
        int notMade = 0;
        for (JsonNode check : report.get("thisSide")) {
            local.add(check.get("check").asText());
            notMade += state(unsaid, "this side", check).equals("not made") ? 1 : 0;
        }
        for (JsonNode node : report.get("nodes")) {
            String target = node.get("endpoint").asText();
            Map<String, String> states = new HashMap<>();
            for (JsonNode check : node.get("checks")) {
                states.put(check.get("check").asText(), state(unsaid, target, check));
            }
            notMade += (int) states.values().stream().filter("not made"::equals).count();
            Stream.of(Check.values())
                    .map(Check::id)
                    .filter(id -> !states.containsKey(id) && !local.contains(id))
                    .forEach(id -> unsaid.add(target + " has no result of " + id));
            Set<String> found = new HashSet<>();
            node.get("findings").forEach(id -> found.add(id.asText()));
            boolean in =
                    node.get("login").get("state").asText().equals("passed") || found.contains("default-user-open");
            states.forEach((id, state) -> {
                if (state.equals("failed") != found.contains(id)) {
                    unsaid.add(target + " " + id + " " + state + ", findings " + found);
                }
                if (!in && BY_LOGIN.contains(id) && state.equals("passed")) {
                    unsaid.add(target + " " + id + " passed without a login");
                }
            });
        }
        if (report.get("checksNotMade").asInt() != notMade) {
            unsaid.add("counted " + notMade + " that were not made, the report says " + report.get("checksNotMade"));
        }
        String verdict = report.get("verdict").asText();
        if (verdict.startsWith("tight") && (notMade > 0 || outcome.exitCode() != ExitCode.OK)) {
            unsaid.add(verdict + " with " + notMade + " not made, exit code " + outcome.exitCode());
        }
        if (outcome.exitCode() == ExitCode.OK && notMade > 0) {
            unsaid.add("exit code 0 with " + notMade + " not made");
        }
        return unsaid;
    }

    private static String state(List<String> unsaid, String target, JsonNode check) {
        String state = check.get("state").asText();
        boolean reason = check.has("because") && !check.get("because").asText().isBlank();
        if (Set.of("not made", "not applicable").contains(state) && !reason) {
            unsaid.add(target + " " + check.get("check") + " " + state + " without a reason");
        }
        return state;
    }
}
