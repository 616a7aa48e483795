package io.valkeysecure.testkit.internal.server;

import io.valkeysecure.testkit.internal.Loopback;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** What a server prints, line by line, and the line by which it tells that it is ready. */
public final class ServerLog {
    private static final int TAIL_LINES = 20;

    private final StringBuilder text = new StringBuilder();
    private final CountDownLatch readyOrEnded = new CountDownLatch(1);
    private boolean ready;

    public synchronized void add(String line) {
        text.append(line).append('\n');
        // a sentinel says the second of the two
        if (line.contains("Ready to accept connections") || line.contains("Sentinel ID is")) {
            ready = true;
            readyOrEnded.countDown();
        }
    }

    /** Tells that no more comes. */
    public void end() {
        readyOrEnded.countDown();
    }

    /** Waits until the server is ready; false if it has ended before, or is not ready within the limit. */
    public boolean awaitReady(Duration limit) {
        Loopback.await(readyOrEnded, limit);
        synchronized (this) {
            return ready;
        }
    }

    synchronized boolean contains(String part) {
        return text.indexOf(part) >= 0;
    }

    public synchronized String text() {
        return text.toString();
    }

    public String tail() {
        List<String> lines = text().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
