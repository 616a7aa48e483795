package io.valkeysecure.observability;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.api.StatefulRedisConnection;
import io.micrometer.common.docs.KeyName;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.micrometer.TlsMeters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code docs/metrics.md} is what the enum says, and what a registry holds after a run. */
class MetricsPageTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern SAMPLE = Pattern.compile("^(\\w+)(?:\\{(.*)})? (\\S+)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private static final Map<String, List<List<String>>> TABLES = new TreeMap<>();
    private static final List<Sample> SAMPLES = new ArrayList<>();

    /** A line of what Prometheus scrapes. */
    private record Sample(String name, Map<String, String> labels) {}

    @BeforeAll
    static void run(@TempDir Path directory) throws IOException {
        try (Application application = new Application(directory)) {
            StatefulRedisConnection<String, String> lettuce = application.lettuce(application.server.port());
            application.jedis(application.server.port()).ping();
            application.meetStrangers();
            application.rotate();
            application.tls.reload();
            await().atMost(Duration.ofSeconds(60)).until(() -> application.closed.size() >= 2);
            application.writeHalfAKey();
            assertThat(catchThrowable(application.tls::reload)).isNotNull();
            assertThat(lettuce.sync().ping()).isEqualTo("PONG");
            application
                    .registry
                    .scrape()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> {
                        MatchResult sample =
                                SAMPLE.matcher(line).results().findFirst().orElseThrow();
                        Map<String, String> labels = new TreeMap<>();
                        if (sample.group(2) != null) {
                            LABEL.matcher(sample.group(2))
                                    .results()
                                    .forEach(label -> labels.put(label.group(1), label.group(2)));
                        }
                        SAMPLES.add(new Sample(sample.group(1), labels));
                    });
        }
        String heading = "";
        for (String line : Files.readAllLines(Path.of("..", "docs", "metrics.md"))) {
            if (line.startsWith("| ") && !line.startsWith("| ---")) {
                List<String> cells = Stream.of(line.substring(1).split("\\|", -1))
                        .map(String::trim)
                        .toList();
                if (heading.isEmpty()) {
                    heading = cells.get(0);
                } else {
                    TABLES.computeIfAbsent(heading, key -> new ArrayList<>()).add(cells);
                }
            } else if (!line.startsWith("|")) {
                heading = "";
            }
        }
    }

    @AfterAll
    static void forget() {
        SAMPLES.clear();
        TABLES.clear();
    }

    private static List<List<String>> meters() {
        return TABLES.getOrDefault("Meter", List.of());
    }

    private static List<String> code(String cell) {
        return CODE.matcher(cell).results().map(found -> found.group(1)).toList();
    }

    @Test
    void meters_ofThePage_areThoseOfTheEnum() {
        List<String> expected = Stream.of(TlsMeters.values())
                .map(meter -> meter.getName() + " "
                        + meter.getType().name().toLowerCase(Locale.ROOT) + " "
                        + (meter.getBaseUnit() == null ? "" : meter.getBaseUnit()) + " "
                        + Arrays.stream(meter.getKeyNames())
                                .map(KeyName::asString)
                                .toList())
                .toList();
        assertThat(meters())
                .extracting(
                        row -> code(row.get(0)).get(0) + " " + row.get(2) + " " + row.get(3) + " " + code(row.get(4)))
                .containsExactlyElementsOf(expected);
    }

    /** A timer is several series in Prometheus, a histogram more; each has the name as its beginning. */
    @Test
    void registry_afterARun_holdsTheMetersOfThePageAndNoOther() {
        Map<String, List<String>> tagsOf = meters().stream()
                .collect(Collectors.toMap(row -> code(row.get(1)).get(0), row -> code(row.get(4))));
        Set<String> seen = new TreeSet<>();
        for (Sample sample : SAMPLES) {
            String name = sample.name().replaceFirst("(?<=_seconds)_(count|sum|max|bucket)$", "");
            seen.add(name);
            assertThat(tagsOf).containsKey(name);
            assertThat(sample.labels().keySet())
                    .as(sample.toString())
                    .filteredOn(label -> !label.equals("le"))
                    .containsExactlyInAnyOrderElementsOf(tagsOf.getOrDefault(name, List.of()).stream()
                            .map(tag -> tag.replace('.', '_'))
                            .toList());
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(tagsOf.keySet());
    }

    @Test
    void registry_afterARun_holdsNoOtherValuesThanThoseOfThePage() {
        Map<String, Set<String>> allowed = new TreeMap<>();
        for (List<String> row : TABLES.getOrDefault("Tag", List.of())) {
            allowed.put(code(row.get(0)).get(0).replace('.', '_'), new TreeSet<>(code(row.get(1))));
        }
        assertThat(allowed.keySet())
                .containsExactlyInAnyOrderElementsOf(Stream.of(TlsMeters.Key.values())
                        .filter(KeyName::isRequired)
                        .map(key -> key.asString().replace('.', '_'))
                        .toList());
        Stream.of(RefusalReason.values()).map(RefusalReason::tag).forEach(allowed.get("reason")::add);
        allowed.get("cipher_suite").addAll(TlsPolicy.modern().cipherSuites());
        for (Sample sample : SAMPLES) {
            sample.labels().forEach((label, value) -> {
                if (!label.equals("le")) {
                    assertThat(allowed.get(label)).as(sample.toString()).contains(value);
                }
            });
        }
    }

    @Test
    void registry_afterARun_hasFewSeries() {
        assertThat(SAMPLES.stream().filter(sample -> !sample.name().endsWith("_bucket")))
                .hasSizeLessThan(300);
    }
}
