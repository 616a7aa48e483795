package io.valkeysecure.benchmarks;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A ratio of two variants that has to reach a floor, and ought to reach a goal.
 *
 * @param what in words
 * @param scenario where both variants are measured
 * @param metric what is compared
 * @param dividend the variant that is divided
 * @param divisor the variant that it is divided by
 * @param floor what fails the run when it is missed
 * @param goal what we want to publish; on the same side of the floor as what is better
 */
record Figure(String what, String scenario, Metric metric, String dividend, String divisor, double floor, double goal) {
    /** How much of the limit has to be reached: a library that verifies does more than the bare client does. */
    private static final double NEAR = 0.9;

    /** What was measured, and how it compares. */
    record Judged(Spread measured, Verdict verdict) {}

    /** The other one needs so many times what ours needs: the more, the better. */
    static Figure timesLess(
            String what, String scenario, Metric metric, String ours, String other, double floor, double goal) {
        return higher(new Figure(what, scenario, metric, other, ours, floor, goal));
    }

    /** Ours does so many times what the other one does: the more, the better. */
    static Figure timesMore(
            String what, String scenario, Metric metric, String ours, String other, double floor, double goal) {
        return higher(new Figure(what, scenario, metric, ours, other, floor, goal));
    }

    /** Ours takes so many times what the other one takes: the less, the better. */
    static Figure atMost(
            String what, String scenario, Metric metric, String ours, String other, double floor, double goal) {
        Figure figure = new Figure(what, scenario, metric, ours, other, floor, goal);
        if (figure.isHigherBetter()) {
            throw new IllegalArgumentException("expected a goal below the floor: " + figure);
        }
        return figure;
    }

    private static Figure higher(Figure figure) {
        if (!figure.isHigherBetter()) {
            throw new IllegalArgumentException("expected a goal above the floor: " + figure);
        }
        return figure;
    }

    private boolean isHigherBetter() {
        return goal > floor;
    }

    /** What was measured; nothing if the run had no such scenario or variant. */
    Optional<Spread> measured(Results results) {
        return results.ratio(scenario, metric, dividend, divisor);
    }

    /**
     * The same ratio without this library: of the bare client on the same engine, see {@link Bare}. Nothing if the run
     * had none.
     */
    Optional<Spread> limit(Results results) {
        String bareDividend = Bare.nameOf(dividend);
        String bareDivisor = Bare.nameOf(divisor);
        return bareDividend.equals(dividend) && bareDivisor.equals(divisor)
                ? Optional.empty()
                : results.ratio(scenario, metric, bareDividend, bareDivisor);
    }

    /** Nothing if the run had no such scenario or variant. */
    Optional<Judged> judge(Results results) {
        return measured(results)
                .map(measured ->
                        new Judged(measured, judge(measured, limit(results).orElse(null))));
    }

    /**
     * Compares. The goal is for the median to reach; the floor is missed only if the median surely lies beyond it,
     * since a run that fails by chance is one that nobody believes. A floor that the bare client misses as well says
     * nothing of this library: then it is at the limit or below the floor.
     */
    Verdict judge(Spread measured, @Nullable Spread limit) {
        double best = isHigherBetter() ? measured.surelyTo() : measured.surelyFrom();
        if (reaches(measured.median(), goal)) {
            return Verdict.AT_GOAL;
        }
        boolean aboveFloor = reaches(measured.median(), floor);
        if (limit != null
                && isNear(measured.median(), limit.median())
                && (aboveFloor || !reaches(limit.median(), floor))) {
            return Verdict.AT_LIMIT;
        }
        if (aboveFloor) {
            return Verdict.ABOVE_FLOOR;
        }
        return reaches(best, floor) ? Verdict.AT_FLOOR : Verdict.BELOW_FLOOR;
    }

    private boolean reaches(double value, double wanted) {
        return isHigherBetter() ? value >= wanted : value <= wanted;
    }

    private boolean isNear(double measured, double limit) {
        return isHigherBetter() ? measured >= NEAR * limit : NEAR * measured <= limit;
    }
}
