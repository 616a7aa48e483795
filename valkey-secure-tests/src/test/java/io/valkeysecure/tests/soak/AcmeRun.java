package io.valkeysecure.tests.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code ./verify acme}: certbot renews the certificates of a server and of its clients at an ACME server while both
 * clients write; no command may fail. Needs {@code pebble}, {@code certbot} and {@code valkey-cli} on PATH, so its name
 * is not that of a test which always runs. The system property {@code acme.rounds} makes it longer.
 */
class AcmeRun {
    private static final int ROUNDS = Integer.getInteger("acme.rounds", 10);
    private static final int CONNECTIONS = 16;

    /** For a starved machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String USER = "app";
    private static final String PASSWORD = "correct-horse-battery";
    private static final TestCertificate BEFORE = TestCertificate.root().build();

    /** By the certificate of the server and the generation of the client: the handshakes seen. */
    private final Set<String> handshakes = ConcurrentHashMap.newKeySet();

    @TempDir
    private Path directory = Path.of("");

    @Test
    void renewals_byCertbot_failNoCommand() throws Exception {
        TlsListener listener = new TlsListener() {
            @Override
            public void handshakeSucceeded(VerifiedHandshake handshake) {
                handshakes.add(seen(handshake.leaf().getSerialNumber(), handshake.generation()));
            }
        };
        int renewals = 0;
        try (AcmeCa ca = AcmeCa.start(directory);
                ValkeyServer server = ValkeyServer.builder(
                                BEFORE.issue().dnsName("localhost").build(), BEFORE)
                        .user(USER, PASSWORD)
                        .plaintextPort()
                        .start()) {
            ca.obtain("server", "localhost");
            ca.obtain("app", "app.internal");
            Path root = Files.writeString(directory.resolve("root.crt"), ca.rootPem());
            String hook =
                    "valkey-cli --no-auth-warning -e -p " + server.plaintextPort() + " --user " + USER + " --pass "
                            + PASSWORD + " CONFIG SET tls-cert-file "
                            + ca.live("server").resolve("fullchain.pem")
                            + " tls-key-file " + ca.live("server").resolve("privkey.pem") + " tls-ca-cert-file " + root;
            ca.renew("server", hook);
            try (SecureTls tls = SecureTls.trusting(TrustAnchors.pem(root))
                            .presenting(ClientIdentity.pem(
                                    ca.live("app").resolve("fullchain.pem"),
                                    ca.live("app").resolve("privkey.pem")))
                            .policy(TlsPolicy.modern().toBuilder()
                                    .handshakeTimeout(PATIENCE)
                                    .build())
                            .rotation(Rotation.builder()
                                    .drainWindow(Duration.ofSeconds(15))
                                    .build())
                            .listener(listener)
                            .build();
                    SoakClients load = new SoakClients(tls, USER, PASSWORD)) {
                load.jedisPool(server.port(), CONNECTIONS / 4);
                load.jedisConnections(server.port(), CONNECTIONS / 4);
                load.lettucePool(server.port(), CONNECTIONS / 4);
                load.lettuceShared(server.port(), CONNECTIONS / 4);
                await().atMost(PATIENCE).until(() -> load.commands() > 10L * CONNECTIONS);
                for (int i = 0; i < ROUNDS; i++) {
                    long before = tls.status().generation();
                    ca.renew("server", hook);
                    ca.renew("app", "true");
                    renewals += 2;
                    await().atMost(PATIENCE).until(() -> tls.status().generation() > before);
                    String renewed =
                            seen(serial(ca.live("server")), tls.status().generation());
                    await().atMost(PATIENCE).until(() -> handshakes.contains(renewed));
                }
                assertThat(tls.status().lastFailure()).isEmpty();
                long commands = load.commands();
                await().atMost(PATIENCE).until(() -> load.commands() > commands + 10L * CONNECTIONS);
                load.end();
                System.out.printf(
                        "acme: %d renewals, %d commands, %d failed%n",
                        renewals, load.commands(), load.failures().size());
                assertThat(load.failures()).isEmpty();
                assertThat(load.wrong()).isEmpty();
                assertThat(tls.status().generation()).isEqualTo(ROUNDS + 1);
            }
        }
    }

    private static String seen(BigInteger server, long generation) {
        return server + " " + generation;
    }

    private static BigInteger serial(Path live) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(live.resolve("cert.pem"))) {
            return ((X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in))
                    .getSerialNumber();
        }
    }
}
