package io.valkeysecure.cli.doctor;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.Finding;
import io.valkeysecure.internal.text.Printable;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Judges a chain by the library's own verifier, and says a little more than that it was refused. */
final class ChainCheck {
    /** What public CAs may issue at most. */
    private static final Duration LONG_LIFE = Duration.ofDays(398);
    /** Or a third of the life, whichever is less. */
    private static final Duration SOON = Duration.ofDays(30);

    /** The checks that the doctor makes itself. */
    private static final Set<Check> NOT_OF_THE_VERIFIER = Set.of(
            Check.CERTIFICATE_EXPIRES_SOON,
            Check.CERTIFICATE_LIFETIME_LONG,
            Check.CHAIN_DISORDERED,
            Check.CERTIFICATE_PURPOSE_MISSING);

    private static final Set<Check> OF_REVOCATION = Set.of(Check.CERTIFICATE_REVOKED, Check.REVOCATION_UNKNOWN);

    private final ScanOptions visit;
    private final String target;
    private final List<X509Certificate> chain;
    private final X509Certificate leaf;

    ChainCheck(ScanOptions visit, String target, List<X509Certificate> chain) {
        this.visit = visit;
        this.target = target;
        this.chain = chain;
        this.leaf = chain.get(0);
    }

    /** Judges the chain and records the result of each check of it. */
    List<Finding> findings(String host, CheckResults results) {
        List<Finding> found = new ArrayList<>();
        judge(host, found, results);
        order().ifPresent(found::add);
        lifetime(found, results);
        results.passed(Check.CHAIN_DISORDERED, Check.CERTIFICATE_LIFETIME_LONG);
        return found;
    }

    private void judge(String host, List<Finding> found, CheckResults results) {
        Set<Check> verdicts = EnumSet.copyOf(CheckResults.OF_CHAIN);
        verdicts.removeAll(NOT_OF_THE_VERIFIER);
        if (visit.revocation().isEmpty()) {
            verdicts.removeAll(OF_REVOCATION);
            results.notApplicable("no CRLs were given (--crl)", OF_REVOCATION);
        }
        Optional<ServerIdentity> expected = expected(host, found);
        Optional<PeerRejectedException> refusal = refusal(expected, visit.clock(), true);
        boolean clean = refusal.isEmpty() && expected.isPresent();
        if (refusal.isEmpty() && isWithoutPurpose()) {
            found.add(Check.CERTIFICATE_PURPOSE_MISSING.on(target, "no extended key usage in the leaf"));
        }
        refusal.ifPresent(e -> found.add(of(e)));
        Clock clock = visit.clock();
        if (refusal.filter(ChainCheck::isOfDate).isPresent()) {
            // what else is wrong with it hides behind the date
            results.notMade("the chain is out of date", OF_REVOCATION);
            verdicts.removeAll(OF_REVOCATION);
            clock = midlife();
            try {
                refusal = refusal(expected, clock, false);
            } catch (TlsConfigurationException e) {
                results.notMade("the chain is out of date, and at its time no CA of --ca was valid", verdicts);
                verdicts.clear();
            }
            refusal.filter(e -> !isOfDate(e)).map(this::of).ifPresent(found::add);
        }
        if (refusal.filter(e -> e.reason() == RefusalReason.NAME_MISMATCH).isPresent()) {
            // whether it is revoked is looked at after the name
            refusal = refusal(Optional.empty(), clock, clock.equals(visit.clock()));
            refusal.map(this::of).ifPresent(found::add);
        }
        if (refusal.isEmpty()) {
            results.passed(verdicts);
        } else {
            results.notMade(
                    "the chain is refused before it: " + refusal.get().reason().tag(), verdicts);
        }
        if (clean) {
            results.passed(Check.CERTIFICATE_PURPOSE_MISSING);
        } else {
            results.notMade("the chain is refused before it", Check.CERTIFICATE_PURPOSE_MISSING);
        }
    }

    /** A node may announce a host that is no valid name; no certificate holds such a host. */
    private Optional<ServerIdentity> expected(String host, List<Finding> found) {
        try {
            return Optional.of(visit.expected().orElseGet(() -> ServerIdentity.host(host)));
        } catch (IllegalArgumentException e) {
            found.add(Check.CERTIFICATE_NAME_MISMATCH.on(target, String.valueOf(e.getMessage())));
            return Optional.empty();
        }
    }

    private static boolean isOfDate(PeerRejectedException e) {
        return e.reason() == RefusalReason.EXPIRED || e.reason() == RefusalReason.NOT_YET_VALID;
    }

    private Optional<PeerRejectedException> refusal(
            Optional<ServerIdentity> expected, Clock clock, boolean withRevocation) {
        try {
            ChainVerifier verifier = visit.verifier(clock, withRevocation);
            ValidatedPath unused =
                    expected.isPresent() ? verifier.verify(chain, expected.get()) : verifier.verify(chain);
            return Optional.empty();
        } catch (PeerRejectedException e) {
            return Optional.of(e);
        }
    }

