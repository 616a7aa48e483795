package io.valkeysecure.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.CheckResult;
import io.valkeysecure.cli.doctor.report.CheckResult.State;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class VulnerabilitiesTest {
    private static List<String> of(String version) {
        return Vulnerabilities.of(ServerVersion.parse(version).orElseThrow());
    }

    @Test
    void release_withoutTheFixes_isListed() {
        assertThat(of("8.0.1")).contains("CVE-2025-49844", "CVE-2024-46981").doesNotContain("CVE-2024-31449");
        assertThat(of("8.0.12")).containsExactly("CVE-2026-130822");
        assertThat(of("8.0.11")).containsExactly("CVE-2026-130822", "CVE-2026-136156");
        assertThat(of("9.0.2")).contains("CVE-2026-27623", "CVE-2025-67733");
        assertThat(of("8.1.6")).doesNotContain("CVE-2026-27623", "CVE-2025-49844");
        assertThat(of("9.1.1"))
                .containsExactly("CVE-2026-130822", "CVE-2026-136156", "GHSA-fq2f-crmw-q97r", "GHSA-jcj7-v34w-v9vv");
        assertThat(of("7.2.13")).doesNotContain("GHSA-jcj7-v34w-v9vv");
    }

    @Test
    void release_whoseFixIsNotConfirmed_isListedWithThat() {
        assertThat(of("7.2.7")).contains("CVE-2024-46981 (a fix in 7.2.8 is not confirmed)");
    }

    @Test
    void release_withTheFixes_isNotListed() {
        for (String fixed : List.of("7.2.16", "8.0.13", "8.1.12", "9.0.8", "9.1.4", "9.2.0", "10.0.0")) {
            assertThat(of(fixed)).as(fixed).isEmpty();
        }
    }

    /**
     * Names once and in order, releases in order and one of a series, a source with its day, the newest of all first.
     */
    @Test
    void list_hasItsForm() throws IOException {
        List<String> lines = lines();
        List<String> names = new ArrayList<>();
        List<String> days = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            assertThat(line)
                    .matches("(CVE-20\\d\\d-\\d{4,}|GHSA(-[2-9a-z]{4}){3}) \\d+\\.\\d+( \\d+\\.\\d+\\.\\d+\\??)+"
                            + " \\| .*\\b20\\d\\d-\\d\\d-\\d\\d\\b.*");
            List<String> words = List.of(line.split(" \\| ", -1)[0].split(" ", -1));
            names.add(words.get(0));
            int series = 0;
            for (String release : words.subList(1, words.size())) {
                int next = ServerVersion.parse(release.replace("?", ""))
                        .orElseThrow()
                        .series();
                assertThat(next).as(line).isGreaterThanOrEqualTo(series);
                assertThat(next == series).as(line).isEqualTo(series != 0 && release.equals(words.get(2)));
                series = next;
            }
            Matcher day = Pattern.compile("20\\d\\d-\\d\\d-\\d\\d").matcher(line.substring(line.indexOf('|')));
            while (day.find()) {
                days.add(LocalDate.parse(day.group()).toString());
            }
        }
        assertThat(names)
                .doesNotHaveDuplicates()
                .isSortedAccordingTo(Comparator.comparing((String name) -> name.substring(0, 8))
                        .thenComparing(name -> name.startsWith("CVE") ? Integer.parseInt(name.substring(9)) : 0));
        assertThat(lines.get(0)).isEqualTo(Vulnerabilities.date()).isEqualTo(Collections.max(days));
    }

    private static CheckResult judged(String version, String stage) {
        CheckResults results = new CheckResults();
        new Settings(new NodeFindings("localhost:6380"))
                .version(Map.of("valkey_version", version, "valkey_release_stage", stage), "", results);
        return results.of(Set.of(Check.VERSION_VULNERABLE)).get(0);
    }

    /** The list knows what releases fix, and nothing of the candidates before them. */
    @Test
    void releaseCandidate_isNotJudged() {
        assertThat(judged("9.2.0", "rc1"))
                .isEqualTo(new CheckResult(
                        Check.VERSION_VULNERABLE,
                        State.NOT_MADE,
                        "the list of vulnerabilities is of releases, this is 9.2.0-rc1"));
        assertThat(judged("9.2.0", "ga").state()).isEqualTo(State.PASSED);
    }

    private static List<String> lines() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(Vulnerabilities.class.getResourceAsStream("vulnerabilities.txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    @Test
    void version_ofAnotherForm_isNone() {
        for (String none : List.of("", "8", "8.x", "99999.1.1", "8.0.1\u0000")) {
            assertThat(ServerVersion.parse(none)).as(none).isEmpty();
        }
        assertThat(ServerVersion.parse("9.0.0-rc2")).contains(new ServerVersion(9, 0, 0));
    }
}
