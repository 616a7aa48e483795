package io.valkeysecure.internal.connection;

import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.internal.generation.Proof;
import io.valkeysecure.internal.generation.Verdict;
import org.jspecify.annotations.Nullable;

/** An open connection, with what is known of its trust and when it is to be drained. */
public final class TrackedConnection {
    private final ManagedConnection connection;
    private volatile Proof proof;

    /** The number of the generation that judged it last. */
    volatile long judgedBy;

    /** Whether a responder must still say that its server is not revoked, under the generation that judged it last. */
    volatile boolean unchecked;

    /** Null while it may stay. */
    volatile @Nullable Drain drain;

    /**
     * When it is drained.
     *
     * @param asked whether it has been asked to end at a quiet moment
     * @param dueNanos when it is asked, or ended if it has been asked
     * @param untilNanos when it is ended at the earliest
     */
    record Drain(boolean asked, long dueNanos, long untilNanos) {}

    TrackedConnection(ManagedConnection connection, Proof proof) {
        this.connection = connection;
        this.proof = proof;
        this.judgedBy = proof.madeUnder().number();
    }

    ManagedConnection connection() {
        return connection;
    }

    VerifiedHandshake handshake() {
        return proof.handshake();
    }

    Proof proof() {
        return proof;
    }

    /** Takes the path that a generation accepted, whose end counts from now on, unless a later one has judged already. */
    synchronized void accepted(Verdict verdict) {
        if (verdict.generation().number() >= proof.verdict().generation().number()) {
            proof = proof.with(verdict);
        }
    }
}
