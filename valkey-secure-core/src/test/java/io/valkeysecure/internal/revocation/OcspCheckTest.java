package io.valkeysecure.internal.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Asking responders over HTTP: whom, how long, what is kept. What makes an answer good is StapledCheckTest's matter.
 */
class OcspCheckTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(200);

    private static final TestCertificate ROOT =
            TestCertificate.root().clock(CLOCK).subject("CN=Root").build();
    private static final TestCertificate LEAF =
            ROOT.issue().subject("CN=leaf").dnsName("localhost").build();

    @Test
    void check_good_isAcceptedAndKeptUntilItEnds() throws Exception {
        try (OcspResponder responder =
                responder().nextUpdate(NOW.plusSeconds(600)).start()) {
            OcspCheck check = at(responder);
            assertThat(check.freshUntil()).isEmpty();
            Instant end = NOW.plusSeconds(600);
            assertThat(check(check, LEAF, NOW)).isEqualTo(end);
            assertThat(check(check, LEAF, end.minusSeconds(1))).isEqualTo(end);
            assertThat(responder.requests()).isEqualTo(1);
            assertThat(refused(check, LEAF, end.plusSeconds(1), RefusalReason.REVOCATION_UNKNOWN))
                    .contains("stale");
            assertThat(responder.requests()).isEqualTo(2);
        }
    }

    /** However many paths are checked, they share one timeout. The ticker says how much of it has passed. */
    @Test
    void check_begunSoLongAgoThatTheTimeIsUp_asksNobody() throws Exception {
        try (OcspResponder responder = responder().start()) {
            AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // a ticker may overflow
            OcspCheck check = new OcspCheck(settings(responder.url(), LONG, 10, LONG), nanos::get);
            long begun = nanos.get();
            nanos.addAndGet(LONG.toNanos());
            assertThatThrownBy(() -> check.check(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(), begun))
                    .isInstanceOf(PeerRejectedException.class)
                    .hasMessageContaining("a good OCSP response")
                    .hasMessageContaining("the timeout of PT30S for all certificates has passed");
            // a question that nobody waits for would come before the next one
            check.check(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(), nanos.get());
            assertThat(responder.requests()).isEqualTo(1);
        }
    }

    /** The twin: it differs in that the timeout has not passed. */
    @Test
    void check_begunWhenTimeIsLeft_asks() throws Exception {
        try (OcspResponder responder = responder().start()) {
            AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
            OcspCheck check = new OcspCheck(settings(responder.url(), LONG, 10, LONG), nanos::get);
            long begun = nanos.get();
            check.check(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(), begun);
            assertThat(responder.requests()).isEqualTo(1);
        }
    }

    @Test
    void check_keptForTheLimit_isAskedAnewAfterIt() throws Exception {
        try (OcspResponder responder = responder().start()) {
            OcspCheck check = new OcspCheck(settings(responder.url(), LONG, 10, Duration.ofMinutes(10)));
            assertThat(check(check, LEAF, NOW)).isEqualTo(NOW.plusSeconds(600));
            assertThat(check(check, LEAF, NOW.plusSeconds(599))).isEqualTo(NOW.plusSeconds(600));
            assertThat(responder.requests()).isEqualTo(1);
            assertThat(check(check, LEAF, NOW.plusSeconds(600))).isEqualTo(NOW.plusSeconds(1_200));
            assertThat(responder.requests()).isEqualTo(2);
        }
    }

    @Test
    void check_cacheFull_forgetsTheLeastRecentlyUsed() throws Exception {
        TestCertificate second = ROOT.issue().build();
        TestCertificate third = ROOT.issue().build();
        try (OcspResponder responder = responder().start()) {
            OcspCheck check = new OcspCheck(settings(responder.url(), LONG, 2, LONG));
            check(check, LEAF, NOW);
            check(check, second, NOW);
            check(check, LEAF, NOW);
            check(check, third, NOW);
            assertThat(responder.requests()).isEqualTo(3);
            check(check, LEAF, NOW);
            check(check, third, NOW);
            assertThat(responder.requests()).isEqualTo(3);
            check(check, second, NOW);
            assertThat(responder.requests()).isEqualTo(4);
        }
    }

    @Test
    void check_revoked_isRevokedAndKeptForAMinute() throws Exception {
        try (OcspResponder responder = responder().start()) {
            responder.revoke(LEAF);
            OcspCheck check = at(responder);
            assertThat(refused(check, LEAF, NOW, RefusalReason.REVOKED)).contains("CN=leaf");
            assertThat(refused(check, LEAF, NOW.plusSeconds(59), RefusalReason.REVOKED))
                    .contains("CN=leaf");
            assertThat(responder.requests()).isEqualTo(1);
            refused(check, LEAF, NOW.plusSeconds(60), RefusalReason.REVOKED);
            assertThat(responder.requests()).isEqualTo(2);
            check(check, ROOT.issue().build(), NOW);
        }
    }

    @Test
    void check_revokedWithShorterLimit_isKeptForTheLimit() throws Exception {
        try (OcspResponder responder = responder().start()) {
            responder.revoke(LEAF);
            OcspCheck check = new OcspCheck(settings(responder.url(), LONG, 10, Duration.ZERO));
            refused(check, LEAF, NOW, RefusalReason.REVOKED);
            refused(check, LEAF, NOW, RefusalReason.REVOKED);
            assertThat(responder.requests()).isEqualTo(2);
        }
    }

    @Test
    void check_unknown_isAskedAnewNextTime() throws Exception {
        try (OcspResponder responder = responder().start()) {
            responder.forget(LEAF);
            OcspCheck check = at(responder);
            for (int i = 1; i <= 2; i++) {
                assertThat(refused(check, LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                        .contains("the OCSP status unknown (from " + responder.url());
                assertThat(responder.requests()).isEqualTo(i);
            }
        }
    }

    @Test
    void check_everyCertificateOfThePath_isAsked() throws Exception {
        TestCertificate ca = ROOT.issue().ca().subject("CN=ca").build();
        try (OcspResponder ofRoot = responder().start();
                OcspResponder ofCa = OcspResponder.builder(ca)
                        .clock(CLOCK)
                        .nextUpdate(NOW.plusSeconds(60))
                        .start()) {
            TestCertificate named = ROOT.issue()
                    .ca()
                    .subject("CN=ca")
                    .keyPair(ca.keyPair())
                    .ocspUrl(ofRoot.url())
                    .build();
            TestCertificate leaf = named.issue().ocspUrl(ofCa.url()).build();
            assertThat(check(new OcspCheck(settings(null, LONG, 10, LONG)), leaf, NOW))
                    .isEqualTo(NOW.plus(LONG));
            assertThat(ofRoot.requests()).isEqualTo(1);
            assertThat(ofCa.requests()).isEqualTo(1);
            ofRoot.revoke(named);
            assertThat(refused(new OcspCheck(settings(null, LONG, 10, LONG)), leaf, NOW, RefusalReason.REVOKED))
                    .contains("CN=ca (serial");
            TestCertificate half = ca.issue().ocspUrl(ofCa.url()).build();
            assertThat(refused(
                            new OcspCheck(settings(null, LONG, 10, LONG)), half, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("CN=ca (serial")
                    .contains("names no OCSP responder");
        }
    }

    @Test
    void check_firstResponderDown_asksTheNext() throws Exception {
        try (OcspResponder responder = responder().start()) {
            String down = "http://127.0.0.1:" + closedPort() + "/";
            TestCertificate leaf =
                    named(uri(AccessDescription.id_ad_ocsp, down), uri(AccessDescription.id_ad_ocsp, responder.url()));
            assertThat(check(new OcspCheck(settings(null, LONG, 10, LONG)), leaf, NOW))
                    .isAfter(NOW);
            responder.forget(leaf);
            assertThat(refused(
                            new OcspCheck(settings(null, LONG, 10, LONG)), leaf, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains(down + " cannot be asked")
                    .contains("the OCSP status unknown");
        }
    }

    @Test
    void check_namedOtherwise_isUnknown() throws Exception {
        OcspCheck check = new OcspCheck(settings(null, LONG, 10, LONG));
        assertThat(refused(check, LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN)).contains("names no OCSP responder");
        TestCertificate https = named(uri(AccessDescription.id_ad_ocsp, "https://127.0.0.1/"));
        assertThat(refused(check, https, NOW, RefusalReason.REVOCATION_UNKNOWN))
                .contains("its responder https://127.0.0.1/ is no http URL");
        TestCertificate issuers = named(uri(AccessDescription.id_ad_caIssuers, "http://127.0.0.1:1/"));
        assertThat(refused(check, issuers, NOW, RefusalReason.REVOCATION_UNKNOWN))
                .contains("names no OCSP responder");
        TestCertificate mail = named(new AccessDescription(
                AccessDescription.id_ad_ocsp, new GeneralName(GeneralName.rfc822Name, "a@example")));
        assertThat(refused(check, mail, NOW, RefusalReason.REVOCATION_UNKNOWN)).contains("names no OCSP responder");
        TestCertificate malformed = ROOT.issue()
                .extension(Extension.authorityInfoAccess.getId(), false, new byte[] {5, 0})
                .build();
        assertThatThrownBy(() -> ParsedCertificate.of(malformed.certificate()))
                .isInstanceOf(MalformedException.class)
                .hasMessageContaining(Extension.authorityInfoAccess.getId());
    }

    @Test
    void check_httpError_isUnknown() throws Exception {
        try (OcspResponder responder = responder().httpStatus(503).start()) {
            assertThat(refused(at(responder), LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("HTTP 503");
        }
        try (OcspResponder responder = responder().httpStatus(302).start()) {
            assertThat(refused(at(responder), LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("HTTP 302");
        }
    }

    @Test
    void check_body_isLimited() throws Exception {
        try (OcspResponder responder =
                responder().rawResponse(new byte[64 * 1024 + 1]).start()) {
            assertThat(refused(at(responder), LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("sent more than 65536 bytes");
        }
        try (OcspResponder responder =
                responder().rawResponse(new byte[64 * 1024]).start()) {
            assertThat(refused(at(responder), LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("a malformed OCSP response");
        }
    }

    @Test
    void check_nonce_mayBeLeftOutAndMayNotDiffer() throws Exception {
        try (OcspResponder responder = responder().withoutNonce().start()) {
            assertThat(check(at(responder), LEAF, NOW)).isAfter(NOW);
        }
        try (OcspResponder responder = responder().wrongNonce().start()) {
            assertThat(refused(at(responder), LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("another nonce");
        }
    }

    @Test
    void check_withoutNextUpdate_isAcceptedForItsNonceAndNotKept() throws Exception {
        try (OcspResponder responder = responder().withoutNextUpdate().start()) {
            OcspCheck check = at(responder);
            assertThat(check(check, LEAF, NOW)).isEqualTo(NOW);
            assertThat(check(check, LEAF, NOW)).isEqualTo(NOW);
            assertThat(responder.requests()).isEqualTo(2);
        }
    }

    @Test
    void check_responderDown_isUnknown() throws Exception {
        OcspCheck check = new OcspCheck(settings("http://127.0.0.1:" + closedPort() + "/", LONG, 10, LONG));
        assertThat(refused(check, LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN)).contains("cannot be asked");
    }

    @Test
    void check_responderSilent_isUnknownAfterTheTimeout() throws Exception {
        try (OcspResponder responder = responder().delay(LONG).start()) {
            OcspCheck check = new OcspCheck(settings(responder.url(), SHORT, 10, LONG));
            long start = System.nanoTime();
            assertThat(refused(check, LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("did not answer in time");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
        }
    }

    @Test
    void check_threadInterrupted_isUnknownAndStaysInterrupted() throws Exception {
        try (OcspResponder responder = responder().delay(LONG).start()) {
            Thread.currentThread().interrupt();
            assertThat(refused(at(responder), LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN))
                    .contains("interrupted");
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void check_sameCertificateAtOnce_asksOnce() throws Exception {
        try (OcspResponder responder = responder().delay(Duration.ofMillis(500)).start()) {
            OcspCheck check = at(responder);
            List<Future<Instant>> checks = new ArrayList<>();
            ExecutorService threads = Executors.newFixedThreadPool(8);
            try {
                CountDownLatch start = new CountDownLatch(1);
                for (int i = 0; i < 8; i++) {
                    checks.add(threads.submit(() -> {
                        assertThat(start.await(60, TimeUnit.SECONDS)).isTrue();
                        return check(check, LEAF, NOW);
                    }));
                }
                start.countDown();
                for (Future<Instant> each : checks) {
                    assertThat(each.get(60, TimeUnit.SECONDS)).isAfter(NOW);
                }
            } finally {
                threads.shutdownNow();
            }
            assertThat(responder.requests()).isEqualTo(1);
        }
    }

    @Test
    void check_sameCertificateAtOnceAndNoAnswer_refusesAll() throws Exception {
        try (OcspResponder responder = responder().delay(LONG).start()) {
            OcspCheck check = new OcspCheck(settings(responder.url(), Duration.ofSeconds(1), 10, LONG));
            List<Future<String>> checks = new ArrayList<>();
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                for (int i = 0; i < 4; i++) {
                    checks.add(threads.submit(() -> refused(check, LEAF, NOW, RefusalReason.REVOCATION_UNKNOWN)));
                }
                for (Future<String> each : checks) {
                    assertThat(each.get(60, TimeUnit.SECONDS)).contains("CN=leaf");
                }
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://ocsp.example", "http://127.0.0.1:8080/ocsp", "HTTP://ocsp.example/"})
    void responder_plainHttp_isTaken(String url) {
        assertThat(OcspCheck.responder(url)).contains(URI.create(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://ocsp.example",
                "ldap://x",
                "ocsp.example",
                "/x",
                "http:///x",
                "http://u:p@x/",
                "http://a b"
            })
    void responder_anythingElse_isNone(String url) {
        assertThat(OcspCheck.responder(url)).isEmpty();
    }

    @Test
    void none_acceptsEverything() throws Exception {
        RevocationCheck none = RevocationCheck.none();
        none.check(Paths.of(LEAF.chain(), ROOT.certificate()), NOW, List.of(), System.nanoTime());
        assertThat(none.freshUntil()).isEmpty();
    }

    private static OcspResponder.Builder responder() {
        return OcspResponder.builder(ROOT).clock(CLOCK);
    }

    private static OcspCheck at(OcspResponder responder) {
        return new OcspCheck(settings(responder.url(), LONG, 10, Duration.ofHours(1)));
    }

    private static OcspCheck.Settings settings(@Nullable String url, Duration timeout, int cached, Duration longest) {
        return new OcspCheck.Settings(
                url == null ? null : URI.create(url), timeout, Duration.ZERO, cached, longest, 2048);
    }

    private static Instant check(OcspCheck check, TestCertificate leaf, Instant now) throws PeerRejectedException {
        return check.provedUntil(Paths.of(leaf.chain(), ROOT.certificate()), now, System.nanoTime());
    }

    private static String refused(OcspCheck check, TestCertificate leaf, Instant now, RefusalReason reason) {
        try {
            Instant until = check(check, leaf, now);
            throw new AssertionError("accepted until " + until);
        } catch (PeerRejectedException e) {
            assertThat(e.reason()).as(e.getMessage()).isEqualTo(reason);
            return String.valueOf(e.getMessage());
        }
    }

    private static TestCertificate named(AccessDescription... places) throws IOException {
        byte[] value =
                AuthorityInformationAccess.getInstance(new DERSequence(places)).getEncoded();
        return ROOT.issue()
                .extension(Extension.authorityInfoAccess.getId(), false, value)
                .build();
    }

    private static AccessDescription uri(ASN1ObjectIdentifier method, String uri) {
        return new AccessDescription(method, new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
