package io.valkeysecure.internal.verify;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificateName;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a presented chain: finds the paths from its leaf to an anchor, and accepts the first path that keeps all
 * {@link Rules}, passes the JDK's PKIX validator, has a leaf with the expected name, and meets a further requirement.
 *
 * <p>All paths are tried, within the {@link VerificationBudget}: while a CA is replaced, only one of its two
 * certificates may be fit. Superfluous certificates are not judged. An accepted path is remembered; its dates, its name
 * and the further requirement are checked again each time. Safe for use by many threads.
 */
public final class PathVerifier {
    private static final int REMEMBERED_PATHS = 256;

    /** The most anchors named in one message; a bundle may hold hundreds. */
    private static final int MOST_TOLD = 10;

    /** A further requirement of a path, such as a pin or its revocation status. */
    @FunctionalInterface
    public interface PathCheck {
        /**
         * Judges a path that keeps the rules and holds the name.
         *
         * @throws PeerRejectedException if it does not meet the requirement; another path may meet it
         */
        void require(CertificationPath path) throws PeerRejectedException;
    }

    private final List<ParsedCertificate> anchors;
    private final List<UnusableAnchor> unusable;
    private final CertificateRequirements requirements;
    private final Map<List<X509Certificate>, CertificationPath> remembered =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<List<X509Certificate>, CertificationPath> eldest) {
                    return size() > REMEMBERED_PATHS;
                }
            });

    /**
     * Creates a verifier. An anchor that breaks a rule is left out as long as another anchor can be used now. An anchor
     * that is not valid yet is used from its notBefore on.
     *
     * @throws PeerRejectedException if no anchor can be used now; the message names the rule that each anchor breaks
     */
    public PathVerifier(List<X509Certificate> anchors, CertificateRequirements requirements, Instant now)
            throws PeerRejectedException {
        this.requirements = requirements;
        List<ParsedCertificate> usable = new ArrayList<>();
        List<UnusableAnchor> leftOut = new ArrayList<>();
        for (X509Certificate anchor : anchors) {
            try {
                ParsedCertificate certificate = parse(anchor, Rules.Role.ANCHOR);
                requireUsable(certificate, later(now, certificate.notBefore()));
                usable.add(certificate);
            } catch (PeerRejectedException e) {
                leftOut.add(new UnusableAnchor(anchor, e));
            }
        }
        this.anchors = List.copyOf(usable);
        this.unusable = List.copyOf(leftOut);
        requireOneUsable(now);
    }

    private void requireOneUsable(Instant now) throws PeerRejectedException {
        List<PeerRejectedException> refusals = new ArrayList<>();
        for (ParsedCertificate anchor : anchors) {
            try {
                requireUsable(anchor, now);
                return;
            } catch (PeerRejectedException e) {
                refusals.add(e);
            }
        }
        unusable.forEach(anchor -> refusals.add(anchor.refusal()));
        throw none(refusals);
    }

    private static Instant later(Instant a, Instant b) {
        return a.isBefore(b) ? b : a;
    }

    private void requireUsable(ParsedCertificate anchor, Instant at) throws PeerRejectedException {
        try {
            PeerRejectedException refusal =
                    new PathJudge(Rules.Context.at(at, requirements)).judge(anchor, Rules.Role.ANCHOR);
            if (refusal != null) {
                throw refusal;
            }
        } catch (VerificationBudget.Exceeded e) {
            throw RootTypes.peerRejected(
                    RefusalReason.CONSTRAINT_VIOLATED, Rules.Role.ANCHOR + " " + anchor + ": " + e.violation(), e);
        }
    }

    private static PeerRejectedException none(List<PeerRejectedException> refusals) {
        if (refusals.size() == 1) {
            return refusals.get(0);
        }
        String each = refusals.stream()
                .limit(MOST_TOLD)
                .map(PeerRejectedException::getMessage)
                .collect(Collectors.joining("; "));
        int more = refusals.size() - MOST_TOLD;
        return RootTypes.peerRejected(
                refusals.get(0).reason(),
                "none of the " + refusals.size() + " trust anchors can be used: " + each
                        + (more > 0 ? "; and " + more + " more" : ""),
                refusals.get(0));
    }

    /** {@return the trust anchors that a path may end at, now or from their notBefore on} */
    public List<X509Certificate> anchors() {
        return anchors.stream().map(ParsedCertificate::x509).toList();
    }

    /** {@return the trust anchors that are left out} */
    public List<UnusableAnchor> unusableAnchors() {
        return unusable;
    }

    /**
     * Verifies a chain.
     *
     * @param chain the leaf first, then intermediates in any order
     * @param expected the identifiers of which the leaf has to hold one; null if its name is not checked
     * @param requirement the further requirement of a path
     * @return the path that was accepted
     * @throws PeerRejectedException if no path is accepted
     */
    public CertificationPath verify(
            List<X509Certificate> chain,
            @Nullable List<ReferenceIdentifier.Expected> expected,
            Instant now,
            PathCheck requirement)
            throws PeerRejectedException {
        if (chain.isEmpty()) {
            throw RootTypes.peerRejected(
                    RefusalReason.UNTRUSTED_ISSUER, "expected a certificate chain, none was presented", null);
        }
        try {
            PathSearch search =
                    new PathSearch(chain, anchors, unusable, Rules.Context.at(now, requirements), candidate -> {
                        requireName(candidate.certificates().get(0), expected);
                        return refusalOf(requirement, candidate);
                    });
            CertificationPath path = remembered.get(chain);
            if (path == null || !search.isStillAccepted(path)) {
                path = search.find();
                remembered.put(List.copyOf(chain), path);
            }
            return path;
        } catch (VerificationBudget.Exceeded e) {
            throw RootTypes.peerRejected(RefusalReason.CONSTRAINT_VIOLATED, e.violation(), e);
        } catch (RuntimeException | StackOverflowError e) {
            // a parser or a provider failed: nothing is proved
            throw RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE,
                    "the chain could not be judged (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    private static @Nullable PeerRejectedException refusalOf(PathCheck requirement, CertificationPath path) {
        try {
            requirement.require(path);
            return null;
        } catch (PeerRejectedException e) {
            return e;
        }
    }

    /** The leaf is the same on every path, so a wrong name ends the search. For a SPIFFE ID: X509-SVID, 5.2. */
    private static void requireName(ParsedCertificate leaf, @Nullable List<ReferenceIdentifier.Expected> expected)
            throws PeerRejectedException {
        if (expected == null) {
            return;
        }
        var presented = leaf.alternativeNames();
        if (presented == null || expected.stream().noneMatch(name -> ReferenceIdentifier.match(name, presented))) {
            throw RootTypes.peerRejected(
                    RefusalReason.NAME_MISMATCH,
                    "expected "
                            + String.join(
                                    " or ",
                                    expected.stream().map(Object::toString).toList()) + ", leaf has "
                            + CertificateName.describe(presented) + "; " + origin(leaf),
                    null);
        }
        if (expected.stream().anyMatch(ReferenceIdentifier.Spiffe.class::isInstance)
                && leaf.keyUsage() != null
                && leaf.allowsUsage(KeyUsage.cRLSign)) {
            throw RootTypes.peerRejected(
                    RefusalReason.KEY_USAGE,
                    "the leaf has the key usage cRLSign, which an X.509-SVID must not have; " + origin(leaf),
                    null);
        }
    }

    private static String origin(ParsedCertificate certificate) {
        return "subject " + certificate + ", issuer "
                + Printable.value(certificate.x509().getIssuerX500Principal()) + ", not after "
                + certificate.notAfter();
    }

    static ParsedCertificate parse(X509Certificate certificate, Object what) throws PeerRejectedException {
        try {
            return ParsedCertificate.of(certificate);
        } catch (MalformedException e) {
            throw RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE,
                    what + " " + Printable.value(certificate.getSubjectX500Principal()) + " " + e.problem(),
                    e);
        }
    }
}
