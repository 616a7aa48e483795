package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** No thread that verifies and no event loop depends on a listener. */
class SecureLettuceListenerTest {
    private final Pki pki = new Pki();
    private final CountDownLatch end = new CountDownLatch(1);

    private TlsListener thatNeverReturns() {
        return new TlsListener() {
            @Override
            public void handshakeSucceeded(VerifiedHandshake handshake) {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    @Test
    void connect_listenersNeverReturn_everyHandshakeIsMadeAndOthersAreTold() {
        TlsListener[] listeners = new TlsListener[Runtime.getRuntime().availableProcessors() + 2];
        for (int i = 1; i < listeners.length; i++) {
            listeners[i] = thatNeverReturns();
        }
        listeners[0] = pki.heard;
        try (ValkeyServer server = pki.valkey().start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(pki.root.certificate()))
                        .presenting(ClientIdentity.of(pki.client.privateKey(), pki.client.chain()))
                        .listener(listeners)
                        .build()) {
            RedisClient client = SecureLettuce.client(tls, Pki.uri(server));
            List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
            for (int i = 0; i < listeners.length + 2; i++) {
                connections.add(client.connect());
            }
            assertThat(connections)
                    .allSatisfy(
                            connection -> assertThat(connection.sync().ping()).isEqualTo("PONG"));
            await().atMost(Duration.ofSeconds(30)).until(() -> pki.heard.succeeded.size() == connections.size());
            end.countDown();
            client.shutdown();
        }
    }
}
