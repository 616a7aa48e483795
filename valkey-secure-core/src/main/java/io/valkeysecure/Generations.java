package io.valkeysecure;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The generation in force, what replaces it, and what becomes of the connections made under those before.
 *
 * <p>One daemon thread looks at the files, retires connections and closes those that have outlived their trust. It looks
 * every second instead of waiting for file events: these cost another thread, are silent on network file systems, and
 * miss the symlinks that Kubernetes swaps above the files.
 */
final class Generations implements AutoCloseable {
    private static final Logger LOGGER = System.getLogger(Generations.class.getPackageName());
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration RETIRING_INTERVAL = Duration.ofMillis(50);

    /** How often, and at what distance, material is read again that may be in the midst of being written. */
    private static final int READINGS = 5;

    private static final Duration BETWEEN_READINGS = Duration.ofMillis(100);

    private final TlsConfiguration configuration;
    private final HandshakeListener listener;
    private final Set<Tracked> open = ConcurrentHashMap.newKeySet();
    private final Set<List<Object>> warned = new HashSet<>();
    private final Thread watcher = new Thread(this::watch, "valkey-secure-watch");
    private volatile Generation current;
    private volatile Instant identitySince;
    private volatile TlsStatus.@Nullable Failure lastFailure;
    private volatile boolean closed;
    private List<Path> watched;
    private List<Object> lastLook;
    private long lastReadNanos = System.nanoTime();

    /** A connection that is open. */
    private static final class Tracked {
        private final OpenConnection connection;
        private final VerifiedHandshake handshake;

        /** When it may be closed at a quiet moment, and when it has to be; null while it may stay. */
        private @Nullable Long quietFromNanos;

        private @Nullable Long untilNanos;

        Tracked(OpenConnection connection, VerifiedHandshake handshake) {
            this.connection = connection;
            this.handshake = handshake;
        }
    }

    /**
     * Reads and proves the first generation, and begins to watch.
     *
     * @throws TlsConfigurationException if it cannot be proved; nothing is left open
     */
    Generations(TlsConfiguration configuration, HandshakeListener listener) {
        this.configuration = configuration;
        this.listener = listener;
        TlsConfiguration.Reading reading = configuration.read();
        watched = configuration.files(reading.crls());
        lastLook = look();
        current = Generation.prove(1, configuration, reading);
        identitySince = current.since();
        watcher.setDaemon(true);
        watcher.start();
    }

    Generation current() {
        return current;
    }

    TlsStatus status() {
        Generation generation = current;
        return new TlsStatus(
                generation.number(),
                generation.since(),
                identitySince,
                configuration.sources(),
                generation.digest(),
                Optional.ofNullable(generation.identity())
                        .map(identity -> identity.leaf().getNotAfter().toInstant()),
                generation.anchors().stream()
                        .map(anchor -> anchor.getNotAfter().toInstant())
                        .min(Comparator.naturalOrder())
                        .orElseThrow(),
                open.size(),
                Optional.ofNullable(lastFailure));
    }

    /** Keeps a verified connection in sight until what is returned is run. */
    Runnable opened(OpenConnection connection, VerifiedHandshake handshake) {
        Tracked tracked = new Tracked(connection, handshake);
        open.add(tracked);
        Generation now = current;
        if (handshake.generation() != now.number()) {
            // a generation was published while this connection was made
            succeed(tracked, now, identityChanged(handshake.madeUnder(), now), Duration.ZERO);
        }
        return () -> open.remove(tracked);
    }

    private static boolean identityChanged(Generation before, Generation after) {
        return !chainOf(before).equals(chainOf(after));
    }

    private static List<X509Certificate> chainOf(Generation generation) {
        return generation.identity() == null ? List.of() : generation.identity().chain();
    }

    /**
     * Reads the material, and publishes a new generation if it has changed and can be proved.
     *
     * @return whether a new generation is in force
     * @throws TlsConfigurationException if it cannot be proved; the last good generation stays
     */
    synchronized boolean reload() {
        lastReadNanos = System.nanoTime();
        lastLook = look();
        for (int reading = 1; ; reading++) {
            try {
                return readAndPublish();
            } catch (TlsConfigurationException e) {
                if (reading == READINGS || closed || !pause()) {
                    failed(e);
                    throw e;
                }
            }
        }
    }

