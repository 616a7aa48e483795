package io.valkeysecure.benchmarks;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All rounds of each scenario as it was measured last, in a file beside the page. A run of some parts renews these and
 * keeps the others, so that the page can be measured in several quiet hours.
 */
final class Archive {
    private static final MathContext DIGITS = new MathContext(5);
    private static final Gson JSON = new GsonBuilder()
            .disableHtmlEscaping()
            .serializeSpecialFloatingPointValues()
            .setPrettyPrinting()
            .create();

    /**
     * A scenario.
     *
     * @param setting where, when and of what it was measured
     * @param explanation what is done
     * @param principal what the variants are compared by
     * @param stolen which part of the CPU time went to others meanwhile, in percent; null if that was not recorded
     * @param appendix further lines below the table
     * @param rounds by variant and metric
     */
    record Measured(
            String setting,
            String explanation,
            Metric principal,
            @Nullable Double stolen,
            String appendix,
            Map<String, Map<Metric, List<Double>>> rounds) {}

    private final Map<String, Measured> scenarios = new LinkedHashMap<>();
    private List<PerOperation> operations = List.of();

    static Archive read(Path file) throws IOException {
        return Files.exists(file) ? JSON.fromJson(Files.readString(file), Archive.class) : new Archive();
    }

    void write(Path file) throws IOException {
        // lists of numbers in one line each: a line for each round would make a hundred pages
        String text = JSON.toJson(this).replaceAll("(?<=[\\[0-9,])\\n\\s+(?=[-0-9\\]])", " ");
        Files.writeString(file, text + "\n");
    }

    void put(Scenario scenario, Setting setting, double stolen, Results results) {
        Map<String, Map<Metric, List<Double>>> rounds = new LinkedHashMap<>();
        results.rounds(scenario.title()).forEach((variant, metrics) -> {
            Map<Metric, List<Double>> rounded = new LinkedHashMap<>();
            metrics.forEach((metric, values) ->
                    rounded.put(metric, values.stream().map(Archive::rounded).toList()));
            rounds.put(variant, rounded);
        });
        scenarios.put(
                scenario.title(),
                new Measured(
                        setting.sentence(),
                        scenario.explanation(),
                        scenario.principal(),
                        rounded(stolen),
                        scenario.appendix(),
                        rounds));
    }

    private static double rounded(double value) {
        return Double.isFinite(value) ? new BigDecimal(value).round(DIGITS).doubleValue() : value;
    }

    void put(List<PerOperation> measured) {
        operations = new ArrayList<>(measured);
    }

    Map<String, Measured> scenarios() {
        return scenarios;
    }

    List<PerOperation> operations() {
        return operations;
    }

    Results results() {
        Results results = new Results();
        scenarios.forEach((title, measured) -> results.put(title, measured.rounds()));
        return results;
    }
}
