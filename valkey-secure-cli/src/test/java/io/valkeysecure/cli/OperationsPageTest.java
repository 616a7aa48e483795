package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of {@code docs/operations.md} as they stand there, but for the port. */
class OperationsPageTest {
    private static final Pattern COMMANDS = Pattern.compile("^```sh\\n(.*?)^```", Pattern.DOTALL | Pattern.MULTILINE);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path directory;

    @Test
    void everyCommand_works() throws Exception {
        int port = OperatedServer.freePort();
        String page = Files.readString(Path.of("../docs/operations.md"));
        assertThat(page).as("how the server is started, as below").contains("`valkey-server valkey.conf`");
        List<String> blocks = COMMANDS.matcher(page)
                .results()
                .map(found -> found.group(1).replace("6380", Integer.toString(port)))
                .toList();
        assertThat(blocks).hasSize(7);
        writeLauncher();

        assertThat(shell(blocks.subList(0, 3)))
                .contains("made a CA in ca", "issued a peer certificate", "would be accepted");
        assertThat(Files.readString(directory.resolve("users.acl"))).doesNotContain("nopass");
        Process server = new ProcessBuilder(
                        Tool.of("valkey-server", "valkey-server").path(), "valkey.conf", "--save", "")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("server.log").toFile())
                .start();
        try {
            assertThat(shell(blocks.subList(3, 7)))
                    .contains("PONG\nOK\n", "a client with these options connects", "sha256/", "1 revoked", "tight")
                    .contains("[Service]", "table inet", "kind: Certificate", "pkiCert");
        } finally {
            server.destroy();
            assertThat(server.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
    }

    private void writeLauncher() throws IOException {
        Path launcher = Files.writeString(
                directory.resolve("valkey-secure"),
                "#!/bin/sh\nexec '" + System.getProperty("java.home")
                        + "/bin/java' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '"
                        + System.getProperty("java.class.path") + "' io.valkeysecure.cli.Main \"$@\"\n");
        assertThat(launcher.toFile().setExecutable(true)).isTrue();
    }

    private String shell(List<String> blocks) throws Exception {
        Path script = Files.writeString(
                directory.resolve("commands"),
                "set -eu\ncd " + directory + "\nPATH=" + directory + ":$PATH\n" + String.join("\n", blocks));
        Tool.Run run = Tool.of("sh", "dash").run(script.toString());
        assertThat(run.exitCode()).as(run.output()).isZero();
        return run.output();
    }
}
