package io.valkeysecure;

import static io.valkeysecure.MaterialScene.OTHER_ROOT;
import static io.valkeysecure.MaterialScene.ROOT;
import static io.valkeysecure.MaterialScene.SERVER;
import static io.valkeysecure.MaterialScene.client;
import static io.valkeysecure.MaterialScene.pair;
import static io.valkeysecure.MaterialScene.ping;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.MutableClock;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The server is judged by the material in force at each step between the end of a handshake and the registration of its
 * connection, and whatever goes wrong on that way is a refusal. The order of events is forced: the material changes
 * inside the step.
 */
class TrustInForceTest extends WithMaterialScene {
    private Path crl;

    private final HookedClock clock = new HookedClock();

    /** The system's clock; when this thread asks for the time next, it runs something first. */
    private static final class HookedClock extends MutableClock {
        private final Thread owner = Thread.currentThread();
        private final AtomicReference<@Nullable Runnable> next = new AtomicReference<>();

        @Override
        public Instant instant() {
            Runnable hook = Thread.currentThread() == owner ? next.getAndSet(null) : null;
            if (hook != null) {
                hook.run();
            }
            return super.instant();
        }
    }

    /** Notes whether it is asked to end. */
    private static final class Recorded implements ManagedConnection {
        volatile boolean asked;

        @Override
        public void drain() {
            asked = true;
        }

        @Override
        public void close(TlsHandshakeException reason) {}
    }

    @BeforeEach
    void open() {
        crl = directory.resolve("root.crl");
        ROOT.crl().number(1).build().write(crl);
        write(ROOT, OTHER_ROOT);
    }

