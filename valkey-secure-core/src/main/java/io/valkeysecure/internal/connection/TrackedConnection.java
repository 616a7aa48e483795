package io.valkeysecure.internal.connection;

import io.valkeysecure.ValidatedPath;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.internal.generation.Proof;
import io.valkeysecure.internal.generation.Verdict;
import java.security.cert.X509Certificate;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An open connection, with its proof and its drain schedule. */
public final class TrackedConnection {
    private final ManagedConnection connection;
    private volatile Proof proof;

    /** When the first certificate of its path ends, in milliseconds since 1970; all connections are looked at often. */
    private volatile long endsMillis;

    /** The number of the generation that judged it last. */
    volatile long judgedBy;

    /** Whether a responder must still say that its server is not revoked, under the generation that judged it last. */
    volatile boolean unchecked;

    /** Null unless it is being drained. */
    volatile @Nullable Drain drain;

    /**
     * The schedule of a connection that is drained.
     *
     * @param asked whether it has been asked to close at a quiet moment
     * @param dueNanos when it is asked, or closed if it has been asked
     * @param untilNanos when it is closed at the earliest
     */
    record Drain(boolean asked, long dueNanos, long untilNanos) {}

    TrackedConnection(ManagedConnection connection, Proof proof) {
        this.connection = connection;
        this.proof = proof;
        this.endsMillis = endsMillis(proof);
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

    boolean hasEndedBy(Instant now) {
        return now.toEpochMilli() >= endsMillis;
    }

    private static long endsMillis(Proof proof) {
        ValidatedPath path = proof.handshake().path();
        long ends = endMillis(path.anchor());
        for (X509Certificate certificate : path.certificates()) {
            ends = Math.min(ends, endMillis(certificate));
        }
        return ends;
    }

    private static long endMillis(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant().toEpochMilli();
    }

    /** Replaces the verdict by that of a newer generation; ignores the verdict of an older one. */
    synchronized void accepted(Verdict verdict) {
        Verdict before = proof.verdict();
        if (verdict.generation().number() >= before.generation().number() && !verdict.equals(before)) {
            proof = proof.with(verdict);
            endsMillis = endsMillis(proof);
        }
    }
}
