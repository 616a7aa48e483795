package io.valkeysecure.internal.generation;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.material.MaterialReader;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.observe.TlsStatus;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Holds the generation in force, and replaces it when new material was read and proved. A {@link MaterialReader} reads,
 * so a file or source that never answers delays nothing but the next reading.
 *
 * <p>Files are polled, not watched for events: events need another thread, are missing on network file systems, and
 * miss the symlinks that Kubernetes swaps above the files.
 */
public final class Reloader implements AutoCloseable {
    /** How often file attributes are polled. */
    public static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

    /** How often a reading is repeated if it fails, because another program may be writing the files. */
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

    /** Guards the next three fields; never held while code of a listener runs. */
    private final Object failures = new Object();

    private TlsStatus.@Nullable Failure lastFailure;
    private @Nullable Object lastTold;

    /** The last reading that succeeded; it can no longer be reported as overdue. */
    private @Nullable Object succeeded;

    // the fields below are used by the reading thread only

    /** Paths whose attributes are polled for changes. */
    private List<Path> watched;

    private List<Object> lastLook;
    private long lastReadNanos = System.nanoTime();

    /** The digest of the last reading; null if it could not read everything. */
    private @Nullable String lastDigest;

    /** When the watching thread may start the next reading. */
    private long nextNanos;

    private record First(TrustConfiguration.Reading read, List<Object> look, Generation generation) {}

    /**
     * Reads and proves the first generation.
     *
     * @param published runs after another generation came into force
     * @param refused receives the refusal of new material, once for each cause
     * @throws TlsConfigurationException if it cannot be proved in time; no thread is left, except a reading that is
     *     stuck
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
                List<Object> look = FileAttributes.of(configuration.watched(read.crls()), progress);
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

    /** {@return when all files and sources were last read, whether or not the material could be proved} */
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

    /** Starts a reading if one is due, and reports one that takes too long. Never blocks. */
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
                                && !FileAttributes.of(watched, progress).equals(lastLook)))
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

    /** A reading that was interrupted because it was overdue is reported as overdue, not as interrupted. */
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
        lastLook = FileAttributes.of(watched, progress);
        TrustConfiguration.Reading read = configuration.read(progress);
        lastRead = configuration.clock().instant();
        watched = configuration.watched(read.crls());
        Generation before = current;
        String digest = read.snapshot().digest();
        lastDigest = digest;
        if (digest.equals(before.digest()) && before.keyStillSigns()) {
            recovered(progress);
            return false;
        }
        progress.reading("the proof of the material");
        Generation candidate = Generation.prove(before, configuration, read);
        if (configuration.rotation().isIdentityChangeRefused()) {
            IdentityProof.requireSameNames(before.identity(), candidate.identity());
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

    /** Logs the engines if they change with the material: not every engine can sign with every type of key. */
    private void tellEngines(@Nullable Generation before, Generation now) {
        if (before == null || !now.engines().toString().equals(before.engines().toString())) {
            listener.log(Level.INFO, "engine " + now.engines(), null);
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
     * Keeps a failure for the status, and reports it once for each cause.
     *
     * @param cause identifies the cause; the message does not, because it may contain the current time
     * @param reading the reading that failed
     */
    private void failed(TlsConfigurationException failure, String cause, Object reading) {
        TlsStatus.Failure now = new TlsStatus.Failure(
                configuration.clock().instant(), failure.reason(), String.valueOf(failure.getMessage()));
        Object told = List.<Object>of(failure.reason(), cause);
        boolean isNew;
        synchronized (failures) {
            if (succeeded == reading) {
                return; // it succeeded while it was found to be overdue
            }
            lastFailure = now;
            isNew = !told.equals(lastTold);
            lastTold = told;
        }
        if (isNew && !closed) {
            refused.accept(failure);
        }
    }

    /** Interrupts a running reading, and releases the threads that wait for it. Does not wait. */
    @Override
    public void close() {
        closed = true;
        reader.close();
    }
}
