package io.valkeysecure.internal.handshake;

import io.valkeysecure.Endpoint;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The slot of one handshake: waits for it, and releases it. */
final class HandshakeSlot {
    private final HandshakeLimiter limiter;
    private final Endpoint endpoint;
    private final Duration timeout;
    private final PeerBytes evidence;
    private volatile HandshakeLimiter.@Nullable Permit permit;

    HandshakeSlot(HandshakeLimiter limiter, Endpoint endpoint, Duration timeout, PeerBytes evidence) {
        this.limiter = limiter;
        this.endpoint = endpoint;
        this.timeout = timeout;
        this.evidence = evidence;
    }

    /**
     * Acquires the slot without blocking.
     *
     * @throws IllegalStateException if it was called before
     */
    CompletableFuture<Void> acquire() {
        if (permit != null) {
            throw new IllegalStateException("this handshake with " + endpoint + " has acquired its slot already");
        }
        HandshakeLimiter.Permit acquired = limiter.acquire(endpoint);
        permit = acquired;
        evidence.whenFirstReceived(acquired::answered);
        return acquired.granted();
    }

    /** Acquires the slot, and blocks for at most the time that is left. */
    void await(Duration left) throws IOException {
        CompletableFuture<Void> granted = acquire();
        try {
            var unused = granted.get(left.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new SocketTimeoutException("no handshake slot became free in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for a handshake slot");
        } catch (ExecutionException e) {
            throw new IllegalStateException("a permit fails in no other way", e);
        }
    }

    void succeeded() {
        HandshakeLimiter.Permit acquired = permit;
        if (acquired != null) {
            acquired.succeeded();
        }
    }

    void release() {
        HandshakeLimiter.Permit acquired = permit;
        if (acquired != null) {
            acquired.release();
        }
    }

    boolean isWaiting() {
        HandshakeLimiter.Permit acquired = permit;
        return acquired != null
                && (!acquired.granted().isDone() || acquired.granted().isCompletedExceptionally());
    }

    /** {@return the message of a timeout: it tells whether the limit is the cause, or a server that does not answer} */
    String whyWaiting() {
        HandshakeLimiter.Permit acquired = permit;
        return "expected a handshake within " + timeout + ", no handshake slot became free in that time (limit "
                + limiter.limit() + ", " + limiter.share() + " for one server); nothing was sent; "
                + (acquired != null && acquired.isEndpointStalled()
                        ? "earlier handshakes with this server have not ended: is this its tls-port?"
                        : "are servers slow, or very many connections made?");
    }
}
