package io.valkeysecure.internal.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.MutableClock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Warnings before something expires. */
class ExpiryMonitorTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Counts how often the time is asked for. */
    private static final class CountingClock extends MutableClock {
        final AtomicInteger asked = new AtomicInteger();

        @Override
        public Instant instant() {
            asked.incrementAndGet();
            return super.instant();
        }
    }

    private final CountingClock clock = new CountingClock();
    private final List<String> warnings = new CopyOnWriteArrayList<>();

    /** A warning comes once for each distance; one that is longer than the whole life of a certificate never comes. */
    @Test
    void expiryNear_eachDistance_isToldOnce() {
        TestCertificate root = TestCertificate.root()
                .subject("CN=Root")
                .notAfter(clock.instant().plus(Duration.ofDays(400)))
                .build();
        TestCertificate own = root.issue()
                .subject("CN=app")
                .notAfter(clock.instant().plus(Duration.ofDays(20)))
                .build();
        TlsListener listener = new TlsListener() {
            @Override
            public void expiryNear(ExpiryWarning warning) {
                warnings.add(warning.subject() + " in " + warning.remaining().toDays() + " days");
            }
        };
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(own.privateKey(), own.chain()))
                .rotation(Rotation.builder()
                        .checkInterval(Duration.ofMillis(100))
                        .expiryWarnings(Duration.ofDays(30), Duration.ofDays(10), Duration.ofDays(5))
                        .build())
                .clock(clock)
                .listener(listener)
                .build()) {
            clock.advance(Duration.ofDays(11));
            await().atMost(LONG).until(() -> warnings.size() >= 1);
            clock.advance(Duration.ofDays(5));
            await().atMost(LONG).until(() -> warnings.size() >= 2);
            // the thread looks again and again, and has no more to say
            int before = clock.asked.get();
            await().atMost(LONG).until(() -> clock.asked.get() > before + 30);
            assertThat(tls.status().generation()).isEqualTo(1);
        }
        assertThat(warnings).containsExactly("CN=app in 8 days", "CN=app in 3 days");
    }
}
