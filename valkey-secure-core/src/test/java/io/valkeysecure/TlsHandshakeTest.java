package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.MutableClock;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One handshake over a socket, as Jedis makes it, and one by an engine, as Lettuce does. */
class TlsHandshakeTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate CA = ROOT.issue().ca().build();
    private static final TestCertificate SERVER =
            CA.issue().dnsName("localhost").build();
    private static final TestCertificate CLIENT = ROOT.issue().build();

    private final List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
    private final List<TlsHandshakeException> refused = new CopyOnWriteArrayList<>();
    private final TlsListener listener = new TlsListener() {
        @Override
        public void handshakeSucceeded(VerifiedHandshake handshake) {
            verified.add(handshake);
        }

        @Override
        public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
            assertThat(client).isEqualTo(ClientLibrary.OTHER);
            assertThat(elapsed).isPositive();
            refused.add(refusal);
        }
    };

    // Both ways

    @ParameterizedTest
    @EnumSource
    void overSocket_goodServer_isVerified(TlsVersion version) throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER, only(version));
                SecureTls tls = tls().build();
                SSLSocket socket = connect(tls, "localhost", peer)) {
            ping(socket);
            assertThat(verified).singleElement().satisfies(handshake -> assertRecord(handshake, version));
            assertThat(verified.get(0).endpoint()).isEqualTo(new Endpoint("localhost", peer.port()));
            assertThat(refused).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void engine_goodServer_isVerified(TlsVersion version) throws IOException {
        try (SecureTls tls = tls().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = handshake.engine();
            EnginePair pair = pair(handshake, engine, SERVER, version);
            pair.shakeHands();
            VerifiedHandshake proof = handshake.verify(engine);
            assertThat(verified).isEmpty();
            var unused = handshake.opened(new Unwatched());
            pair.exchange();
            assertRecord(proof, version);
            assertThat(verified).singleElement().satisfies(told -> assertRecord(told, version));
        }
    }

    /** A connection that is not asked to end. */
    private static final class Unwatched implements ManagedConnection {
        @Override
        public void drain() {}

        @Override
        public void close(TlsHandshakeException reason) {}
    }

    private static void assertRecord(VerifiedHandshake handshake, TlsVersion version) {
        assertThat(handshake.client()).isEqualTo(ClientLibrary.OTHER);
        assertThat(handshake.version()).isEqualTo(version);
        assertThat(TlsPolicy.modern().cipherSuites()).contains(handshake.cipherSuite());
        assertThat(handshake.path().certificates()).isEqualTo(SERVER.chain());
        assertThat(handshake.path().anchor()).isEqualTo(ROOT.certificate());
        assertThat(handshake.leaf()).isEqualTo(SERVER.certificate());
        assertThat(handshake.generation()).isEqualTo(1);
        assertThat(handshake.resumed()).isFalse();
        assertThat(handshake.elapsed()).isPositive();
    }

    @ParameterizedTest
    @EnumSource
    void overSocket_otherName_isRefusedAndClosed(TlsVersion version) throws IOException {
        TestCertificate other = CA.issue().dnsName("other.example").build();
        try (HostilePeer peer = HostilePeer.tls(other, only(version));
                SecureTls tls = tls().build();
                Socket plain = new Socket("localhost", peer.port())) {
            TlsHandshake handshake = handshake(tls, "localhost", peer.port());
            TlsHandshakeException refusal =
                    catchThrowableOfType(TlsHandshakeException.class, () -> handshake.overSocket(plain));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.NAME_MISMATCH);
            assertThat(refusal.endpoint()).isEqualTo(handshake.endpoint());
            assertThat(plain.isClosed()).isTrue();
            assertThat(refused).containsExactly(refusal);
            assertThat(verified).isEmpty();
            assertThat(peer.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void engine_otherName_isRefused(TlsVersion version) {
        TestCertificate other = CA.issue().dnsName("other.example").build();
        try (SecureTls tls = tls().build()) {
            TlsHandshake handshake = handshake(tls);
            EnginePair pair = pair(handshake, handshake.engine(), other, version);
            TlsHandshakeException refusal = handshake.refuse(catchThrowable(pair::shakeHands));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.NAME_MISMATCH);
            assertThat(refused).containsExactly(refusal);
        }
    }

    /** The name is ours to check: JSSE would see nothing wrong when nobody asks it for endpoint identification. */
    @ParameterizedTest
    @EnumSource
    void engine_endpointIdentificationTakenAway_isRefusedAllTheSame(TlsVersion version) {
        TestCertificate other = CA.issue().dnsName("other.example").build();
        try (SecureTls tls = tls().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = handshake.engine();
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm(""); // null would leave it as it is
            engine.setSSLParameters(parameters);
            EnginePair pair = pair(handshake, engine, other, version);
            assertThat(handshake.refuse(catchThrowable(pair::shakeHands)).reason())
                    .isEqualTo(RefusalReason.NAME_MISMATCH);
        }
    }

    @Test
    void parameters_ofTheEngine_areThePolicys() {
        try (SecureTls tls = tls().policy(TlsPolicy.strict()).build()) {
            SSLParameters parameters = handshake(tls).engine().getSSLParameters();
            assertThat(parameters.getEndpointIdentificationAlgorithm()).isEqualTo("HTTPS");
            assertThat(parameters.getProtocols()).containsExactly("TLSv1.3");
            assertThat(parameters.getCipherSuites())
                    .containsExactlyElementsOf(TlsPolicy.strict().cipherSuites());
            assertThat(parameters.getUseCipherSuitesOrder()).isTrue();
            assertThat(parameters.getServerNames()).containsExactly(new SNIHostName("localhost"));
        }
    }

    // Once

    @Test
    void handshake_usedTwice_throws() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = tls().build();
                Socket plain = new Socket("localhost", peer.port());
                Socket second = new Socket("localhost", peer.port())) {
            TlsHandshake handshake = handshake(tls, "localhost", peer.port());
            handshake.overSocket(plain).close();
            assertThatIllegalStateException()
                    .isThrownBy(() -> handshake.overSocket(second))
                    .withMessageContaining("was used already");
            assertThatIllegalStateException().isThrownBy(handshake::engine);
        }
    }

    @Test
    void refuse_twice_isTheSameAndToldOnce() {
        try (SecureTls tls = tls().build()) {
            TlsHandshake handshake = handshake(tls);
            TlsHandshakeException first = handshake.refuse(new IOException("broken"));
            assertThat(handshake.refuse(new SSLException("later"))).isSameAs(first);
            assertThat(first.reason()).isEqualTo(RefusalReason.UNCLASSIFIED);
            assertThat(first).hasCauseInstanceOf(IOException.class);
            assertThat(refused).containsExactly(first);
        }
    }

    @Test
    void received_plaintext_explainsTheRefusal() throws TlsHandshakeException {
        try (SecureTls tls = tls().build()) {
            TlsHandshake handshake = handshake(tls);
            assertThat(handshake.received(StandardCharsets.US_ASCII.encode("-ERR ")))
                    .isFalse();
            assertThat(handshake.refuse(new SSLException("Unrecognized record")).reason())
                    .isEqualTo(RefusalReason.PLAINTEXT_PEER);
        }
    }

    // What was negotiated

    /** An engine that was not told of the policy's minimum: what came out is looked at, not what was asked for. */
    @Test
    void verify_versionBelowThePolicy_isRefused() throws IOException {
        try (SecureTls tls = tls().policy(TlsPolicy.strict()).build();
                SecureTls lax = tls(new TlsListener() {}).build()) {
            TlsHandshake handshake = handshake(tls);
            TlsHandshakeException refusal = catchThrowableOfType(
                    TlsHandshakeException.class, () -> handshake.verify(negotiated(lax, TlsVersion.TLS_1_2)));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.PROTOCOL_VERSION);
            assertThat(refusal).hasMessageContaining("expected TLSv1.3 or newer, negotiated TLSv1.2");
            assertThat(refused).containsExactly(refusal);
            assertThat(verified).isEmpty();
        }
    }

    @Test
    void verify_suiteOutsideThePolicy_isRefused() throws IOException {
        TlsPolicy chachaOnly = TlsPolicy.strict().toBuilder()
                .cipherSuites(List.of("TLS_CHACHA20_POLY1305_SHA256"))
                .build();
        try (SecureTls tls = tls().policy(chachaOnly).build();
                SecureTls lax = tls(new TlsListener() {}).build()) {
            TlsHandshakeException refusal = catchThrowableOfType(
                    TlsHandshakeException.class, () -> handshake(tls).verify(negotiated(lax, TlsVersion.TLS_1_3)));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.CIPHER_SUITE);
            assertThat(refusal).hasMessageContaining("negotiated TLS_AES_");
            assertThat(refused).containsExactly(refusal);
        }
    }

    /** An engine that has not shaken hands has nothing that could be verified. */
    @Test
    void verify_beforeTheHandshake_isRefused() {
        try (SecureTls tls = tls().build()) {
            TlsHandshake handshake = handshake(tls);
            SSLEngine engine = handshake.engine();
            assertThat(catchThrowable(() -> handshake.verify(engine))).isInstanceOf(TlsHandshakeException.class);
            assertThat(verified).isEmpty();
        }
    }

    private static SSLEngine negotiated(SecureTls tls, TlsVersion version) throws SSLException {
        TlsHandshake handshake = handshake(tls);
        SSLEngine engine = handshake.engine();
        pair(handshake, engine, SERVER, version).shakeHands();
        return engine;
    }

    // Resumption

    @ParameterizedTest
    @EnumSource
    void resumption_sameServer_happensAndIsVerified(TlsVersion version) throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER, only(version));
                SecureTls tls = tls().build()) {
            for (int i = 0; i < 10; i++) {
                try (SSLSocket socket = connect(tls, "localhost", peer)) {
                    ping(socket);
                }
            }
            assertThat(verified)
                    .hasSize(10)
                    .extracting(VerifiedHandshake::resumed)
                    .contains(true);
            assertThat(verified.get(0).resumed()).isFalse();
            assertThat(verified)
                    .allMatch(handshake -> handshake.path().certificates().equals(SERVER.chain()));
        }
    }

    /** JSSE does not ask the trust manager when it resumes: a leaf that has expired since is refused by us. */
    @ParameterizedTest
    @EnumSource
    void resumption_leafExpiredMeanwhile_isRefused(TlsVersion version) throws IOException {
        MutableClock clock = new MutableClock();
        TestCertificate root = TestCertificate.root()
                .notAfter(clock.instant().plus(Duration.ofDays(9)))
                .build();
        TestCertificate shortLived = root.issue()
                .dnsName("localhost")
                .notAfter(clock.instant().plus(Duration.ofHours(1)))
                .build();
        try (HostilePeer peer = HostilePeer.tls(shortLived, only(version));
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                        .withoutClientIdentity()
                        .clock(clock)
                        .listener(listener)
                        .build()) {
            for (int i = 0; i < 3; i++) {
                try (SSLSocket socket = connect(tls, "localhost", peer)) {
                    ping(socket);
                }
            }
            assertThat(verified).last().matches(VerifiedHandshake::resumed);

            clock.advance(Duration.ofHours(2));
            TlsHandshakeException refusal =
                    catchThrowableOfType(TlsHandshakeException.class, () -> connect(tls, "localhost", peer));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.EXPIRED);
            assertThat(refused).containsExactly(refusal);
        }
    }

    /** A session of one name is not good for another, though server and port are the same. */
    @ParameterizedTest
    @EnumSource
    void resumption_otherHostSamePort_isCheckedForThatHost(TlsVersion version) throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER, only(version));
                SecureTls tls = tls().build()) {
            for (int i = 0; i < 3; i++) {
                try (SSLSocket socket = connect(tls, "localhost", peer)) {
                    ping(socket);
                }
                TlsHandshakeException refusal =
                        catchThrowableOfType(TlsHandshakeException.class, () -> connect(tls, "127.0.0.1", peer));
                assertThat(refusal.reason()).isEqualTo(RefusalReason.NAME_MISMATCH);
            }
        }
    }

    /** A session that was made for one host, offered for another: the name is looked at after resumption as well. */
    @Test
    void verify_sessionOfAnotherHost_isRefused() throws IOException {
        try (SecureTls tls = tls().build()) {
            SSLEngine engine = negotiated(tls, TlsVersion.TLS_1_3);
            TlsHandshake other = handshake(tls, "other.example", 6379);
            TlsHandshakeException refusal =
                    catchThrowableOfType(TlsHandshakeException.class, () -> other.verify(engine));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.NAME_MISMATCH);
        }
    }

    // Time

    @Test
    @Timeout(60)
    void overSocket_peerDrips_endsByTheHandshakeTimeout() throws IOException {
        Duration timeout = Duration.ofMillis(500);
        try (HostilePeer peer = HostilePeer.dripsSlowly(Duration.ofMillis(200));
                SecureTls tls = tls().policy(
                                TlsPolicy.builder().handshakeTimeout(timeout).build())
                        .build()) {
            long begun = System.nanoTime();
            TlsHandshakeException refusal =
                    catchThrowableOfType(TlsHandshakeException.class, () -> connect(tls, "localhost", peer));
            assertThat(refusal.reason()).isEqualTo(RefusalReason.HANDSHAKE_TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(timeout.minusMillis(50));
        }
    }

    @Test
    void overSocket_soTimeout_isTheCallersAfterwards() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = tls().build();
                Socket plain = new Socket("localhost", peer.port())) {
            plain.setSoTimeout(1_234);
            try (SSLSocket socket = handshake(tls, "localhost", peer.port()).overSocket(plain)) {
                assertThat(plain.getSoTimeout()).isEqualTo(1_234);
                assertThat(socket.getSoTimeout()).isEqualTo(1_234);
                socket.setSoTimeout(4_321);
                assertThat(plain.getSoTimeout()).isEqualTo(4_321);
                ping(socket);
            }
        }
    }

    // The verified socket

    @Test
    void verifiedSocket_settersOfTls_changeNothing() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = tls().build();
                SSLSocket socket = connect(tls, "localhost", peer)) {
            SSLParameters before = socket.getSSLParameters();

            SSLParameters weaker =
                    new SSLParameters(new String[] {"TLS_RSA_WITH_AES_128_CBC_SHA"}, new String[] {"TLSv1.2"});
            weaker.setEndpointIdentificationAlgorithm("");
            socket.setSSLParameters(weaker);
            socket.setEnabledProtocols(new String[] {"TLSv1.2"});
            socket.setEnabledCipherSuites(new String[] {"TLS_RSA_WITH_AES_128_CBC_SHA"});
            socket.setEnableSessionCreation(false);
            socket.setUseClientMode(false);
            socket.setNeedClientAuth(true);
            socket.setWantClientAuth(true);
            socket.startHandshake();

            SSLParameters after = socket.getSSLParameters();
            assertThat(after.getEndpointIdentificationAlgorithm())
                    .isEqualTo("HTTPS")
                    .isEqualTo(before.getEndpointIdentificationAlgorithm());
            assertThat(after.getProtocols()).isEqualTo(before.getProtocols());
            assertThat(after.getCipherSuites()).isEqualTo(before.getCipherSuites());
            assertThat(socket.getUseClientMode()).isTrue();
            assertThat(socket.getNeedClientAuth()).isFalse();
            assertThat(socket.getWantClientAuth()).isFalse();
            ping(socket);
        }
    }

    @Test
    void verifiedSocket_toString_isTheRecord() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = tls().build();
                SSLSocket socket = connect(tls, "localhost", peer)) {
            assertThat(socket.toString()).contains("localhost:" + peer.port(), "TLSv1.3", "generation 1");
        }
    }

    // Our certificate refused

    @ParameterizedTest
    @EnumSource
    void identity_demandedAndGiven_isPresented(TlsVersion version) throws IOException {
        try (HostilePeer peer =
                        HostilePeer.tls(SERVER, only(version).andThen(TlsHandshakeTest::demandingACertificate));
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                        .presenting(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain()))
                        .build();
                SSLSocket socket = connect(tls, "localhost", peer)) {
            ping(socket);
            assertThat(socket.getSession().getLocalCertificates()).containsExactly(CLIENT.certificate());
        }
    }

    @ParameterizedTest
    @EnumSource
    void identity_demandedAndMissing_isTypedAtTheLatestByTheFirstRead(TlsVersion version) throws IOException {
        try (HostilePeer peer =
                        HostilePeer.tls(SERVER, only(version).andThen(TlsHandshakeTest::demandingACertificate));
                SecureTls tls = tls().build()) {
            Throwable thrown = catchThrowable(() -> {
                try (SSLSocket socket = connect(tls, "localhost", peer)) {
                    ping(socket);
                }
            });
            assertThat(thrown).isInstanceOf(TlsHandshakeException.class);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.CLIENT_IDENTITY_REQUIRED);
            assertThat(thrown).hasMessageContaining("and none is configured; give one by presenting(...)");
            assertThat(refused).containsExactly((TlsHandshakeException) thrown);
        }
    }

    /** A command written after the server has gone: the alert that explains it is still in the receive buffer. */
    @Test
    void identity_missing_isTypedWhenAWriteFails() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(
                        SERVER, only(TlsVersion.TLS_1_3).andThen(TlsHandshakeTest::demandingACertificate));
                SecureTls tls = tls().build();
                SSLSocket socket = connect(tls, "localhost", peer)) {
            assertThat(peer.awaitEnd(Duration.ofSeconds(60))).isTrue();
            List<Throwable> thrown = new ArrayList<>();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                Throwable failure =
                        catchThrowable(() -> socket.getOutputStream().write(new byte[1024]));
                if (failure != null) {
                    thrown.add(failure);
                }
                return failure != null;
            });
            assertThat(RefusalReason.of(thrown.get(0))).contains(RefusalReason.CLIENT_IDENTITY_REQUIRED);
        }
    }

    @Test
    void lateRefusal_whatIsNoAlertAboutOurCertificate_isNone() {
        try (SecureTls tls = tls().build()) {
            TlsHandshake handshake = handshake(tls);
            assertThat(handshake.lateRefusal(new IOException("Connection reset")))
                    .isNull();
            assertThat(handshake.lateRefusal(new SSLException("Received fatal alert: internal_error")))
                    .isNull();
            assertThat(refused).isEmpty();
            TlsHandshakeException late =
                    handshake.lateRefusal(new SSLException("Received fatal alert: certificate_required"));
            assertThat(late).isNotNull();
            assertThat(refused).containsExactly(late);
        }
    }

    // Observers

    @ParameterizedTest
    @EnumSource
    void listener_throws_changesNoVerdict(Thrown thrown) throws IOException {
        TestCertificate other = CA.issue().dnsName("other.example").build();
        TlsListener broken = new TlsListener() {
            @Override
            public void handshakeSucceeded(VerifiedHandshake handshake) {
                thrown.now();
            }

            @Override
            public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
                thrown.now();
            }
        };
        try (SecureTls tls = tls(broken).build()) {
            try (HostilePeer peer = HostilePeer.tls(SERVER);
                    SSLSocket socket = connect(tls, "localhost", peer)) {
                ping(socket);
            }
            try (HostilePeer peer = HostilePeer.tls(other)) {
                assertThat(RefusalReason.of(catchThrowable(() -> connect(tls, "localhost", peer))))
                        .contains(RefusalReason.NAME_MISMATCH);
            }
        }
    }

    private enum Thrown {
        EXCEPTION,
        ERROR;

        void now() {
            if (this == ERROR) {
                throw new NoClassDefFoundError("io/micrometer/core/instrument/Timer");
            }
            throw new IllegalStateException("broken listener");
        }
    }

    // Clock

    @Test
    void clock_givenOne_decidesWhatIsInDate() throws IOException {
        MutableClock clock = new MutableClock();
        TestCertificate root = TestCertificate.root()
                .notAfter(clock.instant().plus(Duration.ofDays(9)))
                .build();
        TestCertificate leaf = root.issue().dnsName("localhost").build();
        try (HostilePeer peer = HostilePeer.tls(leaf);
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                        .withoutClientIdentity()
                        .clock(clock)
                        .build()) {
            clock.advance(Duration.ofDays(1));
            assertThat(RefusalReason.of(catchThrowable(() -> connect(tls, "localhost", peer))))
                    .contains(RefusalReason.EXPIRED);
            clock.advance(Duration.ofDays(-1));
            assertThatCode(() -> connect(tls, "localhost", peer).close()).doesNotThrowAnyException();
        }
    }

    private SecureTls.Builder tls() {
        return tls(listener);
    }

    private static SecureTls.Builder tls(TlsListener told) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .listener(told);
    }

    private static TlsHandshake handshake(SecureTls tls) {
        return handshake(tls, "localhost", 6379);
    }

    private static TlsHandshake handshake(SecureTls tls, String host, int port) {
        return TlsHandshake.start(tls, new Endpoint(host, port), ClientLibrary.OTHER);
    }

    private static SSLSocket connect(SecureTls tls, String host, HostilePeer peer) throws IOException {
        return handshake(tls, host, peer.port()).overSocket(new Socket("localhost", peer.port()));
    }

    private static EnginePair pair(
            TlsHandshake handshake, SSLEngine engine, TestCertificate server, TlsVersion version) {
        SSLContext context = server.tlsContext();
        SSLEngine serverEngine = context.createSSLEngine();
        serverEngine.setEnabledProtocols(new String[] {version.protocol()});
        return new EnginePair(engine, serverEngine, handshake);
    }

    private static Consumer<SSLParameters> only(TlsVersion version) {
        return parameters -> parameters.setProtocols(new String[] {version.protocol()});
    }

    private static void demandingACertificate(SSLParameters parameters) {
        parameters.setNeedClientAuth(true);
    }

    private static void ping(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readNBytes(5)).asString().isEqualTo("+PONG");
    }
}
