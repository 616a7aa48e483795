package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.base.ExitCode;
import io.valkeysecure.cli.base.Failure;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
        assertThat(Outcome.of("conf", "--insecure")).isEqualTo(new Outcome(2, "", """
                valkey-secure: error: unknown option: '--insecure'
                valkey-secure: hint: valkey-secure conf --help
                """));
    }

    @Test
    void main_misspelled_isToldWhatWasMeant() {
        assertThat(Outcome.of("doctro", "localhost:1").err())
                .contains("hint: did you mean doctor? valkey-secure --help");
        assertThat(Outcome.of("pki", "shwo").err()).contains("did you mean show? ");
        assertThat(Outcome.of("doctor", "localhost:1", "--plaintext-port", "1").err())
                .contains("did you mean --plaintext-ports? ");
        assertThat(Outcome.of("zzz").err()).doesNotContain("did you mean");
    }

    @Test
    void main_valueThatIsNone_isToldEachOnce() {
        assertThat(Outcome.of("conf", "--for", "nonsense").err())
                .contains(
                        "expected one of server, cluster, sentinel, acl, sentinel-acl, cert-manager, vault-agent, systemd,"
                                + " nftables, but was 'nonsense'");
        assertThat(Outcome.of("doctor", "localhost:1", "--fail-on", "urgent").err())
                .contains("expected one of low, medium, high, critical, but was 'urgent'");
    }

    @Test
    void main_completion_isAScriptForBash(@TempDir Path directory) throws Exception {
        Outcome outcome = Outcome.of("generate-completion");
        Path script = Files.writeString(directory.resolve("completion"), outcome.out());

        assertThat(outcome.out()).contains("complete -F _complete_valkey-secure", "--plaintext-ports");
        assertThat(Tool.of("bash", "bash").run("-n", script.toString())).isEqualTo(new Tool.Run(0, ""));
    }

    @Test
    void main_optionsThatExcludeEachOther_areOneErrorWithOneLabel() {
        Outcome outcome = Outcome.of("doctor", "localhost:6379", "--ca", "a", "--json", "--sarif");

        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).startsWith("valkey-secure: error: --json, --sarif are mutually exclusive");
    }

    /** However an argument is wrong, it is one sentence with one label, and no exception. */
    @Test
    void main_argumentsThatAreWrong_areOneSentenceEach() {
        for (String line : List.of(
                "conf --valkey none",
                "conf --port none",
                "connect",
                "connect localhost",
                "connect localhost:1 --ca",
                "connect localhost:1 --ca none --timeout x",
                "doctor localhost:0 --ca none",
                "doctor localhost:1 --profile none",
                "pki server none bücher_.example --passphrase-file none",
                "pki show none",
                "pki verify none --ca none",
                "pki crl none")) {
            Outcome outcome = Outcome.ofLine(line);

            assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(ExitCode.USAGE);
            assertThat(outcome.out()).as(line).isEmpty();
            assertThat(outcome.err())
                    .as(line)
                    .containsOnlyOnce("error:")
                    .matches("(?s)valkey-secure: error: \\S+ \\S+ .*")
                    .doesNotContain("option option", "Option option", "Exception");
        }
    }

    @Test
    void main_fileThatCannotBeWritten_isASentence(@TempDir Path directory) throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        for (IOException thrown : List.of(
                new NoSuchFileException(file.toString()),
                new FileAlreadyExistsException(file.toString()),
                new AccessDeniedException(file.toString()),
                new FileSystemException(file.toString()))) {
            Failure failure = Failure.of(thrown);

            assertThat(failure.message()).startsWith(file + " ").contains(" not ");
            assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
        }
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
