package io.valkeysecure.archunit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same raw and guarded uses, for the signature files and for the rules. */
class UsesTest {
    @TempDir
    private Path directory = Path.of("");

    @ParameterizedTest
    @EnumSource
    void rawUses_areEachFound(Tool tool) throws Exception {
        Uses uses = Uses.compile("raw-uses.txt", directory);
        assertThat(uses.statements()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(tool.found(uses)).containsExactlyInAnyOrderElementsOf(uses.statements());
    }

    @ParameterizedTest
    @EnumSource
    void guardedUses_areNotFound(Tool tool) throws Exception {
        Uses uses = Uses.compile("guarded-uses.txt", directory);
        assertThat(uses.statements()).hasSizeGreaterThanOrEqualTo(40);
        assertThat(tool.found(uses)).isEmpty();
    }

    /** A signature cannot tell where a configuration comes from. */
    @Test
    void unguardedConfigurations_areFoundByTheRulesAlone() throws Exception {
        Uses uses = Uses.compile("unguarded-configurations.txt", directory);
        assertThat(Tool.ARCHUNIT.found(uses)).containsExactlyInAnyOrderElementsOf(uses.statements());
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
