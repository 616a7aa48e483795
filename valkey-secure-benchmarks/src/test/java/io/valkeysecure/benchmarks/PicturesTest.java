package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.benchmarks.Pictures.Bar;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
    private static final List<String> PAGE = List.of(
            "### " + Waiting.ONE,
            "",
            "one thread.",
            "",
            "| variant | client CPU, µs | p50, µs |",
            "| --- | --: | --: |",
            "| Lettuce, plaintext | 7.00 | 1,119 [113-1,139] |",
            "| Lettuce, valkey-secure, BoringSSL | - | 143 |",
            "",
            "| client CPU, µs | the client | together |",
            "| --- | --: | --: |",
            "| Lettuce, valkey-secure, BoringSSL | 100 | 143 |",
            "",
            "### Another",
            "",
            "| variant | p50, µs |",
            "| Lettuce, plaintext | 1.00 |");

    @Test
    void bars_tableOfThePage_areItsMedians() {
        assertThat(Pictures.bars(PAGE, Waiting.ONE, "p50, µs"))
                .containsExactly(
                        new Bar("Lettuce, plaintext", 1119), new Bar("Lettuce, valkey-secure, BoringSSL", 143));
        assertThat(Pictures.bars(PAGE, Waiting.ONE, "client CPU, µs"))
                .containsExactly(new Bar("Lettuce, plaintext", 7));
    }

    @Test
    void bars_noSuchTableOrColumn_areNone() {
        assertThat(Pictures.bars(PAGE, Waiting.ONE, "p99, µs")).isEmpty();
        assertThat(Pictures.bars(PAGE, "No such", "p50, µs")).isEmpty();
    }

    @Test
    void draw_page_writesAPictureOfWhatItHas(@TempDir Path directory) throws Exception {
        Path page = Files.write(directory.resolve("page.md"), PAGE);

        Pictures.draw(page, directory.resolve("images"));

        assertThat(directory.resolve("images"))
                .isDirectoryContaining(file -> file.endsWith("waiting.svg"))
                .isDirectoryNotContaining(file -> file.endsWith("restart.svg"));
        assertThat(directory.resolve("images/waiting.svg"))
                .content()
                .contains("<svg", "Lettuce, valkey-secure, BoringSSL", "1,119");
    }
}
