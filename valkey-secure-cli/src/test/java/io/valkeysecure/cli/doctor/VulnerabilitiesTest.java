package io.valkeysecure.cli.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;

class VulnerabilitiesTest {
    private static List<String> of(String version) {
        return Vulnerabilities.of(ServerVersion.parse(version).orElseThrow());
    }

    @Test
    void release_withoutTheFixes_isListed() {
        assertThat(of("8.0.1")).contains("CVE-2025-49844", "CVE-2024-46981").doesNotContain("CVE-2024-31449");
        assertThat(of("8.0.9")).containsExactly("CVE-2026-56684", "CVE-2026-63639");
        assertThat(of("9.0.2")).contains("CVE-2026-27623");
        assertThat(of("8.1.6")).doesNotContain("CVE-2026-27623", "CVE-2025-49844");
        assertThat(of("9.1.0")).containsExactly("CVE-2026-56684", "CVE-2026-63639");
    }

    @Test
    void release_withTheFixes_isNotListed() {
        for (String fixed : List.of("7.2.14", "8.0.10", "8.1.9", "9.0.5", "9.1.1", "9.2.0", "10.0.0-rc1")) {
            assertThat(of(fixed)).as(fixed).isEmpty();
        }
    }

    @Test
    void list_hasADate() {
        assertThat(LocalDate.parse(Vulnerabilities.date())).isAfter(LocalDate.of(2026, 1, 1));
    }

    @Test
    void version_ofAnotherForm_isNone() {
        for (String none : List.of("", "8", "8.x", "99999.1.1", "8.0.1\u0000")) {
            assertThat(ServerVersion.parse(none)).as(none).isEmpty();
        }
        assertThat(ServerVersion.parse("9.0.0-rc2")).contains(new ServerVersion(9, 0, 0));
    }
}
