package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.HandshakeTurns.Turn;
import io.valkeysecure.testkit.HostilePeer;
import io.valkeysecure.testkit.TestCertificate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/** So many handshakes at once and no more, in the order in which they came, and no turn is ever lost. */
class HandshakeTurnsTest {
    private static final Duration FOR_GOOD = Duration.ofHours(1);

    private static List<Turn> take(HandshakeTurns turns, int count) {
        List<Turn> taken = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            taken.add(turns.take());
        }
        return taken;
    }

    private static List<Boolean> begun(List<Turn> turns) {
        return turns.stream().map(turn -> turn.begun().isDone()).toList();
    }

    @Test
    void take_upToTheLimit_beginsAtOnceAndTheNextWaits() {
        List<Turn> turns = take(new HandshakeTurns(2, FOR_GOOD), 4);
        assertThat(begun(turns)).containsExactly(true, true, false, false);
    }

    @Test
    void end_ofOneInFlight_letsTheLongestWaitingBegin() {
        List<Turn> turns = take(new HandshakeTurns(2, FOR_GOOD), 5);
        turns.get(1).end();
        assertThat(begun(turns)).containsExactly(true, true, true, false, false);
        turns.get(0).end();
        turns.get(2).end();
        assertThat(begun(turns)).containsOnly(true);
    }

    @Test
    void end_twice_givesOneTurnBack() {
        List<Turn> turns = take(new HandshakeTurns(1, FOR_GOOD), 3);
        turns.get(0).end();
        turns.get(0).end();
        assertThat(begun(turns)).containsExactly(true, true, false);
    }

    @Test
    void end_whileWaiting_isPassedOver() {
        List<Turn> turns = take(new HandshakeTurns(1, FOR_GOOD), 3);
        turns.get(1).end();
        turns.get(0).end();
        assertThat(begun(turns)).containsExactly(true, false, true);
    }

    @Test
    void take_holderNeverEnds_itsTurnIsTakenFromItAfterAWhile() {
        List<Turn> turns = take(new HandshakeTurns(1, Duration.ofMillis(100)), 3);
        assertThat(begun(turns)).containsExactly(true, false, false);
        await().untilAsserted(() -> assertThat(begun(turns)).containsOnly(true));
    }

    @Test
    void take_byManyThreads_neverExceedsTheLimitAndEndsWithNone() throws Exception {
        int limit = 3;
        HandshakeTurns turns = new HandshakeTurns(limit, FOR_GOOD);
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                running.add(threads.submit(() -> {
                    start.await();
                    for (int round = 0; round < 500; round++) {
                        Turn turn = turns.take();
                        if (ThreadLocalRandom.current().nextInt(10) > 0) { // the others give up while they wait
                            turn.begun().get(30, TimeUnit.SECONDS);
                            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                            inFlight.decrementAndGet();
                        }
                        turn.end();
                    }
                    return null;
                }));
            }
            start.countDown();
            for (Future<?> thread : running) {
                thread.get(60, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isLessThanOrEqualTo(limit);
        assertThat(begun(take(turns, limit + 1))).containsExactly(true, true, true, false);
    }

    /** Takes every turn, and does not give it back until asked to. */
    private static List<TlsHandshake> takeAll(SecureTls tls, Endpoint endpoint) {
        List<TlsHandshake> holders = new ArrayList<>();
        while (true) {
            TlsHandshake holder = tls.handshake(endpoint, ClientLibrary.OTHER);
            if (!holder.turn().toCompletableFuture().isDone()) {
                giveBack(List.of(holder));
                return holders;
            }
            holders.add(holder);
        }
    }

    private static void giveBack(List<TlsHandshake> holders) {
        for (TlsHandshake holder : holders) {
            var unused = holder.refuse(new IllegalStateException("a test gives its turn back"));
        }
    }

    private static SecureTls tls(TestCertificate root, Duration timeout) {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .withoutClientIdentity()
                .policy(TlsPolicy.builder().handshakeTimeout(timeout).build())
                .build();
    }

    @Test
    void overSocket_noTurnInTime_isRefusedAndNothingIsSent() throws Exception {
        try (SecureTls tls = tls(TestCertificate.root().build(), Duration.ofMillis(300));
                HostilePeer peer = HostilePeer.staysSilent()) {
            Endpoint endpoint = new Endpoint("localhost", peer.port());
            List<TlsHandshake> holders = takeAll(tls, endpoint);
            assertThat(holders).hasSizeGreaterThan(1);
            Throwable thrown = catchThrowable(() ->
                    tls.handshake(endpoint, ClientLibrary.OTHER).overSocket(new Socket("localhost", peer.port())));
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(thrown).hasMessageContaining("it was not its turn in that time, of which " + holders.size());
            assertThat(peer.rawBytes()).isEmpty();
        }
    }

    @Test
    void overSocket_turnComesBack_connects() throws Exception {
        TestCertificate root = TestCertificate.root().build();
        try (SecureTls tls = tls(root, Duration.ofSeconds(20));
                HostilePeer server =
                        HostilePeer.tls(root.issue().dnsName("localhost").build())) {
            Endpoint endpoint = new Endpoint("localhost", server.port());
            List<TlsHandshake> holders = takeAll(tls, endpoint);
            CompletableFuture<SSLSocket> connected = CompletableFuture.supplyAsync(() -> {
                try {
                    return tls.handshake(endpoint, ClientLibrary.OTHER)
                            .overSocket(new Socket("localhost", server.port()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            giveBack(holders);
            connected.get(20, TimeUnit.SECONDS).close();
            assertThat(takeAll(tls, endpoint)).hasSameSizeAs(holders);
        }
    }

    @Test
    void overSocket_interruptedWhileWaiting_isRefusedAndStaysInterrupted() throws Exception {
        try (SecureTls tls = tls(TestCertificate.root().build(), Duration.ofSeconds(20));
                HostilePeer peer = HostilePeer.staysSilent()) {
            Endpoint endpoint = new Endpoint("localhost", peer.port());
            List<TlsHandshake> holders = takeAll(tls, endpoint);
            Thread.currentThread().interrupt();
            Throwable thrown = catchThrowable(() ->
                    tls.handshake(endpoint, ClientLibrary.OTHER).overSocket(new Socket("localhost", peer.port())));
            assertThat(Thread.interrupted()).isTrue();
            assertThat(thrown).isInstanceOf(TlsHandshakeException.class).hasMessageContaining("interrupted");
            assertThat(holders).isNotEmpty();
        }
    }
}
