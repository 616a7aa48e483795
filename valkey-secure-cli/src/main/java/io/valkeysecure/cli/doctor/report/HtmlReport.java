package io.valkeysecure.cli.doctor.report;

import io.valkeysecure.cli.base.Versions;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A report as one HTML file that needs no other, prints, and can be read on a phone. */
public final class HtmlReport {
    private static final String STYLE = """
            :root { color-scheme: light dark; --line: #8885; --soft: #8881; --critical: #b00020; --high: #c2410c; --medium: #946200;
              --low: #2f6f8f; --good: #1a7f37 }
            @media (prefers-color-scheme: dark) { :root { --critical: #ff7b8a; --high: #ff9d66; --medium: #e3b341; --low: #79c0ff;
              --good: #56d364 } }
            * { box-sizing: border-box }
            body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; overflow-wrap: anywhere }
            h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
            .verdict { font-weight: 600; margin: .5rem 0 1rem } .tight { color: var(--good) }
            .incomplete { color: var(--high) } dt.incomplete { opacity: 1 } a { color: inherit }
            .verdict span { border: 1px solid; border-radius: 1rem; display: inline-block; margin: 0 .3rem .3rem 0; padding: 0 .7rem }
            .verdict .critical { color: var(--critical) } .verdict .high { color: var(--high) }
            .verdict .medium { color: var(--medium) } .verdict .low { color: var(--low) }
            article { border: 1px solid var(--line); border-left: .4rem solid; border-radius: .3rem; margin: .75rem 0;
              padding: .6rem .9rem; break-inside: avoid }
            article.critical { border-left-color: var(--critical) } article.high { border-left-color: var(--high) }
            article.medium { border-left-color: var(--medium) } article.low { border-left-color: var(--low) }
            h3 { font-size: 1rem; margin: 0 }
            .severity { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em }
            .critical .severity { color: var(--critical) } .high .severity { color: var(--high) }
            .medium .severity { color: var(--medium) } .low .severity { color: var(--low) }
            dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem .8rem; margin: .3rem 0 0 }
            section dl { grid-template-columns: minmax(6rem, 13rem) 1fr }
            dt { opacity: .7 } dd { margin: 0; min-width: 0 }
            code { background: var(--soft); border-radius: .2rem; box-decoration-break: clone; -webkit-box-decoration-break: clone;
              padding: .1em .3em } dd code { margin-left: -.3em }
            @media (max-width: 34rem) { body { font-size: 15px; padding: .7rem } section dl { grid-template-columns: 2fr 3fr } }
            @media print { body { font-size: 10pt; max-width: none; padding: 0; print-color-adjust: exact;
              -webkit-print-color-adjust: exact } h2 { break-after: avoid; margin-top: 1.2rem } h3 { font-size: 11pt }
              dd { break-inside: avoid } article a::after { content: "  " attr(href); font-size: .8rem } }
            """;

    private HtmlReport() {}

    /**
     * Writes a report.
     *
     * @param report what was found
     * @return HTML
     */
    public static String of(Report report) {
        return of(report, Optional.empty());
    }

