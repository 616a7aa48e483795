package io.valkeysecure.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.testkit.OpenSsl;
import io.valkeysecure.testkit.TlsClient;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.TlsContexts;
import io.valkeysecure.testkit.internal.server.NativeRuntime;
import io.valkeysecure.testkit.internal.server.PortTakenException;
import io.valkeysecure.testkit.internal.server.ServerFiles;
import io.valkeysecure.testkit.internal.server.ServerPorts;
import io.valkeysecure.testkit.internal.server.ServerRuntime;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

final class ValkeyServerTest {
    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate leaf =
            root.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    private final SSLContext client = root.issue().subject("CN=client").build().tlsContext(root);
    private final SSLContext anonymous = TlsContexts.presenting(null, TlsContexts.trusting(root));

    @Test
    void server_byDefault_servesClientsWithACertificateOverBothVersions() throws Exception {
        try (ValkeyServer server = ValkeyServer.builder(leaf, root).start()) {
            for (String version : new String[] {"TLSv1.2", "TLSv1.3"}) {
                try (TlsClient connection = TlsClient.connect(client, server.port(), version)) {
                    assertThat(connection.command("PING")).isEqualTo("+PONG");
                    assertThat(connection.socket().getSession().getProtocol()).isEqualTo(version);
                }
            }
        }
    }

    @Test
    void server_byDefault_refusesClientsWithoutACertificateAndPlaintext() throws Exception {
        try (ValkeyServer server = ValkeyServer.builder(leaf, root).start()) {
            assertThatThrownBy(() -> {
                        try (TlsClient connection = TlsClient.connect(anonymous, server.port())) {
                            connection.command("PING");
                        }
                    })
                    .isInstanceOf(IOException.class); // the alert, or a broken pipe if the write comes after the close
            assertThat(plainPing(server.port())).isNotEqualTo("+PONG");
            assertThatIllegalStateException().isThrownBy(server::plaintextPort);
        }
    }

    @Test
    void clientAuthentication_noneOrOptional_servesClientsWithoutACertificate() throws Exception {
        for (String wanted : List.of("no", "optional")) {
            try (ValkeyServer server = ValkeyServer.builder(leaf, root)
                            .config("tls-auth-clients", wanted)
                            .start();
                    TlsClient connection = TlsClient.connect(anonymous, server.port())) {
                assertThat(connection.command("PING")).isEqualTo("+PONG");
                assertThat(server.execute("PING")).isEqualTo("PONG");
            }
        }
    }

