package io.valkeysecure.internal.verify;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Verifies a presented chain: finds the paths from its leaf to an anchor, and accepts the first one that keeps every one
 * of the {@link Rules}, that the JDK's PKIX validator accepts as well, whose leaf holds the expected name, and that has
 * whatever else is asked of it.
 *
 * <p>All paths are tried, within {@link VerificationBudget}, since of two certificates of one CA one may be unfit and the other not:
 * so it is while a CA is replaced. Superfluous certificates do no harm and are not judged. A path that was accepted is
 * remembered, without what depends on the time and the name. Safe for use by many threads.
 */
public final class PathVerifier {
    private static final int REMEMBERED_PATHS = 256;

    /** The most reasons in the message that no anchor can be used: a bundle may hold hundreds. */
    private static final int MOST_TOLD = 10;

    /**
     * A path that was accepted.
     *
     * @param certificates leaf first, anchor excluded
     * @param anchor where it ends
     */
    public record Path(List<X509Certificate> certificates, X509Certificate anchor) {
        private static Path of(Rules.Candidate candidate) {
            return new Path(
                    candidate.certificates().stream()
                            .map(ParsedCertificate::x509)
                            .toList(),
                    candidate.anchor().x509());
        }
    }

    /** What is asked of a path that keeps the rules, such as a pin or that nothing of it is revoked. */
    public interface Demand {
        /**
         * Judges a path.
         *
         * @param path a path that keeps the rules and holds the name
         * @throws PeerRejectedException if it has not what is asked; another path may have it
         */
        void require(Path path) throws PeerRejectedException;
    }

