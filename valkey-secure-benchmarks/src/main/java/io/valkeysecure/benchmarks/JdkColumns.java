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
import java.util.TreeMap;

/**
 * The page that has a column for each JDK. A run replaces the column of the JDK that it is on and leaves the others, so
 * the columns are of several runs; each cell has the ratio to the client's own TLS in the same run.
 */
final class JdkColumns {
    private static final String HEADING = "| measured |";
    private static final String EMPTY = "-";

    /** A line of the table: what of a variant, and beside which. */
    private record Row(String scenario, Metric metric, String variant, String raw) {
        String title() {
            return "%s: %s, %s".formatted(scenario, variant, metric.title());
        }

        String cell(Results results) {
            return results.spread(scenario, variant, metric)
                    .map(measured -> Spread.number(measured.median())
                            + (variant.equals(raw)
                                    ? ""
                                    : results.ratio(scenario, metric, variant, raw)
                                            .map(ratio -> " (" + Spread.number(ratio.median()) + ")")
                                            .orElse("")))
                    .orElse(EMPTY);
        }
    }

    private JdkColumns() {}

    /** Writes the column of this version; {@link Runtime.Version} reads it. */
    static void write(Path page, String version, Results results) throws IOException {
        Map<String, Map<String, String>> columns = read(Files.readAllLines(page));
        // a newer build of the same release takes the older one's place
        columns.keySet().removeIf(other -> feature(other) == feature(version));
        Map<String, String> column = new LinkedHashMap<>();
        rows().forEach(row -> column.put(row.title(), row.cell(results)));
        columns.put(version, column);
        Report.write(page, markdown(columns));
    }

    private static String markdown(Map<String, Map<String, String>> columns) {
        StringBuilder text = new StringBuilder();
        text.append(HEADING)
                .append(' ')
                .append(String.join(" | ", columns.keySet()))
                .append(" |\n");
        text.append("| --- |").append(" --: |".repeat(columns.size())).append('\n');
        for (Row row : rows()) {
            text.append("| ").append(row.title()).append(" |");
            columns.values()
                    .forEach(column -> text.append(' ')
                            .append(column.getOrDefault(row.title(), EMPTY))
                            .append(" |"));
            text.append('\n');
        }
        return text.toString();
    }

    /** The cells by JDK, oldest first, and by row. */
    private static Map<String, Map<String, String>> read(List<String> lines) {
        Map<String, Map<String, String>> columns = new TreeMap<>(Comparator.comparingInt(JdkColumns::feature));
        int heading = 0;
        while (heading < lines.size() && !lines.get(heading).startsWith(HEADING)) {
            heading++;
        }
        if (heading == lines.size()) {
            return columns;
        }
        List<String> versions = cells(lines.get(heading));
        for (String line : lines.subList(Math.min(heading + 2, lines.size()), lines.size())) {
            List<String> cells = cells(line);
            for (int i = 1; i < cells.size() && i < versions.size(); i++) {
                columns.computeIfAbsent(versions.get(i), version -> new LinkedHashMap<>())
                        .put(cells.get(0), cells.get(i));
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

    private static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String scenario : List.of(Connecting.EC_ONE, Connecting.EC_EIGHT)) {
            rows.addAll(rows(scenario, Metric.CLIENT_CPU, Client.JEDIS, Variant.JEDIS_PKCS12));
            rows.addAll(rows(scenario, Metric.CLIENT_CPU, Client.LETTUCE, Variant.LETTUCE_PKCS12));
        }
        rows.addAll(rows(
                Pipelining.title(Commands.GET, Pipelining.SMALL), Metric.RATE, Client.LETTUCE, Variant.LETTUCE_PKCS12));
        rows.addAll(rows(Waiting.ONE, Metric.P50, Client.LETTUCE, Variant.LETTUCE_PKCS12));
        for (int size : List.of(Pipelining.SMALL, Pipelining.LARGE)) {
            rows.addAll(rows(JedisCommands.title(Commands.GET, size), Metric.RATE, Client.JEDIS, Variant.JEDIS_PKCS12));
        }
        return rows;
    }

    /** The client's own TLS, and this library on each engine. */
    private static List<Row> rows(String scenario, Metric metric, Client client, String raw) {
        List<Row> rows = new ArrayList<>(List.of(new Row(scenario, metric, raw, raw)));
        TlsEngine.of(client).forEach(engine -> rows.add(new Row(scenario, metric, engine.variant(client), raw)));
        return rows;
    }
}
