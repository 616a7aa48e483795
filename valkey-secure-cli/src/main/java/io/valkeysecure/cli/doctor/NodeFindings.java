package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.Finding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects what the examination of one server shows. Not safe for use by several threads. */
final class NodeFindings {
    private final String target;
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final Map<Check, Finding> found = new LinkedHashMap<>();
    private final Set<Finding> more = new LinkedHashSet<>();
    private final Set<String> notes = new LinkedHashSet<>();

    NodeFindings(String target) {
        this.target = target;
    }

    String target() {
        return target;
    }

    /** What was seen and is no finding, by name. */
    Map<String, String> facts() {
        return facts;
    }

    Set<String> notes() {
        return notes;
    }

    /** The checks that have failed until now. */
    Set<Check> failed() {
        return found.keySet();
    }

    void add(Check check, String evidence) {
        add(check.on(target, evidence));
    }

    /**
     * The first to find something has the better evidence; each user, file, port and address is a finding of its own.
     */
    void add(Finding finding) {
        Finding before = found.putIfAbsent(finding.check(), finding);
        if (before != null && CheckResults.OF_SEVERAL.contains(finding.check()) && !before.equals(finding)) {
            more.add(finding);
        }
    }

    List<Finding> all() {
        List<Finding> all = new ArrayList<>(found.values());
        all.addAll(more);
        return List.copyOf(all);
    }
}
