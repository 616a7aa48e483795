package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A CA file that holds an expired CA beside a good one: every client reaches the good one's server, and no other. */
class UnusableAnchorTest {
    private static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Root").build();

    @TempDir
    private Path directory = Path.of("");

    private static TestCertificate old(Instant end) {
        return TestCertificate.root()
                .subject("CN=Old Root")
                .notBefore(end.minus(Duration.ofDays(1)))
                .notAfter(end)
                .build();
    }

    private SecureTls tls(Transport transport, TestCertificate other) throws IOException {
        Path anchors = Files.writeString(directory.resolve("ca.crt"), TestCertificate.pem(other, ROOT));
        return SecureTls.trusting(TrustAnchors.pem(anchors))
                .withoutClientIdentity()
                .engine(transport.engine())
                .build();
    }

    private static void setAndGet(SecureTls tls, Transport transport, TestCertificate issuer) {
        try (ValkeyServer server = ValkeyServer.builder(
                                issuer.issue().dnsName("localhost").build())
                        .config("tls-auth-clients", "no")
                        .user(TestClient.USER, TestClient.PASSWORD)
                        .start();
                TestClient.Connection connection = transport.connect(tls, server.host(), server.port())) {
            connection.set("key", "value of " + issuer.subject());
            assertThat(connection.get("key")).isEqualTo("value of " + issuer.subject());
        }
    }

    @ParameterizedTest
    @EnumSource
    void anchor_expiredBesideAGoodOne_goodServerIsReachedAndTheOtherRefused(Transport transport) throws IOException {
        TestCertificate expired = old(Instant.now().minusSeconds(60));
        try (SecureTls tls = tls(transport, expired);
                HostilePeer peer =
                        HostilePeer.tls(expired.issue().dnsName("localhost").build())) {
            assertThat(tls.health().state()).isEqualTo(TlsHealth.State.DEGRADED);
            setAndGet(tls, transport, ROOT);

            Throwable thrown = catchThrowable(
                    () -> transport.connect(tls, "localhost", peer.port()).close());
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.EXPIRED);
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void anchor_inDateBesideAGoodOne_bothServersAreReached(Transport transport) throws IOException {
        TestCertificate ending = old(Instant.now().plus(Duration.ofHours(1)));
        try (SecureTls tls = tls(transport, ending)) {
            assertThat(tls.status().unusableAnchors()).isEmpty();
            setAndGet(tls, transport, ROOT);
            setAndGet(tls, transport, ending);
        }
    }
}
