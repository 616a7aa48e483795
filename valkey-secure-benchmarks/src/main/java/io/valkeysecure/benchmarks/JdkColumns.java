package io.valkeysecure.benchmarks;

import io.valkeysecure.benchmarks.TlsEngine.Client;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The page that has a column for each JDK. A run renews what it has measured in the column of the JDK that it is on, and
 * leaves the other columns, so these are of several runs; what is compared with the client's own TLS was measured in the
 * same run.
 */
final class JdkColumns {
    private static final String EMPTY = "-";

    /** What is measured, and the figures. A JDK without a cell in a table has no column in it. */
    private static final List<Table> TABLES =
            List.of(new Table("| measured |", lines(), false), new Table("| figure |", figures(), true));

    /** The last lines of one that is judged tell how many are at their goal, and how many at the limit. */
    private record Table(String heading, List<Line> lines, boolean isJudged) {}

    /** A line of a table: what a run came to, if it has measured this. */
    private record Line(String title, Function<Results, Optional<String>> cell) {}

    private JdkColumns() {}

    /** Writes into the column of this version; {@link Runtime.Version} reads it. */
    static void write(Path page, String version, Results results) throws IOException {
        Map<String, Map<String, String>> columns = read(Files.readAllLines(page));
        // a newer build of the same release takes the older one's place
        columns.keySet().removeIf(other -> feature(other) == feature(version) && !other.equals(version));
        Map<String, String> column = columns.computeIfAbsent(version, name -> new LinkedHashMap<>());
        for (Table table : TABLES) {
            for (Line line : table.lines()) {
                line.cell().apply(results).ifPresent(cell -> column.put(line.title(), cell));
            }
        }
        StringBuilder text = new StringBuilder();
        TABLES.forEach(table -> append(text, table, columns));
        Report.write(page, text.toString().stripTrailing() + "\n");
    }

    private static void append(StringBuilder text, Table table, Map<String, Map<String, String>> all) {
        Map<String, Map<String, String>> columns = new LinkedHashMap<>(all);
        columns.values().removeIf(column -> table.lines().stream().noneMatch(line -> column.containsKey(line.title())));
        if (columns.isEmpty()) {
            return;
        }
        text.append(table.heading())
                .append(' ')
                .append(String.join(" | ", columns.keySet()))
                .append(" |\n");
        text.append("| --- |").append(" --: |".repeat(columns.size())).append('\n');
        for (Line line : table.lines()) {
            row(text, line.title(), columns, column -> column.getOrDefault(line.title(), EMPTY));
        }
        if (table.isJudged()) {
            for (Verdict verdict : List.of(Verdict.AT_GOAL, Verdict.AT_LIMIT)) {
                row(
                        text,
                        verdict.words() + ", of all that were measured",
                        columns,
                        column -> count(table, column, verdict));
            }
        }
        text.append('\n');
    }

    private static String count(Table table, Map<String, String> column, Verdict verdict) {
        List<String> cells = table.lines().stream()
                .filter(line -> column.containsKey(line.title()))
                .map(line -> column.getOrDefault(line.title(), EMPTY))
                .toList();
        return "%d of %d"
                .formatted(
                        cells.stream()
                                .filter(cell -> cell.endsWith(", " + verdict.words()))
                                .count(),
                        cells.size());
    }

    private static void row(
            StringBuilder text,
            String title,
            Map<String, Map<String, String>> columns,
            Function<Map<String, String>, String> cell) {
        text.append("| ").append(title).append(" |");
        columns.values()
                .forEach(column -> text.append(' ').append(cell.apply(column)).append(" |"));
        text.append('\n');
    }

    /** The cells by JDK, oldest first, and by line. */
    private static Map<String, Map<String, String>> read(List<String> lines) {
        Map<String, Map<String, String>> columns = new TreeMap<>(Comparator.comparingInt(JdkColumns::feature));
        List<String> versions = List.of();
        for (String line : lines) {
            List<String> cells = cells(line);
            if (TABLES.stream().anyMatch(table -> line.startsWith(table.heading()))) {
                versions = cells;
            } else if (!line.startsWith("| ---")) {
                for (int i = 1; i < cells.size() && i < versions.size(); i++) {
                    if (!cells.get(i).equals(EMPTY)) {
                        columns.computeIfAbsent(versions.get(i), version -> new LinkedHashMap<>())
                                .put(cells.get(0), cells.get(i));
                    }
                }
            }
        }
        return columns;
    }

    private static List<String> cells(String line) {
        return line.startsWith("|") && line.endsWith("|")
                ? Arrays.stream(line.substring(1, line.length() - 1).split("\\|", -1))
                        .map(String::strip)
                        .toList()
                : List.of();
    }

    private static int feature(String version) {
        return Runtime.Version.parse(version).feature();
    }

    private static List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (String scenario : List.of(Connecting.EC_ONE, Connecting.EC_EIGHT)) {
            lines.addAll(lines(scenario, Metric.CLIENT_CPU, Client.JEDIS, Variant.JEDIS_PKCS12));
            lines.addAll(lines(scenario, Metric.CLIENT_CPU, Client.LETTUCE, Variant.LETTUCE_PKCS12));
        }
        lines.addAll(lines(
                Pipelining.title(Commands.GET, Pipelining.SMALL), Metric.RATE, Client.LETTUCE, Variant.LETTUCE_PKCS12));
        lines.addAll(lines(Waiting.ONE, Metric.P50, Client.LETTUCE, Variant.LETTUCE_PKCS12));
        for (int size : List.of(Pipelining.SMALL, Pipelining.LARGE)) {
            lines.addAll(
                    lines(JedisCommands.title(Commands.GET, size), Metric.RATE, Client.JEDIS, Variant.JEDIS_PKCS12));
        }
        return lines;
    }

    /** The client's own TLS, and this library on each engine. */
    private static List<Line> lines(String scenario, Metric metric, Client client, String raw) {
        List<Line> lines = new ArrayList<>(List.of(line(scenario, metric, raw, raw)));
        TlsEngine.of(client).forEach(engine -> lines.add(line(scenario, metric, engine.variant(client), raw)));
        return lines;
    }

    private static Line line(String scenario, Metric metric, String variant, String raw) {
        return new Line(
                "%s: %s, %s".formatted(scenario, variant, metric.title()),
                results -> results.spread(scenario, variant, metric)
                        .map(measured -> Spread.number(measured.median())
                                + (variant.equals(raw)
                                        ? ""
                                        : results.ratio(scenario, metric, variant, raw)
                                                .map(ratio -> " (" + Spread.number(ratio.median()) + ")")
                                                .orElse(""))));
    }

    private static List<Line> figures() {
        return Figures.all().stream()
                .map(figure -> new Line(
                        "%s: %s; goal %s".formatted(figure.scenario(), figure.what(), Spread.number(figure.goal())),
                        results -> figure.judge(results)
                                .map(judged -> Spread.number(judged.measured().median()) + ", "
                                        + judged.verdict().words())))
                .toList();
    }
}
