package io.valkeysecure.internal.verify;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.ParsedCertificate;
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
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Applies the {@link Rules}, and then the JDK's PKIX validator. It judges each certificate once in one verification.
 */
final class PathJudge {
    private final Rules.Context context;
    private final Map<List<Object>, Optional<PeerRejectedException>> judged = new HashMap<>();

    PathJudge(Rules.Context context) {
        this.context = context;
    }

    /** {@return why a certificate is refused in a role; null if it keeps the rules} */
    @Nullable
    PeerRejectedException judge(ParsedCertificate certificate, Rules.Role role) {
        return judged.computeIfAbsent(
                        List.of(certificate, role), unused -> Optional.ofNullable(refusalOf(certificate, role)))
                .orElse(null);
    }

    private @Nullable PeerRejectedException refusalOf(ParsedCertificate certificate, Rules.Role role) {
        for (Rules.OfCertificate rule : Rules.OF_CERTIFICATE) {
            PeerRejectedException refusal = apply(
                    rule.reason(), role + " " + certificate, () -> rule.check().violation(certificate, role, context));
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    /** {@return why a path is refused; null if it keeps the rules and the JDK accepts it} */
    @Nullable
    PeerRejectedException judge(CertificationPath path) {
        List<ParsedCertificate> certificates = path.certificates();
        for (int i = certificates.size() - 1; i >= 0; i--) {
            PeerRejectedException refusal =
                    judge(certificates.get(i), i == 0 ? Rules.Role.LEAF : Rules.Role.INTERMEDIATE);
            if (refusal != null) {
                return refusal;
            }
        }
        PeerRejectedException anchor = judge(path.anchor(), Rules.Role.ANCHOR);
        if (anchor != null) {
            return anchor;
        }
        for (Rules.OfPath rule : Rules.OF_PATH) {
            PeerRejectedException refusal =
                    apply(rule.reason(), "path", () -> rule.check().violation(path, context));
            if (refusal != null) {
                return refusal;
            }
        }
        return validate(path);
    }

    boolean isInDate(CertificationPath path) {
        return path.fromAnchor().stream().allMatch(certificate -> Rules.isInDate(certificate, context));
    }

    /** A rule that throws has proved nothing, so the certificate or path is refused. */
    private static @Nullable PeerRejectedException apply(
            RefusalReason reason, String what, Supplier<@Nullable String> check) {
        try {
            String violation = check.get();
            return violation == null ? null : RootTypes.peerRejected(reason, what + " " + violation, null);
        } catch (VerificationBudget.Exceeded e) {
            throw e;
        } catch (RuntimeException e) {
            return RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE,
                    what + " could not be judged (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    /**
     * Validates by RFC 5280, 6.1, as the JDK implements it: signatures again, policies, and the algorithms and
     * certificates that the JDK's settings disable. It is not asked about names, since it takes a common name for a
     * dNSName: a CA with name constraints ends one part of the path and is the anchor of the next, so that each
     * certificate is judged as it was issued, and what parts cannot show, as policies, is judged on the whole path without
     * the constraints.
     */
    private @Nullable PeerRejectedException validate(CertificationPath path) {
        context.budget().validation();
        try {
            List<X509Certificate> certificates =
                    path.certificates().stream().map(ParsedCertificate::x509).toList();
            int from = 0;
            for (int ca = 1; ca < certificates.size(); ca++) {
                if (path.certificates().get(ca).nameConstraints() != null) {
                    validate(certificates.subList(from, ca), certificates.get(ca));
                    from = ca;
                }
            }
            validate(
                    certificates.subList(from, certificates.size()),
                    path.anchor().x509());
            if (from > 0) {
                List<X509Certificate> unconstrained = new ArrayList<>();
                for (X509Certificate certificate : certificates) {
                    unconstrained.add(UnconstrainedCertificate.of(certificate));
                }
                validate(unconstrained, path.anchor().x509());
            }
            return null;
        } catch (CertPathValidatorException e) {
            return RootTypes.peerRejected(reasonOf(e), "path refused by PKIX: " + Printable.value(e.getMessage()), e);
        } catch (GeneralSecurityException | RuntimeException e) {
            return RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE,
                    "path could not be judged by PKIX (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    private void validate(List<X509Certificate> certificates, X509Certificate anchor) throws GeneralSecurityException {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(context.now()));
        var unused = CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(certificates), parameters);
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
