package io.valkeysecure.lettuce;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/** Tells of each verification, on the thread that verifies: whoever verifies asks for the time. */
final class WatchingClock extends Clock {
    private final Runnable whenVerifying;

    WatchingClock(Runnable whenVerifying) {
        this.whenVerifying = whenVerifying;
    }

    @Override
    public Instant instant() {
        boolean verifying = StackWalker.getInstance()
                .walk(frames -> frames.anyMatch(frame ->
                        frame.getClassName().endsWith(".Generation") && "verify".equals(frame.getMethodName())));
        if (verifying) {
            whenVerifying.run();
        }
        return Instant.now();
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
