package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.cli.doctor.report.HtmlReport;
import io.valkeysecure.cli.doctor.report.Report;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The HTML report in a browser, as wide as a desk's and as narrow as a phone: nothing sticks out, nothing overlaps, and
 * it prints. Run by {@code ./verify doctor}, which has Chromium.
 */
class DoctorReportLook {
    private static final String LONG = "x".repeat(300);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static Report report() {
        return new Report(
                Instant.EPOCH,
                Duration.ofSeconds(1),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(new Report.Node(
                        new Endpoint("a-rather-long-name-of-a-node.of-a-cluster.in-some-region.valkey.example", 6380),
                        Optional.empty(),
                        Map.of("session tickets of TLS 1.2", "yes", "leaf", "CN=" + LONG),
                        Stream.of(Check.values())
                                .map(check ->
                                        new Finding(check, "valkey-1.example:6380", "seen " + LONG, check.change()))
                                .toList(),
                        List.of("note " + LONG),
                        new Report.Login(CheckResult.State.FAILED, "WRONGPASS " + LONG),
                        Stream.of(Check.values())
                                .map(check -> new CheckResult(check, CheckResult.State.NOT_MADE, "because " + LONG))
                                .toList())));
    }

    @Test
    void page_fitsDeskAndPhone() throws Exception {
        for (int width : new int[] {320, 390, 1280}) {
            assertThat(problems(HtmlReport.of(report()), width))
                    .as("at a width of " + width)
                    .isEqualTo("checked " + Check.values().length + " findings: ");
        }
    }

    /** What would stick out is seen. */
    @Test
    void page_thatSticksOut_isFound() throws Exception {
        String bent = HtmlReport.of(report()).replace("overflow-wrap: anywhere", "white-space: nowrap");

        assertThat(problems(bent, 390)).contains("sticks out");
    }

    @Test
    void page_prints() throws Exception {
        Path page = Files.writeString(directory.resolve("print.html"), HtmlReport.of(report()));
        Path pdf = directory.resolve("print.pdf");

        browser("--no-pdf-header-footer", "--print-to-pdf=" + pdf, page.toUri().toString());

        String start = new String(Files.readAllBytes(pdf), StandardCharsets.ISO_8859_1);
        assertThat(start).startsWith("%PDF-");
        assertThat(Pattern.compile("/Type /Page\\b").matcher(start).results().count())
                .isBetween(5L, 30L);
    }

    /** In a frame of that width, whose script is the test's: the report has none. */
    private static String problems(String report, int width) throws IOException, InterruptedException {
        Path frame = Files.writeString(directory.resolve("frame" + width + ".html"), """
                <!doctype html><meta charset="utf-8">
                <iframe id="f" style="width: %dpx; height: 900px; border: 0" srcdoc="%s"></iframe>
                <p id="out"></p>
                <script>
                f.onload = () => {
                  const page = f.contentDocument, found = [], wide = page.documentElement.clientWidth;
                  if (page.documentElement.scrollWidth > wide) found.push("the page sticks out");
                  for (const e of page.querySelectorAll("article, dt, dd, code, h1, h2, h3, p")) {
                    const box = e.getBoundingClientRect();
                    if (box.right > wide + 1 || box.left < -1) found.push(e.tagName + " sticks out");
                    if (!box.width || !box.height) found.push(e.tagName + " has no size");
                  }
                  for (const e of page.querySelectorAll("dt")) {
                    const name = e.getBoundingClientRect(), value = e.nextElementSibling.getBoundingClientRect();
                    if (name.right > value.left + 1 && name.bottom > value.top + 1) found.push("a name overlaps its value");
                    if (e.scrollWidth > e.clientWidth + 1) found.push("a name sticks out");
                    if (value.width < 120) found.push("a value is narrow");
                  }
                  out.textContent = "checked " + page.querySelectorAll("article").length + " findings: "
                      + [...new Set(found)].join(", ");
                };
                </script>
                """.formatted(
                        width, report.replace("&", "&amp;").replace("\"", "&quot;")));
        String page = browser("--dump-dom", frame.toUri().toString());
        return Pattern.compile("<p id=\"out\">(.*?)</p>")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .findFirst()
                .orElse(page);
    }

    private static String browser(String... more) throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + Files.createTempDirectory(directory, "profile")));
        arguments.addAll(List.of(more));
        Tool.Run run = Tool.of("chromium", "chromium").run(arguments.toArray(new String[0]));
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output();
    }
}
