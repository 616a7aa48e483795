package io.valkeysecure.tests.soak;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** How often what took how long, to within three per cent. */
final class Latencies {
    private static final double STEP = 1.03;

    private final LongAdder[] counts =
            Stream.generate(LongAdder::new).limit(bucket(Long.MAX_VALUE) + 1L).toArray(LongAdder[]::new);

    void add(long nanos) {
        counts[bucket(nanos)].increment();
    }

    /** What this part of them did not exceed. */
    Duration percentile(double part) {
        long all = Stream.of(counts).mapToLong(LongAdder::sum).sum();
        long seen = 0;
        int bucket = 0;
        while (bucket < counts.length - 1 && (seen += counts[bucket].sum()) < all * part) {
            bucket++;
        }
        return Duration.ofNanos((long) Math.pow(STEP, bucket));
    }

    private static int bucket(long nanos) {
        return (int) Math.ceil(Math.log((double) Math.max(1, nanos)) / Math.log(STEP));
    }
}
