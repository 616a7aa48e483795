package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.TlsRecord;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
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

/**
 * Handshakes need a slot: nobody waits for ever, nobody for a server that is not his, and every way out gives the slot
 * back.
 */
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

    /** How many handshakes with one server may be in flight at once: three quarters of four for each processor. */
    private static int share() {
        return Math.max(2, Runtime.getRuntime().availableProcessors()) * 4 * 3 / 4;
    }

    /** Counts again if the machine was held up: slots are taken back meanwhile, and counted twice. */
    private static void awaitAllFree(SecureTls tls) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(free(tls)).isEqualTo(share()));
    }

    /** How many handshakes with one server could start at once now. */
    private static int free(SecureTls tls) {
        List<TlsHandshake> asked = new ArrayList<>();
        int free = 0;
        while (true) {
            TlsHandshake handshake = TlsHandshake.start(tls, NOWHERE, ClientLibrary.OTHER);
            asked.add(handshake);
            if (!handshake.acquireSlot().toCompletableFuture().isDone()) {
                break;
            }
            free++;
        }
        giveBack(asked);
        return free;
    }

    private static void giveBack(List<TlsHandshake> handshakes) {
        for (TlsHandshake handshake : handshakes) {
            var unused = handshake.refuse(new IllegalStateException("a test gives its slot back"));
        }
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
                next.get(60, TimeUnit.SECONDS).close();
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
    void connect_everyWayOut_givesTheSlotBack(WayOut way) throws Exception {
        TlsPolicy policy = TlsPolicy.builder()
                .handshakeTimeout(way == WayOut.TIMED_OUT ? Duration.ofMillis(300) : Duration.ofSeconds(10))
                .build();
        try (SecureTls tls = pki.tls(policy);
                AutoCloseable peer = way.peer == null ? pki.valkey().start() : way.peer.get()) {
            awaitAllFree(tls);
            int port = peer instanceof ValkeyServer server ? server.port() : ((HostilePeer) peer).port();
            RedisURI uri = Pki.uri("localhost", port);
            if (way == WayOut.GIVEN_UP_BY_LETTUCE) {
                uri.setTimeout(Duration.ofMillis(300));
            }
            awaitEnd(connect(tls, uri, 3));
            awaitAllFree(tls);
        }
    }

    @Test
    void connect_manyMoreThanTheLimit_allAreConnected() throws Exception {
        try (SecureTls tls = pki.tls();
                ValkeyServer server = pki.valkey().start()) {
            int count = share() * 10;
            var connecting = connect(tls, Pki.uri(server), count);
            for (var next : connecting) {
                assertThat(next.get(60, TimeUnit.SECONDS).sync().ping()).isEqualTo("PONG");
            }
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(pki.heard.succeeded).hasSize(count));
            awaitAllFree(tls);
        }
    }

    /** Each slot is taken back from a server that says nothing, so that no handshake with it is left without one. */
    @Test
    void connect_peerSilentAndMoreThanTheLimit_allSayHelloInTheEnd() throws Exception {
        try (SecureTls tls = pki.tls(TlsPolicy.builder()
                        .handshakeTimeout(Duration.ofMinutes(1))
                        .build());
                HostilePeer silent = HostilePeer.staysSilent();
                RecordingProxy proxy = RecordingProxy.to("localhost", silent.port())) {
            int count = share() + 4;
            var unused = connect(tls, Pki.uri("localhost", proxy.port()), count);
            await().atMost(Duration.ofSeconds(55)).until(() -> hellos(proxy) == count);
        }
    }

    private static long hellos(RecordingProxy proxy) {
        return proxy.recordings().stream()
                .filter(recording ->
                        !TlsRecord.allOf(recording.clientToServer()).isEmpty())
                .count();
    }

    /**
     * First come, first served for all together would serve all that wait for the silent server before the healthy one.
     * So many wait that their slots come in minutes: the order decides, however slow the machine is.
     */
    @Test
    void connect_manyWaitForASilentServer_aHealthyServerIsConnectedBeforeTheirTurn() throws Exception {
        try (SecureTls tls = pki.tls(TlsPolicy.builder()
                        .handshakeTimeout(Duration.ofMinutes(1))
                        .build());
                HostilePeer silent = HostilePeer.staysSilent();
                ValkeyServer healthy = pki.valkey().start()) {
            List<TlsHandshake> queued = queue(tls, silent);
            TlsHandshake last = TlsHandshake.start(tls, new Endpoint("localhost", silent.port()), ClientLibrary.OTHER);
            CompletableFuture<Void> turn = last.acquireSlot().toCompletableFuture();
            RedisURI uri = Pki.uri(healthy);
            uri.setTimeout(Duration.ofMinutes(1));
            client = SecureLettuce.client(tls, uri);
            try (var connection = client.connect()) {
                assertThat(turn).isNotDone();
                assertThat(connection.sync().ping()).isEqualTo("PONG");
            }
            queued.add(last);
            giveBack(queued);
        }
    }

    /** So many handshakes wait for the same server that their slots come in minutes, and on a slow machine later. */
    private static List<TlsHandshake> queue(SecureTls tls, HostilePeer peer) {
        List<TlsHandshake> queued = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            TlsHandshake handshake =
                    TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER);
            var unused = handshake.acquireSlot();
            queued.add(handshake);
        }
        return queued;
    }

    @Test
    void connect_slotDoesNotComeInTime_isRefusedForThatAndNothingIsSent() throws Exception {
        try (SecureTls tls = pki.tls(TlsPolicy.builder()
                        .handshakeTimeout(Duration.ofMillis(500))
                        .build());
                HostilePeer silent = HostilePeer.staysSilent()) {
            List<TlsHandshake> queued = queue(tls, silent);
            awaitEnd(connect(tls, Pki.uri("localhost", silent.port()), 3));
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(pki.heard.refused).hasSize(3));
            assertThat(pki.heard.refused).allSatisfy(refused -> {
                assertThat(refused.reason()).isEqualTo(RefusalReason.HANDSHAKE_TIMEOUT);
                assertThat(refused)
                        .hasMessageContaining("no handshake slot became free in that time (limit ")
                        .hasMessageNotContaining("the peer sent nothing");
            });
            assertThat(silent.rawBytes()).isEmpty();
            giveBack(queued);
        }
    }

    /** The twin: it differs in that a slot is free. */
    @Test
    void connect_slotComesInTimeAndPeerSilent_isRefusedForItsSilence() throws Exception {
        try (SecureTls tls = pki.tls(TlsPolicy.builder()
                        .handshakeTimeout(Duration.ofSeconds(2))
                        .build());
                HostilePeer silent = HostilePeer.staysSilent()) {
            awaitEnd(connect(tls, Pki.uri("localhost", silent.port()), 3));
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(pki.heard.refused).hasSize(3));
            assertThat(pki.heard.refused).allSatisfy(refused -> {
                assertThat(refused.reason()).isEqualTo(RefusalReason.HANDSHAKE_TIMEOUT);
                assertThat(refused)
                        .hasMessageContaining("the peer sent nothing")
                        .hasMessageNotContaining("slot");
            });
        }
    }
}
