package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.internal.text.DocumentationLinks;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A report as SARIF 2.1.0, for what gathers findings of many tools. */
public final class SarifReport {
    private SarifReport() {}

    /**
     * Writes a report.
     *
     * @param report what was found
     * @param version of this tool
     * @param profile whose controls the report has as a table, among the properties of the run
     * @return SARIF
     */
    public static String of(Report report, String version, Optional<Profile> profile) {
        Map<String, Object> driver = ordered(
                "name",
                "valkey-secure doctor",
                "version",
                version,
                "informationUri",
                DocumentationLinks.page("doctor"),
                "rules",
                Stream.of(Check.values()).map(SarifReport::rule).toList());
        Map<String, Object> run = ordered(
                "tool", Map.of("driver", driver),
                "invocations",
                        List.of(ordered(
                                "executionSuccessful",
                                report.isComplete(),
                                "startTimeUtc",
                                report.at(),
                                "toolExecutionNotifications",
                                notifications(report))),
                "results",
                        Stream.concat(
                                        report.findings().stream().map(SarifReport::result),
                                        report.ignored().stream().map(SarifReport::ignored))
                                .toList());
        profile.ifPresent(of -> run.put("properties", Map.of("profile", JsonReport.profile(of, report))));
        return Json.write(ordered(
                "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", List.of(run)));
    }

    private static Map<String, Object> rule(Check check) {
        return ordered(
                "id", check.id(),
                "shortDescription", Map.of("text", check.title()),
                "helpUri", check.page(),
                "help", Map.of("text", "Change: " + check.change() + ". See " + check.page()),
                "defaultConfiguration", Map.of("level", level(check.severity())),
                "properties", Map.of("security-severity", score(check.severity())));
    }

    private static Map<String, Object> result(Finding finding) {
        return ordered(
                "ruleId", finding.check().id(),
                "level", level(finding.check().severity()),
                "message",
                        Map.of(
                                "text",
                                finding.check().title() + ": " + finding.evidence() + ". Change: " + finding.change()),
                "locations", locations(finding.target()));
    }

    private static Map<String, Object> ignored(Report.Ignored ignored) {
        Map<String, Object> result = result(ignored.finding());
        result.put(
                "suppressions",
                List.of(ordered(
                        "kind", "external",
                        "status", "accepted",
                        "justification",
                                ignored.waiver().reason() + ", until "
                                        + ignored.waiver().until())));
        return result;
    }

    /** What could not be looked at. */
    private static List<Object> notifications(Report report) {
        List<Object> all = new ArrayList<>();
        report.localNotMade().forEach(result -> all.add(notification("this side", result)));
        for (Report.Node node : report.nodes()) {
            String target = node.endpoint().toString();
            if (node.login().state() == CheckResult.State.FAILED
                    || node.login().state() == CheckResult.State.NOT_MADE) {
                all.add(notification(
                        target, "login " + node.login().state(), node.login().because(), Map.of()));
            }
            node.notMade().forEach(result -> all.add(notification(target, result)));
        }
        return all;
    }

    private static Object notification(String target, CheckResult result) {
        String id = result.check().id();
        return notification(target, id + " was not made", result.because(), Map.of("associatedRule", Map.of("id", id)));
    }

    private static Object notification(String target, String what, String because, Map<String, Object> more) {
        Map<String, Object> notification = ordered(
                "level", "error",
                "message", Map.of("text", what + ": " + because),
                "locations", locations(target));
        notification.putAll(more);
        return notification;
    }

    private static List<Object> locations(String target) {
        return List.of(ordered("logicalLocations", List.of(ordered("fullyQualifiedName", target, "kind", "resource"))));
    }

    private static String level(Severity severity) {
        return switch (severity) {
            case LOW -> "note";
            case MEDIUM -> "warning";
            case HIGH, CRITICAL -> "error";
        };
    }

    /** Viewers of SARIF sort findings by this number, from 0 to 10. */
    private static String score(Severity severity) {
        return switch (severity) {
            case LOW -> "3.0";
            case MEDIUM -> "5.5";
            case HIGH -> "8.0";
            case CRITICAL -> "9.5";
        };
    }

    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put(namesAndValues[i].toString(), namesAndValues[i + 1]);
        }
        return map;
    }
}
