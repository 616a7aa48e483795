package io.valkeysecure.internal.connection;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.TlsConfiguration;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Closes connections when a certificate of their path expires, and warns of what expires soon. Used by one thread. */
public final class ExpiryMonitor {
    /** How long a warning is remembered after the end that it was about. */
    private static final Duration FORGET_AFTER = Duration.ofDays(1);

    private final OpenConnections open;
    private final Clock clock;
    private final List<Duration> distances;
    private final TlsListener listener;
    private final Set<Warned> warned = new HashSet<>();

    private record Warned(ExpiryWarning.Role role, String subject, Instant notAfter, Duration distance) {}

    ExpiryMonitor(OpenConnections open, TlsConfiguration configuration, TlsListener listener) {
        this.open = open;
        this.clock = configuration.clock();
        this.distances = configuration.rotation().expiryWarnings();
        this.listener = listener;
    }

    void closeExpired() {
        Instant now = clock.instant();
        for (TrackedConnection tracked : open) {
            if (!tracked.hasEndedBy(now)) {
                continue;
            }
            ValidatedPath path = tracked.handshake().path();
            Stream.concat(path.certificates().stream(), Stream.of(path.anchor()))
                    .filter(certificate -> now.isAfter(certificate.getNotAfter().toInstant()))
                    .findFirst()
                    .ifPresent(
                            certificate -> open.close(tracked, RefusalReason.EXPIRED, expired(certificate, now), null));
        }
    }

    private static String expired(X509Certificate certificate, Instant now) {
        return "in the server's path " + Printable.value(certificate.getSubjectX500Principal()) + " expired at "
                + certificate.getNotAfter().toInstant() + ", now is " + now;
    }

    void warn(Generation generation) {
        Instant now = clock.instant();
        Validities.of(generation).forEach(validity -> warn(validity, now));
        Validities.leaves(open).forEach(leaf -> warn(Validities.ofPeer(leaf), now));
        warned.removeIf(entry -> entry.notAfter().isBefore(now.minus(FORGET_AFTER)));
    }

    /** Warns once for each distance that is reached; a distance longer than the whole validity is ignored. */
    private void warn(TlsStatus.Validity validity, Instant now) {
        Instant notAfter = validity.notAfter();
        Duration life = Duration.between(validity.notBefore(), notAfter);
        Duration remaining = Duration.between(now, notAfter);
        Duration reached = null;
        for (Duration distance : distances) {
            if (remaining.compareTo(distance) <= 0 && distance.compareTo(life) < 0) {
                reached = distance;
            }
        }
        if (reached != null && warned.add(new Warned(validity.role(), validity.subject(), notAfter, reached))) {
            listener.expiryNear(new ExpiryWarning(validity.role(), validity.subject(), notAfter, remaining));
        }
    }
}
