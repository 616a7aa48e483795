package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.x509.CertificationPath;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Proves that no certificate of a path is revoked. A check belongs to one generation; a check that reads no files may
 * serve several generations in a row. Safe for use by many threads.
 */
public interface RevocationCheck {

    /**
     * Checks every certificate of a validated path below its anchor.
     *
     * @param staples OCSP responses in DER that came with the handshake, in any order; an empty one means that the
     *     server had none for a certificate
     * @param startedNanos {@link System#nanoTime} when the verification started; a timeout counts from there, however
     *     many paths are checked
     * @throws PeerRejectedException with {@code REVOKED} or {@code REVOCATION_UNKNOWN}
     */
    void check(CertificationPath path, Instant now, List<byte[]> staples, long startedNanos)
            throws PeerRejectedException;

    /**
     * Checks without asking a responder. A status that only a responder knows is accepted.
     *
     * @throws PeerRejectedException if the path is known to be revoked, or a check that needs no responder fails
     */
    default void checkOffline(CertificationPath path, Instant now, List<byte[]> staples) throws PeerRejectedException {
        check(path, now, staples, System.nanoTime());
    }

    /** {@return whether {@link #check} may wait for a responder} */
    default boolean asksResponders() {
        return false;
    }

    /**
     * {@return the earliest time after which an issuer has no CRL in date, tolerance included; empty if there are no
     * CRLs}
     */
    default Optional<Instant> freshUntil() {
        return Optional.empty();
    }

    /** {@return a check that accepts every path} */
    static RevocationCheck none() {
        return (path, now, staples, startedNanos) -> {};
    }
}
