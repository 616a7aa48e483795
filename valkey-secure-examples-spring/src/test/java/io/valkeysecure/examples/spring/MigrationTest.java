package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same classes and properties without the starter and with it: what changes is the class path. */
@Tag("long")
class MigrationTest {
    private static final int STARTS = 5;

    /** Of the shop itself; the other classes here start it and write its certificates. */
    private static final List<String> SHOP = List.of("ShopApplication.java", "ShopController.java", "PriceList.java");

    private static final List<String> OURS = List.of("spring-boot-starter", "core", "lettuce", "jedis");

    @TempDir
    private Path directory = Path.of("");

    @Test
    void codeAndSettings_ofTheShop_nameNothingOfThisLibrary() throws IOException {
        for (String file : SHOP) {
            String source = Files.readString(Path.of("src/main/java/io/valkeysecure/examples/spring", file));
            assertThat(source.replace("package io.valkeysecure.examples.spring;", ""))
                    .as(file)
                    .doesNotContainIgnoringCase("valkeysecure")
                    .doesNotContain("Tls", "Ssl");
        }
        assertThat(Files.readString(Path.of("src/main/resources/application.properties")))
                .doesNotContain("valkey.secure");
    }

    /** Prints what a start and its heap cost, as ratios of medians. Nothing is asserted of them. */
    @Test
    void shop_withoutAndWithTheStarter_startsAndWorks() throws Exception {
        Certificates certificates = new Certificates(directory);
        List<Double> seconds = new ArrayList<>();
        List<Double> secondsWith = new ArrayList<>();
        List<Double> bytes = new ArrayList<>();
        List<Double> bytesWith = new ArrayList<>();
        try (ValkeyServer server = certificates.startServer()) {
            List<String> properties = certificates.properties(server.port());
            for (int i = 0; i < STARTS; i++) {
                measure(false, properties, seconds, bytes);
                measure(true, properties, secondsWith, bytesWith);
            }
        }
        System.out.printf(
                "start: %d starts each, with the starter %.2f times as long, %.2f times the heap (%.1f instead of %.1f MB)%n",
                STARTS,
                median(secondsWith) / median(seconds),
                median(bytesWith) / median(bytes),
                median(bytesWith) / 1_000_000,
                median(bytes) / 1_000_000);
    }

    private void measure(boolean guarded, List<String> properties, List<Double> seconds, List<Double> bytes)
            throws IOException {
        try (ShopProcess shop =
                ShopProcess.start(directory, jar -> guarded || !isOurs(jar), List.of("-Xmx256m"), properties)) {
            assertThat(ShopTest.curl(shop.url() + "/prices/tea")).startsWith("tea costs 3.00");
            assertThat(ShopTest.curl(shop.url() + "/actuator/health").contains("\"valkeySecure\""))
                    .isEqualTo(guarded);
            seconds.add(shop.startSeconds());
            bytes.add((double) shop.liveBytes());
        }
    }

    private static boolean isOurs(String jar) {
        return OURS.stream().anyMatch(module -> jar.contains("valkey-secure-" + module));
    }

    private static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
