package io.valkeysecure.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.internal.handshake.Connector;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.MutableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When a connection ends with its path. */
class TrackedConnectionTest {
    private final MutableClock clock = new MutableClock();
    private final TestCertificate root = TestCertificate.root()
            .subject("CN=Root")
            .notAfter(clock.instant().plus(Duration.ofHours(1)))
            .build();

    private SecureTls tls() {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .withoutClientIdentity()
                .clock(clock)
                .build();
    }

    private TestCertificate server(Duration life) {
        return root.issue()
                .subject("CN=server")
                .dnsName("localhost")
                .notAfter(clock.instant().plus(life))
                .build();
    }

    @Test
    void hasEndedBy_theFirstCertificateThatEnds_toTheMillisecond() {
        TestCertificate server = server(Duration.ofMinutes(10));
        try (SecureTls tls = tls()) {
            TrackedConnection tracked = new Opened().under(Opened.current(tls), server);
            Instant end = server.certificate().getNotAfter().toInstant();

            assertThat(tracked.hasEndedBy(end.minusMillis(1))).isFalse();
            assertThat(tracked.hasEndedBy(end)).isTrue();
        }
    }

    /** The anchor may end before what it signed; the message names the one that has ended. */
    @Test
    void anchor_thatEndsFirst_closesTheConnectionAndIsNamed() throws Exception {
        Opened opened = new Opened();
        try (SecureTls tls = tls()) {
            TrackedConnection tracked = opened.under(Opened.current(tls), server(Duration.ofHours(2)));
            var unused = ((Connector) RootTypes.internals(tls)).generations().opened(opened, tracked.proof());

            clock.advance(Duration.ofMinutes(90));

            await().atMost(Duration.ofSeconds(60)).until(() -> opened.closedBy != null);
            TlsHandshakeException closedBy = opened.closedBy;
            assertThat(closedBy).hasMessageContaining("CN=Root expired");
            assertThat(RefusalReason.of(closedBy)).contains(RefusalReason.EXPIRED);
        }
    }
}
