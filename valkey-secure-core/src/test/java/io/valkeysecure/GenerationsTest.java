package io.valkeysecure;

import static io.valkeysecure.MaterialScene.OTHER_ROOT;
import static io.valkeysecure.MaterialScene.ROOT;
import static io.valkeysecure.MaterialScene.SERVER;
import static io.valkeysecure.MaterialScene.awaitGeneration;
import static io.valkeysecure.MaterialScene.client;
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
import io.valkeysecure.internal.handshake.VerifiedSocket;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.TlsTerminator;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of connections when generations change, and of the thread that looks after them. */
class GenerationsTest extends WithMaterialScene {
    // Trust that ends

    @Test
    void anchorRemoved_openConnectionsAreClosedAndNewOnesRefused() throws IOException {
        scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
        try (SecureTls tls = scene.tls().build();
                SSLSocket socket = scene.connect(tls)) {
            ping(socket);
            scene.files.write(WriteStrategy.SYMLINK_SWAP, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
            assertClosed(tls, socket, RefusalReason.UNTRUSTED_ISSUER);
            assertRefused(tls, RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    @Test
    void serverRevoked_openConnectionsAreClosedAndNewOnesRefused() throws IOException {
        Path crl = directory.resolve("root.crl");
        ROOT.crl().number(1).build().write(crl);
        try (SecureTls tls = scene.tls().revocation(Revocation.crls(crl)).build();
                SSLSocket socket = scene.connect(tls)) {
            ping(socket);
            ROOT.crl().number(2).revoke(SERVER).build().write(crl);
            assertClosed(tls, socket, RefusalReason.REVOKED);
            assertRefused(tls, RefusalReason.REVOKED);
        }
    }

    /** A session of an earlier generation is not even offered. */
    @Test
    void anchorRemoved_sessionThatCouldResume_doesNot() throws IOException {
        scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
        try (SecureTls tls = scene.tls().build()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                var unused = scene.subjectSeen(tls);
                return scene.verified.get(scene.verified.size() - 1).resumed();
            });
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
            assertThat(tls.reload()).isTrue();
            assertRefused(tls, RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    @Test
    void identityChanged_sessionThatCouldResume_doesNot() throws IOException {
        try (SecureTls tls = scene.tls().build()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                var unused = scene.subjectSeen(tls);
                return scene.verified.get(scene.verified.size() - 1).resumed();
            });
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            tls.reload();
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=second");
            assertThat(scene.verified.get(scene.verified.size() - 1).resumed()).isFalse();
        }
    }

    @Test
    void serverExpires_openConnectionsAreClosed() throws IOException {
        try (SecureTls tls = scene.tls().clock(scene.clock).build();
                SSLSocket socket = scene.connect(tls)) {
            ping(socket);
            scene.clock.advance(Duration.between(
                    Instant.now(),
                    SERVER.certificate().getNotAfter().toInstant().plusSeconds(1)));
            assertClosed(tls, socket, RefusalReason.EXPIRED);
        }
    }

    private void assertClosed(SecureTls tls, SSLSocket socket, RefusalReason reason) throws IOException {
        await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().openConnections() == 0);
        assertThat(scene.server.awaitEnd(Duration.ofSeconds(60))).isTrue();
        Throwable thrown = catchThrowable(() -> ping(socket));
        assertThat(RefusalReason.of(thrown)).contains(reason);
        if (reason == RefusalReason.EXPIRED) {
            assertThat(thrown).hasStackTraceContaining("in the server's path CN=");
        }
        assertThat(RefusalReason.of(catchThrowable(() -> socket.getInputStream().read())))
                .contains(reason);
        // a client must not take it for one that it may connect anew by itself; a pool is told
        assertThat(socket.isClosed()).isFalse();
        assertThat(ManagedConnection.isDraining(() -> !socket.isClosed())).isTrue();
        socket.close();
        assertThat(socket.isClosed()).isTrue();
    }

    private void assertRefused(SecureTls tls, RefusalReason reason) {
        assertThatExceptionOfType(TlsHandshakeException.class)
                .isThrownBy(() -> scene.connect(tls))
                .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(reason));
    }

    @Test
    void threadThatReads_connectionClosed_isTold() throws Exception {
        try (SecureTls tls = scene.tls().build();
                SSLSocket socket = scene.connect(tls)) {
            CompletableFuture<Throwable> thrown = CompletableFuture.supplyAsync(
                    () -> catchThrowable(() -> socket.getInputStream().read()));
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
            tls.reload();
            assertThat(RefusalReason.of(thrown.get(60, java.util.concurrent.TimeUnit.SECONDS)))
                    .contains(RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    /** A peer that does not read must not hold up the thread that closes connections. */
    @Test
    void peerDoesNotRead_connectionsAreClosedAllTheSame() throws Exception {
        try (java.net.ServerSocket listener = new java.net.ServerSocket(0)) {
            CompletableFuture<Void> server = CompletableFuture.runAsync(() -> {
                try (Socket accepted = listener.accept();
                        SSLSocket tls = (SSLSocket) SERVER.tlsContext(ROOT)
                                .getSocketFactory()
                                .createSocket(accepted, "localhost", accepted.getPort(), true)) {
                    tls.setUseClientMode(false);
                    tls.startHandshake();
                    Thread.currentThread().join(10_000); // reads nothing
                } catch (IOException | InterruptedException e) {
                    // the test has ended
                }
            });
            try (SecureTls tls = scene.tls().build();
                    Socket plain = new Socket("localhost", listener.getLocalPort())) {
                SSLSocket socket = TlsHandshake.start(
                                tls, new Endpoint("localhost", listener.getLocalPort()), ClientLibrary.OTHER)
                        .overSocket(plain);
                CompletableFuture<Throwable> writer = CompletableFuture.supplyAsync(() -> catchThrowable(() -> {
                    while (true) {
                        socket.getOutputStream().write(new byte[16 * 1024]);
                    }
                }));
                scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
                tls.reload();
                assertThat(RefusalReason.of(writer.get(60, java.util.concurrent.TimeUnit.SECONDS)))
                        .contains(RefusalReason.UNTRUSTED_ISSUER);
            }
            server.cancel(true);
        }
    }

    // Own identity

    @Test
    void ownIdentityExpired_isRefusedBeforeAByteIsSent() throws IOException {
        try (SecureTls tls = scene.tls().clock(scene.clock).build();
                HostilePeer peer = HostilePeer.tls(SERVER)) {
            scene.clock.advance(Duration.ofDays(30));
            Endpoint endpoint = new Endpoint("localhost", peer.port());
            try (Socket plain = new Socket("localhost", peer.port())) {
                assertThatExceptionOfType(TlsHandshakeException.class)
                        .isThrownBy(() -> TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER)
                                .overSocket(plain))
                        .withMessageContaining("own client identity")
                        .satisfies(refusal -> assertThat(refusal.reason()).isEqualTo(RefusalReason.EXPIRED));
            }
            assertThat(RefusalReason.of(catchThrowable(() -> TlsHandshake.start(tls, endpoint, ClientLibrary.OTHER)
                            .engine())))
                    .contains(RefusalReason.EXPIRED);
            assertThat(peer.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(peer.rawBytes()).isEmpty();
        }
    }

    // DrainHandler

    /** How they are spread over the window is measured in ConnectionDrainerTest, by a clock of the test's own. */
    @Test
    void identityChanged_connectionsBecomeReplaceableOneByOneAndEndWithTheWindow() throws Exception {
        Duration window = Duration.ofSeconds(5);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        try (SecureTls tls =
                scene.tls().rotation(often().drainWindow(window).build()).build()) {
            List<SSLSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                sockets.add(scene.connect(tls));
            }
            Recorded holding = Recorded.in(tls, () -> {
                asked.countDown();
                over.await();
            });
            long begun = System.nanoTime();
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            tls.reload();
            SSLSocket recent = scene.connect(tls);

            // while one is asked, the thread that asks and closes does nothing else
            assertThat(asked.await(60, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            assertThat(tls.status().openConnections()).isEqualTo(12);
            for (SSLSocket socket : sockets) {
                assertThat(socket.isClosed()).isFalse();
            }
            over.countDown();
            await().atMost(Duration.ofSeconds(60)).until(() -> replaceable(sockets) >= 3);
            await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().openConnections() == 1);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .isGreaterThanOrEqualTo(window.multipliedBy(8).dividedBy(10));
            assertThat(holding.asked()).isLessThan(holding.closed());
            for (SSLSocket socket : sockets) {
                assertThat(RefusalReason.of(catchThrowable(() -> ping(socket)))).contains(RefusalReason.DRAINED);
                socket.close();
            }
            ping(recent);
            assertThat(ManagedConnection.isDraining(() -> !recent.isClosed())).isFalse();
            recent.close();
        }
    }

    private static long replaceable(List<SSLSocket> sockets) {
        return sockets.stream()
                .filter(socket -> ManagedConnection.isDraining(() -> !socket.isClosed()))
                .count();
    }

    /** What is asked of a connection, and when. */
    private static final class Recorded implements ManagedConnection {
        private volatile @Nullable Long asked;
        private volatile @Nullable Long closed;
        private volatile Runnable whenClosed = () -> {};
        private final Blocking whenAsked;

        interface Blocking {
            void run() throws InterruptedException;
        }

        Recorded(Blocking whenAsked) {
            this.whenAsked = whenAsked;
        }

        static Recorded in(SecureTls tls) throws IOException {
            return in(tls, () -> {});
        }

        static Recorded in(SecureTls tls, Blocking whenAsked) throws IOException {
            TlsHandshake handshake = TlsHandshake.start(tls, new Endpoint("localhost", 1), ClientLibrary.OTHER);
            SSLEngine engine = handshake.engine();
            new EnginePair(engine, SERVER.tlsContext(ROOT).createSSLEngine()).shakeHands();
            var unused = handshake.verify(engine);
            Recorded connection = new Recorded(whenAsked);
            connection.whenClosed = handshake.opened(connection);
            return connection;
        }

        @Override
        public void drain() {
            if (asked == null) {
                asked = System.nanoTime();
                try {
                    whenAsked.run();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }

        @Override
        public void close(TlsHandshakeException reason) {
            closed = System.nanoTime();
            whenClosed.run();
        }

        long asked() {
            return Objects.requireNonNull(asked);
        }

        long closed() {
            return Objects.requireNonNull(closed);
        }
    }

    /** None of them is ever quiet, so that each counts twice: when it is asked, and when it is closed. */
    @Test
    @Tag("long")
    void identityChanged_manyConnectionsAndAShortWindow_areDrainedNoFasterThanTheLimit() throws IOException {
        int limit = 20;
        Rotation rotation =
                often().drainWindow(Duration.ZERO).reconnectsPerSecond(limit).build();
        try (SecureTls tls = scene.tls().rotation(rotation).build()) {
            List<Recorded> connections = new ArrayList<>();
            for (int i = 0; i < limit; i++) {
                connections.add(Recorded.in(tls));
            }
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            tls.reload();
            await().atMost(Duration.ofSeconds(30)).until(() -> tls.status().openConnections() == 0);
            List<Long> times = connections.stream()
                    .flatMap(connection -> Stream.of(connection.asked(), connection.closed()))
                    .sorted()
                    .toList();
            assertThat(connections).allMatch(connection -> connection.asked() < connection.closed());
            for (long from : times) {
                assertThat(times.stream()
                                .filter(time -> time - from >= 0 && time - from < 1_000_000_000)
                                .count())
                        .isLessThanOrEqualTo(limit);
            }
        }
    }

    /** Whatever delays the watching thread, a connection has its time for a quiet moment. */
    @Test
    void identityChanged_watcherHeldUpBeyondTheWindow_connectionsAreAskedFirst() throws Exception {
        Duration window = Duration.ofSeconds(1);
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch over = new CountDownLatch(1);
        AtomicBoolean held = new AtomicBoolean();
        try (SecureTls tls =
                scene.tls().rotation(often().drainWindow(window).build()).build()) {
            List<Recorded> connections = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                connections.add(Recorded.in(tls, () -> {
                    if (!held.getAndSet(true)) {
                        asked.countDown();
                        over.await();
                    }
                }));
            }
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            tls.reload();
            assertThat(asked.await(30, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
            await().pollDelay(window.plusMillis(500)).until(() -> true);
            over.countDown();
            await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().openConnections() == 0);
            // one of them is the connection that blocked when it was asked
            assertThat(connections)
                    .filteredOn(connection -> connection.closed() - connection.asked()
                            >= window.dividedBy(2).toNanos())
                    .hasSizeGreaterThanOrEqualTo(2);
        }
    }

    // Revocation by OCSP

    @Test
    void identityChanged_ocspAnswersAreKept_anchorsChanged_areNot() throws IOException {
        try (OcspResponder responder = OcspResponder.builder(ROOT).start();
                SecureTls tls = scene.tls()
                        .revocation(Revocation.ocsp(URI.create(responder.url())))
                        .build();
                SSLSocket socket = scene.connect(tls)) {
            assertThat(responder.requests()).isEqualTo(1);

            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            tls.reload();
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=second");
            assertThat(responder.requests()).isEqualTo(1);

            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
            tls.reload();
            assertThat(scene.subjectSeen(tls)).isEqualTo("CN=second");
            assertThat(responder.requests()).isEqualTo(2);
            ping(socket);
        }
    }

    @Test
    void identityChanged_withoutDraining_connectionsStay() throws IOException {
        Rotation rotation = often().withoutDraining().build();
        try (SecureTls tls = scene.tls().rotation(rotation).build();
                SSLSocket socket = scene.connect(tls)) {
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            awaitGeneration(tls, 2);
            // closed by the same pass that would have drained it
            scene.files.write(WriteStrategy.RENAME, pair(client("third")));
            awaitGeneration(tls, 3);
            ping(socket);
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", OTHER_ROOT.certificatePem()));
            assertClosed(tls, socket, RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    @Test
    void anchorAdded_connectionsStay() throws IOException {
        try (SecureTls tls = scene.tls()
                        .rotation(often().drainWindow(Duration.ZERO).build())
                        .build();
                SSLSocket socket = scene.connect(tls)) {
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, OTHER_ROOT)));
            awaitGeneration(tls, 2);
            scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(OTHER_ROOT, ROOT)));
            awaitGeneration(tls, 3);
            ping(socket);
        }
    }

    // Warnings

    @Test
    void expiry_eachDistance_isToldOnce() throws IOException {
        Instant end = Instant.now().plus(Duration.ofDays(90));
        TestCertificate root =
                TestCertificate.root().subject("CN=Ending Root").notAfter(end).build();
        TestCertificate identity =
                root.issue().subject("CN=ending").notAfter(end.minusSeconds(1)).build();
        TestCertificate ending = root.issue()
                .subject("CN=ending server")
                .dnsName("localhost")
                .notAfter(end.minusSeconds(2))
                .build();
        Path crl = directory.resolve("ending.crl");
        root.crl().nextUpdate(end.minusSeconds(3)).build().write(crl);
        scene.server.present(ending);
        scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", root.certificatePem()));
        scene.files.write(WriteStrategy.RENAME, pair(identity));
        try (SecureTls tls = scene.tls()
                        .clock(scene.clock)
                        .revocation(Revocation.crls(crl))
                        .rotation(often().build())
                        .build();
                SSLSocket socket = scene.connect(tls)) {
            ping(socket);
            assertThat(scene.warned).isEmpty();
            Duration before = Duration.ofDays(90);
            int told = 0;
            for (Duration distance :
                    List.of(Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(1), Duration.ofHours(1))) {
                scene.clock.advance(before.minus(distance));
                before = distance;
                told += 4;
                int expected = told;
                await().atMost(Duration.ofSeconds(60)).until(() -> scene.warned.size() >= expected);
                assertThat(scene.warned.subList(told - 4, told))
                        .extracting(ExpiryWarning::role)
                        .containsExactlyInAnyOrder(ExpiryWarning.Role.values());
                assertThat(scene.warned.subList(told - 4, told))
                        .allSatisfy(warning ->
                                assertThat(warning.remaining()).isBetween(distance.minusMinutes(1), distance));
            }
            tls.reload();
            assertThat(scene.warned).hasSize(told);
            assertThat(scene.warned).extracting(ExpiryWarning::subject).contains("CN=ending", "CN=ending server");
        }
    }

    /** What lives for hours is not warned of a month before its end, which would be always. */
    @Test
    void expiry_distanceLongerThanTheLife_isNotTold() {
        try (SecureTls tls = scene.tls()
                .rotation(often().expiryWarnings(Duration.ofDays(3650)).build())
                .build()) {
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            awaitGeneration(tls, 2);
            scene.files.write(WriteStrategy.RENAME, pair(client("third")));
            awaitGeneration(tls, 3);
            assertThat(scene.warned).isEmpty();
        }
    }

    // Threads and growth

    static long watchers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("valkey-secure-watch"))
                .count();
    }

    @Test
    void thread_onePerSecureTls_endsWithIt() {
        await().atMost(Duration.ofSeconds(60)).until(() -> watchers() == 0);
        try (SecureTls first = scene.tls().build();
                SecureTls second = scene.tls().build()) {
            assertThat(watchers()).isEqualTo(2);
            assertThat(Thread.getAllStackTraces().keySet())
                    .filteredOn(thread -> thread.getName().equals("valkey-secure-watch"))
                    .allMatch(Thread::isDaemon);
            assertThat(first.reload() || second.reload()).isFalse();
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> watchers() == 0);
    }

    @Test
    void thread_buildFails_isNotStarted() throws IOException {
        await().atMost(Duration.ofSeconds(60)).until(() -> watchers() == 0);
        Files.writeString(scene.files.path("tls.key"), "nothing");
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(() -> scene.tls().build());
        assertThat(watchers()).isZero();
    }

    @Test
    @Tag("long")
    void connects_duringReloads_useOneGeneration() {
        Map<Long, String> identityOf = new ConcurrentHashMap<>();
        identityOf.put(1L, "CN=first");
        Map<Integer, Long> generationOf = new ConcurrentHashMap<>();
        AtomicBoolean ended = new AtomicBoolean();
        try (SecureTls tls = scene.tls()
                .rotation(Rotation.builder().withoutDraining().build())
                .build()) {
            List<CompletableFuture<Void>> clients = IntStream.range(0, 4)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> {
                        while (!ended.get()) {
                            try (SSLSocket socket = scene.connect(tls)) {
                                ping(socket);
                                generationOf.put(socket.getLocalPort(), generationIn(socket));
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        }
                    }))
                    .toList();
            for (int i = 2; i <= 40; i++) {
                scene.files.write(WriteStrategy.RENAME, pair(client("number " + i)));
                tls.reload();
                identityOf.put(tls.status().generation(), "CN=number " + i);
            }
            ended.set(true);
            clients.forEach(CompletableFuture::join);
        }
        Map<Integer, String> seen = new ConcurrentHashMap<>();
        for (TlsTerminator.Connection connection : scene.server.connections()) {
            seen.put(connection.clientPort(), String.valueOf(connection.client().getSubjectX500Principal()));
        }
        assertThat(generationOf).hasSizeGreaterThan(20);
        assertThat(generationOf)
                .allSatisfy((port, generation) -> assertThat(seen.get(port)).isEqualTo(identityOf.get(generation)));
    }

    private static long generationIn(SSLSocket socket) {
        return ((VerifiedSocket) socket).verified().generation();
    }

    @Test
    @Tag("long")
    void reloads_1000_leaveNothing() throws IOException {
        Logger quiet = Logger.getLogger("io.valkeysecure");
        quiet.setLevel(Level.WARNING);
        List<TestCertificate> identities =
                IntStream.range(0, 20).mapToObj(i -> client("number " + i)).toList();
        Rotation rotation = Rotation.builder().drainWindow(Duration.ZERO).build();
        try (SecureTls tls = scene.tls().rotation(rotation).build()) {
            reloads(tls, identities, 100);
            scene.verified.clear();
            scene.reloaded.clear();
            Figures before = Figures.now();
            reloads(tls, identities, 1000);
            scene.verified.clear();
            scene.reloaded.clear();
            scene.server.forgetEnded();
            await().atMost(Duration.ofSeconds(60)).until(() -> Figures.now().threads() <= before.threads() + 1);
            Figures after = Figures.now();
            System.out.println("reloads: 1000, before " + before + ", after " + after);
            assertThat(after.descriptors()).isLessThanOrEqualTo(before.descriptors() + 5);
            assertThat(after.heapKilobytes()).isLessThan(before.heapKilobytes() + 4096);
            assertThat(tls.status().generation()).isGreaterThan(1000);
        } finally {
            quiet.setLevel(null);
        }
    }

    private void reloads(SecureTls tls, List<TestCertificate> identities, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            scene.files.write(WriteStrategy.RENAME, pair(identities.get(i % identities.size())));
            tls.reload(); // or the watcher was faster
            if (i % 50 == 0) {
                assertThat(scene.subjectSeen(tls)).isEqualTo("CN=number " + i % identities.size());
            }
        }
        await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().openConnections() == 0);
    }

    private record Figures(long threads, long descriptors, long heapKilobytes) {
        static Figures now() throws IOException {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            Path open = Path.of("/proc/self/fd");
            long descriptors = 0;
            if (Files.isDirectory(open)) {
                try (Stream<Path> all = Files.list(open)) {
                    descriptors = all.count();
                }
            }
            return new Figures(
                    Thread.getAllStackTraces().size(),
                    descriptors,
                    (runtime.totalMemory() - runtime.freeMemory()) / 1024);
        }
    }
}
