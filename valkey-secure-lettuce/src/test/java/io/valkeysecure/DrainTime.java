package io.valkeysecure;

import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The time of the drain window, which passes only when a test lets it pass. */
public final class DrainTime {
    /** In one pass over the open connections the time is read twice at the most. */
    private static final int READS_OF_THREE_PASSES = 6;

    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger reads = new AtomicInteger();

    /** Gives a {@code SecureTls} this time. */
    public SecureTls.Builder in(SecureTls.Builder builder) {
        return builder.nanoTime(() -> {
            reads.incrementAndGet();
            return nanos.get();
        });
    }

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    /** Waits until the open connections have been looked over with the time that it is now. */
    public void awaitPass() {
        int before = reads.get();
        await().atMost(Duration.ofSeconds(60)).until(() -> reads.get() >= before + READS_OF_THREE_PASSES);
    }
}
