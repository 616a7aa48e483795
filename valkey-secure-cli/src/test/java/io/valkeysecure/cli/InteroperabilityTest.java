package io.valkeysecure.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other programs, with what {@code pki} and {@code conf} made: they connect, and are refused where they should be. */
class InteroperabilityTest {
    private static Operator operator;
    private static OperatedServer server;

    @BeforeAll
    static void start(@TempDir Path directory) throws IOException {
        operator = new Operator(directory);
        operator.run("pki init DIR/other --passphrase-file DIR/passphrase");
        operator.run("pki client DIR/other app --out DIR/stranger --passphrase-file DIR/passphrase");
        server = operator.start("server", OperatedServer.freePort(), "conf --acl-file DIR/users.acl");
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String path(String name) {
        return operator.file(name).toString();
    }

    // valkey-cli

    private static Tool.Run valkeyCli(String ca, String client) throws Exception {
        return Tool.of("valkey-cli", "valkey-tools")
                .runWith(
                        "auth app " + operator.password("app") + "\nping\n",
                        "-h",
                        "localhost",
                        "-p",
                        Integer.toString(server.port()),
                        "--tls",
                        "--cacert",
                        path(ca),
                        "--cert",
                        path(client + ".crt"),
                        "--key",
                        path(client + ".key"));
    }

    @Test
    void valkeyCli_connects() throws Exception {
        assertThat(valkeyCli("ca/ca.crt", "app").output()).isEqualTo("OK\nPONG\n");
    }

    @Test
    void valkeyCli_underAnotherCa_refuses() throws Exception {
        assertThat(valkeyCli("other/ca.crt", "app").output())
                .contains("certificate verify failed")
                .doesNotContain("PONG");
    }

    @Test
    void valkeyCli_withAStrangersCertificate_isRefused() throws Exception {
        assertThat(valkeyCli("ca/ca.crt", "stranger").output()).doesNotContain("PONG");
    }

    // openssl s_client

    private static Tool.Run openssl(String ca, String host, String version, boolean identified) throws Exception {
        List<String> identity = identified ? List.of("-cert", path("app.crt"), "-key", path("app.key")) : List.of();
        java.util.ArrayList<String> arguments = new java.util.ArrayList<>(List.of(
                "s_client",
                "-connect",
                "localhost:" + server.port(),
                "-CAfile",
                path(ca),
                "-verify_return_error",
                "-verify_hostname",
                host,
                "-x509_strict",
                "-quiet",
                "-no_ign_eof",
                version));
        arguments.addAll(identity);
        return Tool.of("openssl", "openssl").runWith("PING\r\nQUIT\r\n", arguments.toArray(String[]::new));
    }

    @Test
    void openssl_connects_withTls12And13() throws Exception {
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            assertThat(openssl("ca/ca.crt", "localhost", version, true).exitCode())
                    .as(version)
                    .isZero();
        }
    }

    @Test
    void openssl_anotherCaOrAnotherName_refuses() throws Exception {
        assertThat(openssl("other/ca.crt", "localhost", "-tls1_3", true).output())
                .contains("verify error");
        assertThat(openssl("ca/ca.crt", "valkey.example", "-tls1_3", true).output())
                .contains("ostname mismatch");
    }

    @Test
    void openssl_withoutCertificateOrWithTls11_isRefused() throws Exception {
        assertThat(openssl("ca/ca.crt", "localhost", "-tls1_2", false).output()).contains("handshake failure");
        assertThat(openssl("ca/ca.crt", "localhost", "-tls1_1", true).exitCode())
                .isNotZero();
    }

    // Python's redis

    private static Tool.Run python(String ca, String host, String client) throws Exception {
        Path program = operator.file("client.py");
        if (!Files.exists(program)) {
            Files.writeString(program, """
                    import sys
                    try:
                        import redis
                    except ImportError:
                        sys.exit("no module redis; ./verify installs it, or: apt-get install python3-redis")
                    host, port, ca, crt, key, password = sys.argv[1:]
                    r = redis.Redis(host=host, port=int(port), username="app", password=open(password).read().strip(),
                        ssl=True, ssl_ca_certs=ca, ssl_certfile=crt, ssl_keyfile=key, ssl_cert_reqs="required",
                        ssl_check_hostname=True)
                    try:
                        r.set("from-python", "yes")
                        print(r.get("from-python"))
                    except redis.exceptions.ConnectionError as e:
                        print("refused:", e)
                    """);
        }
        return Tool.python()
                .run(
                        program.toString(),
                        host,
                        Integer.toString(server.port()),
                        path(ca),
                        path(client + ".crt"),
                        path(client + ".key"),
                        path("app.password"));
    }

    @Test
    void python_connects_byNameAndAddress() throws Exception {
        assertThat(python("ca/ca.crt", "localhost", "app")).isEqualTo(new Tool.Run(0, "b'yes'\n"));
        assertThat(python("ca/ca.crt", "127.0.0.1", "app")).isEqualTo(new Tool.Run(0, "b'yes'\n"));
    }

    @Test
    void python_anotherCaOrName_refuses_andAStrangerIsRefused() throws Exception {
        assertThat(python("other/ca.crt", "localhost", "app").output())
                .contains("refused:", "certificate verify failed");
        assertThat(python("ca/ca.crt", "127.0.0.2", "app").output()).contains("refused:");
        assertThat(python("ca/ca.crt", "localhost", "stranger").output()).startsWith("refused:");
    }
}
