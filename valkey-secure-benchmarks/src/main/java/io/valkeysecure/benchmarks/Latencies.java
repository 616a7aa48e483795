package io.valkeysecure.benchmarks;

import java.util.Arrays;

/** How long each of many commands took. Safe for use by many threads. */
final class Latencies {
    private static final double MICROS = 1e3;
    private static final int FIRST_CAPACITY = 1 << 16;

    private long[] nanos = new long[FIRST_CAPACITY];
    private int count;

    synchronized void add(long elapsed) {
        if (count == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = elapsed;
    }

    synchronized int count() {
        return count;
    }

    /** The latency in microseconds that this share of the commands stayed at or below. */
    synchronized double micros(double share) {
        if (count == 0) {
            throw new IllegalStateException("no command was answered");
        }
        long[] sorted = Arrays.copyOf(nanos, count);
        Arrays.sort(sorted);
        return sorted[Math.max(0, (int) Math.ceil(share * count) - 1)] / MICROS;
    }
}
