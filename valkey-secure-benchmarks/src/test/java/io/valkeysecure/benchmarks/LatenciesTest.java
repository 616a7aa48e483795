package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void micros_hundredCommands_isTheShareFromBelow() {
        for (int i = 100; i > 0; i--) {
            latencies.add(i * 1000L);
        }
        assertThat(latencies.micros(0.5)).isEqualTo(50);
        assertThat(latencies.micros(0.99)).isEqualTo(99);
        assertThat(latencies.micros(1)).isEqualTo(100);
    }

    @Test
    void micros_moreThanTheFirstCapacity_keepsAll() {
        for (int i = 1; i <= 200_000; i++) {
            latencies.add(i * 1000L);
        }
        assertThat(latencies.count()).isEqualTo(200_000);
        assertThat(latencies.micros(1)).isEqualTo(200_000);
    }

    @Test
    void micros_noCommand_isRefused() {
        assertThatThrownBy(() -> latencies.micros(0.5)).hasMessageContaining("no command");
    }
}
