package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.material.PemBlocks;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.MalformedException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;

/**
 * Revocation by CRLs that were given (RFC 5280, 6.3): for each certificate there must be a complete, fresh list by its
 * issuer that does not hold it, and there must be no valid list that does.
 */
public final class CrlCheck implements RevocationCheck {
    private static final String PEM_LABEL = "X509 CRL";
    private static final int DER_SEQUENCE = 0x30;

    /** Says which file and block cannot be used and why. */
    public static final class UnusableException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String problem;

        UnusableException(String problem) {
            super(problem);
            this.problem = problem;
        }

        /**
         * Returns what is wrong with which file.
         *
         * @return text for a message
         */
        public String problem() {
            return problem;
        }
    }

    private final Map<X500Principal, List<Crl>> byIssuer;
    private final Duration tolerance;

    private CrlCheck(List<Crl> lists, Duration tolerance) {
        this.byIssuer = lists.stream().collect(Collectors.groupingBy(Crl::issuer));
        this.tolerance = tolerance;
    }

    /**
     * Parses lists.
     *
     * @param contents the bytes of each file: one list in DER, or any number in PEM
     * @param tolerance how long past its nextUpdate a list still counts
     * @return the check
     * @throws UnusableException if a file holds no list, something else, or a malformed one
     */
    public static CrlCheck parse(Map<Path, byte[]> contents, Duration tolerance) throws UnusableException {
        List<Crl> lists = new ArrayList<>();
        for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
            lists.addAll(parse(file.getKey(), file.getValue()));
        }
        return new CrlCheck(lists, tolerance);
    }

    private static List<Crl> parse(Path file, byte[] content) throws UnusableException {
        boolean der = content.length > 1 && content[0] == DER_SEQUENCE && content[1] < 0;
        return der ? List.of(parse(file.toString(), content)) : parsePem(file, content);
    }

    private static List<Crl> parsePem(Path file, byte[] content) throws UnusableException {
        List<Crl> lists = new ArrayList<>();
        try {
            for (PemBlocks.Block block : PemBlocks.read(content)) {
                String where = file + " block " + (lists.size() + 1);
                if (!block.label().equals(PEM_LABEL)) {
                    throw new UnusableException(
                            where + " is of kind " + Printable.value(block.label()) + ", expected only " + PEM_LABEL);
                }
                lists.add(parse(where, block.content()));
            }
        } catch (MalformedException e) {
            throw new UnusableException(file + " " + e.problem());
        }
        if (lists.isEmpty()) {
            throw new UnusableException(file + ": no PEM block \"-----BEGIN X509 CRL-----\" and no DER is in it");
        }
        return lists;
    }

    private static Crl parse(String where, byte[] encoded) throws UnusableException {
        try {
            return new Crl(where, encoded);
        } catch (IOException e) {
            throw new UnusableException(where + " is a malformed CRL: " + Printable.value(e.getMessage()));
        }
    }

    /**
     * Tells what can be seen before any connection is made: a list in the name of an anchor that no such anchor signed,
     * while none that it signed is there; or not one list that can be used now.
     *
     * @param anchors the trust anchors
     * @param now the time
     * @return what is wrong, or empty
     */
    public Optional<String> problem(Collection<X509Certificate> anchors, Instant now) {
        for (X509Certificate anchor : anchors) {
            X500Principal name = anchor.getSubjectX500Principal();
            List<Crl> lists = byIssuer.getOrDefault(name, List.of());
            boolean signed = lists.stream()
                    .anyMatch(list -> anchors.stream()
                            .filter(each -> each.getSubjectX500Principal().equals(name))
                            .anyMatch(each -> !list.pointsElsewhereThan(each) && list.isSignedBy(each.getPublicKey())));
            if (!lists.isEmpty() && !signed) {
                return Optional.of(Printable.list(lists) + " in the name of the trust anchor " + Printable.value(name)
                        + ": not signed by its key, or it names another key as its signer's");
            }
        }
        List<String> problems = new ArrayList<>();
        for (Crl list : all()) {
            Optional<String> problem = notComplete(list, now);
            if (problem.isEmpty()) {
                return Optional.empty();
            }
            problems.add(list + ": " + problem.get());
        }
        return Optional.of(
                "no CRL can be used now: " + String.join("; ", problems) + "; put the CA's current one there");
    }

    private Optional<String> notComplete(Crl list, Instant now) {
        return list.defect().or(list::incomplete).or(() -> list.outOfDate(now, tolerance));
    }

    @Override
    public Instant check(
            List<X509Certificate> path, X509Certificate anchor, Instant now, List<byte[]> staples, long begun)
            throws PeerRejectedException {
        Instant until = Instant.MAX;
        for (int i = 0; i < path.size(); i++) {
            X509Certificate issuer = i + 1 < path.size() ? path.get(i + 1) : anchor;
            Instant proved = check(path.get(i), issuer, now);
            until = proved.isBefore(until) ? proved : until;
        }
        return until;
    }

    private Instant check(X509Certificate certificate, X509Certificate issuer, Instant now)
            throws PeerRejectedException {
        Instant until = Instant.MIN;
        List<String> problems = new ArrayList<>();
        for (Crl list : byIssuer.getOrDefault(certificate.getIssuerX500Principal(), List.of())) {
            Optional<String> problem = problem(list, certificate, issuer, now);
            if (problem.isEmpty()) {
                Optional<Crl.Entry> entry = list.entry(certificate.getSerialNumber());
                if (entry.isPresent()) {
                    throw RevocationMessages.revoked(
                            certificate, entry.get().since(), entry.get().reason(), list + " of " + list.issuer());
                }
                // only now: such a list says who is revoked, and never that someone is not
                problem = list.incomplete().or(() -> pointsElsewhere(list, issuer));
            }
            if (problem.isPresent()) {
                problems.add(list + ": " + problem.get());
            } else {
                Instant end = list.nextUpdate().plus(tolerance);
                until = end.isAfter(until) ? end : until;
            }
        }
        if (until.equals(Instant.MIN)) {
            if (problems.isEmpty()) {
                Set<X500Principal> issuers = new LinkedHashSet<>(byIssuer.keySet());
                problems.add("none of this issuer, only of " + issuers);
            }
            throw RevocationMessages.unknown(
                    certificate,
                    "a complete and fresh CRL of " + Printable.value(certificate.getIssuerX500Principal()),
                    problems);
        }
        return until;
    }

    private static Optional<String> pointsElsewhere(Crl list, X509Certificate issuer) {
        return list.pointsElsewhereThan(issuer)
                ? Optional.of("its authorityKeyIdentifier names another key or certificate than that of "
                        + Printable.value(issuer.getSubjectX500Principal()) + " in this path")
                : Optional.empty();
    }

    /** Why a list says nothing at all of a certificate, or empty. */
    private Optional<String> problem(Crl list, X509Certificate certificate, X509Certificate issuer, Instant now) {
        if (!Crl.mayBeSignedBy(issuer)) {
            return Optional.of("the keyUsage of its issuer " + Printable.value(issuer.getSubjectX500Principal())
                    + " lacks cRLSign");
        }
        return list.defect()
                .or(() -> list.outOfDate(now, tolerance))
                .or(() -> list.outOfScope(certificate))
                .or(() -> list.isSignedBy(issuer.getPublicKey())
                        ? Optional.empty()
                        : Optional.of(
                                "it is not signed by the key of " + Printable.value(issuer.getSubjectX500Principal())
                                        + " in this path; lists by a key of their own are not accepted"));
    }

    @Override
    public Optional<Instant> freshUntil() {
        return byIssuer.values().stream()
                .flatMap(lists -> lists.stream()
                        .filter(list -> list.defect().or(list::incomplete).isEmpty())
                        .map(list -> list.nextUpdate().plus(tolerance))
                        .max(Instant::compareTo)
                        .stream())
                .min(Instant::compareTo);
    }

    private List<Crl> all() {
        return byIssuer.values().stream().flatMap(List::stream).toList();
    }
}
