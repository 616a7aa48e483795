package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.valkeysecure.ClientLibrary;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshake;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.testkit.HostilePeer;
import io.valkeysecure.testkit.RecordingProxy;
import io.valkeysecure.testkit.TestCertificate;
import io.valkeysecure.testkit.ValkeyServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Handshakes take turns: no more than the limit at once, nobody is left waiting, and every way out gives the turn back. */
class SecureLettuceStormTest {
    private static final Endpoint NOWHERE = new Endpoint("localhost", 1);

    private final Pki pki = new Pki();
    private RedisClient client;

    @AfterEach
    void shutDown() {
        if (client != null) {
            client.shutdown();
        }
    }

    /** How many handshakes could begin at once now. */
    private static int free(SecureTls tls) {
        List<TlsHandshake> asked = new ArrayList<>();
        int free = 0;
        while (true) {
            TlsHandshake handshake = tls.handshake(NOWHERE, ClientLibrary.OTHER);
            asked.add(handshake);
            if (!handshake.turn().toCompletableFuture().isDone()) {
                break;
            }
            free++;
        }
        for (TlsHandshake handshake : asked) {
            var unused = handshake.refuse(new IllegalStateException("a test gives its turn back"));
        }
        return free;
    }

    private List<CompletableFuture<StatefulRedisConnection<String, String>>> connect(
            SecureTls tls, RedisURI uri, int count) {
        client = SecureLettuce.client(tls, uri);
        List<CompletableFuture<StatefulRedisConnection<String, String>>> connecting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connecting.add(client.connectAsync(StringCodec.UTF8, uri).toCompletableFuture());
        }
        return connecting;
    }

    private static void awaitEnd(List<CompletableFuture<StatefulRedisConnection<String, String>>> connecting)
            throws Exception {
        for (CompletableFuture<StatefulRedisConnection<String, String>> next : connecting) {
            try {
                next.get(30, TimeUnit.SECONDS).close();
            } catch (ExecutionException refused) {
                // which reason is for other tests
            }
        }
    }

    private enum WayOut {
        VERIFIED(null),
        UNTRUSTED(() -> HostilePeer.tls(
                TestCertificate.root().build().issue().dnsName("localhost").build())),
        PLAINTEXT(HostilePeer::plaintextValkey),
        CLOSED_AT_ONCE(HostilePeer::closesAtOnce),
        RESET_AT_ONCE(HostilePeer::resetsAtOnce),
        CLOSED_IN_BETWEEN(HostilePeer::closesAfterClientHello),
        TIMED_OUT(HostilePeer::staysSilent),
        GIVEN_UP_BY_LETTUCE(HostilePeer::staysSilent);

        @SuppressWarnings("ImmutableEnumChecker") // without state
        private final Supplier<HostilePeer> peer;

        WayOut(Supplier<HostilePeer> peer) {
            this.peer = peer;
        }
    }

    @ParameterizedTest
    @EnumSource
    void connect_everyWayOut_givesTheTurnBack(WayOut way) throws Exception {
        TlsPolicy policy = TlsPolicy.builder()
                .handshakeTimeout(way == WayOut.TIMED_OUT ? Duration.ofMillis(300) : Duration.ofSeconds(10))
                .build();
        try (SecureTls tls = pki.tls(policy);
                AutoCloseable peer = way.peer == null ? pki.valkey().start() : way.peer.get()) {
            int limit = free(tls);
            int port = peer instanceof ValkeyServer server ? server.port() : ((HostilePeer) peer).port();
            RedisURI uri = Pki.uri("localhost", port);
            if (way == WayOut.GIVEN_UP_BY_LETTUCE) {
                uri.setTimeout(Duration.ofMillis(300));
            }
            awaitEnd(connect(tls, uri, 3));
            await().untilAsserted(() -> assertThat(free(tls)).isEqualTo(limit));
        }
    }

    @Test
    void connect_manyMoreThanTheLimit_allAreConnected() throws Exception {
        try (SecureTls tls = pki.tls();
                ValkeyServer server = pki.valkey().start()) {
            int limit = free(tls);
            var connecting = connect(tls, Pki.uri(server), limit * 10);
            for (var next : connecting) {
                assertThat(next.get(30, TimeUnit.SECONDS).sync().ping()).isEqualTo("PONG");
            }
            assertThat(pki.heard.succeeded).hasSize(limit * 10);
            assertThat(free(tls)).isEqualTo(limit);
        }
    }

    @Test
    void connect_peerSilent_noMoreThanTheLimitSayHelloAtOnceAndTheOthersAfterASecond() throws Exception {
        try (SecureTls tls = pki.tls(TlsPolicy.builder()
                        .handshakeTimeout(Duration.ofSeconds(10))
                        .build());
                HostilePeer silent = HostilePeer.staysSilent();
                RecordingProxy proxy = RecordingProxy.to("localhost", silent.port())) {
            int limit = free(tls);
            var unused = connect(tls, Pki.uri("localhost", proxy.port()), limit + 4);
            await().until(() -> proxy.recordings().size() == limit + 4 && hellos(proxy) >= limit);
            assertThat(hellos(proxy)).isEqualTo(limit);
            await().until(() -> hellos(proxy) == limit + 4);
        }
    }

    private static long hellos(RecordingProxy proxy) {
        return proxy.recordings().stream()
                .filter(recording -> !recording.clientTranscript().records().isEmpty())
                .count();
    }

    @Test
    void connect_turnDoesNotComeInTime_isRefusedAndToldSo() throws Exception {
        try (SecureTls tls = pki.tls(TlsPolicy.builder()
                        .handshakeTimeout(Duration.ofMillis(500))
                        .build());
                HostilePeer silent = HostilePeer.staysSilent()) {
            int limit = free(tls);
            pki.heard.refused.clear();
            awaitEnd(connect(tls, Pki.uri("localhost", silent.port()), limit * 3));
            assertThat(pki.heard.refused)
                    .hasSize(limit * 3)
                    .extracting(TlsHandshakeException::reason)
                    .containsOnly(RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(pki.heard.refused)
                    .anySatisfy(refused -> assertThat(refused)
                            .hasMessageContaining(
                                    "it was not its turn in that time, of which " + limit + " handshakes have one"));
            assertThat(pki.heard.refused)
                    .anySatisfy(refused -> assertThat(refused).hasMessageContaining("the peer sent nothing"));
            await().untilAsserted(() -> assertThat(free(tls)).isEqualTo(limit));
        }
    }
}
