package io.valkeysecure.benchmarks;

import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.observe.TlsListener;
import java.util.concurrent.atomic.LongAdder;

/** Counts handshakes, and how many of them resumed a session. */
final class Handshakes implements TlsListener {
    private static final double PERCENT = 100;

    private final LongAdder all = new LongAdder();
    private final LongAdder resumed = new LongAdder();

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        all.increment();
        if (handshake.resumed()) {
            resumed.increment();
        }
    }

    long count() {
        return all.sum();
    }

    double resumedPercent() {
        return PERCENT * resumed.sum() / Math.max(1, all.sum());
    }

    void forget() {
        all.reset();
        resumed.reset();
    }
}
