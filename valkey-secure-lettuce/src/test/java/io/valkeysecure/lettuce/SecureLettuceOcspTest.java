package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.netty.internal.HandshakeThreads;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Verification waits for a responder, and Lettuce's event loops do not. */
class SecureLettuceOcspTest {
    private final Pki pki = new Pki();
    private final Set<String> verifiers = ConcurrentHashMap.newKeySet();
    private final CountDownLatch held = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private volatile boolean slow;

    private void verifying() {
        verifiers.add(Thread.currentThread().getName());
        if (slow) {
            held.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void connect_verificationWaits_otherConnectionsOfTheEventLoopGoOn() throws Exception {
        // two is Lettuce's least: each event loop gets a connection that is used, and then one that is verified
        ClientResources resources =
                ClientResources.builder().ioThreadPoolSize(2).build();
        try (ValkeyServer server = pki.valkey().start();
                OcspResponder responder = OcspResponder.builder(pki.root).start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(pki.root.certificate()))
                        .presenting(ClientIdentity.of(pki.client.privateKey(), pki.client.chain()))
                        .revocation(Revocation.ocsp(URI.create(responder.url())).withCache(1, Duration.ZERO))
                        .policy(TlsPolicy.builder()
                                .handshakeTimeout(Duration.ofMinutes(1))
                                .build())
                        .listener(pki.heard)
                        .clock(new WatchingClock(this::verifying))
                        .build()) {
            RedisClient client = SecureLettuce.clientBuilder(tls, Pki.uri(server))
                    .resources(resources)
                    .build();
            List<StatefulRedisConnection<String, String>> used = List.of(client.connect(), client.connect());

            slow = true;
            List<CompletableFuture<?>> connecting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                connecting.add(
                        client.connectAsync(StringCodec.UTF8, Pki.uri(server)).toCompletableFuture());
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(connecting.toArray(CompletableFuture[]::new));
            assertThat(held.await(60, TimeUnit.SECONDS)).isTrue();
            for (int i = 0; i < 20; i++) {
                for (StatefulRedisConnection<String, String> connection : used) {
                    assertThat(connection.sync().ping()).isEqualTo("PONG");
                }
            }
            assertThat(connecting).noneMatch(CompletableFuture::isDone);
            goOn.countDown();
            all.get(60, TimeUnit.SECONDS);

            assertThat(pki.heard.succeeded)
                    .hasSize(6)
                    .as("sessions that are resumed are verified again")
                    .anyMatch(VerifiedHandshake::resumed);
            assertThat(verifiers)
                    .isNotEmpty()
                    .allSatisfy(name -> assertThat(name).startsWith(HandshakeThreads.PREFIX));
            client.shutdown();
        } finally {
            resources.shutdown().syncUninterruptibly();
        }
    }
}
