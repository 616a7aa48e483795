package io.valkeysecure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Limits how many handshakes are in flight, so that a restart of the server under hundreds of connections neither floods it
 * nor takes the processors from the connections that live. First come, first served.
 *
 * <p>A turn counts for a second at most: a peer that stays silent until the handshake's timeout costs nothing meanwhile, and
 * must not hold up those that dial others. So none is lost for good either, whatever its holder forgets.
 */
final class HandshakeTurns {
    /** Of those in flight most wait for the server, which is often one thread; more only wait there. */
    private static final int PER_PROCESSOR = 4;

    private static final Duration LONGEST = Duration.ofSeconds(1);

    /** A handshake that has, or waits for, its turn. */
    final class Turn {
        private final CompletableFuture<Void> begun = new CompletableFuture<>();
        private long dueNanos;

        /** Completed when the handshake may begin. Its dependents must not block. */
        CompletableFuture<Void> begun() {
            return begun;
        }

        /** Ends the turn, or the wait for it; more than once does no harm. */
        void end() {
            synchronized (HandshakeTurns.this) {
                inFlight.remove(this);
                waiting.remove(this);
            }
            admit();
        }
    }

    private final int limit;
    private final Duration longest;

    /** In the order in which they began. */
    private final Set<Turn> inFlight = new LinkedHashSet<>();

    /** In the order in which they came. */
    private final Set<Turn> waiting = new LinkedHashSet<>();

    /** Whether turns that last too long will be looked for. */
    private boolean sweeping;

    HandshakeTurns() {
        this(Math.max(2, Runtime.getRuntime().availableProcessors()) * PER_PROCESSOR, LONGEST);
    }

    HandshakeTurns(int limit, Duration longest) {
        this.limit = limit;
        this.longest = longest;
    }

    int limit() {
        return limit;
    }

    synchronized int inFlight() {
        return inFlight.size();
    }

    Turn take() {
        Turn turn = new Turn();
        synchronized (this) {
            waiting.add(turn);
        }
        admit();
        return turn;
    }

    private void admit() {
        List<Turn> admitted = new ArrayList<>();
        synchronized (this) {
            long now = System.nanoTime();
            Iterator<Turn> next = waiting.iterator();
            while (inFlight.size() < limit && next.hasNext()) {
                Turn turn = next.next();
                next.remove();
                turn.dueNanos = now + longest.toNanos();
                inFlight.add(turn);
                admitted.add(turn);
            }
            if (!waiting.isEmpty() && !sweeping) {
                sweeping = true;
                long delay = inFlight.iterator().next().dueNanos - now;
                CompletableFuture.delayedExecutor(delay, TimeUnit.NANOSECONDS).execute(this::sweep);
            }
        }
        admitted.forEach(turn -> turn.begun.complete(null));
    }

    private void sweep() {
        synchronized (this) {
            sweeping = false;
            long now = System.nanoTime();
            inFlight.removeIf(turn -> turn.dueNanos - now <= 0);
        }
        admit();
    }
}
