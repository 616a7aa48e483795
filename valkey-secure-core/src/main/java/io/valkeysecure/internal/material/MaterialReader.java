package io.valkeysecure.internal.material;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.thread.LibraryThread;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads material on its own thread, one reading at a time, because a file system or a source may never return. A
 * reading that takes longer than the limit is interrupted. While it hangs no other starts, so at most one thread is
 * stuck. Safe for use by many threads.
 */
public final class MaterialReader implements AutoCloseable {
    /** The most callers that wait for a reading at the same time; more are refused. */
    private static final int LONGEST_QUEUE = 256;

    private final Duration limit;
    private final ThreadPoolExecutor thread;
    private volatile @Nullable Reading<?> running;

    /** A task of the reading thread. */
    @FunctionalInterface
    public interface Task<T> {
        /**
         * Reads.
         *
         * @param progress receives the name of each file or source before it is read
         */
        T run(Progress progress);
    }

    /**
     * Receives the name of each file or source before it is read, so that a message can name one that does not answer.
     */
    @FunctionalInterface
    public interface Progress {
        Progress NONE = what -> {};

        void reading(String what);
    }

    /** One reading: waiting, running or ended. */
    public static final class Reading<T> implements Progress, Runnable {
        private final MaterialReader reader;
        private final Task<T> task;
        private final CompletableFuture<Void> begun = new CompletableFuture<>();
        private final CompletableFuture<T> result = new CompletableFuture<>();
        private volatile String what = "material";
        private volatile long begunNanos;
        private @Nullable Thread thread;
        private boolean interrupted;

        public Reading(MaterialReader reader, Task<T> task) {
            this.reader = reader;
            this.task = task;
        }

        @Override
        public void reading(String next) {
            what = next;
        }

        /** {@return the name of the file or source that is being read} */
        public String what() {
            return what;
        }

        public boolean isOverdue() {
            return thread() != null && System.nanoTime() - begunNanos >= reader.limit.toNanos();
        }

        private synchronized @Nullable Thread thread() {
            return thread;
        }

        /**
         * Interrupts the reading.
         *
         * @return true the first time, false if it has ended or was interrupted before
         */
        public synchronized boolean interrupt() {
            if (thread == null || interrupted) {
                return false;
            }
            interrupted = true;
            thread.interrupt();
            return true;
        }

        private void release(IllegalStateException closed) {
            begun.complete(null);
            result.completeExceptionally(closed);
        }

        /** Catches every Throwable of a source or a parser as a failed reading; the thread goes on. */
        @Override
        public void run() {
            begunNanos = System.nanoTime();
            synchronized (this) {
                thread = Thread.currentThread();
            }
            reader.running = this;
            begun.complete(null);
            try {
                result.complete(task.run(this));
            } catch (TlsConfigurationException e) {
                result.completeExceptionally(e);
            } catch (Throwable e) {
                result.completeExceptionally(RootTypes.configurationRefused(
                        RefusalReason.UNCLASSIFIED, "the material could not be proved: " + e, e));
            } finally {
                synchronized (this) {
                    thread = null; // from here on no interrupt reaches the next reading
                }
                reader.running = null;
            }
        }
    }

    public MaterialReader(Duration limit) {
        this.limit = limit;
        this.thread = LibraryThread.pool("valkey-secure-reload", 1, LONGEST_QUEUE);
    }

    /** {@return the running reading; null if there is none} */
    @Nullable
    public Reading<?> running() {
        return running;
    }

    /** Starts a reading unless one is running. */
    public void begin(Task<?> task) {
        if (running == null && thread.getQueue().isEmpty()) {
            try {
                thread.execute(new Reading<>(this, task));
            } catch (RejectedExecutionException e) {
                // closed
            }
        }
    }

    /**
     * Reads, and waits for the result: for the limit, and as long again if another reading is running.
     *
     * @throws TlsConfigurationException as the task throws it
     * @throws OverdueException if it has not ended within the limit
     * @throws IllegalStateException if this is closed, or called from within a reading
     */
    public <T> T read(Task<T> task) throws OverdueException {
        Reading<?> now = running;
        if (now != null && now.thread() == Thread.currentThread()) {
            throw new IllegalStateException("a material source asked for a reload while it was read itself");
        }
        Reading<T> reading = new Reading<>(this, task);
        try {
            thread.execute(reading);
            var unused = reading.begun.get(limit.toNanos(), TimeUnit.NANOSECONDS);
            long left = limit.toNanos() - (System.nanoTime() - reading.begunNanos);
            return reading.result.get(Math.max(0, left), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException("this SecureTls is closed, or too many threads wait for a reload", e);
        } catch (TimeoutException e) {
            thread.remove(reading);
            Reading<?> stuck = running;
            throw new OverdueException(stuck == null ? reading : stuck);
        } catch (InterruptedException e) {
            thread.remove(reading);
            Thread.currentThread().interrupt();
            throw RootTypes.configurationRefused(
                    RefusalReason.MATERIAL_UNREADABLE, "the thread was interrupted while it waited for material", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TlsConfigurationException failure) {
                throw withCaller(failure);
            }
            throw new IllegalStateException("this SecureTls was closed while it read", e);
        }
    }

    /** Adds the stack trace of the caller to that of the reading thread. */
    private static TlsConfigurationException withCaller(TlsConfigurationException failure) {
        StackTraceElement[] caller = Thread.currentThread().getStackTrace();
        failure.setStackTrace(Stream.concat(
                        Arrays.stream(failure.getStackTrace()),
                        Arrays.stream(caller).skip(2))
                .toArray(StackTraceElement[]::new));
        return failure;
    }

    /** A reading that has not ended within the limit; it may go on. */
    public static final class OverdueException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient Reading<?> reading;

        public OverdueException(Reading<?> reading) {
            this.reading = reading;
        }

        public Reading<?> reading() {
            return reading;
        }
    }

    /** The refusal of a reading that is overdue. */
    public TlsConfigurationException refusal(
            Reading<?> reading, @Nullable Instant lastRead, @Nullable Throwable cause) {
        return RootTypes.configurationRefused(
                RefusalReason.MATERIAL_UNREADABLE,
                "expected all material within " + limit + ", " + reading.what() + " did not answer in time"
                        + (lastRead == null ? "" : "; not read since " + lastRead + ", tried again at the next check")
                        + "; is its file system or service there?",
                cause);
    }

    /** Interrupts the running reading, and releases all waiting threads. */
    @Override
    public void close() {
        Reading<?> last = running;
        IllegalStateException closed = new IllegalStateException("closed");
        for (Runnable waiting : thread.shutdownNow()) {
            ((Reading<?>) waiting).release(closed);
        }
        if (last != null) {
            last.release(closed);
        }
    }
}
