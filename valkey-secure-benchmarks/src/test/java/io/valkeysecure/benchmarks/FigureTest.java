package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FigureTest {
    private static final Figure LESS = Figure.timesLess("CPU", "work", Metric.CLIENT_CPU, "ours", "theirs", 6, 12);
    private static final Figure AT_MOST = Figure.atMost("p99", "work", Metric.P99, "ours", "theirs", 1.3, 1.05);

    private static Spread spread(double median, double from, double to) {
        return new Spread(median, from, to, from, to);
    }

    private static Results results(Metric metric, double[] ours, double[] theirs) {
        Results results = new Results();
        for (int i = 0; i < ours.length; i++) {
            results.addRound("work", Map.of("ours", Map.of(metric, ours[i]), "theirs", Map.of(metric, theirs[i])));
        }
        return results;
    }

    /** One round of Jedis on Conscrypt, with this library and without it, and of another one. */
    private static Results besideBare(double ours, double bare, double theirs) {
        Results results = new Results();
        results.addRound(
                "work",
                Map.of(
                        Variant.ours(TlsEngine.Client.JEDIS, "Conscrypt"),
                        Map.of(Metric.CLIENT_CPU, ours),
                        "Jedis, bare, Conscrypt",
                        Map.of(Metric.CLIENT_CPU, bare),
                        "theirs",
                        Map.of(Metric.CLIENT_CPU, theirs)));
        return results;
    }

    @Test
    void judge_moreIsBetter_goalFloorAndBelow() {
        assertThat(LESS.judge(spread(12, 5, 20), null)).isEqualTo(Verdict.AT_GOAL);
        assertThat(LESS.judge(spread(11.9, 11, 12), null)).isEqualTo(Verdict.ABOVE_FLOOR);
        assertThat(LESS.judge(spread(6, 5, 7), null)).isEqualTo(Verdict.ABOVE_FLOOR);
        assertThat(LESS.judge(spread(5.9, 5, 6), null)).isEqualTo(Verdict.AT_FLOOR);
        assertThat(LESS.judge(spread(5.9, 5, 5.95), null)).isEqualTo(Verdict.BELOW_FLOOR);
    }

    @Test
    void judge_lessIsBetter_goalFloorAndBelow() {
        assertThat(AT_MOST.judge(spread(1.05, 0.5, 2), null)).isEqualTo(Verdict.AT_GOAL);
        assertThat(AT_MOST.judge(spread(1.06, 1, 1.2), null)).isEqualTo(Verdict.ABOVE_FLOOR);
        assertThat(AT_MOST.judge(spread(1.31, 1.3, 2), null)).isEqualTo(Verdict.AT_FLOOR);
        assertThat(AT_MOST.judge(spread(1.4, 1.35, 2), null)).isEqualTo(Verdict.BELOW_FLOOR);
    }

    /** What is short of the goal, but within a tenth of the bare client, is told apart. */
    @Test
    void judge_withinATenthOfTheLimit_saysSo() {
        Spread limit = spread(10, 8, 12);
        assertThat(LESS.judge(spread(9, 9, 9), limit)).isEqualTo(Verdict.AT_LIMIT);
        assertThat(LESS.judge(spread(8.9, 8, 9), limit)).isEqualTo(Verdict.ABOVE_FLOOR);
        assertThat(LESS.judge(spread(12, 12, 12), limit)).isEqualTo(Verdict.AT_GOAL);
        assertThat(AT_MOST.judge(spread(1.2, 1, 1.3), spread(1.1, 1, 1.2))).isEqualTo(Verdict.AT_LIMIT);
        assertThat(AT_MOST.judge(spread(1.3, 1, 1.3), spread(1.1, 1, 1.2))).isEqualTo(Verdict.ABOVE_FLOOR);
    }

    /** What the engine costs on this machine fails no run; what this library adds to it does. */
    @Test
    void judge_bareClientIsBelowTheFloorToo_isAtTheLimitOrBelowTheFloor() {
        assertThat(LESS.judge(spread(5.3, 5, 5.95), spread(5.8, 5, 6))).isEqualTo(Verdict.AT_LIMIT);
        assertThat(LESS.judge(spread(5.2, 5, 5.95), spread(5.8, 5, 6))).isEqualTo(Verdict.BELOW_FLOOR);
        assertThat(LESS.judge(spread(5.9, 5, 5.95), spread(6, 6, 6))).isEqualTo(Verdict.BELOW_FLOOR);
        assertThat(AT_MOST.judge(spread(1.5, 1.4, 1.6), spread(1.4, 1.3, 1.5))).isEqualTo(Verdict.AT_LIMIT);
        assertThat(AT_MOST.judge(spread(1.6, 1.4, 1.6), spread(1.4, 1.3, 1.5))).isEqualTo(Verdict.BELOW_FLOOR);
    }

    @Test
    void measured_timesLess_isTheirsThroughOurs() {
        Results results = results(Metric.CLIENT_CPU, new double[] {1, 2, 1}, new double[] {10, 10, 9});
        assertThat(LESS.measured(results)).contains(Spread.of(List.of(10.0, 5.0, 9.0)));
    }

    /** The rounds are paired: a round in which the machine was slow is slow for both. */
    @Test
    void measured_atMost_isOursThroughTheirs_roundByRound() {
        Results results = results(Metric.P99, new double[] {1, 100}, new double[] {1, 100});
        assertThat(AT_MOST.measured(results)).contains(Spread.of(List.of(1.0, 1.0)));
    }

    @Test
    void measured_variantMissing_isNothing() {
        assertThat(LESS.measured(new Results())).isEmpty();
        assertThat(AT_MOST.measured(results(Metric.CLIENT_CPU, new double[] {1}, new double[] {1})))
                .isEmpty();
    }

    @Test
    void limit_isTheRatioOfTheBareClientOnTheSameEngine() {
        String ours = Variant.ours(TlsEngine.Client.JEDIS, "Conscrypt");
        Figure figure = Figure.timesLess("CPU", "work", Metric.CLIENT_CPU, ours, "theirs", 10, 20);
        Results results = besideBare(4, 2, 36);
        assertThat(figure.measured(results)).contains(Spread.of(List.of(9.0)));
        assertThat(figure.limit(results)).contains(Spread.of(List.of(18.0)));
        assertThat(figure.judge(results)).contains(new Figure.Judged(Spread.of(List.of(9.0)), Verdict.BELOW_FLOOR));
    }

    /** A figure that compares nothing of ours, or was measured without the bare client, has none. */
    @Test
    void limit_noBareClient_isNothing() {
        assertThat(LESS.limit(results(Metric.CLIENT_CPU, new double[] {1}, new double[] {2})))
                .isEmpty();
        String ours = Variant.ours(TlsEngine.Client.JEDIS, "Conscrypt");
        Results withoutBare = new Results();
        withoutBare.addRound(
                "work", Map.of(ours, Map.of(Metric.CLIENT_CPU, 4.0), "theirs", Map.of(Metric.CLIENT_CPU, 36.0)));
        assertThat(Figure.timesLess("CPU", "work", Metric.CLIENT_CPU, ours, "theirs", 10, 20)
                        .limit(withoutBare))
                .isEmpty();
    }

    @Test
    void factories_goalOnTheWrongSide_isRefused() {
        assertThatThrownBy(() -> Figure.timesLess("", "", Metric.P50, "", "", 2, 1))
                .hasMessageContaining("above the floor");
        assertThatThrownBy(() -> Figure.atMost("", "", Metric.P50, "", "", 1, 2))
                .hasMessageContaining("below the floor");
    }

    @Test
    void all_eachIsThereOnce() {
        assertThat(new HashSet<>(Figures.all())).hasSameSizeAs(Figures.all());
    }

    /** What is not measured is told of, and neither fails a run nor counts as measured. */
    @Test
    void summary_oneOfEach_countsThem() {
        Results results = results(Metric.CLIENT_CPU, new double[] {1, 1}, new double[] {12, 13});
        results.addRound("slow", Map.of("ours", Map.of(Metric.P99, 3.0), "theirs", Map.of(Metric.P99, 1.0)));
        Figure slow = Figure.atMost("p99", "slow", Metric.P99, "ours", "theirs", 1.3, 1.05);
        Report report = new Report(results, List.of(LESS, slow, AT_MOST));
        assertThat(report.summary()).isEqualTo("bench: 2 figures, 1 at goal, 0 short, 1 below floor, 1 not measured");
        assertThat(report.belowFloor()).isEqualTo(1);
        assertThat(new Report(results, List.of(LESS)).summary())
                .isEqualTo("bench: 1 figures, 1 at goal, 0 short, 0 below floor");
    }

    @Test
    void summary_atTheLimit_isToldAsAPartOfWhatIsShort() {
        String ours = Variant.ours(TlsEngine.Client.JEDIS, "Conscrypt");
        List<Figure> figures = List.of(Figure.timesLess("CPU", "work", Metric.CLIENT_CPU, ours, "theirs", 9, 20));
        assertThat(new Report(besideBare(4, 3.8, 40), figures).summary())
                .isEqualTo("bench: 1 figures, 0 at goal, 1 short, 1 of them at the limit, 0 below floor");
    }
}
