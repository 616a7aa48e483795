package io.valkeysecure.cli.doctor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A report as SARIF 2.1.0, for what gathers findings of many tools. */
public final class SarifReport {
    private SarifReport() {}

    /**
     * Writes a report.
     *
     * @param report what was found
     * @param version of this tool
     * @return SARIF
     */
    public static String of(Report report, String version) {
        Map<String, Object> driver = ordered(
                "name",
                "valkey-secure doctor",
                "version",
                version,
                "rules",
                Stream.of(Check.values()).map(SarifReport::rule).toList());
        Map<String, Object> run = ordered(
                "tool", Map.of("driver", driver),
                "invocations", List.of(ordered("executionSuccessful", true, "startTimeUtc", report.at())),
                "results", report.findings().stream().map(SarifReport::result).toList());
        return Json.write(ordered(
                "$schema", "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", List.of(run)));
    }

    private static Map<String, Object> rule(Check check) {
        return ordered(
                "id", check.id(),
                "shortDescription", Map.of("text", check.title()),
                "help", Map.of("text", "see " + check.page()),
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
                "locations",
                        List.of(ordered(
                                "logicalLocations",
                                List.of(ordered("fullyQualifiedName", finding.target(), "kind", "resource")))));
    }

    private static String level(Severity severity) {
        return switch (severity) {
            case LOW -> "note";
            case MEDIUM -> "warning";
            case HIGH, CRITICAL -> "error";
        };
    }

    /** As those who show SARIF sort by it: from 0 to 10. */
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
