package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * HAProxy and stunnel in front of a Valkey, configured as docs/proxies.md shows it. One that passes TLS through leads
 * to the server, which is verified; one that ends TLS is the server that is verified.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TlsProxyTest {
    private static final String SERVER_NAME = "node-1.internal.test";
    private static final String PROXY_NAME = "proxy.internal.test";

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
    private final int byName = InstalledProxy.freePort();
    private final int haproxyEnds = InstalledProxy.freePort();
    private final int stunnelEnds = InstalledProxy.freePort();
    private @Nullable InstalledProxy haproxy;
    private @Nullable InstalledProxy stunnel;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        TestCertificate proxy = root.issue().dnsName(PROXY_NAME).build();
        Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        Files.writeString(directory.resolve("proxy.pem"), proxy.chainPem() + proxy.privateKeyPem());
        Files.writeString(directory.resolve("client.pem"), client.chainPem() + client.privateKeyPem());
        haproxy = InstalledProxy.haproxy(
                directory,
                HAPROXY.replace(":BY_NAME", ":" + byName)
                        .replace(":ENDS", ":" + haproxyEnds)
                        .replace(":VALKEY", ":" + server.port()),
                byName,
                haproxyEnds);
        stunnel = InstalledProxy.stunnel(
                directory,
                STUNNEL.replace(":ENDS", ":" + stunnelEnds).replace(":PLAINTEXT", ":" + server.plaintextPort()),
                stunnelEnds);
    }

    @AfterAll
    void stop() {
        Stream.of(haproxy, stunnel).filter(Objects::nonNull).forEach(InstalledProxy::close);
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
