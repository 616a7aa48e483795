package io.valkeysecure.internal.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.handshake.HandshakeLimiter.Permit;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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

/** No more than the limit at once, no endpoint at the cost of another, and no slot is ever lost. */
class HandshakeLimiterTest {
    private static final Endpoint SILENT = new Endpoint("silent.example", 6379);
    private static final Endpoint HEALTHY = new Endpoint("healthy.example", 6379);
    private static final Duration SILENCE = Duration.ofMillis(250);
    private static final Duration LONGEST = Duration.ofSeconds(1);

    private final ManualTime time = new ManualTime();

    /** Time that stands still until the test advances it. */
    private static final class ManualTime implements HandshakeLimiter.Timer {
        private record Task(Runnable task, long dueNanos) {}

        private final List<Task> tasks = new ArrayList<>();
        private long nanos;

        @Override
        public void schedule(Runnable task, long delayNanos) {
            tasks.add(new Task(task, nanos + delayNanos));
        }

        void advance(Duration by) {
            long end = nanos + by.toNanos();
            while (true) {
                Task next = tasks.stream()
                        .filter(task -> task.dueNanos() <= end)
                        .min(Comparator.comparingLong(Task::dueNanos))
                        .orElse(null);
                if (next == null) {
                    nanos = end;
                    return;
                }
                tasks.remove(next);
                nanos = Math.max(nanos, next.dueNanos());
                next.task().run();
            }
        }
    }

    private HandshakeLimiter limiter(int limit) {
        return new HandshakeLimiter(limit, SILENCE, LONGEST, () -> time.nanos, time);
    }