    /**
     * Writes a report.
     *
     * @param report what was found
     * @param profile whose controls the report has as a table
     * @return HTML
     */
    public static String of(Report report, Optional<Profile> profile) {
        int others = report.nodes().size() - 1;
        String target = report.nodes().get(0).endpoint() + (others == 0 ? "" : " and " + others + " more");
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>valkey-secure doctor: %1$s</title>
                <style>
                %2$s</style>
                </head>
                <body>
                <h1>valkey-secure doctor: %1$s</h1>
                <p>%3$s: %4$s, in %5$.1f s, by valkey-secure %9$s</p>
                %6$s
                %7$s
                %8$s
                </body>
                </html>
                """.formatted(
                escaped(target),
                STYLE,
                report.at().truncatedTo(ChronoUnit.SECONDS),
                report.summary(),
                report.took().toMillis() / 1e3,
                verdict(report),
                report.grouped().stream().map(HtmlReport::finding).collect(Collectors.joining("\n")) + ignored(report),
                report.nodes().stream().map(HtmlReport::node).collect(Collectors.joining("\n"))
                        + profile.map(of -> profile(of, report)).orElse(""),
                Versions.of("valkey-secure"));
    }

    private static String verdict(Report report) {
        String findings = report.findings().isEmpty() ? "" : "<p class=\"verdict\">" + counts(report) + "</p>";
        if (report.isLoginFailed()) {
            findings += "<p class=\"verdict incomplete\">the login failed</p>";
        }
        if (!report.isComplete()) {
            return findings + "<p class=\"verdict incomplete\">incomplete: " + report.notMade()
                    + (report.notMade() == 1 ? " check" : " checks") + " not made</p>" + localNotMade(report);
        }
        return report.findings().isEmpty() ? "<p class=\"verdict tight\">" + report.verdict() + "</p>" : findings;
    }

    private static String localNotMade(Report report) {
        return report.localNotMade().isEmpty()
                ? ""
                : "<section>\n<h2>this side</h2>\n<dl>" + checks(CheckResult.State.NOT_MADE, report.localChecks())
                        + "</dl>\n</section>";
    }

    /** Checks of one reason together: every check stands on the page, for whoever has to sign it. */
    private static String checks(CheckResult.State state, List<CheckResult> all) {
        StringBuilder html = new StringBuilder();
        List<CheckResult> results =
                all.stream().filter(result -> result.state() == state).toList();
        String style = state == CheckResult.State.NOT_MADE ? " class=\"incomplete\"" : "";
        CheckResult.byReason(results)
                .forEach((because, checks) -> html.append("<dt" + style + ">" + state + "</dt><dd>")
                        .append(escaped(String.join(", ", checks)))
                        .append(because.isEmpty() ? "" : "<br>because " + escaped(because))
                        .append("</dd>"));
        return html.toString();
    }

    private static String counts(Report report) {
        StringBuilder counts = new StringBuilder();
        for (Severity severity : List.of(Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW)) {
            long count = report.findings().stream()
                    .filter(finding -> finding.check().severity() == severity)
                    .count();
            if (count > 0) {
                counts.append(String.format(Locale.ROOT, "<span class=\"%1$s\">%2$d %1$s</span> ", severity, count));
            }
        }
        return counts.toString();
    }

    private static String finding(Finding finding) {
        return String.format(
                Locale.ROOT,
                """
                <article class="%1$s">
                <span class="severity">%1$s</span> <a href="%7$s"><code>%2$s</code></a>
                <h3>%3$s</h3>
                <dl><dt>where</dt><dd>%4$s</dd><dt>seen</dt><dd>%5$s</dd><dt>change</dt><dd><code>%6$s</code></dd></dl>
                </article>""",
                finding.check().severity(),
                finding.check().id(),
                escaped(finding.check().title()),
                escaped(finding.target()),
                escaped(finding.evidence()),
                escaped(finding.change()),
                finding.check().page());
    }

    private static String profile(Profile profile, Report report) {
        StringBuilder html = new StringBuilder("\n<section>\n<h2>")
                .append(escaped(profile.document()))
                .append("</h2>\n<p>as far as the doctor's checks answer it, and no further</p>\n<dl>");
        for (Profile.Row row : profile.rows(report)) {
            html.append("<dt>")
                    .append(row.result())
                    .append("</dt><dd>")
                    .append(escaped(
                            row.control().number() + ", " + row.control().subject()))
                    .append("<br>")
                    .append(row.control().checks().stream().map(Check::id).collect(Collectors.joining(", ")))
                    .append("</dd>");
        }
        return html.append("</dl>\n</section>").toString();
    }

    private static String ignored(Report report) {
        StringBuilder html = new StringBuilder();
        report.ignored()
                .forEach(each -> html.append("<dt>")
                        .append(each.finding().check().id())
                        .append("</dt><dd>")
                        .append(escaped(
                                each.finding().target() + ", " + each.finding().evidence()))
                        .append("<br>ignored until ")
                        .append(each.waiver().until())
                        .append(": ")
                        .append(escaped(each.waiver().reason()))
                        .append("</dd>"));
        report.idleWaivers()
                .forEach(waiver -> html.append("<dt>ignores nothing</dt><dd>")
                        .append(escaped(waiver.toString()))
                        .append("</dd>"));
        return html.isEmpty() ? "" : "\n<section>\n<h2>ignored</h2>\n<dl>" + html + "</dl>\n</section>";
    }

    private static String node(Report.Node node) {
        StringBuilder html = new StringBuilder();
        html.append("<section>\n<h2>")
                .append(escaped(node.endpoint().toString()))
                .append("</h2>\n<dl>");
        node.facts()
                .forEach((name, value) -> html.append("<dt>")
                        .append(escaped(name))
                        .append("</dt><dd>")
                        .append(escaped(value))
                        .append("</dd>"));
        node.notes()
                .forEach(note ->
                        html.append("<dt>note</dt><dd>").append(escaped(note)).append("</dd>"));
        html.append("<dt>login</dt><dd>").append(node.login().state());
        if (!node.login().because().isEmpty()) {
            html.append(": ").append(escaped(node.login().because()));
        }
        html.append("</dd><dt>checks</dt><dd>")
                .append(CheckResult.counts(node.checks()))
                .append("</dd>");
        for (CheckResult.State state : CheckResult.State.values()) {
            html.append(checks(state, node.checks()));
        }
        return html.append("</dl>\n</section>").toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