    private static boolean pause() {
        try {
            Thread.sleep(BETWEEN_READINGS.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean readAndPublish() {
        TlsConfiguration.Reading reading = configuration.read();
        watched = configuration.files(reading.crls());
        Generation before = current;
        if (reading.snapshot().digest().equals(before.digest())) {
            lastFailure = null;
            return false;
        }
        Generation candidate = Generation.prove(before.number() + 1, configuration, reading);
        if (configuration.rotation().isIdentityChangeRefused()) {
            requireSameIdentity(before, candidate);
        }
        if (identityChanged(before, candidate)) {
            identitySince = candidate.since();
        }
        current = candidate;
        lastFailure = null;
        LOGGER.log(Level.INFO, () -> "generation " + candidate.number() + " is in force: " + configuration.sources());
        listener.materialReloaded(status());
        succeed(before, candidate);
        return true;
    }

    private static void requireSameIdentity(Generation before, Generation candidate) {
        var old = before.identity();
        var recent = candidate.identity();
        if (old == null || recent == null) {
            return;
        }
        String expected = namesOf(old.leaf());
        String seen = namesOf(recent.leaf());
        if (!expected.equals(seen)) {
            throw new TlsConfigurationException(
                    RefusalReason.NAME_MISMATCH,
                    "new client identity: expected the subject and SANs of the one in force, " + expected + ", has "
                            + seen + "; build anew if the change is meant");
        }
    }

    private static String namesOf(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return leaf.getSubjectX500Principal() + " "
                    + (names == null
                            ? List.of()
                            : names.stream().map(Objects::toString).sorted().toList());
        } catch (CertificateParsingException e) {
            return leaf.getSubjectX500Principal() + " (malformed SAN)";
        }
    }

    private void failed(TlsConfigurationException failure) {
        TlsStatus.Failure before = lastFailure;
        TlsStatus.Failure now = new TlsStatus.Failure(
                configuration.clock().instant(), failure.reason(), String.valueOf(failure.getMessage()));
        lastFailure = now;
        if (before == null || !before.message().equals(now.message())) {
            LOGGER.log(Level.WARNING, () -> "generation " + current.number() + " stays in force: " + now.message());
            listener.materialReloadFailed(status(), failure);
        }
    }

    /** Connections of the generation before are judged by the new one, and retired if the identity is another. */
    private void succeed(Generation before, Generation after) {
        boolean identityChanged = identityChanged(before, after);
        List<Tracked> earlier = new ArrayList<>(open);
        earlier.removeIf(tracked -> tracked.handshake.generation() >= after.number());
        Collections.shuffle(earlier);
        Duration window = configuration.rotation().retirementWindow();
        for (int i = 0; i < earlier.size(); i++) {
            succeed(
                    earlier.get(i),
                    after,
                    identityChanged,
                    window.multipliedBy(i).dividedBy(earlier.size()));
        }
    }

    private void succeed(Tracked tracked, Generation after, boolean identityChanged, Duration quietFrom) {
        VerifiedHandshake handshake = tracked.handshake;
        try {
            var unused =
                    after.verify(handshake.presented(), handshake.endpoint().host(), handshake.staples());
        } catch (PeerRejectedException e) {
            // what cannot be told now, as from a stapled response that has become old, is told by the next handshake
            if (e.reason() != RefusalReason.REVOCATION_UNKNOWN) {
                close(tracked, e.reason(), "the server no longer proves itself: " + e.getMessage(), e);
                return;
            }
        }
        if (identityChanged && configuration.rotation().isGracefulRetirement() && tracked.untilNanos == null) {
            long now = System.nanoTime();
            tracked.quietFromNanos = now + quietFrom.toNanos();
            tracked.untilNanos =
                    now + configuration.rotation().retirementWindow().toNanos();
        }
    }

    private void close(Tracked tracked, RefusalReason reason, String message, @Nullable Throwable cause) {
        open.remove(tracked);
        tracked.connection.close(new TlsHandshakeException(reason, tracked.handshake.endpoint(), message, cause));
    }

    private void watch() {
        while (!closed) {
            try {
                synchronized (this) {
                    if (!closed) {
                        wait(interval().toMillis());
                    }
                }
                if (!closed) {
                    readIfDue();
                    retire();
                    closeExpired();
                    warn();
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                LOGGER.log(Level.WARNING, "watching goes on after a failure", e);
            }
        }
    }

    private Duration interval() {
        boolean retiring = open.stream().anyMatch(tracked -> tracked.untilNanos != null);
        Duration look = retiring ? RETIRING_INTERVAL : LOOK_INTERVAL;
        Duration check = configuration.rotation().checkInterval();
        return look.compareTo(check) < 0 ? look : check;
    }

    private synchronized void readIfDue() {
        boolean due = System.nanoTime() - lastReadNanos
                >= configuration.rotation().checkInterval().toNanos();
        if (due || !look().equals(lastLook)) {
            try {
                var unused = reload();
            } catch (TlsConfigurationException e) {
                // told to the listener and kept in the status; tried again
            }
        }
    }

    /** How the files look from outside. */
    private List<Object> look() {
        List<Object> look = new ArrayList<>();
        for (Path file : watched) {
            look.add(file);
            try {
                BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
                look.add(attributes.lastModifiedTime());
                look.add(attributes.size());
                look.add(Objects.requireNonNullElse(attributes.fileKey(), "no key"));
            } catch (IOException e) {
                look.add(e.getClass());
            }
        }
        return look;
    }

    private void retire() {
        long now = System.nanoTime();
        for (Tracked tracked : open) {
            if (tracked.untilNanos == null || tracked.quietFromNanos == null) {
                continue;
            }
            if (now - tracked.untilNanos >= 0) {
                close(
                        tracked,
                        RefusalReason.RETIRED,
                        "made under an earlier client identity, and the retirement window is over",
                        null);
            } else if (now - tracked.quietFromNanos >= 0) {
                tracked.connection.closeWhenQuiet();
            }
        }
    }

    private void closeExpired() {
        Instant now = configuration.clock().instant();
        for (Tracked tracked : open) {
            for (X509Certificate certificate : tracked.handshake.path().certificates()) {
                if (now.isAfter(certificate.getNotAfter().toInstant())) {
                    close(
                            tracked,
                            RefusalReason.EXPIRED,
                            certificate.getSubjectX500Principal() + " of the server expired at "
                                    + certificate.getNotAfter().toInstant() + ", now is " + now,
                            null);
                    break;
                }
            }
        }
    }

    private void warn() {
        Instant now = configuration.clock().instant();
        Generation generation = current;
        for (X509Certificate anchor : generation.anchors()) {
            warn(ExpiryWarning.Role.ANCHOR, anchor, now);
        }
        if (generation.identity() != null) {
            generation.identity().chain().forEach(own -> warn(ExpiryWarning.Role.IDENTITY, own, now));
        }
        generation.crlsFreshUntil().ifPresent(until -> warn(ExpiryWarning.Role.CRL, "CRL", until, now));
        open.forEach(tracked -> warn(ExpiryWarning.Role.PEER, tracked.handshake.leaf(), now));
    }

    private void warn(ExpiryWarning.Role role, X509Certificate certificate, Instant now) {
        warn(
                role,
                certificate.getSubjectX500Principal().toString(),
                certificate.getNotAfter().toInstant(),
                now);
    }

    /** Tells the shortest distance that was reached, each once. */
    private void warn(ExpiryWarning.Role role, String subject, Instant notAfter, Instant now) {
        Duration remaining = Duration.between(now, notAfter);
        Duration reached = null;
        for (Duration distance : configuration.rotation().expiryWarnings()) {
            if (remaining.compareTo(distance) <= 0) {
                reached = distance;
            }
        }
        if (reached != null && warned.add(List.of(role, subject, notAfter, reached))) {
            ExpiryWarning warning = new ExpiryWarning(role, subject, notAfter, remaining);
            LOGGER.log(Level.WARNING, () -> "expires soon: " + warning);
            listener.expiryNear(warning);
        }
    }

    /** Ends the thread; connections stay open and are no longer looked after. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        open.clear();
        watcher.interrupt();
    }
}