    private static List<Permit> acquire(HandshakeLimiter limiter, Endpoint endpoint, int count) {
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            permits.add(limiter.acquire(endpoint));
        }
        return permits;
    }

    private static List<Boolean> granted(List<Permit> permits) {
        return permits.stream().map(permit -> permit.granted().isDone()).toList();
    }

    private static long grantedOf(List<Permit> permits) {
        return granted(permits).stream().filter(granted -> granted).count();
    }

    private HandshakeSlot slot(HandshakeLimiter limiter, Endpoint endpoint, PeerBytes evidence) {
        return new HandshakeSlot(limiter, endpoint, Duration.ofSeconds(10), evidence);
    }

    @Test
    void slot_peerHasAnswered_isKeptLongerThanASilentOne() throws Exception {
        for (boolean answers : new boolean[] {true, false}) {
            HandshakeLimiter limiter = limiter(1);
            PeerBytes evidence = new PeerBytes();
            HandshakeSlot first = slot(limiter, SILENT, evidence);
            HandshakeSlot second = slot(limiter, HEALTHY, new PeerBytes());
            assertThat(first.acquire()).isDone();
            assertThat(second.acquire()).isNotDone();
            if (answers) {
                evidence.add(ByteBuffer.wrap(new byte[] {22}));
            }

            time.advance(SILENCE);

            assertThat(second.isWaiting()).isEqualTo(answers);
            first.release();
            assertThat(second.isWaiting()).isFalse();
            second.release();
        }
    }

    @Test
    void slot_waiting_saysForWhom() {
        HandshakeLimiter limiter = limiter(4);
        HandshakeSlot first = slot(limiter, SILENT, new PeerBytes());
        assertThat(first.whyWaiting())
                .contains("limit 4, 3 for one server", "are servers slow, or very many connections made?");
        List<HandshakeSlot> others = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            HandshakeSlot other = slot(limiter, SILENT, new PeerBytes());
            var unused = other.acquire();
            others.add(other);
        }
        time.advance(SILENCE);
        var unused = first.acquire();

        assertThat(first.whyWaiting()).contains("earlier handshakes with this server have not ended");
        others.forEach(HandshakeSlot::release);
        first.release();
        assertThat(limiter.inFlight()).isZero();
    }

    @Test
    void acquire_oneEndpoint_getsItsShareAndTheNextWaits() {
        HandshakeLimiter limiter = limiter(4);
        assertThat(limiter.share()).isEqualTo(3);
        assertThat(granted(acquire(limiter, HEALTHY, 5))).containsExactly(true, true, true, false, false);
    }

    @Test
    void acquire_severalEndpoints_getNoMoreThanTheLimitTogether() {
        HandshakeLimiter limiter = limiter(4);
        List<Permit> permits = new ArrayList<>();
        for (int i = 1; i <= 6; i++) {
            permits.add(limiter.acquire(new Endpoint("localhost", i)));
        }
        assertThat(granted(permits)).containsExactly(true, true, true, true, false, false);
        assertThat(limiter.inFlight()).isEqualTo(4);
    }

    /** While time stands still, so that no slot is taken back: the order alone decides. */
    @Test
    void acquire_anotherEndpointHasTakenItsShareAndHundredsWait_isGrantedAtOnce() {
        HandshakeLimiter limiter = limiter(8);
        List<Permit> silent = acquire(limiter, SILENT, 200);
        assertThat(grantedOf(silent)).isEqualTo(6);
        assertThat(limiter.acquire(HEALTHY).granted()).isDone();
        assertThat(grantedOf(silent)).isEqualTo(6);
    }

    /**
     * Every slot is taken: the endpoint that came last waits for one slot of each other one, not for all their
     * handshakes.
     */
    @Test
    void acquire_allSlotsTaken_endpointsAreServedInTurn() {
        HandshakeLimiter limiter = limiter(2);
        List<Permit> first = acquire(limiter, SILENT, 100);
        List<Permit> second = acquire(limiter, new Endpoint("other.example", 6379), 100);
        Permit healthy = limiter.acquire(HEALTHY);
        assertThat(healthy.granted()).isNotDone();
        first.get(0).release();
        second.get(0).release();
        first.get(1).release();
        assertThat(healthy.granted()).isDone();
        assertThat(grantedOf(first) + grantedOf(second)).isEqualTo(4);
    }

    @Test
    void release_ofOneInFlight_grantsTheLongestWaiting() {
        List<Permit> permits = acquire(limiter(3), HEALTHY, 5);
        permits.get(1).release();
        assertThat(granted(permits)).containsExactly(true, true, true, false, false);
        permits.get(0).release();
        permits.get(2).release();
        assertThat(granted(permits)).containsOnly(true);
    }

    @Test
    void release_twice_givesOneSlotBack() {
        List<Permit> permits = acquire(limiter(1), HEALTHY, 3);
        permits.get(0).release();
        permits.get(0).release();
        assertThat(granted(permits)).containsExactly(true, true, false);
    }

    @Test
    void release_whileWaiting_isPassedOver() {
        List<Permit> permits = acquire(limiter(1), HEALTHY, 3);
        permits.get(1).release();
        permits.get(0).release();
        assertThat(granted(permits)).containsExactly(true, false, true);
    }

    @Test
    void acquire_peerSendsNothing_slotIsTakenBackSoonAndTheEndpointGetsOneAtATime() {
        List<Permit> permits = acquire(limiter(4), SILENT, 10);
        time.advance(SILENCE.minusNanos(1));
        assertThat(grantedOf(permits)).isEqualTo(3);
        time.advance(Duration.ofNanos(1));
        assertThat(grantedOf(permits)).isEqualTo(4);
        assertThat(permits.get(9).isEndpointStalled()).isTrue();
        time.advance(SILENCE);
        assertThat(grantedOf(permits)).isEqualTo(5);
    }

    /** The twin: it differs in that the peer has sent something. */
    @Test
    void acquire_peerHasAnswered_slotIsKeptForASecond() {
        List<Permit> permits = acquire(limiter(4), SILENT, 10);
        permits.forEach(Permit::answered);
        time.advance(LONGEST.minusNanos(1));
        assertThat(grantedOf(permits)).isEqualTo(3);
        time.advance(Duration.ofNanos(1));
        assertThat(grantedOf(permits)).isEqualTo(4);
    }

    @Test
    void succeeded_afterSlotsWereTakenBack_theEndpointGetsItsShareAgain() {
        List<Permit> permits = acquire(limiter(4), SILENT, 10);
        time.advance(SILENCE);
        assertThat(grantedOf(permits)).isEqualTo(4);
        permits.get(0).succeeded();
        assertThat(grantedOf(permits)).isEqualTo(6);
        assertThat(permits.get(9).isEndpointStalled()).isFalse();
    }

    /** The twin: that one ends otherwise does not show that the server is well. */
    @Test
    void release_afterSlotsWereTakenBack_theEndpointStillGetsOneAtATime() {
        List<Permit> permits = acquire(limiter(4), SILENT, 10);
        time.advance(SILENCE);
        permits.get(0).release();
        assertThat(grantedOf(permits)).isEqualTo(4);
    }

    @Test
    void release_ofAll_forgetsTheEndpoint() {
        HandshakeLimiter limiter = limiter(4);
        List<Permit> permits = acquire(limiter, SILENT, 10);
        time.advance(SILENCE);
        permits.forEach(Permit::release);
        assertThat(limiter.inFlight()).isZero();
        assertThat(grantedOf(acquire(limiter, SILENT, 10))).isEqualTo(3);
    }

    @Test
    void acquire_byManyThreads_neverExceedsTheLimitAndEndsWithNone() throws Exception {
        int limit = 4;
        HandshakeLimiter limiter = limiter(limit);
        AtomicInteger inFlight = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                Endpoint endpoint = new Endpoint("localhost", 1 + i % 3);
                running.add(threads.submit(() -> {
                    start.await();
                    for (int round = 0; round < 500; round++) {
                        Permit permit = limiter.acquire(endpoint);
                        if (ThreadLocalRandom.current().nextInt(10) > 0) { // the others give up while they wait
                            permit.granted().get(30, TimeUnit.SECONDS);
                            most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
                            inFlight.decrementAndGet();
                        }
                        permit.release();
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
        assertThat(limiter.inFlight()).isZero();
        assertThat(granted(acquire(limiter, HEALTHY, limit))).containsExactly(true, true, true, false);
    }

    /**
     * Lets so many handshakes with an endpoint wait that one more gets no slot for minutes: slots are taken back from
     * those who hold them one at a time, and the slower the machine, the later.
     */
    private static List<TlsHandshake> queue(SecureTls tls, Endpoint endpoint) {
        List<TlsHandshake> queued = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            TlsHandshake handshake = TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER);
            var unused = handshake.acquireSlot();
            queued.add(handshake);
        }
        return queued;
    }

    private static void giveBack(List<TlsHandshake> queued) {
        for (TlsHandshake handshake : queued) {
            var unused = handshake.refuse(new IllegalStateException("a test gives its slot back"));
        }
    }

    private static SecureTls tls(TestCertificate root, Duration timeout) {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .withoutClientIdentity()
                .policy(TlsPolicy.builder().handshakeTimeout(timeout).build())
                .build();
    }

    /** One more handshake with the endpoint of those in the queue. */
    private static Throwable refusalAfter(SecureTls tls, HostilePeer peer) {
        return catchThrowable(() -> TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER)
                .overSocket(new Socket("localhost", peer.port())));
    }

    @Test
    void overSocket_noSlotInTime_isRefusedForThatAndNothingIsSent() throws Exception {
        try (SecureTls tls = tls(TestCertificate.root().build(), Duration.ofMillis(300));
                HostilePeer peer = HostilePeer.staysSilent()) {
            List<TlsHandshake> queued = queue(tls, new Endpoint("localhost", peer.port()));
            Throwable thrown = refusalAfter(tls, peer);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(thrown)
                    .hasMessageContaining("no handshake slot became free in that time (limit ")
                    .hasMessageContaining("nothing was sent")
                    .hasMessageNotContaining("the peer sent nothing");
            assertThat(peer.rawBytes()).isEmpty();
            giveBack(queued);
        }
    }

    /** The twin: it differs in that a slot is free. */
    @Test
    void overSocket_slotInTimeAndPeerSilent_isRefusedForItsSilence() throws Exception {
        try (SecureTls tls = tls(TestCertificate.root().build(), Duration.ofMillis(300));
                HostilePeer peer = HostilePeer.staysSilent()) {
            Throwable thrown = refusalAfter(tls, peer);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(thrown).hasMessageContaining("the peer sent nothing").hasMessageNotContaining("slot");
        }
    }

    @Test
    void overSocket_slotComesBack_connects() throws Exception {
        TestCertificate root = TestCertificate.root().build();
        try (SecureTls tls = tls(root, Duration.ofSeconds(60));
                HostilePeer server =
                        HostilePeer.tls(root.issue().dnsName("localhost").build())) {
            Endpoint endpoint = new Endpoint("localhost", server.port());
            List<TlsHandshake> queued = queue(tls, endpoint);
            CompletableFuture<SSLSocket> connected = CompletableFuture.supplyAsync(() -> {
                try {
                    return TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER)
                            .overSocket(new Socket("localhost", server.port()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            giveBack(queued);
            connected.get(60, TimeUnit.SECONDS).close();
        }
    }

    @Test
    void overSocket_interruptedWhileWaiting_isRefusedAndStaysInterrupted() throws Exception {
        try (SecureTls tls = tls(TestCertificate.root().build(), Duration.ofSeconds(60));
                HostilePeer peer = HostilePeer.staysSilent()) {
            List<TlsHandshake> queued = queue(tls, new Endpoint("localhost", peer.port()));
            Thread.currentThread().interrupt();
            Throwable thrown = refusalAfter(tls, peer);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(thrown).isInstanceOf(TlsHandshakeException.class).hasMessageContaining("interrupted");
            giveBack(queued);
        }
    }
}
