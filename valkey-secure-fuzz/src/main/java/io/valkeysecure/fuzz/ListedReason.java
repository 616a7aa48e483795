package io.valkeysecure.fuzz;

import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;

/**
 * Why we accept what OpenSSL refuses: the errors of OpenSSL, and what the path has to be like for the reason to count.
 */
@SuppressWarnings("ImmutableEnumChecker") // sets are of Set.of, predicates keep nothing
enum ListedReason {
    /**
     * A CA whose basicConstraints are not critical, or without key usage: a policy asks for that by
     * {@code profileRequired}.
     */
    CA_PROFILE(Set.of(89, 92), path -> path.size() > 1),

    /** Without key usage a CA may sign certificates (RFC 5280, 4.2.1.3), and so limit the path. */
    PATH_LENGTH_WITHOUT_KEY_USAGE(
            Set.of(81),
            path -> path.stream().anyMatch(each -> each.getBasicConstraints() >= 0 && each.getKeyUsage() == null)),

    /** RFC 5280 asks issuers for key identifiers; nothing is proved by one. */
    KEY_IDENTIFIER_ABSENT(
            Set.of(85, 86),
            path -> path.stream()
                    .anyMatch(each -> each.getExtensionValue("2.5.29.14") == null || !namesKeyOfIssuer(each))),

    /** The second named by notAfter belongs to the validity (RFC 5280, 4.1.2.5). */
    LAST_SECOND(
            Set.of(10),
            path -> path.stream()
                    .anyMatch(each -> each.getNotAfter().toInstant().equals(Pki.NOW)));

    private final Set<Integer> errors;
    private final Predicate<List<X509Certificate>> applies;

    ListedReason(Set<Integer> errors, Predicate<List<X509Certificate>> applies) {
        this.errors = errors;
        this.applies = applies;
    }

    private static boolean namesKeyOfIssuer(X509Certificate certificate) {
        byte[] value = certificate.getExtensionValue("2.5.29.35");
        return value != null
                && AuthorityKeyIdentifier.getInstance(
                                        ASN1OctetString.getInstance(value).getOctets())
                                .getKeyIdentifierOctets()
                        != null;
    }

    /** Whether each error is explained, and there is one. */
    static boolean explain(OpenSsl.Verdict verdict, List<X509Certificate> path) {
        Set<Integer> left = new HashSet<>(verdict.errors());
        Arrays.stream(values())
                .filter(reason -> reason.applies.test(path))
                .forEach(reason -> left.removeAll(reason.errors));
        return left.isEmpty() && !verdict.errors().isEmpty();
    }
}
