package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

class SpreadTest {
    private static Spread of(double... values) {
        return Spread.of(DoubleStream.of(values).boxed().toList());
    }

    @Test
    void of_oddCount_medianIsTheMiddle() {
        assertThat(of(3, 1, 2)).isEqualTo(new Spread(2, 1, 3, 1, 3));
    }

    @Test
    void of_evenCount_medianIsBetweenTheMiddles() {
        assertThat(of(4, 1, 3, 2).median()).isEqualTo(2.5);
    }

    @Test
    void of_oneValue_isThatValue() {
        assertThat(of(7)).isEqualTo(new Spread(7, 7, 7, 7, 7));
    }

    @Test
    void of_nothing_isRefused() {
        assertThatThrownBy(() -> Spread.of(List.of())).hasMessageContaining("there are none");
    }

    /**
     * As tables of the sign test have it: up to eight values none is left off, of nine one, of twelve two, of fifteen
     * three.
     */
    @Test
    void of_moreValues_outliersAreLeftOffOfWhatIsSure() {
        assertSure(5, 1, 5);
        assertSure(8, 1, 8);
        assertSure(9, 2, 8);
        assertSure(11, 2, 10);
        assertSure(12, 3, 10);
        assertSure(15, 4, 12);
    }

    private static void assertSure(int count, double from, double to) {
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = count - i;
        }
        Spread spread = of(values);
        assertThat(spread.surelyFrom()).isEqualTo(from);
        assertThat(spread.surelyTo()).isEqualTo(to);
        assertThat(spread.lowest()).isEqualTo(1);
        assertThat(spread.highest()).isEqualTo(count);
    }

    @Test
    void toString_largeAndSmall_threeDigitsCount() {
        assertThat(of(1, 2, 3)).hasToString("2.00 [1.00-3.00]");
        assertThat(of(12.34)).hasToString("12.3");
        assertThat(of(12345.6)).hasToString("12,346");
    }
}