    private void write(TestCertificate... anchors) {
        scene.files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(anchors)));
    }

    private SecureTls.Builder material() {
        return SecureTls.trusting(scene.anchors())
                .presenting(scene.identity())
                .clock(clock)
                .listener(scene);
    }

    private static void reload(SecureTls tls) {
        var unused = tls.reload(); // the watcher may have been faster
        assertThat(tls.status().generation()).isEqualTo(2);
    }

    private static TlsHandshake handshake(SecureTls tls) {
        return TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.OTHER);
    }

    private static SSLEngine shakenHands(TlsHandshake handshake) throws SSLException {
        SSLEngine engine = handshake.engine();
        new EnginePair(engine, SERVER.tlsContext(ROOT).createSSLEngine(), handshake).shakeHands();
        return engine;
    }

    private void assertRefused(SecureTls tls, @Nullable Throwable thrown, RefusalReason reason) {
        assertThat(RefusalReason.of(thrown)).as("%s", thrown).contains(reason);
        assertThat(scene.verified).isEmpty();
        assertThat(scene.refused).singleElement().isSameAs(thrown);
        assertThat(tls.status().openConnections()).isZero();
    }

    // By an engine, step by step

    @Test
    void verify_caRemovedAfterTheHandshake_isRefused() throws IOException {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = shakenHands(handshake);
            write(OTHER_ROOT);
            reload(tls);
            assertRefused(tls, catchThrowable(() -> handshake.verify(engine)), RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    @Test
    void verify_otherCaRemovedAfterTheHandshake_isVerified() throws IOException {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = shakenHands(handshake);
            write(ROOT);
            reload(tls);
            assertThat(handshake.verify(engine).generation()).isEqualTo(1);
        }
    }

    /**
     * The server is judged by the material in force, not by that of the beginning: it may also have come to trust it.
     */
    @Test
    void handshake_caAddedBeforeTheServerIsJudged_isVerified() throws IOException {
        write(OTHER_ROOT);
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = handshake.engine();
            write(OTHER_ROOT, ROOT);
            reload(tls);
            new EnginePair(engine, SERVER.tlsContext(ROOT).createSSLEngine(), handshake).shakeHands();
            assertThat(handshake.verify(engine).path().anchor()).isEqualTo(ROOT.certificate());
        }
    }

    @Test
    void opened_caRemovedAfterTheProof_isRefusedAndNotRegistered() throws IOException {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            var unused = handshake.verify(shakenHands(handshake));
            write(OTHER_ROOT);
            reload(tls);
            assertRefused(tls, catchThrowable(() -> handshake.opened(new Recorded())), RefusalReason.UNTRUSTED_ISSUER);
        }
    }

    @Test
    void opened_otherCaRemovedAfterTheProof_isRegistered() throws IOException {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            var unused = handshake.verify(shakenHands(handshake));
            write(ROOT);
            reload(tls);
            Runnable whenClosed = handshake.opened(new Recorded());
            assertThat(tls.status().openConnections()).isEqualTo(1);
            assertThat(scene.verified).hasSize(1);
            whenClosed.run();
            assertThat(tls.status().openConnections()).isZero();
        }
    }

    /** For an open connection that is left to its next handshake; this one has carried nothing yet. */
    @Test
    void opened_revocationUnknownSinceTheProof_isRefused() throws IOException {
        try (SecureTls tls = material().revocation(Revocation.crls(crl)).build()) {
            TlsHandshake handshake = handshake(tls);
            var unused = handshake.verify(shakenHands(handshake));
            OTHER_ROOT.crl().number(2).build().write(crl);
            reload(tls);
            assertRefused(
                    tls, catchThrowable(() -> handshake.opened(new Recorded())), RefusalReason.REVOCATION_UNKNOWN);
        }
    }

    @Test
    void opened_newerCrlSinceTheProof_isRegistered() throws IOException {
        try (SecureTls tls = material().revocation(Revocation.crls(crl)).build()) {
            TlsHandshake handshake = handshake(tls);
            var unused = handshake.verify(shakenHands(handshake));
            ROOT.crl().number(2).build().write(crl);
            reload(tls);
            handshake.opened(new Recorded()).run();
            assertThat(scene.verified).hasSize(1);
        }
    }

    @Test
    void opened_anchorReplacedSinceTheProof_pathIsThatOfTheMaterialInForce() throws IOException {
        TestCertificate ca = ROOT.issue().ca().subject("CN=Issuing").build();
        TestCertificate server = ca.issue().dnsName("localhost").build();
        write(ROOT);
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = handshake.engine();
            new EnginePair(engine, server.tlsContext(ROOT).createSSLEngine(), handshake).shakeHands();
            assertThat(handshake.verify(engine).path().anchor()).isEqualTo(ROOT.certificate());
            write(ca);
            reload(tls);
            handshake.opened(new Recorded()).run();
            assertThat(scene.verified).singleElement().satisfies(proof -> {
                assertThat(proof.path().anchor()).isEqualTo(ca.certificate());
                assertThat(proof.generation()).isEqualTo(1);
            });
        }
    }

    /** The connection presents the earlier identity: it is asked to end like others of that one. */
    @Test
    void opened_identityChangedSinceTheHandshake_isDrained() throws IOException {
        Rotation rotation = Rotation.builder().drainWindow(Duration.ZERO).build();
        try (SecureTls tls = material().rotation(rotation).build()) {
            TlsHandshake early = handshake(tls);
            var unusedEarly = early.verify(shakenHands(early));
            scene.files.write(WriteStrategy.RENAME, pair(client("second")));
            reload(tls);
            Recorded ofTheEarlier = new Recorded();
            Runnable earlyClosed = early.opened(ofTheEarlier);
            TlsHandshake late = handshake(tls);
            var unusedLate = late.verify(shakenHands(late));
            Recorded ofTheLater = new Recorded();
            Runnable lateClosed = late.opened(ofTheLater);
            await().atMost(Duration.ofSeconds(30)).until(() -> ofTheEarlier.asked);
            assertThat(ofTheLater.asked).isFalse();
            earlyClosed.run();
            lateClosed.run();
        }
    }

    @Test
    void opened_secureTlsClosedSinceTheProof_isNotKept() throws IOException {
        SecureTls tls = material().build();
        TlsHandshake handshake = handshake(tls);
        var unused = handshake.verify(shakenHands(handshake));
        tls.close();
        var unusedRunnable = handshake.opened(new Recorded());
        assertThat(tls.status().openConnections()).isZero();
    }

    @Test
    void opened_notVerified_throws() {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            assertThatIllegalStateException().isThrownBy(() -> handshake.opened(new Recorded()));
        }
    }

    // Refused by another thread

    @Test
    void verify_refusedByAnotherThread_throwsThatRefusal() throws Exception {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = shakenHands(handshake);
            TlsHandshakeException refusal = refusedByAnotherThread(handshake);
            assertThat(catchThrowable(() -> handshake.verify(engine))).isSameAs(refusal);
            assertThat(catchThrowable(() -> handshake.opened(new Recorded()))).isSameAs(refusal);
            assertRefused(tls, refusal, RefusalReason.PEER_CLOSED);
        }
    }

    @Test
    void opened_refusedByAnotherThread_throwsThatRefusalAndIsNotRegistered() throws Exception {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            var unused = handshake.verify(shakenHands(handshake));
            TlsHandshakeException refusal = refusedByAnotherThread(handshake);
            assertThat(catchThrowable(() -> handshake.opened(new Recorded()))).isSameAs(refusal);
            assertRefused(tls, refusal, RefusalReason.PEER_CLOSED);
        }
    }

    /** While the connection is registered: the judgement asks for the time, and meanwhile another thread refuses. */
    @Test
    void opened_refusedByAnotherThreadMeanwhile_throwsThatRefusalAndIsNotRegistered() throws Exception {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            var unused = handshake.verify(shakenHands(handshake));
            write(ROOT);
            reload(tls);
            AtomicReference<@Nullable TlsHandshakeException> refusal = new AtomicReference<>();
            clock.next.set(() -> refusal.set(refusedByAnotherThread(handshake)));
            Throwable thrown = catchThrowable(() -> handshake.opened(new Recorded()));
            assertThat(thrown).isNotNull().isSameAs(refusal.get());
            assertRefused(tls, thrown, RefusalReason.PEER_CLOSED);
        }
    }

    private static TlsHandshakeException refusedByAnotherThread(TlsHandshake handshake) {
        AtomicReference<@Nullable TlsHandshakeException> refusal = new AtomicReference<>();
        Thread other = new Thread(() -> refusal.set(handshake.refuse(new SocketException("the peer gave up"))));
        other.start();
        try {
            other.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return Objects.requireNonNull(refusal.get());
    }

    // Over a socket

    /** A connected socket that runs something when its timeout is set back, which is between proof and registration. */
    private static final class HookedSocket extends Socket {
        private final Runnable hook;

        HookedSocket(HostilePeer peer, Runnable hook) throws IOException {
            super("localhost", peer.port());
            this.hook = hook;
        }

        @Override
        public synchronized void setSoTimeout(int millis) throws SocketException {
            super.setSoTimeout(millis);
            if (millis == 0) {
                hook.run();
            }
        }
    }

    private static SSLSocket overSocket(SecureTls tls, HostilePeer peer, Socket plain) throws IOException {
        return TlsHandshake.start(tls, new Endpoint("localhost", peer.port()), ClientLibrary.OTHER)
                .overSocket(plain);
    }

    @Test
    void overSocket_caRemovedAfterTheProof_isRefusedWithoutAByte() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = material().build();
                Socket plain = new HookedSocket(peer, () -> {
                    write(OTHER_ROOT);
                    reload(tls);
                })) {
            assertRefused(tls, catchThrowable(() -> overSocket(tls, peer, plain)), RefusalReason.UNTRUSTED_ISSUER);
            assertThat(plain.isClosed()).isTrue();
            assertThat(peer.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void overSocket_otherCaRemovedAfterTheProof_connects() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = material().build();
                Socket plain = new HookedSocket(peer, () -> {
                    write(ROOT);
                    reload(tls);
                });
                SSLSocket socket = overSocket(tls, peer, plain)) {
            ping(socket);
            assertThat(scene.verified).hasSize(1);
            assertThat(scene.refused).isEmpty();
        }
    }

    /** The material changes while the earlier material judges: what that says is out of date when it is said. */
    @Test
    void overSocket_caRemovedWhileTheServerIsJudged_isRefusedWithoutAByte() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = material().build();
                Socket plain = new Socket("localhost", peer.port())) {
            // the first who asks looks at the own identity, the second at the server
            clock.next.set(() -> clock.next.set(() -> {
                write(OTHER_ROOT);
                reload(tls);
            }));
            assertRefused(tls, catchThrowable(() -> overSocket(tls, peer, plain)), RefusalReason.UNTRUSTED_ISSUER);
            assertThat(peer.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    // Any Throwable

    @Test
    void overSocket_errorWhileTheServerIsJudged_isRefusedAndClosedAndTold() throws IOException {
        Error error = new StackOverflowError();
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = material().build();
                Socket plain = new Socket("localhost", peer.port())) {
            clock.next.set(() -> clock.next.set(() -> {
                throw error;
            }));
            Throwable thrown = catchThrowable(() -> overSocket(tls, peer, plain));
            assertRefused(tls, thrown, RefusalReason.MALFORMED_CERTIFICATE);
            assertThat(thrown).hasRootCause(error);
            assertThat(plain.isClosed()).isTrue();
            assertThat(peer.awaitEnd(Duration.ofSeconds(30))).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void engine_errorBeforeTheHandshake_isRefusedAndTold() {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            clock.next.set(() -> {
                throw new OutOfMemoryError();
            });
            Throwable thrown = catchThrowable(handshake::engine);
            assertThat(thrown).isInstanceOf(TlsConfigurationException.class);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNCLASSIFIED);
            assertThat(scene.refused).hasSize(1);
        }
    }

    @Test
    void verify_error_isRefusedAndTold() throws IOException {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = shakenHands(handshake);
            write(ROOT);
            reload(tls);
            clock.next.set(() -> {
                throw new StackOverflowError();
            });
            assertRefused(tls, catchThrowable(() -> handshake.verify(engine)), RefusalReason.MALFORMED_CERTIFICATE);
        }
    }

    @Test
    void opened_error_isRefusedAndToldAndNotRegistered() throws IOException {
        try (SecureTls tls = material().build()) {
            TlsHandshake handshake = handshake(tls);
            var unused = handshake.verify(shakenHands(handshake));
            write(ROOT);
            reload(tls);
            clock.next.set(() -> {
                throw new StackOverflowError();
            });
            assertRefused(
                    tls, catchThrowable(() -> handshake.opened(new Recorded())), RefusalReason.MALFORMED_CERTIFICATE);
        }
    }

    /** What cannot even be read, since reading it ends in an Error again. */
    @Test
    void refuse_causeThatCannotBeRead_isARefusalAllTheSame() {
        try (SecureTls tls = material().build()) {
            TlsHandshakeException refusal = handshake(tls).refuse(new IOException() {
                private static final long serialVersionUID = 1L;

                @Override
                public String getMessage() {
                    throw new StackOverflowError();
                }
            });
            assertThat(refusal.reason()).isEqualTo(RefusalReason.UNCLASSIFIED);
            assertThat(scene.refused).containsExactly(refusal);
        }
    }
}
