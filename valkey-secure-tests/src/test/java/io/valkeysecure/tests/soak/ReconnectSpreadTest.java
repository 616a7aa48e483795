package io.valkeysecure.tests.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.HandshakeListener;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.TestCertificate;
import io.valkeysecure.testkit.ValkeyServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** After a rotation many connections are made anew, and not all at once. {@code spread.connections} makes them more. */
class ReconnectSpreadTest {
    private static final int CONNECTIONS = Integer.getInteger("spread.connections", 50);
    private static final Duration WINDOW = Duration.ofSeconds(Math.max(5, CONNECTIONS / 20));

    @Test
    void identityChanged_handshakesOfASecond_stayUnderTheLimit() {
        TestCertificate root = TestCertificate.root().build();
        AtomicReference<ClientIdentity> identity = new AtomicReference<>(given(root));
        ConcurrentLinkedQueue<Long> handshakes = new ConcurrentLinkedQueue<>();
        HandshakeListener listener = new HandshakeListener() {
            @Override
            public void handshakeSucceeded(VerifiedHandshake handshake) {
                if (handshake.generation() == 2) {
                    handshakes.add(System.nanoTime());
                }
            }
        };
        try (ValkeyServer server = ValkeyServer.builder(
                                root.issue().dnsName("localhost").build(), root)
                        .config("maxclients", Integer.toString(CONNECTIONS * 2 + 100))
                        .start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                        .presenting(ClientIdentity.from(identity::get))
                        .rotation(Rotation.builder().retirementWindow(WINDOW).build())
                        .listener(listener)
                        .build()) {
            RedisClient client =
                    SecureLettuce.client(tls, RedisURI.create("rediss://" + server.host() + ":" + server.port()));
            List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.add(client.connect());
            }
            identity.set(given(root));
            tls.reload();
            await().atMost(WINDOW.plusSeconds(20)).until(() -> handshakes.size() >= CONNECTIONS);
            connections.forEach(
                    connection -> assertThat(connection.sync().ping()).isEqualTo("PONG"));
            client.shutdown();
        }
        long first = handshakes.stream().min(Long::compare).orElseThrow();
        Map<Long, Long> perSecond = handshakes.stream()
                .collect(Collectors.groupingBy(at -> (at - first) / 1_000_000_000, Collectors.counting()));
        long most = perSecond.values().stream().max(Long::compare).orElseThrow();
        double limit = CONNECTIONS * 1.25 / WINDOW.toSeconds();
        System.out.printf(
                "spread: %d connections, window %s, at most %d handshakes in a second, limit %.1f%n",
                handshakes.size(), WINDOW, most, limit);
        assertThat(handshakes).hasSize(CONNECTIONS);
        // a second that begins between two of them may hold one more, and a delayed one beside
        assertThat((double) most).isLessThanOrEqualTo(limit * 1.2 + 2);
    }

    private static ClientIdentity given(TestCertificate root) {
        TestCertificate leaf = root.issue().build();
        return ClientIdentity.of(leaf.privateKey(), leaf.chain());
    }
}
