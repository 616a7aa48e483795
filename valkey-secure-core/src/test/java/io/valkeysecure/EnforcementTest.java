package io.valkeysecure;

import static io.valkeysecure.MaterialScene.OTHER_ROOT;
import static io.valkeysecure.MaterialScene.often;
import static io.valkeysecure.MaterialScene.pair;
import static io.valkeysecure.MaterialScene.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.observe.ListenerQueue;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.internal.MutableClock;
import io.valkeysecure.testkit.internal.TlsTerminator;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever blocks or fails, be it a listener, a source, a file or a responder: the connection whose trust ends is
 * closed, its twin stays, and it is said what does not answer.
 */
class EnforcementTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    /** Of a reading: what does not block is read and proved within it on a machine that is busy, too. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    private static final Instant END = inDays(40);
    private static final TestCertificate ROOT = TestCertificate.root()
            .subject("CN=Long Root")
            .notAfter(END.plus(Duration.ofDays(400)))
            .build();
    private static final TestCertificate ENDING =
            ROOT.issue().subject("CN=ending").dnsName("localhost").notAfter(END).build();
    private static final TestCertificate STAYING = ROOT.issue()
            .subject("CN=staying")
            .dnsName("localhost")
            .notAfter(END.plus(Duration.ofDays(100)))
            .build();
    private static final TestCertificate CLIENT = ROOT.issue()
            .subject("CN=client")
            .notAfter(END.plus(Duration.ofDays(100)))
            .build();

    private static Instant inDays(int days) {
        return Instant.now().plus(Duration.ofDays(days));
    }

    @TempDir
    private Path directory = Path.of("");

    private MaterialScene scene;
    private final TlsTerminator ending = TlsTerminator.alone(ENDING);
    private final TlsTerminator staying = TlsTerminator.alone(STAYING);

    /** Opened when a test ends, so that nothing that blocks outlives it. */
    private final CountDownLatch end = new CountDownLatch(1);

    @BeforeEach
    void open() {
        scene = new MaterialScene(directory);
        scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", ROOT.certificatePem()));
        scene.files.write(WriteStrategy.RENAME, pair(CLIENT));
    }

    @AfterEach
    void close() {
        end.countDown();
        scene.close();
        ending.close();
        staying.close();
    }

    private static SSLSocket connect(SecureTls tls, TlsTerminator server) throws IOException {
        return TlsHandshake.start(tls, new Endpoint("localhost", server.port()), ClientLibrary.OTHER)
                .overSocket(new Socket("localhost", server.port()));
    }

    private void expire() {
        scene.clock.advance(Duration.between(scene.clock.instant(), END.plusSeconds(1)));
    }

    private static void assertEnds(SSLSocket socket, RefusalReason reason) {
        await().atMost(LONG).until(() -> ManagedConnection.isDraining(() -> !socket.isClosed()));
        assertThat(RefusalReason.of(catchThrowable(() -> ping(socket)))).contains(reason);
    }

    /** Two connections, one to a server whose certificate ends: that one is ended, the other stays. */
    private void assertExpiryEndsOneOf(SSLSocket one, SSLSocket other) throws IOException {
        expire();
        assertEnds(one, RefusalReason.EXPIRED);
        ping(other);
        assertThat(ManagedConnection.isDraining(() -> !other.isClosed())).isFalse();
    }

    /** Blocks whatever interrupts it, as a read from a mount that hangs. */
    private void blockUninterruptibly() {
        boolean interrupted = false;
        while (true) {
            try {
                end.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static long threads(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .count();
    }

    // Listeners

    private final class BlockingListener implements TlsListener {
        private final CountDownLatch blocked = new CountDownLatch(1);
        private final boolean inExpiryNear;

        BlockingListener(boolean inExpiryNear) {
            this.inExpiryNear = inExpiryNear;
        }

        @Override
        public void handshakeSucceeded(VerifiedHandshake handshake) {
            if (!inExpiryNear) {
                blocked.countDown();
                blockUninterruptibly();
            }
        }

        @Override
        public void expiryNear(ExpiryWarning warning) {
            if (inExpiryNear) {
                blocked.countDown();
                blockUninterruptibly();
            }
        }
    }

    @Test
    void listener_blocksInExpiryNear_expiredServerIsEndedAllTheSame() throws Exception {
        BlockingListener listener = new BlockingListener(true);
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(scene.identity())
                .clock(scene.clock)
                .listener(listener)
                .build()) {
            SSLSocket one = connect(tls, ending);
            SSLSocket other = connect(tls, staying);
            scene.clock.advance(Duration.between(scene.clock.instant(), END.minus(Duration.ofDays(1))));
            assertThat(listener.blocked.await(30, TimeUnit.SECONDS)).isTrue();
            assertExpiryEndsOneOf(one, other);
            await().atMost(LONG).until(() -> tls.status().backlog().listenersBehind() == 1);
            assertThat(tls.health().toString()).contains("listeners that have not returned");
        }
    }

    @Test
    void listener_blocksInExpiryNear_revokedServerIsEndedAllTheSame() throws Exception {
        Path crl = directory.resolve("root.crl");
        ROOT.crl().number(1).nextUpdate(END.plus(Duration.ofDays(9))).build().write(crl);
        BlockingListener listener = new BlockingListener(true);
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(scene.identity())
                .revocation(Revocation.crls(crl))
                .clock(scene.clock)
                .rotation(often().build())
                .listener(listener)
                .build()) {
            SSLSocket one = connect(tls, ending);
            SSLSocket other = connect(tls, staying);
            scene.clock.advance(Duration.between(scene.clock.instant(), END.minus(Duration.ofDays(1))));
            assertThat(listener.blocked.await(30, TimeUnit.SECONDS)).isTrue();
            ROOT.crl()
                    .number(2)
                    .nextUpdate(END.plus(Duration.ofDays(9)))
                    .revoke(ENDING)
                    .build()
                    .write(crl);
            assertEnds(one, RefusalReason.REVOKED);
            ping(other);
        }
    }

    /** As many as there are threads that make handshakes, or more: none of these waits for one of them. */
    @Test
    void listeners_neverReturn_handshakesGoOnAndOthersAreToldInOrder() throws Exception {
        List<BlockingListener> blocking = List.of(new BlockingListener(false), new BlockingListener(false));
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(scene.identity())
                .listener(blocking.get(0), scene, blocking.get(1))
                .build()) {
            List<Integer> ports = new CopyOnWriteArrayList<>();
            for (int i = 0; i < 10; i++) {
                TlsTerminator server = i % 2 == 0 ? staying : ending;
                ports.add(server.port());
                try (SSLSocket socket = connect(tls, server)) {
                    ping(socket);
                }
            }
            for (BlockingListener each : blocking) {
                assertThat(each.blocked.getCount()).isZero();
            }
            await().atMost(LONG).until(() -> scene.verified.size() == 10);
            assertThat(scene.verified)
                    .extracting(handshake -> handshake.endpoint().port())
                    .containsExactlyElementsOf(ports);
            await().atMost(LONG).until(() -> tls.status().backlog().listenersBehind() == 2);
        }
    }

    @Test
    void listenerQueue_full_dropsTheNewestAndCounts() throws Exception {
        List<Duration> heard = new CopyOnWriteArrayList<>();
        CountDownLatch called = new CountDownLatch(1);
        TlsListener listener = new TlsListener() {
            @Override
            public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
                called.countDown();
                blockUninterruptibly();
                heard.add(elapsed);
            }
        };
        TlsHandshakeException refusal =
                new TlsHandshakeException(RefusalReason.PEER_CLOSED, new Endpoint("localhost", 1), "gone", null);
        ListenerQueue queue = new ListenerQueue(listener);
        int most = 1 + ListenerQueue.CAPACITY;
        for (int i = 0; i < most + 5; i++) {
            Duration number = Duration.ofSeconds(i);
            var unused = queue.put(each -> each.handshakeRefused(refusal, ClientLibrary.OTHER, number));
            assertThat(called.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(queue.dropped()).isEqualTo(5);
        await().atMost(LONG).until(queue::isBehind);
        assertThat(queue.news()).contains(ListenerQueue.CAPACITY + " notifications wait", "5 were dropped");
        assertThat(queue.news()).isNull();

        end.countDown();
        await().atMost(LONG).until(queue::isIdle);
        assertThat(heard).hasSize(most).isSorted();
        assertThat(queue.isBehind()).isFalse();
    }

    // Sources

    /** Gives the client identity, and after that whatever it is told to do. */
    private static final class Source implements MaterialSource<ClientIdentity> {
        private final AtomicReference<MaterialSource<ClientIdentity>> inner = new AtomicReference<>(Source::good);
        private final AtomicInteger asked = new AtomicInteger();

        static ClientIdentity good() {
            return ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain());
        }

        @Override
        public ClientIdentity current() throws Exception {
            asked.incrementAndGet();
            return inner.get().current();
        }

        @Override
        public String toString() {
            return "vault";
        }
    }

    private SecureTls.Builder tls(Source source, Duration readTimeout) {
        return SecureTls.trusting(scene.anchors())
                .presenting(ClientIdentity.from(source))
                .clock(scene.clock)
                .listener(scene)
                .rotation(often().readTimeout(readTimeout).build());
    }

    @Test
    void source_blocksForEver_expiredServerIsEndedAndTheSourceIsNamed() throws Exception {
        Source source = new Source();
        long readers = threads("valkey-secure-reload");
        try (SecureTls tls = tls(source, LIMIT).build()) {
            SSLSocket one = connect(tls, ending);
            SSLSocket other = connect(tls, staying);
            Instant lastRead = tls.status().lastRead();
            source.inner.set(() -> {
                blockUninterruptibly();
                return Source.good();
            });
            await().atMost(LONG).until(() -> tls.status().lastFailure().isPresent());
            TlsStatus.Failure failure = tls.status().lastFailure().orElseThrow();
            assertThat(failure.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE);
            assertThat(failure.message()).contains("within " + LIMIT, "material source vault", "not read since");
            assertThat(tls.health().toString()).startsWith("degraded: ").contains("vault", "read last at ");
            assertExpiryEndsOneOf(one, other);

            // neither a check nor a caller begins another reading, and a caller hears why
            int asked = source.asked.get();
            assertUnreadable(tls);
            assertThat(source.asked).hasValue(asked);
            assertThat(threads("valkey-secure-reload")).isEqualTo(readers + 1);
            assertThat(scene.failed).hasSize(1);

            // what comes late is used, and the failure is over
            source.inner.set(Source::good);
            end.countDown();
            await().atMost(LONG).until(() -> tls.status().lastFailure().isEmpty());
            assertThat(tls.status().lastRead()).isAfter(lastRead);
        }
    }

    private static void assertUnreadable(SecureTls tls) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(tls::reload)
                .withMessageContaining("material source vault did not answer in time")
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE));
    }

    @Test
    void source_blocksUntilInterrupted_isTriedAgain() throws Exception {
        Source source = new Source();
        AtomicInteger interrupted = new AtomicInteger();
        try (SecureTls tls = tls(source, LIMIT).build()) {
            source.inner.set(() -> {
                try {
                    end.await();
                } catch (InterruptedException e) {
                    interrupted.incrementAndGet();
                    throw e;
                }
                return Source.good();
            });
            await().atMost(LONG).until(() -> interrupted.get() >= 2);
            assertThat(scene.failed).hasSize(1);
            assertThat(tls.status().lastFailure().orElseThrow().message()).contains("material source vault did not");
            source.inner.set(Source::good);
            await().atMost(LONG).until(() -> tls.status().lastFailure().isEmpty());
        }
    }

    @Test
    void build_sourceBlocks_isRefusedInTimeAndNothingIsLeft() {
        Source source = new Source();
        source.inner.set(() -> {
            end.await();
            return Source.good();
        });
        long readers = threads("valkey-secure-reload");
        long watchers = threads("valkey-secure-watch");
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> tls(source, LIMIT).build())
                .withMessageContaining(
                        "expected all material within " + LIMIT + ", material source vault did not answer")
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE));
        await().atMost(LONG).until(() -> threads("valkey-secure-reload") <= readers);
        assertThat(threads("valkey-secure-watch")).isLessThanOrEqualTo(watchers);
    }

    @ParameterizedTest
    @ValueSource(classes = {AssertionError.class, StackOverflowError.class, OutOfMemoryError.class, LinkageError.class})
    void source_throwsAnError_isAFailedReloadAndExpiredServerIsEnded(Class<? extends Error> type) throws Exception {
        Source source = new Source();
        try (SecureTls tls = tls(source, LONG).build()) {
            SSLSocket one = connect(tls, ending);
            SSLSocket other = connect(tls, staying);
            source.inner.set(() -> {
                throw type.getDeclaredConstructor().newInstance();
            });
            await().atMost(LONG).until(() -> tls.status().lastFailure().isPresent());
            assertThat(tls.status().lastFailure().orElseThrow().message())
                    .contains("material source vault gave nothing: " + type.getName());
            assertThat(RefusalReason.of(catchThrowable(tls::reload))).contains(RefusalReason.MATERIAL_UNREADABLE);
            await().atMost(LONG).until(() -> scene.failed.size() == 1);
            assertExpiryEndsOneOf(one, other);
        }
        assertThat(RefusalReason.of(catchThrowable(() -> tls(source, LONG).build())))
                .contains(RefusalReason.MATERIAL_UNREADABLE);
    }

    @Test
    void source_reloadsWhileItIsAsked_isAFailedReload() {
        Source source = new Source();
        try (SecureTls tls = tls(source, LONG).build()) {
            source.inner.set(() -> {
                var unused = tls.reload();
                return Source.good();
            });
            assertThatExceptionOfType(TlsConfigurationException.class)
                    .isThrownBy(tls::reload)
                    .withMessageContaining("asked for a reload while it was read");
            source.inner.set(Source::good);
            assertThat(tls.reload()).isFalse();
        }
    }

    @Test
    void close_sourceAndListenerBlock_returnsAndReleasesWhoWaits() throws Exception {
        Source source = new Source();
        BlockingListener listener = new BlockingListener(false);
        CountDownLatch asked = new CountDownLatch(1);
        SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(ClientIdentity.from(source))
                .listener(listener)
                .build();
        var unused = connect(tls, staying);
        source.inner.set(() -> {
            asked.countDown();
            blockUninterruptibly();
            return Source.good();
        });
        CompletableFuture<Throwable> waiting = CompletableFuture.supplyAsync(() -> catchThrowable(tls::reload));
        assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
        CompletableFuture.runAsync(tls::close).get(30, TimeUnit.SECONDS);
        assertThat(waiting.get(30, TimeUnit.SECONDS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().matches("valkey-secure-(watch|reload|listener|ocsp)"))
                .allMatch(Thread::isDaemon);
    }

    // Files

    private Path fifo(String name) throws Exception {
        Path fifo = directory.resolve(name);
        Files.deleteIfExists(fifo);
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())
                .isZero();
        return fifo;
    }

    @Test
    void file_isAFifoADeviceOrADirectory_isRefusedWithItsKind() throws Exception {
        assertKind(fifo("fifo.crt"), "is a named pipe (FIFO), expected a file");
        assertKind(Path.of("/dev/zero"), "is a character device, expected a file");
        assertKind(directory, "is a directory, expected a file");
        Path link = Files.createSymbolicLink(directory.resolve("link.crt"), fifo("fifo.crt"));
        assertKind(link, "is a named pipe (FIFO), expected a file");

        Path crls = Files.createDirectory(directory.resolve("crls"));
        var unused = fifo("crls/root.crl");
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> ChainVerifier.trusting(scene.anchors())
                        .revocation(Revocation.crls(crls))
                        .build())
                .withMessageContaining("root.crl is a named pipe (FIFO), expected a file");
        assertThat(SecureTls.trusting(scene.anchors()).withoutClientIdentity().build())
                .satisfies(SecureTls::close);
    }

    private static void assertKind(Path file, String message) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> SecureTls.trusting(TrustAnchors.pem(file))
                        .withoutClientIdentity()
                        .build())
                .withMessageContaining(file + " " + message)
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(RefusalReason.MATERIAL_UNREADABLE));
    }

    @Test
    void file_replacedByAFifo_expiredServerIsEndedAndTheKindIsTold() throws Exception {
        try (SecureTls tls = SecureTls.trusting(scene.anchors())
                .presenting(scene.identity())
                .clock(scene.clock)
                .rotation(often().build())
                .build()) {
            SSLSocket one = connect(tls, ending);
            SSLSocket other = connect(tls, staying);
            var unused = fifo("fifo.crt");
            Files.move(
                    directory.resolve("fifo.crt"),
                    scene.files.path("ca.crt"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            await().atMost(LONG).until(() -> tls.status().lastFailure().isPresent());
            assertThat(tls.status().lastFailure().orElseThrow().message()).contains("ca.crt is a named pipe (FIFO)");
            assertExpiryEndsOneOf(one, other);
        }
    }

    // Responders

    /** Is asked by the responder for the time of each answer. */
    private static final class Holding extends MutableClock {
        private volatile CountDownLatch held = new CountDownLatch(0);
        private final CountDownLatch asked = new CountDownLatch(1);

        @Override
        public Instant instant() {
            if (held.getCount() > 0) {
                asked.countDown();
            }
            try {
                held.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return super.instant();
        }
    }

    @Test
    void responderDead_serverOfARemovedAnchorIsEndedBeforeAnyAnswer() throws Exception {
        Holding holding = new Holding();
        scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
        try (OcspResponder responder =
                        OcspResponder.builder(ROOT).clock(holding).start();
                OcspResponder others = OcspResponder.builder(OTHER_ROOT).start();
                TlsTerminator server = TlsTerminator.alone(OTHER_ROOT
                        .issue()
                        .dnsName("localhost")
                        .ocspUrl(others.url())
                        .build());
                TlsTerminator first = TlsTerminator.alone(ROOT.issue()
                        .dnsName("localhost")
                        .ocspUrl(responder.url())
                        .build());
                TlsTerminator second = TlsTerminator.alone(ROOT.issue()
                        .dnsName("localhost")
                        .ocspUrl(responder.url())
                        .build());
                SecureTls tls = scene.tls()
                        .revocation(Revocation.ocsp().withTimeout(Duration.ofMinutes(1)))
                        .build()) {
            List<SSLSocket> stay = List.of(connect(tls, first), connect(tls, second));
            SSLSocket gone = connect(tls, server);
            holding.held = new CountDownLatch(1);
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", ROOT.certificatePem()));
            tls.reload();
            assertEnds(gone, RefusalReason.UNTRUSTED_ISSUER);
            assertThat(holding.asked.await(30, TimeUnit.SECONDS)).isTrue();
            for (SSLSocket socket : stay) {
                ping(socket);
            }
            holding.held.countDown();
        }
    }

    @Test
    void responderDead_connectionsAreUncheckedUntilItAnswers_thenTheRevokedOneIsEnded() throws Exception {
        Holding holding = new Holding();
        try (OcspResponder responder =
                        OcspResponder.builder(ROOT).clock(holding).start();
                SecureTls tls = scene.tls()
                        .revocation(Revocation.ocsp(URI.create(responder.url())).withTimeout(Duration.ofSeconds(3)))
                        .rotation(often().build())
                        .build()) {
            SSLSocket one = connect(tls, ending);
            SSLSocket other = connect(tls, staying);
            responder.revoke(ENDING);
            holding.held = new CountDownLatch(1);
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
            tls.reload();
            await().atMost(LONG).until(() -> tls.status().backlog().connectionsUnchecked() == 2);
            assertThat(tls.health().toString()).contains("no OCSP responder has answered", ": 2");
            ping(one);
            holding.held.countDown();
            assertEnds(one, RefusalReason.REVOKED);
            await().atMost(LONG).until(() -> tls.status().backlog().connectionsUnchecked() == 0);
            ping(other);
        }
    }

    /** An answer of before is good for a new identity, and not for new anchors. */
    @Test
    void revokedMeanwhile_anchorsChange_isEndedThoughAnAnswerWasKept() throws Exception {
        try (OcspResponder responder = OcspResponder.builder(ROOT).start();
                SecureTls tls = scene.tls()
                        .revocation(Revocation.ocsp(URI.create(responder.url())))
                        .rotation(often().drainWindow(Duration.ofHours(1)).build())
                        .build()) {
            SSLSocket one = connect(tls, ending);
            SSLSocket other = connect(tls, staying);
            responder.revoke(ENDING);
            int asked = responder.requests();

            scene.files.write(
                    WriteStrategy.RENAME, pair(ROOT.issue().subject("CN=second").build()));
            tls.reload();
            connect(tls, ending).close();
            ping(one);
            assertThat(responder.requests()).isEqualTo(asked);

            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
            tls.reload();
            assertEnds(one, RefusalReason.REVOKED);
            ping(other);
            assertThat(responder.requests()).isGreaterThan(asked);
        }
    }
}
