package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkColumnsTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void write_severalJdks_oneColumnForEachReleaseAndTheOldestFirst() throws IOException {
        Path page = Files.writeString(directory.resolve("page.md"), Report.BEGIN + "\n" + Report.END + "\n");
        JdkColumns.write(page, "25.0.1", results(1_000));
        JdkColumns.write(page, "17.0.14", results(3_000));
        JdkColumns.write(page, "17.0.15", results(2_000));
        JdkColumns.write(page, "17.0.15", waited());
        String raw = "| " + Connecting.EC_ONE + ": " + Variant.JEDIS_PKCS12 + ", client CPU, µs |";
        String ours = "| " + Connecting.EC_ONE + ": " + Variant.ours(TlsEngine.Client.JEDIS, TlsEngine.JDK.title())
                + ", client CPU, µs |";
        assertThat(Files.readAllLines(page))
                .contains("| measured | 17.0.15 | 25.0.1 |", "| --- | --: | --: |")
                .contains(raw + " 10,000 | 10,000 |", ours + " 2,000 (0.20) | 1,000 (0.10) |")
                .contains("| " + Waiting.ONE + ": " + Variant.LETTUCE_PKCS12 + ", p50, µs | 80.0 | - |");
    }

    @Test
    void write_figures_eachWithItsVerdictAndHowManyAreAtGoal() throws IOException {
        Path page = Files.writeString(directory.resolve("page.md"), Report.BEGIN + "\n" + Report.END + "\n");
        JdkColumns.write(page, "17.0.15", results(500));
        JdkColumns.write(page, "25.0.1", waited());
        JdkColumns.write(page, "17.0.15", results(1_250));
        String goal = Spread.number(Figures.all().get(0).goal());
        assertThat(Files.readAllLines(page))
                .contains("| figure | 17.0.15 |")
                .contains("| " + Connecting.EC_ONE + ": Jedis, JDK engine: client CPU, less than SslOptions; goal "
                        + goal + " | 8.00, above the floor |")
                .contains("| at goal, of all that were measured | 0 of 1 |");
        JdkColumns.write(page, "25.0.1", results(500));
        assertThat(Files.readAllLines(page))
                .contains("| figure | 17.0.15 | 25.0.1 |")
                .contains("| at goal, of all that were measured | 0 of 1 | 1 of 1 |");
    }

    private static Results waited() {
        Results results = new Results();
        results.addRound(Waiting.ONE, Map.of(Variant.LETTUCE_PKCS12, Map.of(Metric.P50, 80.0)));
        return results;
    }

    private static Results results(double ours) {
        Results results = new Results();
        results.addRound(
                Connecting.EC_ONE,
                Map.of(
                        Variant.JEDIS_PKCS12,
                        Map.of(Metric.CLIENT_CPU, 10_000.0),
                        Variant.ours(TlsEngine.Client.JEDIS, TlsEngine.JDK.title()),
                        Map.of(Metric.CLIENT_CPU, ours)));
        return results;
    }
}
