package io.valkeysecure.lettuce;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** Runs ahead of the real clock by as much as it is told. Safe for use by many threads. */
final class MovedClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    void runAheadBy(Duration distance) {
        ahead = distance;
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
        return ZoneId.of("UTC");
    }

    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
    }
}