    private final List<ParsedCertificate> anchors;
    private final List<UnusableAnchor> unusable;
    private final CertificateRequirements floors;
    private final Map<List<X509Certificate>, Rules.Candidate> remembered =
            Collections.synchronizedMap(new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<List<X509Certificate>, Rules.Candidate> eldest) {
                    return size() > REMEMBERED_PATHS;
                }
            });

    /**
     * Makes a verifier. An anchor that breaks a rule is left out as long as another one can be used now. One that is not
     * valid yet is used from its day on.
     *
     * @param anchors the trust anchors
     * @param floors what the policy demands
     * @param now the time
     * @throws PeerRejectedException if no anchor can be used now; says why for each
     */
    public PathVerifier(List<X509Certificate> anchors, CertificateRequirements floors, Instant now)
            throws PeerRejectedException {
        this.floors = floors;
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
            new Search(List.of(), null, at, path -> {})
                    .judge(anchor, Rules.Role.ANCHOR)
                    .ifRefused();
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

    /**
     * Returns the trust anchors that a path may end at, now or from their day on.
     *
     * @return the anchors
     */
    public List<X509Certificate> anchors() {
        return anchors.stream().map(ParsedCertificate::x509).toList();
    }

    /**
     * Returns the trust anchors that are left out.
     *
     * @return the anchors that no path may end at
     */
    public List<UnusableAnchor> unusableAnchors() {
        return unusable;
    }

    /**
     * Verifies a chain.
     *
     * @param chain the leaf first, then intermediates in any order
     * @param expected one of these the leaf has to hold; null if it is not asked whose certificate it is
     * @param now the time
     * @param demand what else is asked of a path
     * @return the path that was accepted
     * @throws PeerRejectedException if none is
     */
    public Path verify(
            List<X509Certificate> chain,
            @Nullable List<ReferenceIdentifier.Expected> expected,
            Instant now,
            Demand demand)
            throws PeerRejectedException {
        if (chain.isEmpty()) {
            throw RootTypes.peerRejected(
                    RefusalReason.UNTRUSTED_ISSUER, "expected a certificate chain, none was presented", null);
        }
        try {
            Search search = new Search(chain, expected, now, demand);
            Rules.Candidate path = remembered.get(chain);
            if (path == null || !search.isInDate(path) || !search.demanded(path).isKept()) {
                path = search.find();
                remembered.put(List.copyOf(chain), path);
            }
            return Path.of(path);
        } catch (VerificationBudget.Exceeded e) {
            throw RootTypes.peerRejected(RefusalReason.CONSTRAINT_VIOLATED, e.violation(), e);
        } catch (RuntimeException | StackOverflowError e) {
            // whatever a parser or a provider did not expect: not proved, so refused
            throw RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE,
                    "the chain could not be judged (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

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
                            + ReferenceIdentifier.describe(presented) + "; " + origin(leaf),
                    null);
        }
    }

    private static String origin(ParsedCertificate certificate) {
        return "subject " + certificate + ", issuer "
                + Printable.value(certificate.x509().getIssuerX500Principal()) + ", not after "
                + certificate.notAfter();
    }

    private static ParsedCertificate parse(X509Certificate certificate, Object what) throws PeerRejectedException {
        try {
            return ParsedCertificate.of(certificate);
        } catch (MalformedException e) {
            throw RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE,
                    what + " " + Printable.value(certificate.getSubjectX500Principal()) + " " + e.problem(),
                    e);
        }
    }

    /** What a rule said of a certificate or a path: kept, or refused. */
    private record Verdict(@Nullable PeerRejectedException refusal) {
        static final Verdict KEPT = new Verdict(null);

        boolean isKept() {
            return refusal == null;
        }

        void ifRefused() throws PeerRejectedException {
            if (refusal != null) {
                throw refusal;
            }
        }
    }

    /** How far a path came that was refused. */
    private enum Progress {
        NONE,
        /** A certificate is unfit. */
        CERTIFICATE,
        /** It leads to an anchor. */
        PATH,
        /** It keeps the rules. */
        RULES,
        /** It is known to be bad, which says more than that it is not proved to be good. */
        REVOKED
    }

    /** One verification: what has been spent, what has been found out, and the refusal that will be told. */
    private final class Search {
        private final List<X509Certificate> presented;
        private final @Nullable List<ReferenceIdentifier.Expected> expected;
        private final Demand demand;
        private final Rules.Context context;
        private final List<ParsedCertificate> intermediates = new ArrayList<>();
        private final Map<List<ParsedCertificate>, Boolean> signatures = new HashMap<>();
        private final Map<List<Object>, Verdict> verdicts = new HashMap<>();
        private @Nullable PeerRejectedException nearest;
        private Progress progress = Progress.NONE;

        Search(
                List<X509Certificate> presented,
                @Nullable List<ReferenceIdentifier.Expected> expected,
                Instant now,
                Demand demand) {
            this.presented = presented;
            this.expected = expected;
            this.demand = demand;
            // X.509 knows whole seconds, and both bounds belong to the time of validity
            this.context = new Rules.Context(now.truncatedTo(ChronoUnit.SECONDS), floors, new VerificationBudget());
        }

        Rules.Candidate find() throws PeerRejectedException {
            Set<X509Certificate> distinct = new LinkedHashSet<>(presented);
            if (distinct.size() > VerificationBudget.CERTIFICATES) {
                throw new VerificationBudget.Exceeded("expected at most " + VerificationBudget.CERTIFICATES
                        + " certificates, " + distinct.size() + " were presented");
            }
            ParsedCertificate leaf = parse(presented.get(0), "certificate");
            distinct.remove(presented.get(0));
            for (X509Certificate certificate : distinct) {
                try {
                    intermediates.add(ParsedCertificate.of(certificate));
                } catch (MalformedException e) {
                    // no path leads over it; another one may be good
                    remember(
                            RootTypes.peerRejected(
                                    RefusalReason.MALFORMED_CERTIFICATE,
                                    "certificate " + Printable.value(certificate.getSubjectX500Principal()) + " "
                                            + e.problem(),
                                    e),
                            Progress.CERTIFICATE);
                }
            }
            Rules.Candidate path = extend(List.of(leaf));
            if (path != null) {
                return path;
            }
            throw nearest == null ? noPath(leaf) : nearest;
        }

        /** Depth first, anchors before intermediates, and what the key identifiers point to before all else. */
        private Rules.@Nullable Candidate extend(List<ParsedCertificate> sofar) throws PeerRejectedException {
            ParsedCertificate last = sofar.get(sofar.size() - 1);
            for (ParsedCertificate anchor : issuersOf(last, anchors)) {
                if (isSignedBy(last, anchor)) {
                    Rules.Candidate path = new Rules.Candidate(sofar, anchor);
                    Verdict verdict = judge(path);
                    Progress reached = Progress.PATH;
                    if (verdict.isKept()) {
                        verdict = demanded(path);
                        reached = Progress.RULES;
                    }
                    if (verdict.isKept()) {
                        return path;
                    }
                    remember(verdict.refusal(), reached);
                }
            }
            if (sofar.size() >= VerificationBudget.PATH_LENGTH) {
                return null;
            }
            for (ParsedCertificate issuer : issuersOf(last, intermediates)) {
                if (sofar.stream().anyMatch(issuer::isSameEntityAs) || !isSignedBy(last, issuer)) {
                    continue;
                }
                Verdict verdict = judge(issuer, Rules.Role.INTERMEDIATE);
                if (!verdict.isKept()) {
                    remember(verdict.refusal(), Progress.CERTIFICATE);
                    continue;
                }
                List<ParsedCertificate> longer = new ArrayList<>(sofar);
                longer.add(issuer);
                Rules.Candidate path = extend(longer);
                if (path != null) {
                    return path;
                }
            }
            return null;
        }

        private List<ParsedCertificate> issuersOf(ParsedCertificate certificate, List<ParsedCertificate> from) {
            return from.stream()
                    .filter(certificate::isIssuedInNameOf)
                    .filter(issuer -> !certificate.pointsElsewhereThan(issuer))
                    .sorted(Comparator.comparing(issuer -> !certificate.pointsTo(issuer)))
                    .toList();
        }

        private boolean isSignedBy(ParsedCertificate certificate, ParsedCertificate issuer) {
            context.limits().step();
            List<ParsedCertificate> edge = List.of(certificate, issuer);
            Boolean known = signatures.get(edge);
            if (known == null) {
                context.limits().signature();
                known = verifies(certificate, issuer.x509());
                signatures.put(edge, known);
            }
            return known;
        }

        private boolean isSignedBy(ParsedCertificate certificate, X509Certificate leftOut) {
            if (!certificate.x509().getIssuerX500Principal().equals(leftOut.getSubjectX500Principal())) {
                return false;
            }
            context.limits().signature();
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

        boolean isInDate(Rules.Candidate path) {
            return path.fromAnchor().stream().allMatch(certificate -> Rules.isInDate(certificate, context));
        }

        /**
         * Asks for all that the rules do not. Whose leaf it is is the same on every path, so another name ends the search.
         */
        Verdict demanded(Rules.Candidate path) throws PeerRejectedException {
            requireName(path.certificates().get(0), expected);
            try {
                demand.require(Path.of(path));
                return Verdict.KEPT;
            } catch (PeerRejectedException e) {
                return new Verdict(e);
            }
        }

        Verdict judge(ParsedCertificate certificate, Rules.Role role) {
            return verdicts.computeIfAbsent(List.of(certificate, role), unused -> {
                for (Rules.OfCertificate rule : Rules.OF_CERTIFICATE) {
                    Verdict verdict = apply(
                            rule.reason(),
                            role + " " + certificate,
                            () -> rule.check().violation(certificate, role, context));
                    if (!verdict.isKept()) {
                        return verdict;
                    }
                }
                return Verdict.KEPT;
            });
        }

        private Verdict judge(Rules.Candidate path) {
            List<ParsedCertificate> certificates = path.certificates();
            for (int i = certificates.size() - 1; i >= 0; i--) {
                Verdict verdict = judge(certificates.get(i), i == 0 ? Rules.Role.LEAF : Rules.Role.INTERMEDIATE);
                if (!verdict.isKept()) {
                    return verdict;
                }
            }
            Verdict anchor = judge(path.anchor(), Rules.Role.ANCHOR);
            if (!anchor.isKept()) {
                return anchor;
            }
            for (Rules.OfPath rule : Rules.OF_PATH) {
                Verdict verdict =
                        apply(rule.reason(), "path", () -> rule.check().violation(path, context));
                if (!verdict.isKept()) {
                    return verdict;
                }
            }
            return validate(path);
        }

        /** A check that throws what nobody expected has proved nothing. */
        private Verdict apply(RefusalReason reason, String what, Supplier<@Nullable String> check) {
            try {
                String violation = check.get();
                return violation == null
                        ? Verdict.KEPT
                        : new Verdict(RootTypes.peerRejected(reason, what + " " + violation, null));
            } catch (VerificationBudget.Exceeded e) {
                throw e;
            } catch (RuntimeException e) {
                return new Verdict(RootTypes.peerRejected(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        what + " could not be judged (" + e.getClass().getSimpleName() + ")",
                        e));
            }
        }

        /** RFC 5280, 6.1, as the JDK has it: signatures once more, policies, and what {@code java.security} disables. */
        private Verdict validate(Rules.Candidate path) {
            context.limits().validation();
            try {
                PKIXParameters parameters =
                        new PKIXParameters(Set.of(new TrustAnchor(path.anchor().x509(), null)));
                parameters.setRevocationEnabled(false);
                parameters.setDate(Date.from(context.now()));
                var unused = CertPathValidator.getInstance("PKIX")
                        .validate(
                                CertificateFactory.getInstance("X.509")
                                        .generateCertPath(path.certificates().stream()
                                                .map(ParsedCertificate::x509)
                                                .toList()),
                                parameters);
                return Verdict.KEPT;
            } catch (CertPathValidatorException e) {
                return new Verdict(RootTypes.peerRejected(
                        reasonOf(e), "path refused by PKIX: " + Printable.value(e.getMessage()), e));
            } catch (GeneralSecurityException | RuntimeException e) {
                return new Verdict(RootTypes.peerRejected(
                        RefusalReason.MALFORMED_CERTIFICATE,
                        "path could not be judged by PKIX (" + e.getClass().getSimpleName() + ")",
                        e));
            }
        }

        /** The further a path came, the more its refusal says; of two that came as far the first is told. */
        private void remember(@Nullable PeerRejectedException refusal, Progress reached) {
            Progress said = refusal != null && refusal.reason() == RefusalReason.REVOKED ? Progress.REVOKED : reached;
            if (said.compareTo(progress) > 0) {
                nearest = refusal;
                progress = said;
            }
        }

        /** Follows the signatures from the leaf as far as they lead, and says what is missing there. */
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
            String missing = Printable.value(last.x509().getIssuerX500Principal());
            String found;
            if (isSignedByOneRuledOut(last)) {
                found = "the authorityKeyIdentifier of " + last
                        + " names another key or certificate than that of the issuer " + missing + ", which signed it";
            } else if (isNamed(last, anchors)) {
                found = "the trust anchor of the name " + missing + " did not sign " + last;
            } else if (last.isSelfIssued()) {
                found = last + " is signed by itself and is no trust anchor";
            } else if (isNamed(last, intermediates)) {
                found = "the presented certificate of the name " + missing + " did not sign " + last;
            } else {
                found = "the issuer " + missing + " of " + last
                        + " was neither presented nor is it a trust anchor; is the intermediate missing in the server's"
                        + " tls-cert-file?";
            }
            return RootTypes.peerRejected(
                    RefusalReason.UNTRUSTED_ISSUER,
                    "expected a path to one of the trust anchors " + "[" + Printable.list(anchors) + "], " + found,
                    null);
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
                    .filter(issuer ->
                            issuer != certificate && signatures.getOrDefault(List.of(certificate, issuer), false))
                    .findFirst()
                    .orElse(null);
        }
    }

    private static RefusalReason reasonOf(CertPathValidatorException refusal) {
        var reason = refusal.getReason();
        if (reason == BasicReason.EXPIRED) {
            return RefusalReason.EXPIRED;
        } else if (reason == BasicReason.NOT_YET_VALID) {
            return RefusalReason.NOT_YET_VALID;
        } else if (reason == BasicReason.INVALID_SIGNATURE || reason == PKIXReason.NO_TRUST_ANCHOR) {
            return RefusalReason.UNTRUSTED_ISSUER;
        } else if (reason == BasicReason.ALGORITHM_CONSTRAINED) {
            return RefusalReason.WEAK_SIGNATURE;
        } else if (reason == PKIXReason.INVALID_KEY_USAGE) {
            return RefusalReason.KEY_USAGE;
        }
        return RefusalReason.CONSTRAINT_VIOLATED;
    }
}
