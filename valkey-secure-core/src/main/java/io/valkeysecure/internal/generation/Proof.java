package io.valkeysecure.internal.generation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.internal.root.RootTypes;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Supplier;

/**
 * The proof of a verified connection, with everything that is needed to judge it again.
 *
 * @param handshake the record for users
 * @param negotiated the negotiated parameters
 * @param verdict the path, and the generation that accepted it
 * @param madeUnder the generation whose identity was presented
 * @param presented the presented chain, in which another generation may find another path
 * @param staples the OCSP responses that came with it
 */
public record Proof(
        VerifiedHandshake handshake,
        RootTypes.Negotiated negotiated,
        Verdict verdict,
        Generation madeUnder,
        List<X509Certificate> presented,
        List<byte[]> staples) {

    /**
     * Judges the server by the generation in force.
     *
     * @param current returns the generation in force
     * @return the proof under that generation
     * @throws PeerRejectedException if the generation in force rejects the chain, or cannot find out
     */
    public Proof judgedBy(Supplier<Generation> current) throws PeerRejectedException {
        return with(Verdict.inForce(current, verdict, presented, handshake.endpoint(), staples));
    }

    /** Replaces the verdict. */
    public Proof with(Verdict now) {
        return now.equals(verdict)
                ? this
                : new Proof(
                        RootTypes.verifiedHandshake(
                                handshake.endpoint(), handshake.client(), negotiated, now.path(), madeUnder.number()),
                        negotiated,
                        now,
                        madeUnder,
                        presented,
                        staples);
    }
}
