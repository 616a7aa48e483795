package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * HAProxy and stunnel in front of a Valkey, configured as docs/proxies.md shows it. One that passes TLS through leads to
 * the server, which is verified; one that ends TLS is the server that is verified.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsProxyTest {
    private static final String SERVER_NAME = "node-1.internal.test";
    private static final String PROXY_NAME = "proxy.internal.test";
    private static final Duration LONG = Duration.ofSeconds(60);

    private static final String HAPROXY = """
            defaults
              mode tcp
              timeout connect 60s
              timeout client 60s
              timeout server 60s
            frontend by_name
              bind 127.0.0.1:BY_NAME
              tcp-request inspect-delay 30s
              tcp-request content accept if { req.ssl_hello_type 1 }
              use_backend passed if { req.ssl_sni -i node-1.internal.test }
            backend passed
              server node1 127.0.0.1:VALKEY
            frontend ends
              bind 127.0.0.1:ENDS ssl crt DIRECTORY/proxy.pem ca-file DIRECTORY/ca.crt verify required
              default_backend again
            backend again
              server node1 127.0.0.1:VALKEY ssl verify required ca-file DIRECTORY/ca.crt crt DIRECTORY/client.pem sni str(node-1.internal.test) verifyhost node-1.internal.test
            """;
    private static final String STUNNEL = """
            foreground = yes
            pid =
            [valkey]
            accept = 127.0.0.1:ENDS
            connect = 127.0.0.1:PLAINTEXT
            cert = DIRECTORY/proxy.pem
            CAfile = DIRECTORY/ca.crt
            verifyChain = yes
            """;

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate client = root.issue().subject("CN=app").build();
    private final ValkeyServer server = ValkeyServer.builder(
                    root.issue().dnsName(SERVER_NAME).build(), root)
            .user(TestClient.USER, TestClient.PASSWORD)
            .plaintextPort()
            .start();
    private final int byName = freePort();
    private final int haproxyEnds = freePort();
    private final int stunnelEnds = freePort();
    private Process haproxy;
    private Process stunnel;

    private static int freePort() {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        TestCertificate proxy = root.issue().dnsName(PROXY_NAME).build();
        Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        Files.writeString(directory.resolve("proxy.pem"), proxy.chainPem() + proxy.privateKeyPem());
        Files.writeString(directory.resolve("client.pem"), client.chainPem() + client.privateKeyPem());
        haproxy = start(
                directory,
                "haproxy",
                HAPROXY,
                Map.of("BY_NAME", byName, "ENDS", haproxyEnds, "VALKEY", server.port()),
                "-db",
                "-f");
        stunnel =
                start(directory, "stunnel", STUNNEL, Map.of("ENDS", stunnelEnds, "PLAINTEXT", server.plaintextPort()));
        awaitListener(haproxy, byName);
        awaitListener(haproxy, haproxyEnds);
        awaitListener(stunnel, stunnelEnds);
    }

    private static Process start(
            Path directory, String program, String text, Map<String, Integer> ports, String... options)
            throws IOException {
        String configuration = text.replace("DIRECTORY", directory.toString());
        for (Map.Entry<String, Integer> port : ports.entrySet()) {
            configuration = configuration.replace(":" + port.getKey(), ":" + port.getValue());
        }
        Path file = Files.writeString(directory.resolve(program + ".conf"), configuration);
        ProcessBuilder builder = new ProcessBuilder(program)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(program + ".log").toFile());
        builder.command().addAll(List.of(options));
        builder.command().add(file.toString());
        builder.environment().merge("PATH", "/usr/sbin", (path, more) -> path + ":" + more);
        return builder.start();
    }

    private static void awaitListener(Process process, int port) {
        await().atMost(LONG).until(() -> {
            assertThat(process.isAlive()).as("proxy at port " + port).isTrue();
            try (Socket connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return connection.isConnected();
            } catch (IOException e) {
                return false;
            }
        });
    }

    @AfterAll
    void stop() throws InterruptedException {
        for (Process process : new Process[] {haproxy, stunnel}) {
            if (process != null) {
                process.destroy();
                assertThat(process.waitFor(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
            }
        }
        server.close();
    }

    private void accepts(TestClient with, int port, String name) {
        try (SecureTls tls = tls(with).serverName("localhost", name).build();
                TestClient.Connection connection = with.connect(tls, "localhost", port)) {
            connection.set("key", with.name());
            assertThat(server.execute("GET", "key")).contains(with.name());
        }
    }

    private static void refuses(TestClient with, SecureTls.Builder builder, int port, RefusalReason reason) {
        try (SecureTls tls = builder.build()) {
            assertThat(RefusalReason.of(catchThrowable(() -> with.connect(tls, "localhost", port))))
                    .contains(reason);
        }
    }

    private SecureTls.Builder tls(TestClient with) {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .engine(with.engine());
    }

    @ParameterizedTest
    @EnumSource
    void haproxy_thatRoutesBySni_leadsToTheNamedServerOnly(TestClient with) {
        accepts(with, byName, SERVER_NAME);
        refuses(with, tls(with).serverName("localhost", PROXY_NAME), byName, RefusalReason.PEER_CLOSED);
        refuses(with, tls(with), byName, RefusalReason.PEER_CLOSED);
    }

    @ParameterizedTest
    @EnumSource
    void haproxy_thatEndsTls_isTheServerThatIsVerified(TestClient with) {
        accepts(with, haproxyEnds, PROXY_NAME);
        refuses(with, tls(with).serverName("localhost", SERVER_NAME), haproxyEnds, RefusalReason.NAME_MISMATCH);
    }

    @ParameterizedTest
    @EnumSource
    void stunnel_thatEndsTls_isTheServerThatIsVerified(TestClient with) {
        accepts(with, stunnelEnds, PROXY_NAME);
        refuses(with, tls(with).serverName("localhost", SERVER_NAME), stunnelEnds, RefusalReason.NAME_MISMATCH);
    }
}
