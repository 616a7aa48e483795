package io.valkeysecure.cli.doctor;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.internal.text.Printable;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Judges a chain by the library's own verifier, and says a little more than that it was refused. */
final class ChainCheck {
    /** What public CAs may issue at most. */
    private static final Duration LONG_LIFE = Duration.ofDays(398);
    /** Or a third of the life, whichever is less. */
    private static final Duration SOON = Duration.ofDays(30);

    private final Visit visit;
    private final String target;
    private final List<X509Certificate> chain;
    private final X509Certificate leaf;

    ChainCheck(Visit visit, String target, List<X509Certificate> chain) {
        this.visit = visit;
        this.target = target;
        this.chain = chain;
        this.leaf = chain.get(0);
    }

    List<Finding> findings(String host) {
        List<Finding> found = new ArrayList<>();
        ServerIdentity expected = visit.expected().orElseGet(() -> ServerIdentity.host(host));
        Optional<PeerRejectedException> refusal = refusal(expected, visit.clock(), true);
        refusal.ifPresent(e -> found.add(of(e)));
        if (refusal.filter(e -> e.reason() == RefusalReason.EXPIRED || e.reason() == RefusalReason.NOT_YET_VALID)
                .isPresent()) {
            // what else is wrong with it hides behind the date
            refusal(expected, midlife(), false).map(this::of).ifPresent(found::add);
        }
        if (refusal.isEmpty() && isWithoutPurpose()) {
            found.add(Check.CERTIFICATE_PURPOSE_MISSING.on(target, "no extended key usage in the leaf"));
        }
        order().ifPresent(found::add);
        lifetime().ifPresent(found::add);
        return found;
    }

    private Optional<PeerRejectedException> refusal(ServerIdentity expected, Clock clock, boolean withRevocation) {
        try {
            var unused = visit.verifier(clock, withRevocation).verify(chain, expected);
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
    private Optional<Finding> lifetime() {
        for (X509Certificate certificate : chain) {
            Optional<String> soon = endsSoon(certificate, visit.clock().instant());
            if (soon.isPresent()) {
                String which =
                        certificate.equals(leaf) ? "" : Printable.value(certificate.getSubjectX500Principal()) + " ";
                return Optional.of(Check.CERTIFICATE_EXPIRES_SOON.on(target, which + soon.get()));
            }
        }
        Duration life = life(leaf);
        return life.compareTo(LONG_LIFE) > 0
                ? Optional.of(Check.CERTIFICATE_LIFETIME_LONG.on(target, "good for " + life.toDays() + " days"))
                : Optional.empty();
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
