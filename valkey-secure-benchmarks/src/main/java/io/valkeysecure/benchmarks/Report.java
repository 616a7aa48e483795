package io.valkeysecure.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run came to, in Markdown. */
final class Report {
    static final String BEGIN = "<!-- written by ./verify bench, do not edit: from here -->";
    static final String END = "<!-- written by ./verify bench, do not edit: to here -->";

    private static final String NOTHING = "-";

    /** What the variants of each client are compared with besides their figures. */
    private static final List<Baseline> BASELINES = List.of(
            new Baseline("PKCS12", Variant.LETTUCE_PKCS12, Variant.JEDIS_PKCS12),
            new Baseline("PEM", Variant.LETTUCE_PEM),
            new Baseline("openssl's PKCS12", Variant.JEDIS_PKCS12_OPENSSL),
            new Baseline(
                    "plaintext",
                    Variant.LETTUCE_PLAINTEXT,
                    Variant.JEDIS_PLAINTEXT,
                    ValkeyBenchmark.PLAINTEXT,
                    OpenSslClient.Kind.PLAINTEXT.variant()),
            new Baseline("consolidated plaintext", Variant.LETTUCE_PLAINTEXT_CONSOLIDATED));

    private record Baseline(String name, List<String> variants) {
        Baseline(String name, String... variants) {
            this(name, List.of(variants));
        }
    }

    private final Results results;
    private final List<Figure> figures;
    private final Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    private final StringBuilder text = new StringBuilder();
    private int unmeasured;

    Report(Results results, List<Figure> figures) {
        this.results = results;
        this.figures = figures;
        for (Figure figure : figures) {
            figure.judge(results)
                    .ifPresentOrElse(judged -> counts.merge(judged.verdict(), 1, Integer::sum), () -> unmeasured++);
        }
    }

    /** The figures, then each scenario, then single operations. */
    static String markdown(Archive archive, List<Figure> figures) {
        Report report = new Report(archive.results(), figures);
        String latest = archive.scenarios().values().stream()
                .map(Archive.Measured::setting)
                .max(Comparator.naturalOrder())
                .orElse("Nothing is measured yet.");
        report.line(latest);
        report.line("");
        report.figures();
        archive.scenarios().forEach((title, measured) -> report.scenario(title, measured, latest));
        report.operations(archive.operations());
        return report.text.toString();
    }

    private void figures() {
        line("### Figures");
        line("");
        row("measured in", "what", "measured", "limit", "floor", "goal", "verdict");
        row("---", "---", "--:", "--:", "--:", "--:", "---");
        for (Figure figure : figures) {
            Optional<Figure.Judged> judged = figure.judge(results);
            row(
                    figure.scenario(),
                    figure.what(),
                    judged.map(one -> one.measured().toString()).orElse(NOTHING),
                    figure.limit(results).map(Spread::toString).orElse(NOTHING),
                    Spread.number(figure.floor()),
                    Spread.number(figure.goal()),
                    judged.map(one -> one.verdict().words()).orElse("not measured"));
        }
        line("");
        line(summary());
        line("");
    }

    private void scenario(String title, Archive.Measured scenario, String latest) {
        line("### " + title);
        line("");
        line(scenario.explanation() + ".");
        line("");
        if (!scenario.setting().equals(latest)) {
            line("Measured in another run: " + scenario.setting());
            line("");
        }
        List<Metric> metrics = List.copyOf(results.metrics(title));
        Metric principal = scenario.principal();
        List<Baseline> baselines = BASELINES.stream()
                .filter(baseline -> baseline.variants().stream()
                        .anyMatch(variant ->
                                results.spread(title, variant, principal).isPresent()))
                .toList();
        List<String> head = new ArrayList<>(List.of("variant"));
        metrics.forEach(metric -> head.add(metric.title()));
        baselines.forEach(baseline -> head.add("%s, of %s".formatted(principal.title(), baseline.name())));
        row(head.toArray(new String[0]));
        row(head.stream().map(name -> name.equals("variant") ? "---" : "--:").toArray(String[]::new));
        for (String variant : results.variants(title)) {
            List<String> cells = new ArrayList<>(List.of(variant));
            for (Metric metric : metrics) {
                cells.add(results.spread(title, variant, metric)
                        .map(Spread::toString)
                        .orElse(NOTHING));
            }
            for (Baseline baseline : baselines) {
                cells.add(ratio(title, principal, variant, baseline));
            }
            row(cells.toArray(new String[0]));
        }
        line("");
        Double stolen = scenario.stolen();
        if (stolen != null) {
            line("Others on the host took %s %% of the CPU time meanwhile.".formatted(Spread.number(stolen)));
            line("");
        }
        String shares = Shares.markdown(results, title);
        if (!shares.isEmpty()) {
            line(shares);
        }
        if (!scenario.appendix().isEmpty()) {
            line(scenario.appendix());
        }
    }

    private String ratio(String scenario, Metric metric, String variant, Baseline other) {
        String client = variant.substring(0, variant.indexOf(','));
        return other.variants().stream()
                .filter(baseline -> baseline.startsWith(client) && !baseline.equals(variant))
                .findFirst()
                .flatMap(baseline -> results.ratio(scenario, metric, variant, baseline))
                .map(Spread::toString)
                .orElse(NOTHING);
    }

    private void operations(List<PerOperation> operations) {
        if (operations.isEmpty()) {
            return;
        }
        line("### Single operations, by JMH");
        line("");
        row("operation", "µs", "±", "allocated, B");
        row("---", "--:", "--:", "--:");
        for (PerOperation operation : operations) {
            row(
                    operation.name(),
                    Spread.number(operation.nanos() / 1e3),
                    Spread.number(operation.error() / 1e3),
                    Spread.number(operation.bytes()));
        }
        line("");
    }

    private void row(String... cells) {
        line("| " + String.join(" | ", cells) + " |");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    int unmeasured() {
        return unmeasured;
    }

    int belowFloor() {
        return count(Verdict.BELOW_FLOOR);
    }

    private int count(Verdict verdict) {
        return counts.getOrDefault(verdict, 0);
    }

    /** The last line of a run. */
    String summary() {
        int measured = figures.size() - unmeasured;
        int atLimit = count(Verdict.AT_LIMIT);
        return "bench: %d figures, %d at goal, %d short%s, %d below floor%s"
                .formatted(
                        measured,
                        count(Verdict.AT_GOAL),
                        measured - count(Verdict.AT_GOAL) - belowFloor(),
                        atLimit == 0 ? "" : ", %d of them at the limit".formatted(atLimit),
                        belowFloor(),
                        unmeasured == 0 ? "" : ", %d not measured".formatted(unmeasured));
    }

    /** Replaces what an earlier run wrote, and leaves alone what is around it. */
    static void write(Path page, String markdown) throws IOException {
        String before = Files.readString(page);
        int begin = before.indexOf(BEGIN);
        int end = before.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException("%s: expected the lines %s and %s, one after the other".formatted(page, BEGIN, END));
        }
        Files.writeString(page, before.substring(0, begin) + BEGIN + "\n\n" + markdown + "\n" + before.substring(end));
    }
}