    @Test
    void start_clientAuthenticationWithoutACa_throws() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ValkeyServer.builder(leaf).start())
                .withMessageContaining("tls-auth-clients is yes, but the server was given no CA");
    }

    @Test
    void start_withoutClientAuthentication_needsNoCa() {
        try (ValkeyServer server =
                ValkeyServer.builder(leaf).config("tls-auth-clients", "no").start()) {
            assertThat(server.execute("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void user_added_mustLogIn() throws Exception {
        String password = "se cret\"\\";
        try (ValkeyServer server =
                        ValkeyServer.builder(leaf, root).user("app", password).start();
                TlsClient connection = TlsClient.connect(client, server.port())) {
            assertThat(connection.command("GET key")).startsWith("-NOAUTH");
            assertThat(connection.command("AUTH app wrong")).startsWith("-WRONGPASS");
            assertThat(connection.command("AUTH app \"se cret\\\"\\\\\"")).isEqualTo("+OK");
            assertThat(connection.command("SET key value")).isEqualTo("+OK");
            assertThat(server.execute("GET", "key")).isEqualTo("value");
        }
    }

    @Test
    void plaintextPort_askedFor_isServed() throws Exception {
        try (ValkeyServer server =
                ValkeyServer.builder(leaf, root).plaintextPort().start()) {
            assertThat(plainPing(server.plaintextPort())).isEqualTo("+PONG");
            assertThat(server.plaintextPort()).isNotEqualTo(server.port());
        }
    }

    @Test
    void tlsProtocols_set_limitWhatIsSpoken() throws Exception {
        try (ValkeyServer server =
                ValkeyServer.builder(leaf, root).tlsProtocols("TLSv1.2").start()) {
            assertThatThrownBy(() -> TlsClient.connect(client, server.port(), "TLSv1.3"))
                    .isInstanceOf(SSLException.class);
            assertThat(server.execute("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void tlsCiphers_set_limitWhatIsSpoken() throws Exception {
        try (ValkeyServer server = ValkeyServer.builder(leaf, root)
                        .tlsCiphers("ECDHE-ECDSA-AES256-GCM-SHA384")
                        .tlsCipherSuites("TLS_CHACHA20_POLY1305_SHA256")
                        .start();
                TlsClient old = TlsClient.connect(client, server.port(), "TLSv1.2");
                TlsClient current = TlsClient.connect(client, server.port(), "TLSv1.3")) {
            assertThat(old.socket().getSession().getCipherSuite()).isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");
            assertThat(current.socket().getSession().getCipherSuite()).isEqualTo("TLS_CHACHA20_POLY1305_SHA256");
        }
    }

    @Test
    void lowSecurityLevel_withOldVersions_speaksOnlyThem() throws Exception {
        for (String version : new String[] {"TLSv1", "TLSv1.1"}) {
            try (ValkeyServer server = ValkeyServer.builder(leaf, root)
                    .lowSecurityLevel()
                    .tlsProtocols(version)
                    .start()) {
                OpenSsl.Result old = OpenSsl.run(
                        "s_client",
                        "-connect",
                        "localhost:" + server.port(),
                        version.equals("TLSv1") ? "-tls1" : "-tls1_1",
                        "-cipher",
                        "DEFAULT:@SECLEVEL=0");
                assertThat(old.output()).containsPattern("Protocol *: " + version.replace(".", "\\.") + "\\n");
                assertThat(old.output()).contains("Cipher is ECDHE-ECDSA-AES");
                assertThatThrownBy(() -> TlsClient.connect(client, server.port()))
                        .isInstanceOf(SSLException.class);
            }
        }
    }

    @Test
    void lowSecurityLevel_withASmallKey_presentsIt() {
        TestCertificate weak =
                root.issue().keyType(KeyType.RSA_1024).dnsName("localhost").build();
        assertThatIllegalStateException()
                .isThrownBy(() -> ValkeyServer.builder(weak, root).start())
                .withMessageContaining("ee key too small");
        try (ValkeyServer server =
                ValkeyServer.builder(weak, root).lowSecurityLevel().start()) {
            assertThat(server.execute("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void config_set_isInForce() {
        try (ValkeyServer server = ValkeyServer.builder(leaf, root)
                .config("maxclients", "77")
                .config("loglevel", "verbose")
                .start()) {
            assertThat(server.execute("CONFIG", "GET", "maxclients")).isEqualTo("maxclients\n77");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ValkeyServer.builder(leaf, root).config("tls-port", "1"))
                .withMessage("tls-port is chosen by the test kit");
    }

    @Test
    void start_badConfiguration_throwsWithTheEndOfTheLog() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ValkeyServer.builder(leaf, root)
                        .config("maxclients", "many")
                        .start())
                .withMessageContaining("FATAL CONFIG FILE ERROR")
                .withMessageContaining("maxclients");
    }

    @Test
    void execute_anError_throws() {
        try (ValkeyServer server = ValkeyServer.builder(leaf, root).start()) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> server.execute("NOSUCHCOMMAND"))
                    .withMessageContaining("unknown command");
        }
    }

    @Test
    void execute_onAServerWithAnExpiredCertificate_works() {
        TestCertificate expired = root.issue()
                .notAfter(java.time.Instant.now().minusSeconds(10))
                .notBefore(java.time.Instant.now().minusSeconds(60))
                .build();
        try (ValkeyServer server = ValkeyServer.builder(expired, root).start()) {
            assertThat(server.execute("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void restart_keepsThePortAndLosesTheData() {
        try (ValkeyServer server = ValkeyServer.builder(leaf, root).start()) {
            int port = server.port();
            server.execute("SET", "key", "value");

            server.restart();

            assertThat(server.port()).isEqualTo(port);
            assertThat(server.execute("GET", "key")).isEmpty();
            assertThat(server.log().split("Ready to accept connections", -1)).hasSize(3);
        }
    }

    @Test
    void stop_endsTheServerUntilRestart() {
        try (ValkeyServer server = ValkeyServer.builder(leaf, root).start()) {
            server.stop();
            assertThatThrownBy(() -> TlsClient.connect(client, server.port())).isInstanceOf(IOException.class);

            server.restart();
            assertThat(server.execute("PING")).isEqualTo("PONG");
        }
    }

    @Test
    void close_leavesNothingBehind() {
        ValkeyServer server = ValkeyServer.builder(leaf, root).start();
        int port = server.port();
        String file =
                server.execute("CONFIG", "GET", "tls-key-file").lines().toList().get(1);

        server.close();
        server.close();

        assertThat(Path.of(file).getParent()).doesNotExist();
        assertThatThrownBy(() -> plainPing(port)).isInstanceOf(ConnectException.class);
        assertThatIllegalStateException().isThrownBy(server::restart).withMessage("this server is closed");
    }

    @Test
    void start_onATakenPort_isToldApartFromOtherFailures() {
        try (ValkeyServer first = ValkeyServer.builder(leaf, root).start()) {
            assertThatThrownBy(() -> ServerRuntime.choose()
                            .start(
                                    filesOf(leaf),
                                    new ServerPorts(first.port(), OptionalInt.empty(), OptionalInt.empty()),
                                    Duration.ofSeconds(20)))
                    .isInstanceOf(PortTakenException.class);
        }
    }

    private static ServerFiles filesOf(TestCertificate identity) {
        ServerFiles files = new ServerFiles();
        files.present(identity, List.of());
        files.configure("tls-auth-clients", "no");
        return files;
    }

    // What to do where there is no server

    @Test
    void choose_nothingThere_namesBothWaysOut() {
        assertThatIllegalStateException()
                .isThrownBy(() -> ServerRuntime.choose("auto", Optional::empty, Optional::empty))
                .withMessageContaining("either of two ways helps")
                .withMessageContaining("install Valkey")
                .withMessageContaining(ValkeyServer.BINARY_PROPERTY)
                .withMessageContaining("start a Docker engine")
                .withMessageContaining("io.valkeysecure:valkey-secure-testcontainers")
                .withMessageContaining(ValkeyServer.IMAGE_PROPERTY);
    }

    @Test
    void choose_forced_doesNotFallBack() {
        ServerRuntime other = new NativeRuntime(Path.of("/bin/other"));

        assertThatIllegalStateException()
                .isThrownBy(() -> ServerRuntime.choose("native", Optional::empty, () -> Optional.of(other)))
                .withMessageContaining("install Valkey");
        assertThatIllegalStateException()
                .isThrownBy(() -> ServerRuntime.choose("container", () -> Optional.of(other), Optional::empty))
                .withMessageContaining("start a Docker engine");
        assertThatIllegalStateException()
                .isThrownBy(() -> ServerRuntime.choose("podman", Optional::empty, Optional::empty))
                .withMessageContaining("must be auto, native or container, was podman");
    }

    @Test
    void choose_auto_prefersTheBinary() {
        ServerRuntime binary = new NativeRuntime(Path.of("/bin/binary"));
        ServerRuntime other = new NativeRuntime(Path.of("/bin/other"));

        assertThat(ServerRuntime.choose("auto", () -> Optional.of(binary), () -> Optional.of(other)))
                .isSameAs(binary);
        assertThat(ServerRuntime.choose("auto", Optional::empty, () -> Optional.of(other)))
                .isSameAs(other);
    }

    private static String plainPing(int port) throws IOException {
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            return String.valueOf(in.readLine());
        } catch (SocketException e) {
            if (e instanceof ConnectException) {
                throw e;
            }
            return "connection reset";
        }
    }
}
