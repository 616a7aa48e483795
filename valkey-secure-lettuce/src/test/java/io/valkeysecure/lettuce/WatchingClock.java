package io.valkeysecure.lettuce;

import io.valkeysecure.testkit.internal.MutableClock;
import java.time.Instant;

/** Tells of each verification, on the thread that verifies: whoever verifies asks for the time. */
final class WatchingClock extends MutableClock {
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
        return super.instant();
    }
}
