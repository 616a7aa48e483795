package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class StolenTimeTest {
    private static final StolenTime EARLIER = StolenTime.read(List.of("cpu  100 0 50 800 10 0 20 20 70 0", "cpu0 1"));

    @Test
    void percentSince_oneTickOfFour() {
        StolenTime later = StolenTime.read(List.of("cpu  160 0 50 815 10 0 20 45 130 0"));

        assertThat(later.percentSince(EARLIER)).isEqualTo(25);
    }

    @Test
    void percentSince_atTheSameMoment_isNothing() {
        assertThat(EARLIER.percentSince(EARLIER)).isZero();
    }

    @Test
    void now_isReadOfThisMachine() throws IOException {
        assertThat(StolenTime.now().all()).isPositive();
    }
}
