package io.valkeysecure.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    @TempDir
    private Path directory = Path.of("");

    @Test
    void write_twice_replacesOnlyWhatIsBetweenTheMarks() throws IOException {
        Path page = Files.writeString(
                directory.resolve("page.md"), "# By hand\n\n" + Report.BEGIN + "\nold\n" + Report.END + "\nby hand\n");
        Report.write(page, "new\n");
        Report.write(page, "newer\n");
        assertThat(page).hasContent("# By hand\n\n" + Report.BEGIN + "\n\nnewer\n\n" + Report.END + "\nby hand\n");
    }

    @Test
    void write_noMarks_isRefusedAndLeavesThePageAlone() throws IOException {
        Path page = Files.writeString(directory.resolve("page.md"), "by hand\n");
        assertThatThrownBy(() -> Report.write(page, "new"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("page.md");
        assertThat(page).hasContent("by hand\n");
    }
}
