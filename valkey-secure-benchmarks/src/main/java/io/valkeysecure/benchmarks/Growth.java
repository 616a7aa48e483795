package io.valkeysecure.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/** One operation at growing sizes, each size a variant. Its figures say that no step costs more than the size grows. */
abstract class Growth extends Scenario {
    /**
     * The share above linear that a goal allows: small sizes fit into a cache of the processor, and large ones do not.
     */
    private static final double ALLOWED = 1.1;

    /** The share above linear that fails a run. A square would be the step itself, which is 4 or more. */
    private static final double FAILING = 2;

    /** Something that is repeated and timed. */
    @FunctionalInterface
    interface Operation {
        void run() throws Exception;
    }

    Growth(String title, String explanation, Metric principal) {
        super(title, explanation, principal);
    }

    static String at(int size) {
        return String.format(Locale.ROOT, "%,d", size);
    }

    /** A figure for each step from one size to the next; from a size of nothing there is none. */
    static List<Figure> steps(String title, Metric metric, List<Integer> sizes) {
        return steps(title, metric, sizes, Growth::at);
    }

    /** The same, of variants with names of their own. */
    static List<Figure> steps(String title, Metric metric, List<Integer> sizes, IntFunction<String> name) {
        List<Figure> steps = new ArrayList<>();
        for (int i = 1; i < sizes.size(); i++) {
            double grown = (double) sizes.get(i) / Math.max(1, sizes.get(i - 1));
            steps.add(Figure.atMost(
                    "%s from %s to %s, no worse than linear"
                            .formatted(metric.title(), at(sizes.get(i - 1)), at(sizes.get(i))),
                    title,
                    metric,
                    name.apply(sizes.get(i)),
                    name.apply(sizes.get(i - 1)),
                    FAILING * grown,
                    ALLOWED * grown));
        }
        return steps;
    }

    /** The mean time of an operation in microseconds, repeated for a time, once at least. */
    static double micros(Duration length, Operation operation) throws Exception {
        long begun = System.nanoTime();
        long count = 0;
        long elapsed;
        do {
            operation.run();
            count++;
            elapsed = System.nanoTime() - begun;
        } while (elapsed < length.toNanos());
        return elapsed / 1e3 / count;
    }

    /** The same in milliseconds. */
    static double millis(Duration length, Operation operation) throws Exception {
        return micros(length, operation) / 1e3;
    }
}
