package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RotationTest {

    @Test
    void standard_writtenOut_namesEveryDefault() {
        assertThat(Rotation.standard())
                .hasToString(
                        "checked every PT10S, read within PT30S, drained over PT1M, at most 50 in a second, expiry warned at"
                                + " [PT720H, PT168H, PT24H, PT1H]");
    }

    @Test
    void options_outOfRange_areRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rotation.builder().checkInterval(Duration.ofMillis(99)))
                .withMessage("check interval must be from PT0.1S to PT1H, was PT0.099S");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rotation.builder().drainWindow(Duration.ofMinutes(61)))
                .withMessageContaining("drain window must be from PT0S to PT1H");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Rotation.builder().reconnectsPerSecond(0))
                .withMessage("reconnects per second must be from 1 to 10000, was 0");
        assertThatIllegalArgumentException().isThrownBy(() -> Rotation.builder().reconnectsPerSecond(10_001));
        assertThatIllegalArgumentException().isThrownBy(() -> Rotation.builder().expiryWarnings(Duration.ZERO));
        assertThat(Rotation.builder()
                        .checkInterval(Duration.ofMillis(100))
                        .drainWindow(Duration.ZERO)
                        .reconnectsPerSecond(10_000)
                        .build()
                        .toString())
                .startsWith("checked every PT0.1S, read within PT30S, drained over PT0S, at most 10000 in a second");
    }

    @Test
    void options_setTwice_areRefused() {
        Rotation.Builder builder = Rotation.builder().reconnectsPerSecond(1);
        assertThatIllegalStateException()
                .isThrownBy(() -> builder.reconnectsPerSecond(1))
                .withMessageContaining("reconnects per second");
    }

    @Test
    void options_thatExcludeEachOther_areRefusedByName() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Rotation.builder()
                        .withoutDraining()
                        .drainWindow(Duration.ofSeconds(1))
                        .build())
                .withMessageContaining("leave out the drain window");
        assertThatIllegalStateException()
                .isThrownBy(() -> Rotation.builder()
                        .reconnectsPerSecond(1)
                        .withoutDraining()
                        .build())
                .withMessageContaining("leave out the reconnects per second");
        assertThat(Rotation.builder().withoutDraining().build().toString()).contains("no draining");
    }
}
