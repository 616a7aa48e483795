package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.cli.base.Versions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A report as JSON, for programs of one's own. */
public final class JsonReport {
    private JsonReport() {}

    /**
     * Writes a report.
     *
     * @param report what was found
     * @return JSON
     */
    public static String of(Report report) {
        return of(report, Optional.empty());
    }

    /**
     * Writes a report.
     *
     * @param report what was found
     * @param profile whose controls the report has as a table
     * @return JSON
     */
    public static String of(Report report, Optional<Profile> profile) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("tool", Map.of("name", "valkey-secure doctor", "version", Versions.of("valkey-secure")));
        all.put("at", report.at());
        all.put("tookMillis", report.took().toMillis());
        all.put("verdict", report.verdict());
        all.put("scope", report.isFromOutside() ? "outside" : "inside");
        all.put("complete", report.isComplete());
        all.put("checksNotMade", report.notMade());
        all.put("findings", report.findings().stream().map(JsonReport::finding).toList());
        all.put(
                "ignored",
                report.ignored().stream()
                        .map(each -> {
                            Map<String, Object> entry = finding(each.finding());
                            entry.put("reason", each.waiver().reason());
                            entry.put("until", each.waiver().until().toString());
                            return entry;
                        })
                        .toList());
        all.put(
                "ignoringNothing",
                report.idleWaivers().stream().map(Object::toString).toList());
        all.put("thisSide", report.localChecks().stream().map(JsonReport::check).toList());
        all.put("nodes", report.nodes().stream().map(JsonReport::node).toList());
        profile.ifPresent(of -> all.put("profile", profile(of, report)));
        return Json.write(all);
    }

    static Map<String, Object> profile(Profile profile, Report report) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", profile.name());
        entry.put("document", profile.document());
        entry.put(
                "controls",
                profile.rows(report).stream()
                        .map(row -> {
                            Map<String, Object> control = new LinkedHashMap<>();
                            control.put("control", row.control().number());
                            control.put("subject", row.control().subject());
                            control.put("result", row.result());
                            control.put(
                                    "checks",
                                    row.control().checks().stream()
                                            .map(Check::id)
                                            .toList());
                            return control;
                        })
                        .toList());
        return entry;
    }

    private static Map<String, Object> finding(Finding finding) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("id", finding.check().id());
        entry.put("severity", finding.check().severity());
        entry.put("target", finding.target());
        entry.put("title", finding.check().title());
        entry.put("evidence", finding.evidence());
        entry.put("change", finding.change());
        entry.put("page", finding.check().page());
        return entry;
    }

    private static Map<String, Object> node(Report.Node node) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("endpoint", node.endpoint());
        entry.put("reachable", node.isReachable());
        entry.put("login", result(node.login().state(), node.login().because()));
        entry.put("facts", node.facts());
        entry.put(
                "findings",
                node.findings().stream().map(finding -> finding.check().id()).toList());
        entry.put("checks", node.checks().stream().map(JsonReport::check).toList());
        entry.put("notes", node.notes());
        return entry;
    }

    private static Map<String, Object> check(CheckResult result) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("check", result.check().id());
        entry.putAll(result(result.state(), result.because()));
        return entry;
    }

    private static Map<String, Object> result(CheckResult.State state, String because) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("state", state);
        if (!because.isEmpty()) {
            entry.put("because", because);
        }
        return entry;
    }
}