    private Clock midlife() {
        Instant middle = leaf.getNotBefore().toInstant().plus(life(leaf).dividedBy(2));
        return Clock.fixed(middle, ZoneOffset.UTC);
    }

    private Finding of(PeerRejectedException e) {
        String evidence = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case EXPIRED -> Check.CERTIFICATE_EXPIRED.on(target, evidence);
            case NOT_YET_VALID -> Check.CERTIFICATE_NOT_YET_VALID.on(target, evidence);
            case NAME_MISMATCH -> Check.CERTIFICATE_NAME_MISMATCH.on(target, evidence);
            case UNTRUSTED_ISSUER -> untrusted(evidence);
            case WEAK_KEY -> Check.CERTIFICATE_KEY_WEAK.on(target, evidence);
            case WEAK_SIGNATURE -> Check.CERTIFICATE_SIGNATURE_WEAK.on(target, evidence);
            case KEY_USAGE -> Check.CERTIFICATE_USAGE_WRONG.on(target, evidence);
            case REVOKED -> Check.CERTIFICATE_REVOKED.on(target, evidence);
            case REVOCATION_UNKNOWN -> Check.REVOCATION_UNKNOWN.on(target, evidence);
            case MALFORMED_CERTIFICATE -> Check.CERTIFICATE_MALFORMED.on(target, evidence);
            default ->
                leaf.getBasicConstraints() >= 0
                        ? Check.CERTIFICATE_USAGE_WRONG.on(target, evidence)
                        : Check.CERTIFICATE_CONSTRAINT_VIOLATED.on(
                                target, e.reason().tag() + ": " + evidence);
        };
    }

    /** From outside a missing intermediate looks like a CA that nobody knows, unless a root stands at the end. */
    private Finding untrusted(String evidence) {
        X509Certificate last = chain.get(chain.size() - 1);
        boolean ended = last.getSubjectX500Principal().equals(last.getIssuerX500Principal());
        boolean known = visit.anchorCertificates().stream()
                .anyMatch(anchor -> anchor.getSubjectX500Principal().equals(last.getIssuerX500Principal()));
        return ended || known
                ? Check.CERTIFICATE_UNTRUSTED.on(target, evidence)
                : Check.CHAIN_INCOMPLETE.on(
                        target,
                        "the chain ends with " + Printable.value(last.getSubjectX500Principal()) + ", issued by "
                                + Printable.value(last.getIssuerX500Principal())
                                + ", which is neither sent nor in --ca");
    }

    private boolean isWithoutPurpose() {
        try {
            return leaf.getExtendedKeyUsage() == null;
        } catch (CertificateParsingException e) {
            return false; // the verifier says so
        }
    }

    private Optional<Finding> order() {
        for (int i = 0; i + 1 < chain.size(); i++) {
            if (!chain.get(i).getIssuerX500Principal().equals(chain.get(i + 1).getSubjectX500Principal())) {
                return Optional.of(Check.CHAIN_DISORDERED.on(
                        target,
                        "certificate " + (i + 1) + " was issued by "
                                + Printable.value(chain.get(i).getIssuerX500Principal()) + ", but " + (i + 2) + " is "
                                + Printable.value(chain.get(i + 1).getSubjectX500Principal())));
            }
        }
        return Optional.empty();
    }

    /** An intermediate that ends takes the leaf with it. */
    private void lifetime(List<Finding> found, CheckResults results) {
        Instant now = visit.clock().instant();
        Duration life = life(leaf);
        if (life.compareTo(LONG_LIFE) > 0) {
            found.add(Check.CERTIFICATE_LIFETIME_LONG.on(target, "good for " + life.toDays() + " days"));
        }
        for (X509Certificate certificate : chain) {
            Optional<String> soon = endsSoon(certificate, now);
            if (soon.isPresent()) {
                String which =
                        certificate.equals(leaf) ? "" : Printable.value(certificate.getSubjectX500Principal()) + " ";
                found.add(Check.CERTIFICATE_EXPIRES_SOON.on(target, which + soon.get()));
                return;
            }
        }
        if (chain.stream().anyMatch(each -> now.isAfter(each.getNotAfter().toInstant()))) {
            results.notApplicable("the chain has ended already", Check.CERTIFICATE_EXPIRES_SOON);
        } else {
            results.passed(Check.CERTIFICATE_EXPIRES_SOON);
        }
    }

    private static Duration life(X509Certificate certificate) {
        return Duration.between(
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant());
    }

    /** What is left, if that is little and not nothing. */
    static Optional<String> endsSoon(X509Certificate certificate, Instant now) {
        Duration left = Duration.between(now, certificate.getNotAfter().toInstant());
        Duration third = life(certificate).dividedBy(3);
        boolean little = left.compareTo(third.compareTo(SOON) < 0 ? third : SOON) < 0;
        return little && !left.isNegative()
                ? Optional.of("ends in " + (left.toDays() > 0 ? left.toDays() + " days" : left.toHours() + " hours")
                        + ", at " + certificate.getNotAfter().toInstant())
                : Optional.empty();
    }
}
