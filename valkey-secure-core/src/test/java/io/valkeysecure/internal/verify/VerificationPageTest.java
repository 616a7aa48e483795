package io.valkeysecure.internal.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.internal.x509.Nesting;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The page that tells the rules and the limits tells those of the code, in the code's order. */
class VerificationPageTest {
    private static final Path PAGE = Path.of("..", "docs", "verification.md");

    @Test
    void page_rules_areThoseOfTheCodeInOrder() throws IOException {
        List<String> rows = new ArrayList<>();
        for (Rules.OfCertificate rule : Rules.OF_CERTIFICATE) {
            rows.add(row(
                    rows,
                    "certificate",
                    rule.name(),
                    rule.source(),
                    rule.reason().tag()));
        }
        for (Rules.OfPath rule : Rules.OF_PATH) {
            rows.add(row(rows, "path", rule.name(), rule.source(), rule.reason().tag()));
        }
        assertThat(table("| # | of | demanded | source | reason |")).isEqualTo(rows);
    }

    @Test
    void page_limits_areThoseOfTheCode() throws IOException {
        assertThat(table("| what | at most |"))
                .containsExactly(
                        "| certificates presented, without duplicates | " + VerificationBudget.CERTIFICATES + " |",
                        "| bytes of a certificate | " + VerificationBudget.CERTIFICATE_BYTES + " |",
                        "| levels of nesting | " + Nesting.LEVELS + " |",
                        "| certificates of a path, without the anchor | " + VerificationBudget.PATH_LENGTH + " |",
                        "| steps of the search for paths | " + VerificationBudget.PATH_STEPS + " |",
                        "| signatures checked | " + VerificationBudget.SIGNATURES + " |",
                        "| paths given to the JDK's validator | " + VerificationBudget.VALIDATIONS + " |",
                        "| extensions of a certificate | " + VerificationBudget.EXTENSIONS + " |",
                        "| names of a SAN | " + VerificationBudget.ENTRIES + " |",
                        "| subtrees of a list of name constraints | " + VerificationBudget.SUBTREES + " |",
                        "| policies of a certificate | " + VerificationBudget.POLICIES + " |",
                        "| ways in which policies are mapped | " + VerificationBudget.POLICY_GROWTH + " |",
                        "| comparisons of a name with a constraint | " + VerificationBudget.COMPARISONS + " |",
                        "| bits of an RSA modulus | " + VerificationBudget.RSA_BITS + " |");
    }

    private static String row(List<String> rows, String of, String name, String source, String reason) {
        return "| " + (rows.size() + 1) + " | " + of + " | " + name + " | " + source + " | `" + reason + "` |";
    }

    /** The rows below a head. */
    private static List<String> table(String head) throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        assertThat(lines).as("lines of %s", PAGE).contains(head);
        return lines.stream()
                .skip(lines.indexOf(head) + 2L)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }
}
