package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an open connection holds in memory. */
class SecureLettuceMemoryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern HANDSHAKES =
            Pattern.compile("(?m)^ *\\d+: +(\\d+) +\\d+ +" + Pattern.quote(TlsHandshake.class.getName()) + "(?!\\w)");

    private final Pki pki = new Pki();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void connect_serverHasAnswered_theHandshakeIsNotHeld(boolean jdk) throws JMException {
        try (ValkeyServer server = pki.valkey().start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(pki.root.certificate()))
                        .presenting(ClientIdentity.of(pki.client.privateKey(), pki.client.chain()))
                        .engine(jdk ? Engine.jdk() : Engine.boringSsl())
                        .build()) {
            // Event loops of earlier tests let go of theirs when they end, which may be while this test runs.
            awaitNoHandshake();
            assertThat(handshakesWithOneMore(tls)).isOne();

            RedisClient client = SecureLettuce.client(tls, Pki.uri(server));
            try (StatefulRedisConnection<String, String> connection = client.connect()) {
                assertThat(connection.sync().ping()).isEqualTo("PONG");
                awaitNoHandshake();
                assertThat(tls.status().openConnections()).isOne();
            }
            client.shutdown();
        }
    }

    private static void awaitNoHandshake() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(handshakes()).isZero());
    }

    /** Has a frame of its own, which keeps the handshake no longer than it should. */
    private static int handshakesWithOneMore(SecureTls tls) throws JMException {
        TlsHandshake held = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE);
        try {
            return handshakes();
        } finally {
            Reference.reachabilityFence(held);
        }
    }

    /** How many there are, by HotSpot's histogram, which collects first. */
    private static int handshakes() throws JMException {
        String histogram = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Matcher row = HANDSHAKES.matcher(histogram);
        return row.find() ? Integer.parseInt(row.group(1)) : 0;
    }
}
