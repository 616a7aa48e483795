package io.valkeysecure.internal.verify;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.Fingerprint;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.Names;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Searches the paths from a presented leaf to the trust anchors, for one verification. If none is accepted, it reports
 * the refusal of the path that came furthest, with those of the paths that came as far; refusals of others are
 * suppressed exceptions.
 */
final class PathSearch {
    /** Refusals that are kept and told; the paths of a chain may be hundreds. */
    private static final int MOST_TOLD = 8;

    private record Refusal(PeerRejectedException refusal, Progress reached) {}

    /** How far a refused path came. */
    private enum Progress {
        /** A certificate breaks a rule. */
        CERTIFICATE,
        /** The path leads to an anchor. */
        PATH,
        /** The path keeps the rules. */
        RULES,
        /** A certificate is revoked, which says more than that something is not proved. */
        REVOKED
    }

    /**
     * Returns why a path that keeps the rules is refused, or null; throws if every other path would be refused, too.
     */
    interface Requirement {
        @Nullable
        PeerRejectedException refusalOf(CertificationPath path) throws PeerRejectedException;
    }

    private final List<X509Certificate> presented;
    private final List<ParsedCertificate> anchors;
    private final List<UnusableAnchor> unusable;
    private final Requirement requirement;
    private final VerificationBudget budget;
    private final PathJudge judge;
    private final List<ParsedCertificate> intermediates = new ArrayList<>();
    private final Map<List<ParsedCertificate>, Boolean> signatures = new HashMap<>();
    private final Map<String, Refusal> refusals = new LinkedHashMap<>();

    PathSearch(
            List<X509Certificate> presented,
            List<ParsedCertificate> anchors,
            List<UnusableAnchor> unusable,
            Rules.Context context,
            Requirement requirement) {
        this.presented = presented;
        this.anchors = anchors;
        this.unusable = unusable;
        this.requirement = requirement;
        this.budget = context.budget();
        this.judge = new PathJudge(context);
    }

    /** {@return whether a path that was accepted earlier is in date and meets the requirement} */
    boolean isStillAccepted(CertificationPath path) throws PeerRejectedException {
        return judge.isInDate(path) && requirement.refusalOf(path) == null;
    }

    CertificationPath find() throws PeerRejectedException {
        Set<X509Certificate> distinct = new LinkedHashSet<>(presented);
        if (distinct.size() > VerificationBudget.CERTIFICATES) {
            throw new VerificationBudget.Exceeded("expected at most " + VerificationBudget.CERTIFICATES
                    + " certificates, " + distinct.size() + " were presented");
        }
        ParsedCertificate leaf = PathVerifier.parse(presented.get(0), "certificate");
        distinct.remove(presented.get(0));
        for (X509Certificate certificate : distinct) {
            try {
                intermediates.add(ParsedCertificate.of(certificate));
            } catch (MalformedException e) {
                // no path leads over this certificate; another path may be accepted
                remember(
                        RootTypes.peerRejected(
                                RefusalReason.MALFORMED_CERTIFICATE,
                                "certificate " + Printable.value(certificate.getSubjectX500Principal()) + " "
                                        + e.problem(),
                                e),
                        Progress.CERTIFICATE);
            }
        }
        CertificationPath path = extend(List.of(leaf));
        if (path != null) {
            return path;
        }
        throw refusals.isEmpty() ? noPath(leaf) : furthest();
    }

    /**
     * Searches depth first: anchors before intermediates, and issuers that the key identifiers name before all others.
     */
    private @Nullable CertificationPath extend(List<ParsedCertificate> sofar) throws PeerRejectedException {
        ParsedCertificate last = sofar.get(sofar.size() - 1);
        for (ParsedCertificate anchor : issuersOf(last, anchors)) {
            if (isSignedBy(last, anchor)) {
                CertificationPath path = new CertificationPath(sofar, anchor);
                PeerRejectedException refusal = judge.judge(path);
                Progress reached = Progress.PATH;
                if (refusal == null) {
                    refusal = requirement.refusalOf(path);
                    reached = Progress.RULES;
                }
                if (refusal == null) {
                    return path;
                }
                remember(refusal, reached);
            }
        }
        if (sofar.size() >= VerificationBudget.PATH_LENGTH) {
            return null;
        }
        for (ParsedCertificate issuer : issuersOf(last, intermediates)) {
            if (sofar.stream().anyMatch(issuer::isSameEntityAs) || !isSignedBy(last, issuer)) {
                continue;
            }
            PeerRejectedException refusal = judge.judge(issuer, Rules.Role.INTERMEDIATE);
            if (refusal != null) {
                remember(refusal, Progress.CERTIFICATE);
                continue;
            }
            List<ParsedCertificate> longer = new ArrayList<>(sofar);
            longer.add(issuer);
            CertificationPath path = extend(longer);
            if (path != null) {
                return path;
            }
        }
        return null;
    }

    private static List<ParsedCertificate> issuersOf(ParsedCertificate certificate, List<ParsedCertificate> from) {
        return from.stream()
                .filter(certificate::isIssuedInNameOf)
                .filter(issuer -> !certificate.pointsElsewhereThan(issuer))
                .sorted(Comparator.comparing(issuer -> !certificate.pointsTo(issuer)))
                .toList();
    }

