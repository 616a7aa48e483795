package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
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
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
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

    /** How much of the limit can be made up for that was not used, as when this thread was held up. */
    private static final Duration CATCH_UP = RETIRING_INTERVAL.multipliedBy(2);

    /** How long after its end something is kept in mind as warned of. */
    private static final Duration FORGET_AFTER = Duration.ofDays(1);

    /** How often, and at what distance, material is read again that may be in the midst of being written. */
    private static final int READINGS = 5;

    private static final Duration BETWEEN_READINGS = Duration.ofMillis(100);

    private final TlsConfiguration configuration;
    private final HandshakeListener listener;
    private final Set<Tracked> open = ConcurrentHashMap.newKeySet();
    private final Set<Warned> warned = new HashSet<>();
    private final Semaphore news = new Semaphore(0);
    private final Thread watcher = new Thread(null, this::watch, "valkey-secure-watch", 0, false);
    private final HandshakeTurns turns = new HandshakeTurns();
    private volatile Generation current;
    private volatile Instant identitySince;
    private volatile TlsStatus.@Nullable Failure lastFailure;
    private volatile boolean closed;

    /** One thread reads at a time; it may wait for a source, and meanwhile the watcher does the rest of its work. */
    private final ReentrantLock reading = new ReentrantLock();

    private List<Path> watched;
    private List<Object> lastLook;
    private long lastReadNanos = System.nanoTime();
    private @Nullable Object lastTold;

    /** The digest of what was read last; null if not all could be read. */
    private @Nullable String lastDigest;

    /** When the next connection may be asked to end, or be ended. */
    private long nextReplacementNanos = System.nanoTime();

    /** A connection that is open. It is the watcher that changes it. */
    private static final class Tracked {
        private final OpenConnection connection;
        private final VerifiedHandshake handshake;

        /** The generation that judged it last. */
        private long judgedBy;

        /** Null while it may stay. */
        private volatile @Nullable Retirement retirement;

        Tracked(OpenConnection connection, VerifiedHandshake handshake) {
            this.connection = connection;
            this.handshake = handshake;
            this.judgedBy = handshake.generation();
        }
    }

    /** What is due when: first it is asked to end at a quiet moment, then it is ended. */
    private record Retirement(boolean asked, long dueNanos, long untilNanos) {}

    private record Due(Tracked tracked, Retirement retirement) {}

    private record Warned(ExpiryWarning.Role role, String subject, Instant notAfter, Duration distance) {}

    /**
     * Reads and proves the first generation, and begins to watch.
     *
     * @throws TlsConfigurationException if it cannot be proved; nothing is left open
     */
    Generations(TlsConfiguration configuration, HandshakeListener listener) {
        this.configuration = configuration;
        this.listener = listener;
        TlsConfiguration.Reading first = configuration.read();
        watched = configuration.watched(first.crls());
        lastLook = look();
        current = Generation.prove(null, configuration, first);
        identitySince = current.since();
        tellEngines(null, current);
        watcher.setDaemon(true);
        watcher.start();
    }

    Rotation rotation() {
        return configuration.rotation();
    }

    Generation current() {
        return current;
    }

    HandshakeTurns turns() {
        return turns;
    }

    TlsStatus status() {
        Generation generation = current;
        List<TlsStatus.Validity> validities = validitiesOf(generation);
        Map<ClientLibrary, TlsStatus.Connections> connections = new EnumMap<>(ClientLibrary.class);
        TlsStatus.Validity firstPeer = null;
        for (Tracked tracked : open) {
            int retiring = tracked.retirement == null ? 0 : 1;
            connections.merge(
                    tracked.handshake.client(),
                    new TlsStatus.Connections(1 - retiring, retiring),
                    (a, b) -> new TlsStatus.Connections(a.current() + b.current(), a.retiring() + b.retiring()));
            TlsStatus.Validity peer = validity(ExpiryWarning.Role.PEER, tracked.handshake.leaf());
            if (firstPeer == null || peer.notAfter().isBefore(firstPeer.notAfter())) {
                firstPeer = peer;
            }
        }
        if (firstPeer != null) {
            validities.add(firstPeer);
        }
        return new TlsStatus(
                configuration.clock().instant(),
                generation.number(),
                generation.since(),
                identitySince,
                configuration.sources(),
                generation.digest(),
                List.copyOf(validities),
                Map.copyOf(connections),
                Optional.ofNullable(lastFailure));
    }

    /** What a generation has that ends. */
    private static List<TlsStatus.Validity> validitiesOf(Generation generation) {
        List<TlsStatus.Validity> validities = new ArrayList<>();
        generation.anchors().forEach(anchor -> validities.add(validity(ExpiryWarning.Role.ANCHOR, anchor)));
        if (generation.identity() != null) {
            generation.identity().chain().forEach(own -> validities.add(validity(ExpiryWarning.Role.IDENTITY, own)));
        }
        // how long a CRL lives is not known; what it had left when it was read stands for it
        generation
                .crlsFreshUntil()
                .ifPresent(until -> validities.add(
                        new TlsStatus.Validity(ExpiryWarning.Role.CRL, "CRL", generation.since(), until)));
        return validities;
    }

    private static TlsStatus.Validity validity(ExpiryWarning.Role role, X509Certificate certificate) {
        return new TlsStatus.Validity(
                role,
                Printable.value(certificate.getSubjectX500Principal()),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    /** Keeps a verified connection in sight until what is returned is run. */
    Runnable opened(OpenConnection connection, VerifiedHandshake handshake) {
        Tracked tracked = new Tracked(connection, handshake);
        open.add(tracked);
        if (closed) {
            open.remove(tracked);
        } else if (handshake.generation() != current.number()) {
            // a generation came into force while this connection was made, perhaps before it could be seen here
            news.release();
        }
        return () -> {
            Retirement retirement = tracked.retirement;
            if (open.remove(tracked) && retirement != null && retirement.asked()) {
                retired(tracked, RetiredConnection.Way.QUIET, RefusalReason.RETIRED);
            }
        };
    }

    private void retired(Tracked tracked, RetiredConnection.Way way, RefusalReason reason) {
        listener.connectionRetired(new RetiredConnection(tracked.handshake, way, reason));
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
    boolean reload() {
        reading.lock();
        try {
            lastReadNanos = System.nanoTime();
            lastLook = look();
            for (int attempt = 1; ; attempt++) {
                try {
                    return readAndPublish();
                } catch (TlsConfigurationException e) {
                    if (closed) {
                        throw e;
                    }
                    if (attempt == READINGS || watched.isEmpty() || !pause()) {
                        failed(e);
                        throw e;
                    }
                }
            }
        } finally {
            reading.unlock();
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
        lastDigest = null;
        TlsConfiguration.Reading read = configuration.read();
        watched = configuration.watched(read.crls());
        Generation before = current;
        String digest = read.snapshot().digest();
        lastDigest = digest;
        if (digest.equals(before.digest())) {
            lastFailure = null;
            lastTold = null;
            return false;
        }
        Generation candidate = prove(before, read);
        if (closed) {
            return false;
        }
        if (identityChanged(before, candidate)) {
            identitySince = candidate.since();
        }
        tellEngines(before, candidate);
        current = candidate;
        lastFailure = null;
        lastTold = null;
        news.release();
        listener.materialReloaded(status());
        return true;
    }

    /** The choice may change with the material: not every engine signs with every kind of key. */
    private static void tellEngines(@Nullable Generation before, Generation now) {
        if (before == null || !now.engines().toString().equals(before.engines().toString())) {
            LOGGER.log(Level.INFO, "engine {0}", now.engines());
        }
    }

    private Generation prove(Generation before, TlsConfiguration.Reading read) {
        try {
            Generation candidate = Generation.prove(before, configuration, read);
            if (configuration.rotation().isIdentityChangeRefused()) {
                requireSameIdentity(before, candidate);
            }
            return candidate;
        } catch (TlsConfigurationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new TlsConfigurationException(
                    RefusalReason.UNCLASSIFIED, "the new material could not be proved: " + e, e);
        }
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
                    "new client identity: expected the subject and SANs of the one in force, "
                            + Printable.value(expected) + ", has " + Printable.value(seen)
                            + "; build anew if the change is meant");
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

    /** Told once for each cause: a message may say what time it is, so the same bytes are the same cause. */
    private void failed(TlsConfigurationException failure) {
        TlsStatus.Failure now = new TlsStatus.Failure(
                configuration.clock().instant(), failure.reason(), String.valueOf(failure.getMessage()));
        lastFailure = now;
        Object told = List.<Object>of(failure.reason(), Objects.requireNonNullElse(lastDigest, now.message()));
        if (!told.equals(lastTold)) {
            lastTold = told;
            listener.materialReloadFailed(status(), failure);
        }
    }

    /** Connections of earlier generations are judged by the one in force, and retired if the identity is another. */
    private void judge() {
        Generation now = current;
        List<Tracked> earlier = new ArrayList<>(open);
        earlier.removeIf(tracked -> tracked.judgedBy >= now.number());
        Map<List<Object>, Optional<PeerRejectedException>> verdicts = new HashMap<>();
        List<Tracked> retiring = new ArrayList<>();
        for (Tracked tracked : earlier) {
            VerifiedHandshake handshake = tracked.handshake;
            tracked.judgedBy = now.number();
            PeerRejectedException rejected = verdicts.computeIfAbsent(
                            List.of(handshake.presented(), handshake.endpoint().host(), handshake.staples()),
                            key -> rejection(handshake, now))
                    .orElse(null);
            // what cannot be told now, as from a stapled response that has become old, is told by the next handshake
            if (rejected != null && rejected.reason() != RefusalReason.REVOCATION_UNKNOWN) {
                String message = "the server no longer proves itself: " + rejected.getMessage();
                close(tracked, rejected.reason(), message, rejected);
            } else if (tracked.retirement == null && identityChanged(handshake.madeUnder(), now)) {
                retiring.add(tracked);
            }
        }
        if (configuration.rotation().isGracefulRetirement()) {
            spread(retiring);
        }
    }

    private static Optional<PeerRejectedException> rejection(VerifiedHandshake handshake, Generation now) {
        try {
            var unused = now.verify(handshake.presented(), handshake.endpoint().host(), handshake.staples());
            return Optional.empty();
        } catch (PeerRejectedException e) {
            return Optional.of(e);
        }
    }

    /** Asked one after another over the first half of the window; those that are not quiet till then ended over the second. */
    private void spread(List<Tracked> retiring) {
        Collections.shuffle(retiring);
        long now = System.nanoTime();
        long half = halfWindow();
        for (int i = 0; i < retiring.size(); i++) {
            long turn = half * i / retiring.size();
            long end = half * (i + 1) / retiring.size();
            retiring.get(i).retirement = new Retirement(false, now + turn, now + half + end);
        }
    }

    private long halfWindow() {
        return configuration.rotation().retirementWindow().dividedBy(2).toNanos();
    }

    private void close(Tracked tracked, RefusalReason reason, String message, @Nullable Throwable cause) {
        boolean stillOpen = open.remove(tracked);
        tracked.connection.close(new TlsHandshakeException(reason, tracked.handshake.endpoint(), message, cause));
        if (stillOpen) {
            boolean windowOver = reason == RefusalReason.RETIRED;
            retired(tracked, windowOver ? RetiredConnection.Way.WINDOW_OVER : RetiredConnection.Way.AT_ONCE, reason);
        }
    }

    private void watch() {
        while (!closed) {
            try {
                var unused = news.tryAcquire(interval().toMillis(), TimeUnit.MILLISECONDS);
                news.drainPermits();
                if (!closed) {
                    readIfDue();
                    judge();
                    retire();
                    closeExpired();
                    warn();
                }
            } catch (InterruptedException e) {
                // closed, or a source has interrupted the thread it was called on
            } catch (RuntimeException | Error e) {
                LOGGER.log(Level.WARNING, "watching goes on after a failure", e);
            }
        }
    }

    private Duration interval() {
        boolean retiring = open.stream().anyMatch(tracked -> tracked.retirement != null);
        Duration look = retiring ? RETIRING_INTERVAL : LOOK_INTERVAL;
        Duration check = configuration.rotation().checkInterval();
        return look.compareTo(check) < 0 ? look : check;
    }

    private void readIfDue() {
        if (!reading.tryLock()) {
            return; // somebody reads at this moment
        }
        try {
            long passed = System.nanoTime() - lastReadNanos;
            if (passed >= configuration.rotation().checkInterval().toNanos()
                    || (passed >= LOOK_INTERVAL.toNanos() && !look().equals(lastLook))) {
                var unused = reload();
            }
        } catch (TlsConfigurationException e) {
            // told to the listener and kept in the status; tried again
        } finally {
            reading.unlock();
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

    /** In the order in which they are due, and no faster than the limit. */
    private void retire() {
        long now = System.nanoTime();
        List<Due> due = new ArrayList<>();
        for (Tracked tracked : open) {
            Retirement retirement = tracked.retirement;
            if (retirement == null) {
                continue;
            }
            if (now - retirement.dueNanos() >= 0) {
                due.add(new Due(tracked, retirement));
            } else if (retirement.asked()) {
                tracked.connection.closeWhenQuiet();
            }
        }
        due.sort(Comparator.comparingLong(each -> each.retirement().dueNanos() - now));
        for (Due each : due) {
            if (now - nextReplacementNanos < 0) {
                return;
            }
            nextReplacementNanos = Math.max(nextReplacementNanos, now - CATCH_UP.toNanos())
                    + configuration.rotation().betweenReconnects().toNanos();
            retire(each.tracked(), each.retirement(), now);
        }
    }

    private void retire(Tracked tracked, Retirement retirement, long now) {
        if (retirement.asked()) {
            String message = "made under an earlier client identity, and the retirement window is over";
            close(tracked, RefusalReason.RETIRED, message, null);
            return;
        }
        // however late it is asked, it has time for a quiet moment
        long end = Math.max(retirement.untilNanos(), now + halfWindow());
        tracked.retirement = new Retirement(true, end, end);
        tracked.connection.closeWhenQuiet();
    }

    private void closeExpired() {
        Instant now = configuration.clock().instant();
        for (Tracked tracked : open) {
            ValidatedPath path = tracked.handshake.path();
            Stream.concat(path.certificates().stream(), Stream.of(path.anchor()))
                    .filter(certificate -> now.isAfter(certificate.getNotAfter().toInstant()))
                    .findFirst()
                    .ifPresent(certificate -> {
                        String message = "in the server's path "
                                + Printable.value(certificate.getSubjectX500Principal()) + " expired at "
                                + certificate.getNotAfter().toInstant() + ", now is " + now;
                        close(tracked, RefusalReason.EXPIRED, message, null);
                    });
        }
    }

    private void warn() {
        Instant now = configuration.clock().instant();
        validitiesOf(current).forEach(validity -> warn(validity, now));
        open.forEach(tracked -> warn(validity(ExpiryWarning.Role.PEER, tracked.handshake.leaf()), now));
        warned.removeIf(entry -> entry.notAfter().isBefore(now.minus(FORGET_AFTER)));
    }

    /** Tells the shortest distance that was reached, each once; one that is as long as the whole life tells nothing. */
    private void warn(TlsStatus.Validity validity, Instant now) {
        Instant notAfter = validity.notAfter();
        Duration life = Duration.between(validity.notBefore(), notAfter);
        Duration remaining = Duration.between(now, notAfter);
        Duration reached = null;
        for (Duration distance : configuration.rotation().expiryWarnings()) {
            if (remaining.compareTo(distance) <= 0 && distance.compareTo(life) < 0) {
                reached = distance;
            }
        }
        if (reached != null && warned.add(new Warned(validity.role(), validity.subject(), notAfter, reached))) {
            listener.expiryNear(new ExpiryWarning(validity.role(), validity.subject(), notAfter, remaining));
        }
    }

    /** Ends the thread; connections stay open and are no longer looked after. */
    @Override
    public void close() {
        closed = true;
        open.clear();
        watcher.interrupt();
    }
}
