package io.valkeysecure.benchmarks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Everything that was measured: by scenario, variant and metric a value for each round. Not safe for use by several
 * threads.
 */
final class Results {
    private final Map<String, Map<String, Map<Metric, List<Double>>>> scenarios = new LinkedHashMap<>();

    /** Adds one round of a scenario, whole: the ratios are of values of the same round. */
    void addRound(String scenario, Map<String, Map<Metric, Double>> round) {
        Map<String, Map<Metric, List<Double>>> variants =
                scenarios.computeIfAbsent(scenario, name -> new LinkedHashMap<>());
        round.forEach((variant, values) ->
                values.forEach((metric, value) -> variants.computeIfAbsent(variant, name -> new LinkedHashMap<>())
                        .computeIfAbsent(metric, name -> new ArrayList<>())
                        .add(value)));
    }

    /** Adds all rounds of a scenario. */
    void put(String scenario, Map<String, Map<Metric, List<Double>>> rounds) {
        scenarios.put(scenario, rounds);
    }

    /** All rounds of a scenario, by variant and metric. */
    Map<String, Map<Metric, List<Double>>> rounds(String scenario) {
        return scenarios.getOrDefault(scenario, Map.of());
    }

    Set<String> scenarios() {
        return scenarios.keySet();
    }

    Set<String> variants(String scenario) {
        return scenarios.getOrDefault(scenario, Map.of()).keySet();
    }

    /** The metrics that any variant of the scenario has, in their own order. */
    Set<Metric> metrics(String scenario) {
        Set<Metric> metrics = new TreeSet<>();
        scenarios.getOrDefault(scenario, Map.of()).values().forEach(values -> metrics.addAll(values.keySet()));
        return metrics;
    }

    Optional<Spread> spread(String scenario, String variant, Metric metric) {
        List<Double> values = values(scenario, variant, metric);
        return values.isEmpty() ? Optional.empty() : Optional.of(Spread.of(values));
    }

    /** The ratio of two variants, round by round; nothing if one of them was not measured. */
    Optional<Spread> ratio(String scenario, Metric metric, String dividend, String divisor) {
        List<Double> above = values(scenario, dividend, metric);
        List<Double> below = values(scenario, divisor, metric);
        if (above.isEmpty() || below.isEmpty()) {
            return Optional.empty();
        }
        if (above.size() != below.size()) {
            throw new IllegalStateException("%s: expected as many rounds of %s as of %s, there are %d and %d"
                    .formatted(scenario, dividend, divisor, above.size(), below.size()));
        }
        return Optional.of(Spread.of(IntStream.range(0, above.size())
                .mapToObj(round -> above.get(round) / below.get(round))
                .toList()));
    }

    private List<Double> values(String scenario, String variant, Metric metric) {
        return scenarios
                .getOrDefault(scenario, Map.of())
                .getOrDefault(variant, Map.of())
                .getOrDefault(metric, List.of());
    }
}
