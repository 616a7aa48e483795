package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
    private static final Setting FIRST = new Setting("2026-11-22, on a machine.");
    private static final Setting SECOND = new Setting("2026-11-28, on a machine.");

    @TempDir
    private Path directory = Path.of("");

    private static void measure(Archive archive, String title, Setting setting, double... rounds) {
        Results results = new Results();
        for (double round : rounds) {
            results.addRound(title, Map.of("ours", Map.of(Metric.RATE, round)));
        }
        archive.put(new Scenario(title, "work is done", Metric.RATE) {}, setting, 5.5, results);
    }

    private Archive again(Archive archive) throws IOException {
        Path file = directory.resolve("page.json");
        archive.write(file);
        return Archive.read(file);
    }

    @Test
    void read_noFile_isEmpty() throws IOException {
        assertThat(Archive.read(directory.resolve("none.json")).scenarios()).isEmpty();
    }

    @Test
    void write_thenRead_isTheSameUpToFiveDigits() throws IOException {
        Archive archive = new Archive();
        measure(archive, "one", FIRST, 1234567, -0.5, Double.NaN);
        archive.put(List.of(new PerOperation("verify", 1.5, 0.25, 16)));

        Archive read = again(archive);

        assertThat(read.scenarios()).isEqualTo(archive.scenarios());
        assertThat(read.results().rounds("one"))
                .isEqualTo(Map.of("ours", Map.of(Metric.RATE, List.of(1234600.0, -0.5, Double.NaN))));
        assertThat(read.operations()).isEqualTo(archive.operations());
    }

    /** What was measured again stands where it stood, and the rest as it was, with its own date. */
    @Test
    void put_again_renewsThatScenarioAlone() throws IOException {
        Archive archive = new Archive();
        measure(archive, "one", FIRST, 1);
        measure(archive, "two", FIRST, 2);
        Archive read = again(archive);
        measure(read, "one", SECOND, 3);

        assertThat(read.scenarios().keySet()).containsExactly("one", "two");
        assertThat(Report.markdown(read, List.of()))
                .startsWith(SECOND.sentence())
                .contains("### one\n\nwork is done.\n\n| variant |")
                .contains(
                        "### two\n\nwork is done.\n\nMeasured in another run: " + FIRST.sentence() + "\n\n| variant |")
                .contains(
                        "| ours | 3.00 |\n\nOthers on the host took 5.50 % of the CPU time meanwhile.\n",
                        "| ours | 2.00 |");
    }
}
