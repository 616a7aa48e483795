package io.valkeysecure.internal.verify;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateParsingException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Interim: replaced by the rules of docs/verification.md. */
public final class PathVerifier {
    /**
     * A path that passed every rule.
     *
     * @param certificates leaf first, anchor excluded
     * @param anchor where it ends
     */
    public record Path(List<X509Certificate> certificates, X509Certificate anchor) {}

    private final List<X509Certificate> anchors;

    /**
     * Makes a verifier.
     *
     * @param anchors trust anchors
     * @param minimumRsaKeyBits floor of RSA keys
     * @param serverAuthRequired whether the leaf needs an extended key usage
     */
    public PathVerifier(List<X509Certificate> anchors, int minimumRsaKeyBits, boolean serverAuthRequired) {
        this.anchors = List.copyOf(anchors);
    }

    /**
     * Returns the anchors.
     *
     * @return the anchors
     */
    public List<X509Certificate> anchors() {
        return anchors;
    }

    /**
     * Verifies a chain.
     *
     * @param chain as presented
     * @param expected names, or null
     * @param now the time
     * @return the path
     * @throws PeerRejectedException if it is refused
     */
    public Path verify(List<X509Certificate> chain, @Nullable List<Names.Expected> expected, Instant now)
            throws PeerRejectedException {
        X509Certificate leaf = chain.get(0);
        List<X509Certificate> path = new ArrayList<>(List.of(leaf));
        X509Certificate last = leaf;
        X509Certificate anchor = null;
        outer:
        while (anchor == null && path.size() < 10) {
            for (X509Certificate candidate : anchors) {
                if (candidate.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
                    anchor = candidate;
                    break outer;
                }
            }
            X509Certificate next = null;
            for (X509Certificate candidate : chain) {
                if (!path.contains(candidate)
                        && candidate.getSubjectX500Principal().equals(last.getIssuerX500Principal())) {
                    next = candidate;
                }
            }
            if (next == null) {
                break;
            }
            path.add(next);
            last = next;
        }
        if (anchor == null) {
            throw new PeerRejectedException(
                    RefusalReason.UNTRUSTED_ISSUER,
                    "no path to a trust anchor: the issuer " + last.getIssuerX500Principal() + " of "
                            + last.getSubjectX500Principal() + " was neither presented nor pinned",
                    null);
        }
        try {
            CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(path);
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(anchor, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            var unused = CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
        } catch (CertPathValidatorException e) {
            RefusalReason reason = RefusalReason.CONSTRAINT_VIOLATED;
            if (e.getReason() == CertPathValidatorException.BasicReason.EXPIRED) {
                reason = RefusalReason.EXPIRED;
            } else if (e.getReason() == CertPathValidatorException.BasicReason.NOT_YET_VALID) {
                reason = RefusalReason.NOT_YET_VALID;
            } else if (e.getReason() == CertPathValidatorException.BasicReason.INVALID_SIGNATURE) {
                reason = RefusalReason.UNTRUSTED_ISSUER;
            }
            throw new PeerRejectedException(reason, String.valueOf(e.getMessage()), e);
        } catch (GeneralSecurityException e) {
            throw new PeerRejectedException(RefusalReason.UNCLASSIFIED, String.valueOf(e.getMessage()), e);
        }
        if (expected != null) {
            checkNames(leaf, expected);
        }
        return new Path(List.copyOf(path), anchor);
    }

    private static void checkNames(X509Certificate leaf, List<Names.Expected> expected) throws PeerRejectedException {
        try {
            Collection<List<?>> sans = leaf.getSubjectAlternativeNames();
            if (sans != null) {
                for (List<?> san : sans) {
                    for (Names.Expected name : expected) {
                        if (name instanceof Names.Dns dns
                                && san.get(0).equals(2)
                                && Names.matches(dns, (String) san.get(1))) {
                            return;
                        }
                        if (name instanceof Names.Ip
                                && san.get(0).equals(7)
                                && name.equals(Names.host((String) san.get(1)))) {
                            return;
                        }
                        if (name instanceof Names.Ip
                                && san.get(0).equals(7)
                                && name.toString()
                                        .equals(Names.host((String) san.get(1)).toString())) {
                            return;
                        }
                    }
                }
            }
            throw new PeerRejectedException(
                    RefusalReason.NAME_MISMATCH, "expected " + expected + ", leaf has " + sans, null);
        } catch (CertificateParsingException e) {
            throw new PeerRejectedException(RefusalReason.MALFORMED_CERTIFICATE, String.valueOf(e.getMessage()), e);
        }
    }
}
