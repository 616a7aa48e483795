package io.valkeysecure.internal.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TlsLifetimeTest {
    private final AtomicInteger runs = new AtomicInteger();
    private final SecureTls tls = SecureTls.trusting(
                    TrustAnchors.of(TestCertificate.root().build().certificate()))
            .withoutClientIdentity()
            .build();

    @Test
    void onClose_actionRunsWhenTheSecureTlsIsClosed() {
        Runnable unused = TlsLifetime.onClose(tls, runs::incrementAndGet);
        assertThat(runs).hasValue(0);

        tls.close();
        tls.close();

        assertThat(runs).hasValue(1);
    }

    @Test
    void onClose_closedAlready_actionRunsAtOnce() {
        tls.close();

        Runnable unused = TlsLifetime.onClose(tls, runs::incrementAndGet);

        assertThat(runs).hasValue(1);
    }

    @Test
    void onClose_withdrawn_actionDoesNotRun() {
        TlsLifetime.onClose(tls, runs::incrementAndGet).run();

        tls.close();

        assertThat(runs).hasValue(0);
    }

    @Test
    void requireOpen_throwsOnceClosed() {
        assertThatCode(() -> TlsLifetime.requireOpen(tls)).doesNotThrowAnyException();

        tls.close();

        assertThatIllegalStateException().isThrownBy(() -> TlsLifetime.requireOpen(tls));
    }
}
