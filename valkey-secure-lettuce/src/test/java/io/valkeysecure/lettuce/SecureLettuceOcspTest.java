package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Verification waits for a responder, and Lettuce's event loops do not. */
class SecureLettuceOcspTest {
    private static final Duration DELAY = Duration.ofMillis(800);

    private final Pki pki = new Pki();
    private final Set<String> verifiers = ConcurrentHashMap.newKeySet();

    /** Whoever verifies asks for the time. */
    private final class WatchingClock extends Clock {
        @Override
        public Instant instant() {
            boolean verifying = StackWalker.getInstance()
                    .walk(frames -> frames.anyMatch(frame ->
                            frame.getClassName().endsWith(".Generation") && "verify".equals(frame.getMethodName())));
            if (verifying) {
                verifiers.add(Thread.currentThread().getName());
            }
            return Instant.now();
        }

        @Override
        public ZoneId getZone() {
            return ZoneId.of("UTC");
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void connect_slowResponder_otherConnectionsOfTheEventLoopGoOn() throws Exception {
        // two is Lettuce's least: each event loop gets a connection that is used, and then one that is verified
        ClientResources resources =
                ClientResources.builder().ioThreadPoolSize(2).build();
        try (ValkeyServer server = pki.valkey().start();
                OcspResponder responder =
                        OcspResponder.builder(pki.root).delay(DELAY).start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(pki.root.certificate()))
                        .presenting(ClientIdentity.of(pki.client.privateKey(), pki.client.chain()))
                        .revocation(Revocation.ocsp(URI.create(responder.url())).withCache(1, Duration.ZERO))
                        .listener(pki.heard)
                        .clock(new WatchingClock())
                        .build()) {
            RedisClient client = SecureLettuce.clientBuilder(tls, Pki.uri(server))
                    .resources(resources)
                    .build();
            List<StatefulRedisConnection<String, String>> used = List.of(client.connect(), client.connect());

            List<CompletableFuture<?>> connecting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                connecting.add(
                        client.connectAsync(StringCodec.UTF8, Pki.uri(server)).toCompletableFuture());
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(connecting.toArray(CompletableFuture[]::new));
            long worst = 0;
            int pings = 0;
            while (!all.isDone()) {
                for (StatefulRedisConnection<String, String> connection : used) {
                    long begun = System.nanoTime();
                    assertThat(connection.sync().ping()).isEqualTo("PONG");
                    worst = Math.max(worst, System.nanoTime() - begun);
                    pings++;
                }
            }
            all.get(60, TimeUnit.SECONDS);

            assertThat(pings).isGreaterThan(20);
            assertThat(Duration.ofNanos(worst)).isLessThan(DELAY.dividedBy(2));
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
