package io.valkeysecure.internal.connection;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Drains connections of an earlier client identity. In the first half of the window it asks them, one after another, to
 * close at a quiet moment; in the second half it closes the rest. It is never faster than the limit. Used by one
 * thread.
 */
public final class ConnectionDrainer {
    /** How often the drainer runs while a connection is drained. */
    static final Duration INTERVAL = Duration.ofMillis(50);

    /** Maximum burst after the watching thread was delayed. */
    private static final Duration CATCH_UP = INTERVAL.multipliedBy(2);

    private final OpenConnections open;
    private final Rotation rotation;
    private final LongSupplier nanoTime;

    /** When the next connection may be asked, or closed. */
    private long nextNanos;

    private record Due(TrackedConnection tracked, TrackedConnection.Drain drain) {}

    ConnectionDrainer(OpenConnections open, Rotation rotation, LongSupplier nanoTime) {
        this.open = open;
        this.rotation = rotation;
        this.nanoTime = nanoTime;
        this.nextNanos = nanoTime.getAsLong();
    }

    /** {@return whether any connection is to be drained} */
    boolean isDraining() {
        return open.stream().anyMatch(tracked -> tracked.drain != null);
    }

    /** Spreads connections over the window in random order. */
    void schedule(List<TrackedConnection> connections) {
        if (!rotation.isDraining()) {
            return;
        }
        List<TrackedConnection> shuffled = new ArrayList<>(connections);
        Collections.shuffle(shuffled);
        long now = nanoTime.getAsLong();
        long half = halfWindow();
        for (int i = 0; i < shuffled.size(); i++) {
            long asked = half * i / shuffled.size();
            long ended = half * (i + 1) / shuffled.size();
            shuffled.get(i).drain = new TrackedConnection.Drain(false, now + asked, now + half + ended);
        }
    }

    private long halfWindow() {
        return rotation.drainWindow().dividedBy(2).toNanos();
    }

    /** Asks or closes the connections that are due, in order. */
    void drain() {
        long now = nanoTime.getAsLong();
        List<Due> due = new ArrayList<>();
        for (TrackedConnection tracked : open) {
            TrackedConnection.Drain drain = tracked.drain;
            if (drain == null) {
                continue;
            }
            if (now - drain.dueNanos() >= 0) {
                due.add(new Due(tracked, drain));
            } else if (drain.asked()) {
                open.drain(tracked);
            }
        }
        due.sort(Comparator.comparingLong(each -> each.drain().dueNanos() - now));
        for (Due each : due) {
            if (now - nextNanos < 0) {
                return;
            }
            nextNanos = Math.max(nextNanos, now - CATCH_UP.toNanos())
                    + betweenReconnects(rotation).toNanos();
            drain(each.tracked(), each.drain(), now);
        }
    }

    private void drain(TrackedConnection tracked, TrackedConnection.Drain drain, long now) {
        if (drain.asked()) {
            String message = "made under an earlier client identity, and the drain window is over";
            open.close(tracked, RefusalReason.DRAINED, message, null);
            return;
        }
        // a connection that is asked late still has half a window for a quiet moment
        long end = Math.max(drain.untilNanos(), now + halfWindow());
        tracked.drain = new TrackedConnection.Drain(true, end, end);
        open.drain(tracked);
    }

    /** A quarter longer than the limit requires, because a slow reconnect may overlap the next one. */
    private static Duration betweenReconnects(Rotation rotation) {
        return Duration.ofMillis(1250).dividedBy(rotation.reconnectsPerSecond());
    }
}
