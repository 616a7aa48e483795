package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The command line as it is called, whatever the command. */
class MainTest {
    @Test
    void main_withoutCommand_isAUsageError() {
        assertThat(Outcome.of()).isEqualTo(new Outcome(2, "", """
                valkey-secure: error: a command is missing
                valkey-secure: hint: valkey-secure --help
                """));
    }

    @Test
    void main_unknownOption_isAUsageError() {
        assertThat(Outcome.of("connect", "--insecure")).isEqualTo(new Outcome(2, "", """
                valkey-secure: error: unknown option: '--insecure'
                valkey-secure: hint: valkey-secure connect --help
                """));
    }

    @Test
    void main_version_namesItsOwnAndJavas() {
        Outcome outcome = Outcome.of("--version");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out()).matches("valkey-secure \\d.*, Java \\d.*\n");
    }

    @Test
    void main_debug_showsTheStackTrace() {
        String[] arguments = {"connect", "localhost:6379", "--ca", "/does/not/exist.crt", "--debug"};

        assertThat(Outcome.of(arguments).err()).contains("\tat io.valkeysecure.");
    }
}
