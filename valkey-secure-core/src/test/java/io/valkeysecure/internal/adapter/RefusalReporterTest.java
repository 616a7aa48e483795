package io.valkeysecure.internal.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.EOFException;
import org.junit.jupiter.api.Test;

class RefusalReporterTest {
    private static final Endpoint ENDPOINT = new Endpoint("localhost", 1);

    private final RefusalReporter reporter = new RefusalReporter();

    private static TlsHandshakeException refusal() {
        return RootTypes.handshakeRefused(RefusalReason.EXPIRED, ENDPOINT, "expired", null);
    }

    @Test
    void addTo_refusals_areSuppressedInOrder() {
        TlsHandshakeException first = refusal();
        TlsHandshakeException second = refusal();
        reporter.refused(first);
        reporter.refused(second);
        Exception failure = new Exception("all are down");

        reporter.addTo(failure);

        assertThat(failure.getSuppressed()).containsExactly(first, second);
    }

    @Test
    void addTo_refusalThatTheFailureHas_isNotRepeated() {
        TlsHandshakeException refusal = refusal();
        reporter.refused(refusal);
        Exception caused = new Exception("outer", new Exception("inner", refusal));
        Exception suppressing = new Exception("outer");
        suppressing.addSuppressed(refusal);

        reporter.addTo(caused);
        reporter.addTo(refusal);
        reporter.addTo(suppressing);

        assertThat(caused.getSuppressed()).isEmpty();
        assertThat(refusal.getSuppressed()).isEmpty();
        assertThat(suppressing.getSuppressed()).containsExactly(refusal);
    }

    @Test
    void addTo_watchedHandshake_isReportedOnlyIfRefused() {
        try (SecureTls tls = SecureTls.trusting(
                        TrustAnchors.of(TestCertificate.root().build().certificate()))
                .withoutClientIdentity()
                .build()) {
            TlsHandshake refused = TlsHandshake.start(tls, ENDPOINT, ClientLibrary.OTHER);
            reporter.watch(refused);
            reporter.watch(TlsHandshake.start(tls, ENDPOINT, ClientLibrary.OTHER));
            TlsHandshakeException refusal = refused.refuse(new EOFException());
            Exception failure = new Exception("all are down");

            reporter.addTo(failure);

            assertThat(failure.getSuppressed()).containsExactly(refusal);
        }
    }

    @Test
    void refused_afterTheEnd_isNotCollected() {
        reporter.refused(refusal());
        reporter.end();
        reporter.refused(refusal());
        Exception failure = new Exception("later");

        reporter.addTo(failure);

        assertThat(failure.getSuppressed()).isEmpty();
    }
}
