package io.valkeysecure.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.RefusalReason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The README has what a newcomer needs first, links of all pages lead somewhere, and no reason is left out. */
class DocumentationTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern JAVA = Pattern.compile("^```java\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");
    private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

    /** {@code DocumentationExamplesTest} in {@code valkey-secure-tests} compiles them. */
    @Test
    void readme_examples_areShortAndComplete() throws IOException {
        List<String> examples = all(JAVA, read(ROOT.resolve("README.md")))
                .map(found -> found.group(1))
                .toList();

        assertThat(examples).hasSize(3);
        assertThat(examples.get(0)).contains("SecureLettuce.client(");
        assertThat(examples.get(1)).contains("SecureJedis.client(");
        assertThat(examples.subList(0, 2)).allSatisfy(example -> {
            assertThat(statements(example)).isLessThanOrEqualTo(13);
            assertThat(example)
                    .contains(
                            "import io.valkeysecure.*;", "try (SecureTls tls", "refusal.reason()", "refusal.message()");
        });
        assertThat(examples.get(2)).contains("TestCertificate.root()", "ValkeyServer.builder(");
        assertThat(statements(examples.get(2))).isLessThanOrEqualTo(10);
    }

    private static long statements(String example) {
        return example.lines()
                .filter(line -> !line.isBlank() && !line.startsWith("import "))
                .count();
    }

    @Test
    void readme_firstScreen_leadsToThePages() throws IOException {
        String first =
                String.join("\n", Files.readAllLines(ROOT.resolve("README.md")).subList(0, 110));

        assertThat(first)
                .contains(
                        "refused by default",
                        "./quickstart",
                        "./verify",
                        "<artifactId>valkey-secure-lettuce</artifactId>",
                        "pki init")
                .contains("docs/operations.md")
                .contains("docs/defaults.md", "docs/threats.md", "docs/reasons.md", "docs/tls-history.md");
    }

    /** The reasons in the README's table are real ones. */
    @Test
    void readme_reasons_exist() throws IOException {
        List<String> tags =
                Stream.of(RefusalReason.values()).map(RefusalReason::tag).toList();
        Pattern code = Pattern.compile("`([a-z]+_[a-z_]+)`");

        assertThat(all(code, read(ROOT.resolve("README.md")))
                        .map(found -> found.group(1))
                        .distinct())
                .isNotEmpty()
                .isSubsetOf(tags);
    }

    @Test
    void reasonsPage_hasOneSectionForEachReason_inTheirOrder() throws IOException {
        Pattern section = Pattern.compile("^## (.*)$", Pattern.MULTILINE);

        assertThat(all(section, read(ROOT.resolve("docs/reasons.md"))).map(found -> found.group(1)))
                .containsExactlyElementsOf(Stream.of(RefusalReason.values())
                        .map(RefusalReason::tag)
                        .toList());
    }

    @Test
    void reasonsPage_everySection_hasThreeCausesACommandAndACure() throws IOException {
        String[] sections = read(ROOT.resolve("docs/reasons.md")).split("\n## ", -1);

        for (int i = 1; i < sections.length; i++) {
            String section = sections[i];
            assertThat(section.lines().filter(line -> line.startsWith("- ")))
                    .as(section)
                    .hasSize(3);
            assertThat(section).contains("\n\nShows it: ").contains("\n\nCure: ");
        }
    }

    @Test
    void links_ofEveryPage_leadSomewhere() throws IOException {
        List<Path> pages;
        try (Stream<Path> docs = Files.list(ROOT.resolve("docs"));
                Stream<Path> top = Files.list(ROOT)) {
            pages = Stream.concat(docs, top)
                    .filter(file -> file.toString().endsWith(".md"))
                    .toList();
        }
        List<String> broken = new ArrayList<>();
        for (Path page : pages) {
            for (MatchResult link : all(LINK, read(page)).toList()) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                String anchor = link.group(2);
                if (!Files.exists(target)
                        || (anchor != null && !anchorsOf(target).contains(anchor))) {
                    broken.add(ROOT.relativize(page) + ": " + link.group());
                }
            }
        }

        assertThat(pages).hasSizeGreaterThan(4);
        assertThat(broken).isEmpty();
    }

    private static List<String> anchorsOf(Path page) throws IOException {
        return all(HEADING, read(page))
                .map(found -> found.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\w -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    private static String read(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    private static Stream<MatchResult> all(Pattern pattern, String text) {
        return pattern.matcher(text).results();
    }
}
