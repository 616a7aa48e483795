package io.valkeysecure.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * What several rounds came to.
 *
 * @param median of all rounds
 * @param lowest of all rounds
 * @param highest of all rounds
 * @param surelyFrom the true median is hardly below this; with fewer than six rounds, the lowest
 * @param surelyTo the true median is hardly above this; with fewer than six rounds, the highest
 */
record Spread(double median, double lowest, double highest, double surelyFrom, double surelyTo) {
    /** How often the true median may lie outside of what is told, at most. */
    private static final double DOUBT = 0.05;

    static Spread of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("expected values of at least one round, there are none");
        }
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        int count = sorted.length;
        double median = (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
        int outside = outside(count);
        return new Spread(median, sorted[0], sorted[count - 1], sorted[outside], sorted[count - 1 - outside]);
    }

    /**
     * How many values may be left off at each end: by the sign test, which assumes nothing about how values are
     * distributed. Each value is above the true median as likely as below it, so k or fewer are above it as a coin
     * shows heads.
     */
    private static int outside(int count) {
        double chance = Math.pow(0.5, count);
        double sum = 0;
        int outside = 0;
        for (int heads = 0; heads < count / 2; heads++) {
            sum += chance;
            if (2 * sum > DOUBT) {
                break;
            }
            outside = heads;
            chance = chance * (count - heads) / (heads + 1);
        }
        return outside;
    }

    /** The median and the range. */
    @Override
    public String toString() {
        return lowest == highest
                ? number(median)
                : "%s [%s-%s]".formatted(number(median), number(lowest), number(highest));
    }

    /** Three digits that count, and no more where the number is larger. */
    static String number(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 ? 0 : size >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }
}
