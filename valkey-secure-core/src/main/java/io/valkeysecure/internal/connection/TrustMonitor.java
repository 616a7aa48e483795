package io.valkeysecure.internal.connection;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.Proof;
import io.valkeysecure.internal.generation.Verdict;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.thread.LibraryThread;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Judges open connections again when a new generation is in force: closes connections whose server is no longer
 * trusted, and drains connections that present an earlier identity.
 *
 * <p>It first judges everything that needs no responder. Then it asks OCSP responders on other threads, so that a dead
 * responder does not delay the closing of other connections. Its methods are called by one thread.
 */
public final class TrustMonitor implements AutoCloseable {
    private static final int THREADS = 2;
    private static final int LONGEST_QUEUE = 10_000;

    private final OpenConnections open;
    private final ConnectionDrainer drainer;
    private final Duration askInterval;
    private final ThreadPoolExecutor responders = LibraryThread.pool("valkey-secure-ocsp", THREADS, LONGEST_QUEUE);
    private final AtomicInteger asking = new AtomicInteger();
    private long nextAskNanos = System.nanoTime();

    /**
     * Everything that a verdict depends on, except the generation; connections with the same question are judged once.
     */
    private record Question(List<X509Certificate> presented, Endpoint dialled, List<byte[]> staples) {
        static Question of(TrackedConnection tracked) {
            Proof proof = tracked.proof();
            return new Question(proof.presented(), proof.handshake().endpoint(), proof.staples());
        }

        Judgement offline(Generation generation) {
            try {
                return new Judgement(
                        new Verdict(generation, generation.verifyOffline(presented, dialled, staples)), null);
            } catch (PeerRejectedException e) {
                return new Judgement(null, e);
            } catch (RuntimeException | StackOverflowError e) {
                // a chain that cannot be judged proves nothing, and must not stop others from being judged
                return new Judgement(
                        null,
                        RootTypes.peerRejected(RefusalReason.UNCLASSIFIED, "its chain could not be judged: " + e, e));
            }
        }

        Judgement online(Generation generation) {
            try {
                return new Judgement(new Verdict(generation, generation.verify(presented, dialled, staples)), null);
            } catch (PeerRejectedException e) {
                return new Judgement(null, e);
            }
        }
    }

    /** A verdict, or the refusal of the server. */
    private record Judgement(
            @Nullable Verdict accepted, @Nullable PeerRejectedException rejected) {}

    TrustMonitor(OpenConnections open, ConnectionDrainer drainer, Rotation rotation) {
        this.open = open;
        this.drainer = drainer;
        this.askInterval = rotation.checkInterval();
    }

    /**
     * Judges connections that the generation in force has not judged, and repeats questions that no responder has
     * answered.
     */
    void judge(Generation now) {
        Map<Question, Judgement> verdicts = new HashMap<>();
        Map<Question, List<TrackedConnection>> toAsk = new HashMap<>();
        List<TrackedConnection> toDrain = new ArrayList<>();
        for (TrackedConnection tracked : open) {
            if (tracked.judgedBy >= now.number()) {
                continue;
            }
            Question question = Question.of(tracked);
            Judgement verdict = verdicts.computeIfAbsent(question, each -> each.offline(now));
            tracked.judgedBy = now.number();
            if (!closeIfRefused(tracked, verdict)) {
                if (now.asksResponders()) {
                    toAsk.computeIfAbsent(question, key -> new ArrayList<>()).add(tracked);
                }
                if (tracked.drain == null && !tracked.proof().madeUnder().hasSameIdentityAs(now)) {
                    toDrain.add(tracked);
                }
            }
        }
        drainer.schedule(toDrain);
        if (toAsk.isEmpty() && asking.get() == 0 && System.nanoTime() - nextAskNanos >= 0) {
            for (TrackedConnection tracked : open) {
                if (tracked.unchecked) {
                    toAsk.computeIfAbsent(Question.of(tracked), key -> new ArrayList<>())
                            .add(tracked);
                }
            }
        }
        toAsk.forEach((question, connections) -> ask(question, connections, now));
    }

    /**
     * Keeps a connection whose status is unknown, such as after its stapled response became stale; the next handshake
     * decides.
     */
    private boolean closeIfRefused(TrackedConnection tracked, Judgement judgement) {
        if (judgement.accepted() != null) {
            tracked.accepted(judgement.accepted());
        }
        PeerRejectedException rejected = judgement.rejected();
        if (rejected == null || rejected.reason() == RefusalReason.REVOCATION_UNKNOWN) {
            return false;
        }
        open.close(
                tracked, rejected.reason(), "the server no longer proves itself: " + rejected.getMessage(), rejected);
        return true;
    }

    private void ask(Question question, List<TrackedConnection> connections, Generation now) {
        nextAskNanos = System.nanoTime() + askInterval.toNanos();
        asking.incrementAndGet();
        try {
            responders.execute(() -> {
                try {
                    answered(connections, now, question.online(now));
                } catch (Throwable e) {
                    unanswered(connections);
                } finally {
                    asking.decrementAndGet();
                }
            });
        } catch (RejectedExecutionException e) {
            asking.decrementAndGet();
            unanswered(connections);
        }
    }

    private static void unanswered(List<TrackedConnection> connections) {
        connections.forEach(tracked -> tracked.unchecked = true);
    }

    private void answered(List<TrackedConnection> connections, Generation asked, Judgement judgement) {
        for (TrackedConnection tracked : connections) {
            // a newer generation asks again
            if (tracked.judgedBy == asked.number() && !closeIfRefused(tracked, judgement)) {
                tracked.unchecked = judgement.rejected() != null;
            }
        }
    }

    /** {@return how many open connections no responder has answered for, under the generation in force} */
    int unchecked() {
        return (int) open.stream().filter(tracked -> tracked.unchecked).count();
    }

    /** Interrupts running requests without waiting for them. */
    @Override
    public void close() {
        responders.shutdownNow();
    }
}
