package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Files of an operator, made with the command line: a CA, certificates, passwords, users. */
final class Operator {
    /** Whom to trust, and the login of the administrator. */
    static final String LOGIN =
            " --ca DIR/ca/ca.crt --cert DIR/app.crt --key DIR/app.key --user admin --password-file DIR/admin.password";

    private final Path directory;

    Operator(Path directory) throws IOException {
        this.directory = directory;
        Files.writeString(directory.resolve("passphrase"), "correct-horse-battery\n");
        for (String user : new String[] {"app", "admin", "replication", "sentinel"}) {
            Files.writeString(directory.resolve(user + ".password"), password(user) + "\n");
        }
        // the tests run as whoever starts them, with whatever server this machine has
        Files.writeString(directory.resolve("accepted.json"), """
                [{"id": "version-vulnerable", "node": "*", "reason": "the version of this machine", "until": "9999-12-31"},
                 {"id": "server-as-root", "node": "*", "reason": "the user of the tests", "until": "9999-12-31"}]
                """);
        run("pki init DIR/ca --passphrase-file DIR/passphrase");
        run("pki server DIR/ca localhost 127.0.0.1 --peer --out DIR/server --passphrase-file DIR/passphrase");
        run("pki client DIR/ca app --out DIR/app --passphrase-file DIR/passphrase");
        Files.writeString(
                directory.resolve("users.acl"),
                run("conf --for acl --app app=DIR/app.password --admin admin=DIR/admin.password"
                        + " --replication replication=DIR/replication.password"
                        + " --sentinel sentinel=DIR/sentinel.password"));
    }

    String password(String user) {
        return user + "-password-12";
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    /** Runs a command line in which DIR stands for the directory; it has to succeed. */
    String run(String line) {
        Outcome outcome = call(line);
        assertThat(outcome.err()).as(line).isEmpty();
        assertThat(outcome.exitCode()).as(line).isZero();
        return outcome.out();
    }

    Outcome call(String line) {
        String whole =
                line.startsWith("doctor ") && !line.contains("--ignore") ? line + " --ignore DIR/accepted.json" : line;
        return Outcome.ofLine(whole.replace("DIR", directory.toString()));
    }

    /** Looks at a server as its administrator, and at no other port. */
    Outcome examine(OperatedServer server, String more) {
        return call("doctor localhost:" + server.port() + LOGIN + " --plaintext-ports " + server.port() + " " + more);
    }

    OperatedServer start(String name, int port, String conf, String... more) throws IOException {
        String configuration = run(conf + " --port " + port
                + " --cert DIR/server.crt --key DIR/server.key --ca DIR/ca/ca.crt --secrets-file DIR/" + name
                + ".secrets");
        return OperatedServer.start(directory, name, port, configuration, more);
    }

    Outcome connect(int port, String user, String command) {
        return call("connect localhost:" + port + " --ca DIR/ca/ca.crt --cert DIR/app.crt --key DIR/app.key --user "
                + user + " --password-file DIR/" + user + ".password " + command);
    }
}
