package io.valkeysecure.internal.handshake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.SpkiPin;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.MutableClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** What happens to the connection beside the verdict. */
class HandshakeDriverTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();

    private final MutableClock clock = new MutableClock();

    private SecureTls.Builder tls() {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .clock(clock);
    }

    private static HandshakeDriver driver(SecureTls tls, int port) {
        return ((Connector) RootTypes.internals(tls)).handshake(new Endpoint("localhost", port), ClientLibrary.OTHER);
    }

    private SecureTls withIdentityOfAMinute() {
        TestCertificate own =
                ROOT.issue().notAfter(clock.instant().plusSeconds(60)).build();
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(own.privateKey(), own.chain()))
                .clock(clock)
                .build();
    }

    @Test
    void overSocket_ownIdentityEnded_theConnectionIsClosedThoughNoTlsBegan() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = withIdentityOfAMinute();
                Socket plain = new Socket("localhost", peer.port())) {
            clock.advance(Duration.ofMinutes(2));

            Throwable refused = catchThrowable(() -> driver(tls, peer.port()).overSocket(plain));

            assertThat(RefusalReason.of(refused)).contains(RefusalReason.EXPIRED);
            assertThat(plain.isClosed()).isTrue();
            assertThat(peer.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void overSocket_closingFails_isKeptBesideTheRefusal() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = withIdentityOfAMinute();
                Socket plain = new Socket("localhost", peer.port()) {
                    @Override
                    public synchronized void close() throws IOException {
                        if (!isClosed()) {
                            super.close();
                            throw new IOException("closing fails");
                        }
                    }
                }) {
            clock.advance(Duration.ofMinutes(2));

            Throwable refused = catchThrowable(() -> driver(tls, peer.port()).overSocket(plain));

            assertThat(RefusalReason.of(refused)).contains(RefusalReason.EXPIRED);
            assertThat(plain.isClosed()).isTrue();
            assertThat(Stream.iterate(refused, thrown -> thrown != null, Throwable::getCause)
                            .flatMap(thrown -> Stream.of(thrown.getSuppressed())))
                    .anyMatch(suppressed -> "closing fails".equals(suppressed.getMessage()));
        }
    }

    @Test
    void overSocket_noPinFits_saysWhichKeysTheServerHas() throws IOException {
        String pin = SpkiPin.of(SERVER.certificate()).toString();
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = tls().pins(
                                SpkiPin.of(TestCertificate.root().build().certificate()),
                                SpkiPin.of(TestCertificate.root().build().certificate()))
                        .build();
                Socket plain = new Socket("localhost", peer.port())) {
            Throwable refused = catchThrowable(() -> driver(tls, peer.port()).overSocket(plain));

            assertThat(RefusalReason.of(refused)).contains(RefusalReason.PIN_MISMATCH);
            assertThat(refused).hasMessageContaining(pin);
        }
    }

    @Test
    void acquireSlot_isGrantedAndGivenBackByARefusal() throws Exception {
        try (SecureTls tls = tls().build()) {
            HandshakeDriver driver = driver(tls, 6379);
            driver.acquireSlot().toCompletableFuture().get(60, TimeUnit.SECONDS);

            TlsHandshakeException refused = driver.refuse(new IOException("connection reset"));

            assertThat(driver.refusal()).contains(refused);
            assertThat(driver.refuse(new IOException("again"))).isSameAs(refused);
        }
    }

    @Test
    void sent_afterChangeCipherSpec_wantsNoMore() throws TlsHandshakeException {
        try (SecureTls tls = tls().build()) {
            HandshakeDriver driver = driver(tls, 6379);
            assertThat(driver.sent(bytes("1603010004" + "10000000"))).isTrue();
            assertThat(driver.sent(bytes("140303000101"))).isFalse();
        }
    }

    @Test
    void lateRefusal_afterARefusal_isThatRefusal() {
        try (SecureTls tls = tls().build()) {
            HandshakeDriver driver = driver(tls, 6379);
            SSLException alert = new SSLException("Received fatal alert: certificate_required");

            TlsHandshakeException late = driver.lateRefusal(alert);

            assertThat(late).isNotNull();
            assertThat(driver.lateRefusal(new IOException("connection reset"))).isSameAs(late);
        }
    }

    /** A session that ended in a refusal is not resumed, even if its server would be accepted again. */
    @Test
    void resumption_refused_theSessionIsGone() throws IOException {
        TestCertificate root = TestCertificate.root()
                .notAfter(clock.instant().plus(Duration.ofDays(9)))
                .build();
        TestCertificate shortLived = root.issue()
                .dnsName("localhost")
                .notAfter(clock.instant().plus(Duration.ofHours(1)))
                .build();
        // under TLS 1.3 each ticket is used once, so that nothing would be left to resume
        try (HostilePeer peer =
                        HostilePeer.tls(shortLived, parameters -> parameters.setProtocols(new String[] {"TLSv1.2"}));
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                        .withoutClientIdentity()
                        .clock(clock)
                        .build()) {
            List<Boolean> resumed =
                    Stream.generate(() -> resumes(tls, peer)).limit(3).toList();
            assertThat(resumed).containsExactly(false, true, true);
            clock.advance(Duration.ofHours(2));
            for (int i = 0; i < 3; i++) {
                assertThat(RefusalReason.of(catchThrowable(() -> resumes(tls, peer))))
                        .contains(RefusalReason.EXPIRED);
            }

            clock.advance(Duration.ofHours(-2));

            assertThat(resumes(tls, peer)).isFalse();
        }
    }

    @Test
    void overSocket_serverOfTheExpectedIdentity_isVerifiedThoughAnotherNameIsDialled() throws IOException {
        try (HostilePeer peer =
                        HostilePeer.tls(ROOT.issue().dnsName("db.example").build());
                SecureTls tls =
                        tls().serverIdentity(ServerIdentity.host("db.example")).build();
                VerifiedSocket socket =
                        (VerifiedSocket) driver(tls, peer.port()).overSocket(new Socket("localhost", peer.port()))) {
            assertThat(socket.verified().endpoint().host()).isEqualTo("localhost");
        }
    }

    @Test
    void overSocket_serverOfTheNameThatIsDialled_isRefusedWhereAnotherIsExpected() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls =
                        tls().serverIdentity(ServerIdentity.host("db.example")).build();
                Socket plain = new Socket("localhost", peer.port())) {
            Throwable refused = catchThrowable(() -> driver(tls, peer.port()).overSocket(plain));

            assertThat(RefusalReason.of(refused)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(peer.awaitEnd(Duration.ofSeconds(60))).isTrue();
            assertThat(peer.applicationBytes()).isEmpty();
        }
    }

    @Test
    void isQuick_withoutResponders_onlyIfTheSessionIsResumed() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                SecureTls tls = tls().build()) {
            HandshakeDriver first = driver(tls, peer.port());
            HandshakeDriver second = driver(tls, peer.port());

            assertThat(resumes(first, peer)).isFalse();
            assertThat(first.isQuick()).isFalse();
            assertThat(second.isQuick()).as("before the ServerHello").isFalse();
            assertThat(resumes(second, peer)).isTrue();
            assertThat(second.isQuick()).isTrue();
        }
    }

    @Test
    void isQuick_aResponderMayBeAsked_isFalseThoughTheSessionIsResumed() throws IOException {
        try (HostilePeer peer = HostilePeer.tls(SERVER);
                OcspResponder responder = OcspResponder.builder(ROOT).start();
                SecureTls tls = tls().revocation(Revocation.ocsp(URI.create(responder.url())))
                        .build()) {
            HandshakeDriver second = driver(tls, peer.port());

            assertThat(resumes(tls, peer)).isFalse();
            assertThat(resumes(second, peer)).isTrue();
            assertThat(second.isQuick()).isFalse();
        }
    }

    private static boolean resumes(SecureTls tls, HostilePeer peer) {
        return resumes(driver(tls, peer.port()), peer);
    }

    private static boolean resumes(HandshakeDriver driver, HostilePeer peer) {
        try (VerifiedSocket socket = (VerifiedSocket) driver.overSocket(new Socket("localhost", peer.port()))) {
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(7)).hasSize(7);
            return socket.verified().resumed();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex));
    }
}
