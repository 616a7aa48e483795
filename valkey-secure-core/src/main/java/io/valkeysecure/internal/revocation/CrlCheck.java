package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.material.PemBlocks;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.Names;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/**
 * Checks revocation by the CRLs that were read (RFC 5280, 6.3). For each certificate there must be a complete, fresh
 * list by its issuer, and no valid list may hold it.
 */
public final class CrlCheck implements RevocationCheck {
    private static final String PEM_LABEL = "X509 CRL";
    private static final int DER_SEQUENCE = 0x30;

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
     * @throws MalformedException if a file holds no list, something else, or a malformed one
     */
    public static CrlCheck parse(Map<Path, byte[]> contents, Duration tolerance) throws MalformedException {
        List<Crl> lists = new ArrayList<>();
        for (Map.Entry<Path, byte[]> file : contents.entrySet()) {
            lists.addAll(parse(file.getKey(), file.getValue()));
        }
        return new CrlCheck(lists, tolerance);
    }

    private static List<Crl> parse(Path file, byte[] content) throws MalformedException {
        boolean der = content.length > 1 && content[0] == DER_SEQUENCE && content[1] < 0;
        return der ? List.of(parse(file.toString(), content)) : parsePem(file, content);
    }

    private static List<Crl> parsePem(Path file, byte[] content) throws MalformedException {
        List<PemBlocks.Block> blocks;
        try {
            blocks = PemBlocks.read(content);
        } catch (MalformedException e) {
            throw new MalformedException(file + " " + e.problem());
        }
        List<Crl> lists = new ArrayList<>();
        for (PemBlocks.Block block : blocks) {
            String where = file + " block " + (lists.size() + 1);
            if (!block.label().equals(PEM_LABEL)) {
                throw new MalformedException(
                        where + " is of kind " + Printable.value(block.label()) + ", expected only " + PEM_LABEL);
            }
            lists.add(parse(where, block.content()));
        }
        if (lists.isEmpty()) {
            throw new MalformedException(file + ": no PEM block \"-----BEGIN X509 CRL-----\" and no DER is in it");
        }
        return lists;
    }

    private static Crl parse(String where, byte[] encoded) throws MalformedException {
        try {
            return new Crl(where, encoded);
        } catch (IOException e) {
            throw new MalformedException(where + " is a malformed CRL: " + Printable.value(e.getMessage()));
        }
    }

    /**
     * Finds a problem that can be seen before any connection is made: a list in the name of an anchor that no such
     * anchor signed, while none that it signed is there; or no list that can be used now.
     *
     * @return the problem; null if there is none
     */
    public @Nullable String problem(Collection<X509Certificate> anchors, Instant now) {
        Map<X500Principal, List<X509Certificate>> byName = anchors.stream()
                .collect(Collectors.groupingBy(
                        X509Certificate::getSubjectX500Principal, LinkedHashMap::new, Collectors.toList()));
        for (Map.Entry<X500Principal, List<X509Certificate>> named : byName.entrySet()) {
            X500Principal name = named.getKey();
            List<Crl> lists = byIssuer.getOrDefault(name, List.of());
            boolean signed = lists.stream()
                    .anyMatch(list -> named.getValue().stream()
                            .anyMatch(anchor -> Names.same(list.issuer(), name)
                                    && !list.pointsElsewhereThan(anchor)
                                    && list.isSignedBy(anchor.getPublicKey())));
            if (!lists.isEmpty() && !signed) {
                return Printable.list(lists) + " in the name of the trust anchor " + Printable.value(name)
                        + ": not signed by its key, or it names another key as its signer's";
            }
        }
        List<String> problems = new ArrayList<>();
        for (Crl list : all()) {
            String problem = first(list.defect(), list.incomplete(), list.outOfDate(now, tolerance));
            if (problem == null) {
                return null;
            }
            problems.add(list + ": " + problem);
        }
        return "no CRL can be used now: " + String.join("; ", problems) + "; put the CA's current one there";
    }

    private static @Nullable String first(@Nullable String... problems) {
        for (String problem : problems) {
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    @Override
    public void check(CertificationPath path, Instant now, List<byte[]> staples, long startedNanos)
            throws PeerRejectedException {
        var unused = provedUntil(path, now);
    }

    /** Checks a path, and returns until when the proof holds; {@link Instant#MAX} for an empty path. */
    Instant provedUntil(CertificationPath path, Instant now) throws PeerRejectedException {
        Instant until = Instant.MAX;
        for (int i = 0; i < path.certificates().size(); i++) {
            Instant proved = provedUntil(path.certificates().get(i), path.issuerOf(i), now);
            until = proved.isBefore(until) ? proved : until;
        }
        return until;
    }

    private Instant provedUntil(ParsedCertificate certificate, ParsedCertificate issuer, Instant now)
            throws PeerRejectedException {
        Instant until = Instant.MIN;
        List<String> problems = new ArrayList<>();
        X500Principal name = certificate.x509().getIssuerX500Principal();
        for (Crl list : byIssuer.getOrDefault(name, List.of())) {
            String problem = problem(list, certificate, issuer, now);
            if (problem == null) {
                Optional<Crl.Entry> entry = list.entry(certificate.serialNumber());
                if (entry.isPresent()) {
                    throw RevocationMessages.revoked(
                            certificate, entry.get().since(), entry.get().reason(), list + " of " + list.issuer());
                }
                // checked last: the entries of an incomplete list are revoked, but it cannot prove that others are not
                problem = list.incomplete();
                if (problem == null && !Names.same(list.issuer(), name)) {
                    problem = "its issuer's name differs in control characters or letters of another form";
                } else if (problem == null && list.pointsElsewhereThan(issuer.x509())) {
                    problem = "its authorityKeyIdentifier names another key or certificate than that of "
                            + Printable.value(issuer.x509().getSubjectX500Principal()) + " in this path";
                }
            }
            if (problem != null) {
                problems.add(list + ": " + problem);
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
                    certificate, "a complete and fresh CRL of " + Printable.value(name), problems);
        }
        return until;
    }

    /** {@return why a list proves nothing about a certificate; null if it proves something} */
    private @Nullable String problem(Crl list, ParsedCertificate certificate, ParsedCertificate issuer, Instant now) {
        String name = Printable.value(issuer.x509().getSubjectX500Principal());
        // RFC 5280, 6.3.3 f
        if (!issuer.allowsUsage(KeyUsage.cRLSign)) {
            return "the keyUsage of its issuer " + name + " lacks cRLSign";
        }
        String problem = first(list.defect(), list.outOfDate(now, tolerance), list.outOfScope(certificate));
        if (problem == null && !list.isSignedBy(issuer.x509().getPublicKey())) {
            problem = "it is not signed by the key of " + name
                    + " in this path; lists by a key of their own are not accepted";
        }
        return problem;
    }

    @Override
    public Optional<Instant> freshUntil() {
        return byIssuer.values().stream()
                .flatMap(lists -> lists.stream()
                        .filter(list -> list.defect() == null && list.incomplete() == null)
                        .map(list -> list.nextUpdate().plus(tolerance))
                        .max(Instant::compareTo)
                        .stream())
                .min(Instant::compareTo);
    }

    private List<Crl> all() {
        return byIssuer.values().stream().flatMap(List::stream).toList();
    }
}
