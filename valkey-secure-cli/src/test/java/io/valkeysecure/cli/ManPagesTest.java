package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The man pages that the build writes: one for each command, with what {@code --help} says. */
class ManPagesTest {
    private static final Path PAGES = Path.of("target", "man");

    @Test
    void page_ofEachCommand_hasEachOption() throws IOException {
        List<Path> pages;
        try (Stream<Path> files = Files.list(PAGES)) {
            pages = files.toList();
        }

        assertThat(pages).hasSizeGreaterThan(10);
        for (Path page : pages) {
            String command = page.getFileName().toString().replace(".adoc", "");
            assertThat(command).startsWith("valkey-secure");
            String text = Files.readString(page);
            String help = Outcome.of(arguments(command)).out();
            assertThat(text).startsWith("// tag::").contains("= " + command + "(1)", "== Synopsis");
            assertThat(Pattern.compile("(?m)^ +(?:-\\w, )?(--[a-z0-9-]+)")
                            .matcher(help)
                            .results()
                            .map(MatchResult::group))
                    .as(help)
                    .isNotEmpty();
            Pattern.compile("(?m)^ +(?:-\\w, )?(--[a-z0-9-]+)")
                    .matcher(help)
                    .results()
                    .forEach(option -> assertThat(text).contains("*" + option.group(1) + "*"));
        }
    }

    /** Words of a command stand for themselves; only generate-completion has a dash. */
    private static String[] arguments(String page) {
        String words = page.replace("valkey-secure", "")
                .replace("-generate-completion", " generate-completion")
                .replaceFirst("^-", "")
                .replaceFirst("^pki-", "pki ");
        return (words + " --help").strip().split(" ", -1);
    }

    @Test
    void pages_leadToAllCommands() throws IOException {
        String help = Outcome.of("--help").out() + Outcome.of("pki", "--help").out();

        Pattern.compile("(?m)^  ([a-z][a-z-]*)  +\\S")
                .matcher(help)
                .results()
                .map(found -> found.group(1))
                .forEach(name -> assertThat(List.of(
                                PAGES.resolve("valkey-secure-" + name + ".adoc"),
                                PAGES.resolve("valkey-secure-pki-" + name + ".adoc")))
                        .as(name)
                        .anyMatch(Files::exists));
    }
}
