package io.valkeysecure.testkit.internal;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * The system's clock in UTC, ahead of it by what a test says: certificates, CRLs and OCSP responses end without being
 * waited for.
 *
 * <p>Safe for use by many threads, of which one advances it. A test extends it to notice who asks for the time.
 */
public class MutableClock extends Clock {
    private volatile Duration ahead = Duration.ZERO;

    /** Makes a clock that agrees with the system's. */
    public MutableClock() {}

    /**
     * Sets the clock forward, from where it is.
     *
     * @param by how far; negative to set it back
     */
    public void advance(Duration by) {
        ahead = ahead.plus(by);
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    /**
     * Not supported.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException("UTC only");
    }
}
