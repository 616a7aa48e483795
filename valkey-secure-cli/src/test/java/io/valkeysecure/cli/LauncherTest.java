package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of a checkout, with a jar and a Java of our own. */
class LauncherTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path checkout;

    private Path script() {
        return checkout.resolve("valkey-secure");
    }

    private Path jar() {
        return checkout.resolve("valkey-secure-cli/target/valkey-secure.jar");
    }

    @BeforeEach
    void copyScript() throws IOException {
        Files.copy(Path.of("../valkey-secure"), script());
        Files.createDirectories(jar().getParent());
    }

    private Tool.Run runWith(Path javaHome) throws Exception {
        return Tool.of("env", "coreutils").run("JAVA_HOME=" + javaHome, "bash", script().toString(), "pki", "--help");
    }

    @Test
    void javaHome_thatIsNone_isASentence() throws Exception {
        Files.createFile(jar());
        Path none = checkout.resolve("no-such-java");

        assertThat(runWith(none)).isEqualTo(new Tool.Run(2, """
                valkey-secure: error: %1$s/bin/java is no program, JAVA_HOME is %1$s
                valkey-secure: hint: install a JDK 17 or newer, or set JAVA_HOME to one
                """.formatted(none)));
    }

    @Test
    void javaHome_isUsed() throws Exception {
        Files.createFile(jar());
        Path java = Files.createDirectories(checkout.resolve("java/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\necho \"$@\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();

        Tool.Run run = runWith(checkout.resolve("java"));

        assertThat(run.exitCode()).isZero();
        assertThat(run.output()).endsWith("-jar " + jar().toRealPath() + " pki --help\n");
    }

    @Test
    void jar_missing_saysHowItIsBuilt() throws Exception {
        Tool.Run run = runWith(Path.of(System.getProperty("java.home")));

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.output()).contains(" is not built\n", "hint: mvn ");
    }
}
