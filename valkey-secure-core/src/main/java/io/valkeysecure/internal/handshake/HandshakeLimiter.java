package io.valkeysecure.internal.handshake;

import io.valkeysecure.Endpoint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Limits how many handshakes are in flight, so that hundreds of reconnects after a restart neither flood the server nor
 * starve live connections of CPU.
 *
 * <p>The slots are shared fairly among endpoints. Endpoints are served in turn, and handshakes of one endpoint in
 * order. No endpoint holds more than its share, so some slots are always left for others. A slot is taken back after a
 * quarter of a second if the peer has sent nothing, and after a second in any case; the handshake goes on without it.
 * The endpoint then gets one slot at a time until a handshake with it succeeds. So no slot is lost if its holder
 * forgets to release it.
 *
 * <p>Safe for use by many threads.
 */
public final class HandshakeLimiter {
    /** Most handshakes in flight wait for the server, which often has one thread; more would only queue there. */
    private static final int PER_PROCESSOR = 4;

    private static final Duration LONGEST = Duration.ofSeconds(1);

    /** Longer than a healthy server needs for its first bytes, on any network. */
    private static final Duration SILENCE = Duration.ofMillis(250);

    /** Runs a task later. */
    interface Timer {
        /** By the JDK's own timer thread. */
        Timer SYSTEM = (task, delayNanos) -> CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS)
                .execute(task);

        void schedule(Runnable task, long delayNanos);
    }

    /** The handshakes with one endpoint, while there are any. */
    private static final class Line {
        private final Endpoint endpoint;
        private final Set<Permit> waiting = new LinkedHashSet<>();
        private int inFlight;

        /** Whether a slot was taken back since a handshake succeeded. */
        private boolean stalled;

        Line(Endpoint endpoint) {
            this.endpoint = endpoint;
        }
    }

    /** The slot of a handshake, or its place in the queue for one. */
    public final class Permit {
        private final CompletableFuture<Void> granted = new CompletableFuture<>();
        private final Line line;
        private long grantedNanos;
        private boolean answered;

        private Permit(Line line) {
            this.line = line;
        }

        /** Completed when the handshake may start. Its dependents must not block. */
        public CompletableFuture<Void> granted() {
            return granted;
        }

        /** The peer has sent something, so the slot is not taken back for its silence. */
        public void answered() {
            synchronized (HandshakeLimiter.this) {
                answered = true;
            }
        }

        /** The handshake has succeeded, so the endpoint gets its whole share again. */
        public void succeeded() {
            synchronized (HandshakeLimiter.this) {
                line.stalled = false;
            }
            release();
        }

        /** Returns whether a slot was taken back from the endpoint since a handshake with it succeeded. */
        public boolean isEndpointStalled() {
            synchronized (HandshakeLimiter.this) {
                return line.stalled;
            }
        }

        /** Releases the slot, or leaves the queue. May be called more than once. */
        public void release() {
            synchronized (HandshakeLimiter.this) {
                giveBack(this);
                line.waiting.remove(this);
                forgetIfIdle(line);
            }
            admit();
        }

        private long dueNanos() {
            return grantedNanos + (answered ? longest : silence).toNanos();
        }
    }

    private final int limit;
    private final int share;
    private final Duration silence;
    private final Duration longest;
    private final LongSupplier nanoTime;
    private final Timer timer;

    private final Set<Permit> inFlight = new LinkedHashSet<>();

    /** The endpoints in the order in which they are served next. */
    private final Map<Endpoint, Line> lines = new LinkedHashMap<>();

    /** Whether a task that takes back overdue slots is scheduled. */
    private boolean sweeping;

    public HandshakeLimiter() {
        this(
                Math.max(2, Runtime.getRuntime().availableProcessors()) * PER_PROCESSOR,
                SILENCE,
                LONGEST,
                System::nanoTime,
                Timer.SYSTEM);
    }

    public HandshakeLimiter(int limit, Duration silence, Duration longest, LongSupplier nanoTime, Timer timer) {
        this.limit = limit;
        this.share = Math.max(1, limit * 3 / 4);
        this.silence = silence;
        this.longest = longest;
        this.nanoTime = nanoTime;
        this.timer = timer;
    }

    /** How many handshakes are in flight at once, with all endpoints together. */
    public int limit() {
        return limit;
    }

    /** How many of them are with one endpoint at most. */
    public int share() {
        return share;
    }

    public synchronized int inFlight() {
        return inFlight.size();
    }

    public Permit acquire(Endpoint endpoint) {
        Permit permit;
        synchronized (this) {
            permit = new Permit(lines.computeIfAbsent(endpoint, Line::new));
            permit.line.waiting.add(permit);
        }
        admit();
        return permit;
    }

    private void admit() {
        List<Permit> admitted = new ArrayList<>();
        synchronized (this) {
            long now = nanoTime.getAsLong();
            while (inFlight.size() < limit) {
                Permit next = next();
                if (next == null) {
                    break;
                }
                next.grantedNanos = now;
                inFlight.add(next);
                next.line.inFlight++;
                admitted.add(next);
            }
            sweepLater(now);
        }
        admitted.forEach(permit -> permit.granted.complete(null));
    }

    /** Removes the first handshake of the next line, and moves that line to the end. */
    private @Nullable Permit next() {
        for (Line line : lines.values()) {
            int most = line.stalled ? 1 : share;
            if (!line.waiting.isEmpty() && line.inFlight < most) {
                Iterator<Permit> waiting = line.waiting.iterator();
                Permit next = waiting.next();
                waiting.remove();
                lines.remove(line.endpoint);
                lines.put(line.endpoint, line);
                return next;
            }
        }
        return null;
    }

    private void sweepLater(long now) {
        if (sweeping || inFlight.isEmpty() || !isAnyWaiting()) {
            return;
        }
        sweeping = true;
        long delay = inFlight.stream()
                .mapToLong(permit -> permit.dueNanos() - now)
                .min()
                .orElseThrow();
        timer.schedule(this::sweep, Math.max(0, delay));
    }

    private boolean isAnyWaiting() {
        for (Line line : lines.values()) {
            if (!line.waiting.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void sweep() {
        synchronized (this) {
            sweeping = false;
            long now = nanoTime.getAsLong();
            for (Permit permit : List.copyOf(inFlight)) {
                if (permit.dueNanos() - now <= 0) {
                    permit.line.stalled = true;
                    giveBack(permit);
                    forgetIfIdle(permit.line);
                }
            }
        }
        admit();
    }

    private void giveBack(Permit permit) {
        if (inFlight.remove(permit)) {
            permit.line.inFlight--;
        }
    }

    private void forgetIfIdle(Line line) {
        if (line.waiting.isEmpty() && line.inFlight == 0) {
            lines.remove(line.endpoint, line);
        }
    }
}
