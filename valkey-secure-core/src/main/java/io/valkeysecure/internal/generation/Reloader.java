package io.valkeysecure.internal.generation;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.material.MaterialReader;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.TlsStatus;
import java.io.IOException;
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
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the generation in force, and replaces it when new material can be proved. Material is read by a
 * {@link MaterialReader}, so a file or source that never answers stops nothing but the reading.
 *
 * <p>Files are polled instead of watched for events: these cost another thread, are silent on network file systems, and
 * miss the symlinks that Kubernetes swaps above the files.
 */
public final class Reloader implements AutoCloseable {
    /** How often file attributes are polled. */
    public static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    /** How often, and at what distance, material is read again that may be in the midst of being written. */
    private static final int READINGS = 5;

    private static final Duration BETWEEN_READINGS = Duration.ofMillis(100);

    private final TlsConfiguration configuration;
    private final GuardedListener listener;
    private final Runnable published;
    private final Consumer<TlsConfigurationException> refused;
    private final MaterialReader reader;
    private volatile Generation current;
    private volatile Instant identitySince;
    private volatile Instant lastRead;
    private volatile boolean closed;

    /** Guards the three below, and is never held while anybody else's code runs. */
    private final Object failures = new Object();

    private TlsStatus.@Nullable Failure lastFailure;
    private @Nullable Object lastTold;

    /** The reading that ended well last: it is no longer overdue. */
    private @Nullable Object succeeded;

    // of the reading thread

    /** Paths whose attributes are polled for changes. */
    private List<Path> watched;

    private List<Object> lastLook;
    private long lastReadNanos = System.nanoTime();

    /** The digest of what was read last; null if not all could be read. */
    private @Nullable String lastDigest;

    /** When the watching thread may begin the next reading. */
    private long nextNanos;

    private record First(TrustConfiguration.Reading read, List<Object> look, Generation generation) {}

    /**
     * Reads and proves the first generation.
     *
     * @param published is run when another generation is in force
     * @param refused is told once for each cause why new material is not in force
     * @throws TlsConfigurationException if it cannot be proved in time; no thread is left but one that is stuck
     */
    public Reloader(
            TlsConfiguration configuration,
            GuardedListener listener,
            Runnable published,
            Consumer<TlsConfigurationException> refused) {
        this.configuration = configuration;
        this.listener = listener;
        this.published = published;
        this.refused = refused;
        this.reader = new MaterialReader(configuration.rotation().readTimeout());
        First first = first();
        watched = configuration.watched(first.read().crls());
        lastLook = first.look();
        current = first.generation();
        identitySince = current.since();
        lastRead = current.since();
        nextNanos = System.nanoTime() + lookInterval().toNanos();
        tellEngines(null, current);
    }