    private boolean isSignedBy(ParsedCertificate certificate, ParsedCertificate issuer) {
        budget.step();
        List<ParsedCertificate> edge = List.of(certificate, issuer);
        Boolean known = signatures.get(edge);
        if (known == null) {
            budget.signature();
            known = verifies(certificate, issuer.x509());
            signatures.put(edge, known);
        }
        return known;
    }

    private boolean isSignedBy(ParsedCertificate certificate, X509Certificate leftOut) {
        if (!Names.same(certificate.x509().getIssuerX500Principal(), leftOut.getSubjectX500Principal())) {
            return false;
        }
        budget.signature();
        return verifies(certificate, leftOut);
    }

    private static boolean verifies(ParsedCertificate certificate, X509Certificate issuer) {
        try {
            certificate.x509().verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException | RuntimeException e) {
            return false;
        }
    }

    private void remember(PeerRejectedException refusal, Progress reached) {
        Progress said = refusal.reason() == RefusalReason.REVOKED ? Progress.REVOKED : reached;
        refusals.putIfAbsent(said + " " + refusal.getMessage(), new Refusal(refusal, said));
    }

    /** {@return the refusal of the path that came furthest; of several that came equally far, the first and the others} */
    private PeerRejectedException furthest() {
        List<Refusal> sorted = refusals.values().stream()
                .sorted(Comparator.comparing(Refusal::reached).reversed())
                .limit(MOST_TOLD)
                .toList();
        Refusal first = sorted.get(0);
        if (sorted.size() == 1) {
            return first.refusal();
        }
        PeerRejectedException furthest = RootTypes.peerRejected(
                first.refusal().reason(),
                sorted.stream()
                        .filter(refusal -> refusal.reached() == first.reached())
                        .map(refusal -> refusal.refusal().getMessage())
                        .collect(Collectors.joining("; another path: ")),
                first.refusal().getCause());
        sorted.subList(1, sorted.size()).forEach(other -> furthest.addSuppressed(other.refusal()));
        return furthest;
    }

    /**
     * Follows the verified signatures from the leaf as far as they lead, and names the certificate that is missing
     * there.
     */
    private PeerRejectedException noPath(ParsedCertificate leaf) {
        ParsedCertificate last = leaf;
        Set<ParsedCertificate> seen = new LinkedHashSet<>(List.of(last));
        for (ParsedCertificate next = signerOf(last); next != null && seen.add(next); next = signerOf(last)) {
            last = next;
        }
        for (UnusableAnchor anchor : unusable) {
            if (isSignedBy(last, anchor.certificate())) {
                return RootTypes.peerRejected(
                        anchor.refusal().reason(),
                        "the trust anchor that issued " + last + " is left out: "
                                + anchor.refusal().getMessage(),
                        anchor.refusal());
            }
        }
        return RootTypes.peerRejected(
                RefusalReason.UNTRUSTED_ISSUER,
                "expected a path to one of the trust anchors " + "[" + Printable.list(anchors) + "], " + missing(last),
                null);
    }

    private String missing(ParsedCertificate last) {
        String missing = Printable.value(last.x509().getIssuerX500Principal());
        if (isSignedByOneRuledOut(last)) {
            return "the authorityKeyIdentifier of " + last
                    + " names another key or certificate than that of the issuer " + missing + ", which signed it";
        } else if (isNamed(last, anchors)) {
            return "the trust anchor of the name " + missing + " (SHA-256 "
                    + anchors.stream()
                            .filter(last::isIssuedInNameOf)
                            .map(anchor -> Fingerprint.of(anchor.x509()))
                            .collect(Collectors.joining(", "))
                    + ") did not sign " + last + "; is it another or an older CA of that name?";
        } else if (last.isSelfIssued()) {
            return last + " is signed by itself and is no trust anchor";
        } else if (isNamed(last, intermediates)) {
            return "the presented certificate of the name " + missing + " did not sign " + last;
        }
        return "the issuer " + missing + " of " + last
                + " was neither presented nor is it a trust anchor; is the intermediate missing in the server's"
                + " tls-cert-file?";
    }

    private static boolean isNamed(ParsedCertificate certificate, List<ParsedCertificate> issuers) {
        return issuers.stream().anyMatch(certificate::isIssuedInNameOf);
    }

    private boolean isSignedByOneRuledOut(ParsedCertificate certificate) {
        return Stream.of(anchors, intermediates)
                .flatMap(List::stream)
                .filter(issuer -> certificate.isIssuedInNameOf(issuer) && certificate.pointsElsewhereThan(issuer))
                .limit(VerificationBudget.RULED_OUT_ISSUERS)
                .anyMatch(issuer -> verifies(certificate, issuer.x509()));
    }

    private @Nullable ParsedCertificate signerOf(ParsedCertificate certificate) {
        return issuersOf(certificate, intermediates).stream()
                .filter(issuer -> issuer != certificate && signatures.getOrDefault(List.of(certificate, issuer), false))
                .findFirst()
                .orElse(null);
    }
}
