package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.cli.base.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client's certificate and key in one file of PKCS#12, as browsers and Java programs have them. */
class Pkcs12Test {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path directory;

    private static Operator operator;
    private static OperatedServer server;

    @BeforeAll
    static void makeFiles() throws Exception {
        operator = new Operator(directory);
        Files.writeString(directory.resolve("store.passphrase"), "store-passphrase-12\n");
        Files.writeString(directory.resolve("wrong.passphrase"), "another-passphrase-12\n");
        Tool.Run made = Tool.of("openssl", "openssl")
                .run(
                        "pkcs12",
                        "-export",
                        "-in",
                        directory.resolve("app.crt").toString(),
                        "-inkey",
                        directory.resolve("app.key").toString(),
                        "-out",
                        directory.resolve("app.p12").toString(),
                        "-passout",
                        "file:" + directory.resolve("store.passphrase"));
        assertThat(made.exitCode()).as(made.output()).isZero();
        Files.setPosixFilePermissions(directory.resolve("app.p12"), PosixFilePermissions.fromString("rw-------"));
        server = operator.start("server", OperatedServer.freePort(), "conf --acl-file DIR/users.acl");
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    private static Outcome call(String command, String more) {
        return operator.call(command.replace("SERVER", "localhost:" + server.port())
                + " --ca DIR/ca/ca.crt --cert DIR/app.p12 --user admin --password-file DIR/admin.password " + more);
    }

    private static String doctor() {
        return "doctor SERVER --timeout 30 --plaintext-ports " + server.port();
    }

    @Test
    void store_withItsPassphrase_isPresented() {
        String passphrase = "--key-passphrase-file DIR/store.passphrase ";

        assertThat(call("connect SERVER", passphrase + "PING").out()).isEqualTo("PONG\n");
        Outcome examined = call(doctor(), passphrase + "--json");
        assertThat(examined.exitCode()).as(examined.toString()).isEqualTo(ExitCode.OK);
        assertThat(examined.out()).contains("\"verdict\": \"tight\"");
    }

    @Test
    void store_withAnotherPassphrase_isAFindingAndAnError() {
        String passphrase = "--key-passphrase-file DIR/wrong.passphrase ";

        Outcome connected = call("connect SERVER", passphrase + "PING");
        assertThat(connected.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(connected.err()).contains("app.p12 is a key store that the password does not open");
        assertThat(call(doctor(), passphrase).out()).contains("client's certificate and key cannot be used");
    }

    @Test
    void store_withoutPassphrase_saysWhichOption() {
        assertThat(call("connect SERVER", "PING").err())
                .contains("the passphrase of " + directory.resolve("app.p12") + " is missing")
                .contains("hint: give --key-passphrase-file FILE or set VALKEY_SECURE_KEY_PASSPHRASE");
    }

    @Test
    void store_readableByOthers_isFound() throws IOException {
        Path open = Files.copy(directory.resolve("app.p12"), directory.resolve("open.p12"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));

        Outcome outcome = operator.call(doctor().replace("SERVER", "localhost:" + server.port())
                + " --ca DIR/ca/ca.crt --cert DIR/open.p12 --key-passphrase-file DIR/store.passphrase");
        assertThat(outcome.out()).contains("chmod 600 " + open);
    }

    @Test
    void certificate_inPemWithoutKey_isStillAMistake() {
        assertThat(operator.call("connect localhost:1 --ca DIR/ca/ca.crt --cert DIR/app.crt PING")
                        .err())
                .contains("--cert and --key belong together, --key is missing");
    }
}
