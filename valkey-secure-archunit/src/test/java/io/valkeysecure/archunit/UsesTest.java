package io.valkeysecure.archunit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same raw and guarded uses, for the signature files and for the rules. */
class UsesTest {
    @TempDir
    private Path directory = Path.of("");

    /** Raw uses, those of Spring Data Redis, and the pitfalls of the README as somebody writes them. */
    @ParameterizedTest
    @CsvSource({
        "FORBIDDEN_APIS, raw-uses.txt, 40",
        "ARCHUNIT, raw-uses.txt, 40",
        "FORBIDDEN_APIS, raw-spring-uses.txt, 20",
        "ARCHUNIT, raw-spring-uses.txt, 20",
        "FORBIDDEN_APIS, raw-redisson-uses.txt, 20",
        "ARCHUNIT, raw-redisson-uses.txt, 20",
        "FORBIDDEN_APIS, pitfalls.txt, 5",
        "ARCHUNIT, pitfalls.txt, 5"
    })
    void rawUses_areEachFound(Tool tool, String resource, int least) throws Exception {
        Uses uses = Uses.compile(resource, directory);
        assertThat(uses.statements()).hasSizeGreaterThanOrEqualTo(least);
        Set<String> found = tool.found(uses);
        Figures.raw(tool, uses.statements().size(), found.size());
        assertThat(found).containsExactlyInAnyOrderElementsOf(uses.statements());
    }

    @ParameterizedTest
    @CsvSource({
        "FORBIDDEN_APIS, guarded-uses.txt, 40",
        "ARCHUNIT, guarded-uses.txt, 40",
        "FORBIDDEN_APIS, guarded-spring-uses.txt, 10",
        "ARCHUNIT, guarded-spring-uses.txt, 10",
        "FORBIDDEN_APIS, guarded-redisson-uses.txt, 10",
        "ARCHUNIT, guarded-redisson-uses.txt, 10"
    })
    void guardedUses_areNotFound(Tool tool, String resource, int least) throws Exception {
        Uses uses = Uses.compile(resource, directory);
        assertThat(uses.statements()).hasSizeGreaterThanOrEqualTo(least);
        Set<String> found = tool.found(uses);
        Figures.guarded(tool, uses.statements().size(), found.size());
        assertThat(found).isEmpty();
    }

    /** A signature cannot tell where a configuration comes from. */
    @ParameterizedTest
    @ValueSource(strings = {"unguarded-configurations.txt", "unguarded-spring-configurations.txt"})
    void unguardedConfigurations_areFoundByTheRulesAlone(String resource) throws Exception {
        Uses uses = Uses.compile(resource, directory);
        Set<String> found = Tool.ARCHUNIT.found(uses);
        Figures.raw(Tool.ARCHUNIT, uses.statements().size(), found.size());
        assertThat(found).containsExactlyInAnyOrderElementsOf(uses.statements());
        assertThat(Tool.FORBIDDEN_APIS.found(uses)).isEmpty();
    }

    @Test
    void violation_saysWhereAndWhatToWrite() throws Exception {
        Uses uses = Uses.compile("raw-uses.txt", directory);
        assertThat(Tool.ARCHUNIT.violations(uses))
                .anySatisfy(violation -> assertThat(violation)
                        .contains("(Uses.java:1)")
                        .contains("this client is not guarded; write SecureLettuce.client(tls, uri)"));
    }
}
