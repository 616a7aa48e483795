package io.valkeysecure.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;

/** The page of the shop in headless Chromium. */
@Tag("browser")
class BrowserTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void page_inABrowser_showsWhatIsInValkeyAndTheHealthGoingDegradedAndBack() {
        try (Started shop = Started.of(directory, ShopApplication.class, WebApplicationType.SERVLET)) {
            assertThat(page(shop))
                    .contains("<dd id=\"visits\">1</dd>", "tea costs 3.00", "<output id=\"status\">UP</output>");
            assertThat(shop.server().execute("GET", "orders")).contains("1");

            shop.certificates().damage();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(page(shop))
                            .contains("<output id=\"status\">DEGRADED</output>", "tea costs 3.00"));

            shop.certificates().renew();
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(page(shop)).contains("<output id=\"status\">UP</output>"));
        }
    }

    /** Returns the page once its script has asked for everything. */
    private String page(Started shop) {
        List<String> command = List.of(
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + directory.resolve("profile"),
                "--virtual-time-budget=10000",
                "--dump-dom",
                shop.url() + "/");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("chromium does not run; install the package chromium", e);
        }
    }
}
