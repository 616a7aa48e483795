package io.valkeysecure;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** A time that goes on as {@link System#nanoTime}, and that a test puts forward. */
public final class SkippableTime {
    private final AtomicLong skipped = new AtomicLong();

    /** {@return the builder, with this time for what is drained and looked for} */
    public SecureTls.Builder of(SecureTls.Builder builder) {
        return builder.nanoTime(() -> System.nanoTime() + skipped.get());
    }

    public void skip(Duration time) {
        skipped.addAndGet(time.toNanos());
    }
}
