package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Proves that no certificate of a path is revoked. One belongs to one generation, or to several in a row if it is made of
 * nothing that was read. Safe for use by many threads.
 */
public interface RevocationCheck {

    /**
     * Checks every certificate of a path below its anchor.
     *
     * @param path a path that was validated: leaf first, anchor excluded
     * @param anchor where the path ends
     * @param now the time
     * @param staples OCSP responses in DER that came with the handshake, in any order; an empty one means that the server
     *     had none for a certificate
     * @param begun {@link System#nanoTime} when the verification began; whatever is waited for counts from there, however
     *     many paths are checked
     * @return until when this is proved; {@link Instant#MAX} if nothing was to be proved
     * @throws PeerRejectedException with {@code REVOKED} or {@code REVOCATION_UNKNOWN}
     */
    Instant check(List<X509Certificate> path, X509Certificate anchor, Instant now, List<byte[]> staples, long begun)
            throws PeerRejectedException;

    /**
     * Checks as far as that is possible without asking anybody: what only a responder can tell is left open.
     *
     * @param path a path that was validated: leaf first, anchor excluded
     * @param anchor where the path ends
     * @param now the time
     * @param staples OCSP responses in DER that came with the handshake
     * @throws PeerRejectedException as {@link #check}, for what is known here
     */
    default void checkOffline(List<X509Certificate> path, X509Certificate anchor, Instant now, List<byte[]> staples)
            throws PeerRejectedException {
        var unused = check(path, anchor, now, staples, System.nanoTime());
    }

    /**
     * Tells whether {@link #check} may wait for somebody else.
     *
     * @return true if it asks responders
     */
    default boolean asksResponders() {
        return false;
    }

    /**
     * Tells when something that was given at build time stops to prove anything.
     *
     * @return the earliest time after which an issuer has no CRL in date, tolerance included; empty if there are no CRLs
     */
    Optional<Instant> freshUntil();

    /**
     * Returns the check that the caller chose not to make.
     *
     * @return a check that accepts everything
     */
    static RevocationCheck none() {
        return new RevocationCheck() {
            @Override
            public Instant check(
                    List<X509Certificate> path, X509Certificate anchor, Instant now, List<byte[]> staples, long begun) {
                return Instant.MAX;
            }

            @Override
            public Optional<Instant> freshUntil() {
                return Optional.empty();
            }
        };
    }
}
