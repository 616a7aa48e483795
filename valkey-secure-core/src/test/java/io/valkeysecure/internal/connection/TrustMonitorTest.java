package io.valkeysecure.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new generation makes of the connections of the one before. */
class TrustMonitorTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Other Root").build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();
    private static final TestCertificate CLIENT = ROOT.issue().subject("CN=app").build();
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final GuardedListener listener = new GuardedListener(List.of());
    private final OpenConnections open = new OpenConnections(listener);
    private final Rotation rotation = Rotation.builder()
            .checkInterval(Duration.ofMillis(100))
            .drainWindow(Duration.ofHours(1))
            .build();
    private final ConnectionDrainer drainer = new ConnectionDrainer(open, rotation, System::nanoTime);
    private final TrustMonitor monitor = new TrustMonitor(open, drainer, rotation);
    private final Opened connection = new Opened();
    private @Nullable SecureTls tls;

    @AfterEach
    void close() {
        monitor.close();
        listener.close();
        if (tls != null) {
            tls.close();
        }
    }

    private void write(TestCertificate client, TestCertificate... anchors) throws IOException {
        Files.writeString(directory.resolve("ca.crt"), TestCertificate.pem(anchors));
        Files.writeString(directory.resolve("tls.crt"), client.chainPem());
        Files.writeString(directory.resolve("tls.key"), client.privateKeyPem());
    }

    private Generation first(@Nullable OcspResponder responder) throws IOException {
        write(CLIENT, ROOT);
        SecureTls.Builder builder = SecureTls.trusting(TrustAnchors.pem(directory.resolve("ca.crt")))
                .presenting(ClientIdentity.pem(directory.resolve("tls.crt"), directory.resolve("tls.key")));
        if (responder != null) {
            builder.revocation(Revocation.ocsp(URI.create(responder.url())));
        }
        tls = builder.build();
        return Opened.current(tls);
    }

    private Generation second(TestCertificate client, TestCertificate... anchors) throws IOException {
        write(client, anchors);
        assertThat(tls).isNotNull();
        var unused = tls.reload(); // the library's own thread may have been faster
        Generation now = Opened.current(tls);
        assertThat(now.number()).isEqualTo(2);
        return now;
    }

    private TrackedConnection opened(Generation generation) {
        TrackedConnection tracked = connection.under(generation, SERVER);
        open.add(tracked);
        return tracked;
    }

    @Test
    void judge_stillTrusted_keepsTheConnectionAndItsNewProof() throws IOException {
        TrackedConnection tracked = opened(first(null));
        Generation now = second(CLIENT, ROOT, OTHER_ROOT);

        monitor.judge(now);

        assertThat(open).containsExactly(tracked);
        assertThat(connection.closedBy).isNull();
        assertThat(tracked.judgedBy).isEqualTo(2);
        assertThat(tracked.proof().verdict().generation()).isSameAs(now);
        assertThat(tracked.drain).isNull();
        assertThat(now.asksResponders()).isFalse();
    }

    @Test
    void judge_anchorRemoved_closesAndDrainsNothing() throws IOException {
        TrackedConnection tracked = opened(first(null));
        Generation now = second(OTHER_ROOT.issue().subject("CN=app").build(), OTHER_ROOT);

        monitor.judge(now);

        assertThat(open).isEmpty();
        assertThat(RefusalReason.of(connection.closedBy)).contains(RefusalReason.UNTRUSTED_ISSUER);
        assertThat(tracked.drain).isNull();
    }

    @Test
    void judge_identityChanged_drainsOnce() throws IOException {
        TrackedConnection tracked = opened(first(null));
        Generation now = second(ROOT.issue().subject("CN=app").build(), ROOT);

        monitor.judge(now);

        TrackedConnection.Drain drain = tracked.drain;
        assertThat(drain).isNotNull();
        tracked.judgedBy = 1;
        monitor.judge(now);
        assertThat(tracked.drain).isSameAs(drain);
        tracked.drain = null;
        monitor.judge(now);
        assertThat(tracked.drain).isNull();
    }

    @Test
    void judge_responderAnswersGood_isChecked() throws IOException {
        try (OcspResponder responder = OcspResponder.builder(ROOT).start()) {
            TrackedConnection tracked = opened(first(responder));
            tracked.unchecked = true;
            assertThat(monitor.unchecked()).isEqualTo(1);
            Generation now = second(CLIENT, ROOT, OTHER_ROOT);
            assertThat(now.asksResponders()).isTrue();

            monitor.judge(now);

            await().atMost(LONG).until(() -> monitor.unchecked() == 0);
            assertThat(responder.requests()).isPositive();
            assertThat(open).containsExactly(tracked);
        }
    }

    @Test
    void judge_responderSaysRevoked_closes() throws IOException {
        try (OcspResponder responder = OcspResponder.builder(ROOT).start()) {
            var unused = opened(first(responder));
            responder.revoke(SERVER);
            Generation now = second(CLIENT, ROOT, OTHER_ROOT);

            monitor.judge(now);

            await().atMost(LONG).until(() -> connection.closedBy != null);
            assertThat(RefusalReason.of(connection.closedBy)).contains(RefusalReason.REVOKED);
            assertThat(open).isEmpty();
        }
    }

    /** The connection stays, and the question is asked again at every interval. */
    @Test
    void judge_responderKnowsNothing_staysUncheckedUntilItDoes() throws IOException {
        try (OcspResponder responder = OcspResponder.builder(ROOT).start()) {
            TrackedConnection tracked = opened(first(responder));
            responder.forget(SERVER);
            Generation now = second(CLIENT, ROOT, OTHER_ROOT);

            monitor.judge(now);

            await().atMost(LONG).until(() -> monitor.unchecked() == 1);
            assertThat(open).containsExactly(tracked);
            responder.revoke(SERVER);
            await().atMost(LONG).until(() -> {
                monitor.judge(now);
                return connection.closedBy != null;
            });
            assertThat(RefusalReason.of(connection.closedBy)).contains(RefusalReason.REVOKED);
        }
    }

    /** So many questions that none more is taken, or the library is being closed. */
    @Test
    void judge_nobodyCanAsk_isUnchecked() throws IOException {
        try (OcspResponder responder = OcspResponder.builder(ROOT).start()) {
            TrackedConnection tracked = opened(first(responder));
            Generation now = second(CLIENT, ROOT, OTHER_ROOT);
            monitor.close();

            monitor.judge(now);

            assertThat(monitor.unchecked()).isEqualTo(1);
            assertThat(tracked.unchecked).isTrue();
            assertThat(open).containsExactly(tracked);
        }
    }

    /** The answer to a generation that is in force no more. */
    @Test
    void answer_ofAnEarlierGeneration_isIgnored() throws IOException {
        try (OcspResponder responder =
                OcspResponder.builder(ROOT).delay(Duration.ofMillis(200)).start()) {
            TrackedConnection tracked = opened(first(responder));
            responder.revoke(SERVER);
            Generation now = second(CLIENT, ROOT, OTHER_ROOT);
            monitor.judge(now);
            tracked.judgedBy = 3;

            await().atMost(LONG)
                    .until(() -> responder.requests() > 0
                            && Thread.getAllStackTraces().entrySet().stream().noneMatch(TrustMonitorTest::isAsking));

            assertThat(connection.closedBy).isNull();
            assertThat(open).containsExactly(tracked);
        }
    }

    private static boolean isAsking(Map.Entry<Thread, StackTraceElement[]> thread) {
        return List.of(thread.getValue()).stream()
                .map(StackTraceElement::getClassName)
                .anyMatch(name -> name.equals(TrustMonitor.class.getName())
                        || name.startsWith(TrustMonitor.class.getName() + "$"));
    }
}
