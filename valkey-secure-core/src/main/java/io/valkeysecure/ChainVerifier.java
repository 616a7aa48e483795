package io.valkeysecure;

import io.valkeysecure.internal.verify.Floors;
import io.valkeysecure.internal.verify.PathVerifier;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a certificate chain proves a server to be the right one: the verifier that every connection of this
 * library goes through, usable without a connection.
 *
 * <p>The rules, each with its source, stand in one place and in order in {@code docs/verification.md}. Safe for use by
 * many threads.
 */
public final class ChainVerifier {
    private final PathVerifier verifier;
    private final Clock clock;

    private ChainVerifier(PathVerifier verifier, Clock clock) {
        this.verifier = verifier;
        this.clock = clock;
    }

    /**
     * Makes a verifier by the default policy and the system's clock.
     *
     * @param anchors the CA certificates that a path may end at
     * @return the verifier
     * @throws TlsConfigurationException if an anchor cannot be read, is no CA, or is out of date
     */
    public static ChainVerifier trusting(TrustAnchors anchors) {
        return trusting(anchors, TlsPolicy.modern(), Clock.systemUTC());
    }

    /**
     * Makes a verifier.
     *
     * @param anchors the CA certificates that a path may end at
     * @param policy the floors of keys and the demands on the leaf
     * @param clock the clock by which certificates are in date
     * @return the verifier
     * @throws TlsConfigurationException if an anchor cannot be read, is no CA, or is out of date
     */
    public static ChainVerifier trusting(TrustAnchors anchors, TlsPolicy policy, Clock clock) {
        return trusting(anchors, FileSnapshot.read(anchors.files()), policy, clock);
    }

    static ChainVerifier trusting(TrustAnchors source, FileSnapshot snapshot, TlsPolicy policy, Clock clock) {
        List<X509Certificate> anchors = source.parse(snapshot);
        Instant now = clock.instant();
        for (X509Certificate anchor : anchors) {
            String what = "trust anchors (" + source + ")";
            if (anchor.getBasicConstraints() < 0) {
                throw new TlsConfigurationException(
                        RefusalReason.CONSTRAINT_VIOLATED,
                        what + ": " + anchor.getSubjectX500Principal() + " is no CA (basicConstraints), expected the"
                                + " certificate of the CA that issued the server's");
            }
            Generation.requireInDate(what, anchor, now);
        }
        Floors floors = new Floors(policy.minimumRsaKeyBits(), policy.serverAuthRequired(), policy.profileRequired());
        try {
            return new ChainVerifier(new PathVerifier(anchors, floors, now), clock);
        } catch (PeerRejectedException e) {
            throw new TlsConfigurationException(e.reason(), "trust anchors (" + source + "): " + e.getMessage(), e);
        }
    }

    /**
     * Verifies a chain and the name in its leaf.
     *
     * @param chain the certificates as they were presented: the leaf first, then intermediates in any order
     * @param identity what the leaf's SAN has to match
     * @return the path that was validated
     * @throws PeerRejectedException if the chain does not prove the identity
     */
    public ValidatedPath verify(List<X509Certificate> chain, ServerIdentity identity) throws PeerRejectedException {
        return verified(chain, Objects.requireNonNull(identity, "identity"));
    }

    /**
     * Verifies a chain without looking at whose name is in its leaf.
     *
     * @param chain the certificates as they were presented: the leaf first, then intermediates in any order
     * @return the path that was validated
     * @throws PeerRejectedException if the chain does not lead to an anchor by the rules
     */
    public ValidatedPath verify(List<X509Certificate> chain) throws PeerRejectedException {
        return verified(chain, null);
    }

    /**
     * Parses certificates for {@link #verify}: what the JDK cannot parse is refused as malformed.
     *
     * @param encoded DER, one certificate each
     * @return the certificates
     * @throws PeerRejectedException if one of them cannot be parsed
     */
    public static List<X509Certificate> parse(List<byte[]> encoded) throws PeerRejectedException {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] der : encoded) {
            try {
                chain.add((X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
            } catch (CertificateException | RuntimeException e) {
                throw new PeerRejectedException(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "certificate " + (chain.size() + 1) + " of the chain is not a certificate in DER",
                        e);
            }
        }
        return chain;
    }

    List<X509Certificate> anchors() {
        return verifier.anchors();
    }

    private ValidatedPath verified(List<X509Certificate> chain, @Nullable ServerIdentity identity)
            throws PeerRejectedException {
        PathVerifier.Path path = verifier.verify(chain, identity == null ? null : identity.expected(), clock.instant());
        return new ValidatedPath(path.certificates(), path.anchor());
    }
}
