package io.valkeysecure.cli.doctor;

import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.Versions;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.Profile;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.Severity;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.Collectors;

/** A report as text, for a terminal or a log. */
final class TextReport {
    private TextReport() {}

    static void write(Report report, Console console) {
        console.step("valkey-secure " + Versions.of("valkey-secure") + ", "
                + report.at().truncatedTo(ChronoUnit.SECONDS));
        for (Report.Node node : report.nodes()) {
            console.step(node.endpoint().toString());
            node.facts().forEach((name, value) -> console.result(name + ": " + value));
            console.result("login: " + node.login().state());
            console.result("checks: " + CheckResult.counts(node.checks()));
            node.notes().forEach(note -> console.result("note: " + note));
            notMade(node.notMade(), console);
        }
        if (!report.localNotMade().isEmpty()) {
            console.step("this side");
            notMade(report.localNotMade(), console);
        }
        ignored(report, console);
        console.step(conclusion(report));
        report.grouped().forEach(finding -> tell(finding, console));
    }

    static void write(Profile profile, Report report, Console console) {
        console.step(profile.document() + ", as far as the doctor's checks answer it, and no further");
        for (Profile.Row row : profile.rows(report)) {
            console.result(row.result() + ": " + row.control().number() + ", "
                    + row.control().subject() + " ("
                    + row.control().checks().stream().map(Check::id).collect(Collectors.joining(", ")) + ")");
        }
    }

    private static void ignored(Report report, Console console) {
        if (report.waivers().isEmpty()) {
            return;
        }
        console.step("ignored");
        report.ignored()
                .forEach(each -> console.result(each.finding().check().id() + ": "
                        + each.finding().target() + ", "
                        + each.finding().evidence() + "; until " + each.waiver().until() + ": "
                        + each.waiver().reason()));
        report.idleWaivers().forEach(waiver -> console.result("ignores nothing: " + waiver));
    }

    private static void notMade(List<CheckResult> results, Console console) {
        CheckResult.byReason(results)
                .forEach((because, checks) ->
                        console.result("not made: " + String.join(", ", checks) + ", because " + because));
    }

    /** Nothing says tight that was not looked at. */
    static String conclusion(Report report) {
        return report.verdict() == Report.Verdict.FINDINGS
                ? report.summary()
                : report.verdict() + ": " + report.summary();
    }

    static void tell(Finding finding, Console console) {
        Severity severity = finding.check().severity();
        console.finding(
                severity.toString(),
                severity.compareTo(Severity.HIGH) >= 0,
                finding.target() + "  " + finding.check().title(),
                List.of(
                        "seen:   " + finding.evidence(),
                        "change: " + finding.change(),
                        "page:   " + finding.check().page()));
    }
}