    private First first() {
        try {
            return reader.read(progress -> {
                TrustConfiguration.Reading read = configuration.read(progress);
                List<Object> look = look(configuration.watched(read.crls()), progress);
                progress.reading("the proof of the material");
                return new First(read, look, Generation.prove(null, configuration, read));
            });
        } catch (MaterialReader.OverdueException e) {
            reader.close();
            throw reader.refusal(e.reading(), null, e);
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    public Generation current() {
        return current;
    }

    public Instant identitySince() {
        return identitySince;
    }

    /** {@return when all files and sources were read last, whether or not they could be proved} */
    public Instant lastRead() {
        return lastRead;
    }

    public Optional<TlsStatus.Failure> lastFailure() {
        synchronized (failures) {
            return Optional.ofNullable(lastFailure);
        }
    }

    /**
     * Reads the material, and publishes a new generation if it has changed and can be proved.
     *
     * @return whether a new generation is in force
     * @throws TlsConfigurationException if it cannot be proved, or read in time; the last good generation stays
     */
    public boolean reload() {
        try {
            return reader.read(this::read);
        } catch (MaterialReader.OverdueException e) {
            TlsConfigurationException refusal = reader.refusal(e.reading(), lastRead, e);
            overdue(e.reading(), refusal);
            throw refusal;
        } finally {
            listener.awaitTold();
        }
    }

    /** Begins a reading if it is time for one, and reports one that takes too long. Never blocks. */
    public void tick() {
        MaterialReader.Reading<?> running = reader.running();
        if (running == null) {
            long now = System.nanoTime();
            if (now - nextNanos >= 0) {
                nextNanos = now + lookInterval().toNanos();
                reader.begin(this::readIfDue);
            }
        } else if (running.isOverdue()) {
            overdue(running, reader.refusal(running, lastRead, null));
        }
    }

    private Duration lookInterval() {
        Duration check = configuration.rotation().checkInterval();
        return LOOK_INTERVAL.compareTo(check) < 0 ? LOOK_INTERVAL : check;
    }

    private void overdue(MaterialReader.Reading<?> reading, TlsConfigurationException refusal) {
        if (reading.isOverdue() && reading.interrupt()) {
            failed(refusal, reading.what(), reading);
        }
    }

    private boolean readIfDue(MaterialReader.Progress progress) {
        long passed = System.nanoTime() - lastReadNanos;
        boolean due = passed >= configuration.rotation().checkInterval().toNanos();
        return (due
                        || (passed >= LOOK_INTERVAL.toNanos()
                                && !look(watched, progress).equals(lastLook)))
                && read(progress);
    }

    private boolean read(MaterialReader.Progress progress) {
        lastReadNanos = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            try {
                return readAndPublish(progress);
            } catch (TlsConfigurationException e) {
                if (closed || attempt == READINGS || watched.isEmpty() || !pause()) {
                    throw ended(progress, e);
                }
            } catch (Throwable e) {
                throw ended(
                        progress,
                        RootTypes.configurationRefused(
                                RefusalReason.UNCLASSIFIED, "the new material could not be proved: " + e, e));
            }
        }
    }

    /** A reading that was interrupted since it was overdue has been told as such, and says nothing else. */
    private TlsConfigurationException ended(MaterialReader.Progress progress, TlsConfigurationException failure) {
        if (progress instanceof MaterialReader.Reading<?> reading && reading.isOverdue()) {
            TlsConfigurationException refusal = reader.refusal(reading, lastRead, failure);
            failed(refusal, reading.what(), reading);
            return refusal;
        }
        failed(failure, Objects.requireNonNullElse(lastDigest, String.valueOf(failure.getMessage())), progress);
        return failure;
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

    private boolean readAndPublish(MaterialReader.Progress progress) {
        lastDigest = null;
        lastLook = look(watched, progress);
        TrustConfiguration.Reading read = configuration.read(progress);
        lastRead = configuration.clock().instant();
        watched = configuration.watched(read.crls());
        Generation before = current;
        String digest = read.snapshot().digest();
        lastDigest = digest;
        if (digest.equals(before.digest())) {
            recovered(progress);
            return false;
        }
        progress.reading("the proof of the material");
        Generation candidate = Generation.prove(before, configuration, read);
        if (configuration.rotation().isIdentityChangeRefused()) {
            requireSameIdentity(before, candidate);
        }
        if (closed) {
            return false;
        }
        if (!before.hasSameIdentityAs(candidate)) {
            identitySince = candidate.since();
        }
        tellEngines(before, candidate);
        current = candidate;
        recovered(progress);
        published.run();
        return true;
    }

    /** The choice may change with the material: not every engine signs with every kind of key. */
    private void tellEngines(@Nullable Generation before, Generation now) {
        if (before == null || !now.engines().toString().equals(before.engines().toString())) {
            listener.log(Level.INFO, "engine " + now.engines(), null);
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
            throw RootTypes.configurationRefused(
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

    private void recovered(Object reading) {
        synchronized (failures) {
            succeeded = reading;
            lastFailure = null;
            lastTold = null;
        }
    }

    /**
     * Keeps a failure for the status, and tells it once for each cause.
     *
     * @param cause what is the same for as long as the cause is: a message may say what time it is
     * @param reading the reading that failed
     */
    private void failed(TlsConfigurationException failure, String cause, Object reading) {
        TlsStatus.Failure now = new TlsStatus.Failure(
                configuration.clock().instant(), failure.reason(), String.valueOf(failure.getMessage()));
        Object told = List.<Object>of(failure.reason(), cause);
        boolean isNew;
        synchronized (failures) {
            if (succeeded == reading) {
                return; // in the moment in which it was found to be overdue
            }
            lastFailure = now;
            isNew = !told.equals(lastTold);
            lastTold = told;
        }
        if (isNew && !closed) {
            refused.accept(failure);
        }
    }

    /** How the files look from outside. */
    private static List<Object> look(List<Path> files, MaterialReader.Progress progress) {
        List<Object> look = new ArrayList<>();
        for (Path file : files) {
            look.add(file);
            progress.reading(file.toString());
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

    /** Interrupts a reading that goes on, releases all who wait for one, and does not wait itself. */
    @Override
    public void close() {
        closed = true;
        reader.close();
    }
}
