package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** What a client sees that dials a local proxy without TLS: the rows of docs/alternatives.md. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LocalProxyTest {
    private static final String NAME = "node-1.internal.test";
    private static final String STUNNEL = """
            client = yes
            cert = DIRECTORY/client.pem
            CAfile = DIRECTORY/ca.crt
            [checked]
            accept = 127.0.0.1:CHECKED
            connect = 127.0.0.1:RIGHT
            verifyChain = yes
            checkHost = node-1.internal.test
            [other]
            accept = 127.0.0.1:WRONG_NAME
            connect = 127.0.0.1:NAMED_OTHERWISE
            verifyChain = yes
            checkHost = node-1.internal.test
            [unnamed]
            accept = 127.0.0.1:NO_NAME
            connect = 127.0.0.1:NAMED_OTHERWISE
            verifyChain = yes
            [unverified]
            accept = 127.0.0.1:NO_CA
            connect = 127.0.0.1:OF_ANOTHER_CA
            """;
    private static final String HAPROXY = """
            defaults
              mode tcp
              timeout connect 60s
              timeout client 60s
              timeout server 60s
            listen unnamed
              bind 127.0.0.1:HAPROXY_NO_NAME
              server node1 127.0.0.1:NAMED_OTHERWISE ssl verify required ca-file DIRECTORY/ca.crt crt DIRECTORY/client.pem
            listen named
              bind 127.0.0.1:HAPROXY_SNI
              server node1 127.0.0.1:NAMED_OTHERWISE ssl verify required ca-file DIRECTORY/ca.crt crt DIRECTORY/client.pem sni str(node-1.internal.test)
            """;

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate client = root.issue().subject("CN=app").build();
    private final ValkeyServer right = server(root, NAME);
    private final ValkeyServer namedOtherwise = server(root, "node-2.internal.test");
    private final ValkeyServer ofAnotherCa = server(TestCertificate.root().build(), NAME);
    private final int checked = InstalledProxy.freePort();
    private final int wrongName = InstalledProxy.freePort();
    private final int noName = InstalledProxy.freePort();
    private final int noCa = InstalledProxy.freePort();
    private final int haproxyNoName = InstalledProxy.freePort();
    private final int haproxySni = InstalledProxy.freePort();
    private @Nullable InstalledProxy stunnel;
    private @Nullable InstalledProxy haproxy;

    private ValkeyServer server(TestCertificate issuer, String name) {
        return ValkeyServer.builder(issuer.issue().dnsName(name).build(), root)
                .user(TestClient.USER, TestClient.PASSWORD)
                .start();
    }

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        Files.writeString(directory.resolve("client.pem"), client.chainPem() + client.privateKeyPem());
        stunnel = InstalledProxy.stunnel(
                directory,
                STUNNEL.replace(":CHECKED", ":" + checked)
                        .replace(":WRONG_NAME", ":" + wrongName)
                        .replace(":NO_NAME", ":" + noName)
                        .replace(":NO_CA", ":" + noCa)
                        .replace(":RIGHT", ":" + right.port())
                        .replace(":NAMED_OTHERWISE", ":" + namedOtherwise.port())
                        .replace(":OF_ANOTHER_CA", ":" + ofAnotherCa.port()),
                checked,
                wrongName,
                noName,
                noCa);
        haproxy = InstalledProxy.haproxy(
                directory,
                HAPROXY.replace(":HAPROXY_NO_NAME", ":" + haproxyNoName)
                        .replace(":HAPROXY_SNI", ":" + haproxySni)
                        .replace(":NAMED_OTHERWISE", ":" + namedOtherwise.port()),
                haproxyNoName,
                haproxySni);
    }

    @AfterAll
    void stop() {
        Stream.of(stunnel, haproxy).filter(Objects::nonNull).forEach(InstalledProxy::close);
        Stream.of(right, namedOtherwise, ofAnotherCa).forEach(ValkeyServer::close);
    }

    /** In plaintext, with the password. */
    private static String ping(int port) {
        try (Jedis jedis = new Jedis(
                new HostAndPort("127.0.0.1", port),
                DefaultJedisClientConfig.builder()
                        .user(TestClient.USER)
                        .password(TestClient.PASSWORD)
                        .timeoutMillis(60_000)
                        .build())) {
            return jedis.ping();
        }
    }

    @Test
    void stunnel_withChainAndHostChecked_connectsToTheRightServerOnly() {
        assertThat(ping(checked)).isEqualTo("PONG");
        assertThatThrownBy(() -> ping(wrongName)).isInstanceOf(JedisConnectionException.class);
    }

    @Test
    void stunnel_withoutOneOfTheChecks_connectsToAWrongServer() {
        assertThat(ping(noName)).isEqualTo("PONG");
        assertThat(ping(noCa)).isEqualTo("PONG");
    }

    @Test
    void haproxy_withNeitherSniNorVerifyhost_connectsToAServerOfAnotherName() {
        assertThat(ping(haproxyNoName)).isEqualTo("PONG");
        assertThatThrownBy(() -> ping(haproxySni)).isInstanceOf(JedisConnectionException.class);
    }
}
