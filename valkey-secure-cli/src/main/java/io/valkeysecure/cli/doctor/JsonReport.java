package io.valkeysecure.cli.doctor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("at", report.at());
        all.put("tookMillis", report.took().toMillis());
        all.put("findings", report.findings().stream().map(JsonReport::finding).toList());
        all.put("nodes", report.nodes().stream().map(JsonReport::node).toList());
        return Json.write(all);
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
        return Map.of(
                "endpoint", node.endpoint(),
                "facts", node.facts(),
                "findings",
                        List.copyOf(node.findings().stream()
                                .map(finding -> finding.check().id())
                                .toList()),
                "notes", node.notes());
    }
}
