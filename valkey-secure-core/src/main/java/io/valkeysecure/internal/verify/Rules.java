package io.valkeysecure.internal.verify;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificateName;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.KeyStrength;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.math.BigInteger;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * The rules that a certification path must keep, in the order in which they are applied: the rules about a certificate
 * in its role, then the rules about the whole path. {@code docs/verification.md} holds the same list.
 *
 * <p>A rule returns null if it is kept, and otherwise what was expected and what was seen.
 */
final class Rules {

    /** The role of a certificate in a path. */
    enum Role {
        LEAF,
        INTERMEDIATE,
        ANCHOR;

        @Override
        public String toString() {
            return this == ANCHOR ? "trust anchor" : name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /**
     * The context of one verification.
     *
     * @param now the time, in whole seconds
     * @param requirements the requirements of the policy
     * @param budget the work that was spent
     */
    record Context(Instant now, CertificateRequirements requirements, VerificationBudget budget) {
        /** X.509 counts whole seconds, and both ends belong to the validity. */
        static Context at(Instant now, CertificateRequirements requirements) {
            return new Context(now.truncatedTo(ChronoUnit.SECONDS), requirements, new VerificationBudget());
        }
    }

    /** Judges one certificate. */
    interface CertificateCheck {
        @Nullable
        String violation(ParsedCertificate certificate, Role role, Context context);
    }

    /** Judges a path. */
    interface PathCheck {
        @Nullable
        String violation(CertificationPath path, Context context);
    }

    /**
     * A rule about a certificate.
     *
     * @param name the requirement, as {@code docs/verification.md} shows it
     * @param source the RFC section, or the policy
     * @param reason the reason of a refusal by this rule
     * @param check the implementation
     */
    record OfCertificate(String name, String source, RefusalReason reason, CertificateCheck check) {}

    /**
     * A rule about a path.
     *
     * @param name the requirement, as {@code docs/verification.md} shows it
     * @param source the RFC section, or the policy
     * @param reason the reason of a refusal by this rule
     * @param check the implementation
     */
    record OfPath(String name, String source, RefusalReason reason, PathCheck check) {}

    static final List<OfCertificate> OF_CERTIFICATE = List.of(
            new OfCertificate("version 3", "RFC 5280 4.1.2.1", RefusalReason.MALFORMED_CERTIFICATE, Rules::version),
            new OfCertificate(
                    "a positive serial number of at most 20 octets",
                    "RFC 5280 4.1.2.2",
                    RefusalReason.MALFORMED_CERTIFICATE,
                    Rules::serialNumber),
            new OfCertificate(
                    "a path length only in a CA, and not below zero",
                    "RFC 5280 4.2.1.9",
                    RefusalReason.MALFORMED_CERTIFICATE,
                    Rules::wellFormedConstraints),
            new OfCertificate(
                    "a key usage with at least one bit",
                    "RFC 5280 4.2.1.3",
                    RefusalReason.MALFORMED_CERTIFICATE,
                    Rules::wellFormedKeyUsage),
            new OfCertificate(
                    "well-formed names in the SAN",
                    "RFC 5280 4.2.1.6, RFC 9525 6.3",
                    RefusalReason.MALFORMED_CERTIFICATE,
                    Rules::wellFormedNames),
            new OfCertificate(
                    "well-formed name constraints, and only in a CA",
                    "RFC 5280 4.2.1.10",
                    RefusalReason.MALFORMED_CERTIFICATE,
                    Rules::wellFormedNameConstraints),
            new OfCertificate(
                    "no critical extension that is not processed",
                    "RFC 5280 4.2",
                    RefusalReason.CONSTRAINT_VIOLATED,
                    Rules::criticalExtensions),
            new OfCertificate("not before its time", "RFC 5280 4.1.2.5", RefusalReason.NOT_YET_VALID, Rules::notBefore),
            new OfCertificate("not after its time", "RFC 5280 4.1.2.5", RefusalReason.EXPIRED, Rules::notAfter),
            new OfCertificate(
                    "a CA above the leaf, and none as the leaf",
                    "RFC 5280 4.2.1.9, 6.1.4 (k)",
                    RefusalReason.CONSTRAINT_VIOLATED,
                    Rules::caBit),
            new OfCertificate(
                    "a key usage that allows what the key is used for",
                    "RFC 5280 4.2.1.3, 6.1.4 (n), RFC 8446 4.4.2.2",
                    RefusalReason.KEY_USAGE,
                    Rules::keyUsage),
            new OfCertificate(
                    "serverAuth wherever purposes are named",
                    "RFC 5280 4.2.1.12",
                    RefusalReason.KEY_USAGE,
                    Rules::purposes),
            new OfCertificate("a key above the floor", "policy", RefusalReason.WEAK_KEY, Rules::key),
            new OfCertificate(
                    "a signature above the floor", "policy", RefusalReason.WEAK_SIGNATURE, Rules::signatureAlgorithm),
            new OfCertificate(
                    "the identifiers and the criticality of the profile, under a policy that asks for it",
                    "RFC 5280 4.2.1.1, 4.2.1.2, 4.2.1.3, 4.2.1.9",
                    RefusalReason.CONSTRAINT_VIOLATED,
                    Rules::profile));

    static final List<OfPath> OF_PATH = List.of(
            new OfPath(
                    "no more CAs below a CA than its path length allows, the anchor's too",
                    "RFC 5280 6.1.4 (l), (m)",
                    RefusalReason.CONSTRAINT_VIOLATED,
                    Rules::pathLength),
            new OfPath(
                    "names within the name constraints of every CA above, the anchor's too",
                    "RFC 5280 6.1.3 (b), (c)",
                    RefusalReason.CONSTRAINT_VIOLATED,
                    NameConstraintRules::violation),
            new OfPath(
                    "no mapping of a policy to many",
                    "RFC 5280 4.2.1.5",
                    RefusalReason.CONSTRAINT_VIOLATED,
                    Rules::policyMappings));

    /** The critical extensions that the rules process, or, for policies, the validator of the JDK. */
    private static final Set<ASN1ObjectIdentifier> PROCESSED = Set.of(
            Extension.basicConstraints,
            Extension.keyUsage,
            Extension.extendedKeyUsage,
            Extension.subjectAlternativeName,
            Extension.nameConstraints,
            Extension.certificatePolicies,
            Extension.policyMappings,
            Extension.policyConstraints,
            Extension.inhibitAnyPolicy);

    private static final List<ASN1ObjectIdentifier> POLICIES = List.of(
            Extension.certificatePolicies,
            Extension.policyMappings,
            Extension.policyConstraints,
            Extension.inhibitAnyPolicy);

    private static final int SERIAL_NUMBER_BITS = 20 * 8 - 1;

    private Rules() {}

    private static @Nullable String version(ParsedCertificate certificate, Role role, Context context) {
        return certificate.version() == 3 ? null : "expected version 3, has version " + certificate.version();
    }

    /** Zero is accepted in an anchor: old private roots have it, and it does no harm there. */
    private static @Nullable String serialNumber(ParsedCertificate certificate, Role role, Context context) {
        BigInteger serial = certificate.serialNumber();
        boolean kept = serial.signum() > 0 || (serial.signum() == 0 && role == Role.ANCHOR);
        return kept && serial.bitLength() <= SERIAL_NUMBER_BITS
                ? null
                : "expected a positive serial number of at most 20 octets, has " + Printable.value(serial.toString(16));
    }

    private static @Nullable String wellFormedConstraints(ParsedCertificate certificate, Role role, Context context) {
        BigInteger pathLength = certificate.pathLength();
        if (pathLength == null) {
            return null;
        }
        if (!certificate.isCa()) {
            return "has a path length and is no CA";
        }
        return pathLength.signum() < 0 ? "has the path length " + Printable.value(pathLength) : null;
    }

    private static @Nullable String wellFormedKeyUsage(ParsedCertificate certificate, Role role, Context context) {
        KeyUsage usage = certificate.keyUsage();
        return usage == null || anyBit(usage) ? null : "has a key usage without a bit";
    }

    private static boolean anyBit(KeyUsage usage) {
        for (byte octet : usage.getBytes()) {
            if (octet != 0) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String wellFormedNames(ParsedCertificate certificate, Role role, Context context) {
        List<GeneralName> names = certificate.alternativeNames();
        if (names == null) {
            return null;
        }
        if (names.isEmpty()) {
            return "has an empty SAN";
        }
        if (names.size() > VerificationBudget.ENTRIES) {
            return "has " + names.size() + " names in its SAN, expected at most " + VerificationBudget.ENTRIES;
        }
        for (GeneralName name : names) {
            String problem = CertificateName.problemOf(name);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable String wellFormedNameConstraints(
            ParsedCertificate certificate, Role role, Context context) {
        NameConstraints constraints = certificate.nameConstraints();
        if (constraints == null) {
            return null;
        }
        return role == Role.LEAF ? "has name constraints and is a leaf" : NameConstraintRules.problemOf(constraints);
    }

    private static @Nullable String criticalExtensions(ParsedCertificate certificate, Role role, Context context) {
        for (ASN1ObjectIdentifier id : List.of(Extension.policyConstraints, Extension.inhibitAnyPolicy)) {
            if (certificate.hasExtension(id)
                    && !certificate.criticalExtensions().contains(id)) {
                return "has the extension " + Printable.value(id)
                        + ", which is not critical (RFC 5280 4.2.1.11, 4.2.1.14)";
            }
        }
        for (ASN1ObjectIdentifier id : certificate.criticalExtensions()) {
            if (!PROCESSED.contains(id)) {
                return "has the critical extension " + Printable.value(id) + ", which is not processed";
            }
        }
        return role == Role.ANCHOR ? policies(certificate) : null;
    }

    /**
     * Refuses an anchor that constrains policies: the validator of the JDK uses only the name and key of an anchor (RFC
     * 5280, 6.1.1 (d)), so nothing would process the constraint. Policies that are not critical constrain nothing.
     */
    private static @Nullable String policies(ParsedCertificate anchor) {
        for (ASN1ObjectIdentifier id : POLICIES) {
            if (anchor.hasExtension(id)
                    && (!id.equals(Extension.certificatePolicies)
                            || anchor.criticalExtensions().contains(id))) {
                return "has the extension " + id + ", which is not processed in a trust anchor";
            }
        }
        return null;
    }

    /** {@return whether a certificate keeps both rules about time, which do not depend on its role} */
    static boolean isInDate(ParsedCertificate certificate, Context context) {
        return notBefore(certificate, Role.ANCHOR, context) == null
                && notAfter(certificate, Role.ANCHOR, context) == null;
    }

    private static @Nullable String notBefore(ParsedCertificate certificate, Role role, Context context) {
        return context.now().isBefore(certificate.notBefore())
                ? "is valid from " + certificate.notBefore() + ", now is " + context.now()
                        + "; is this machine's clock right?"
                : null;
    }

    private static @Nullable String notAfter(ParsedCertificate certificate, Role role, Context context) {
        return context.now().isAfter(certificate.notAfter())
                ? "expired at " + certificate.notAfter() + ", now is " + context.now()
                : null;
    }

    private static @Nullable String caBit(ParsedCertificate certificate, Role role, Context context) {
        if (role == Role.LEAF) {
            return certificate.isCa() ? "expected a server's certificate as the leaf, it is a CA" : null;
        }
        if (certificate.isCa()) {
            return null;
        }
        return role == Role.ANCHOR
                ? "is no CA (basicConstraints), expected one; name the certificate of the CA that issued the server's"
                : "issued a certificate and is no CA (basicConstraints)";
    }

    private static @Nullable String keyUsage(ParsedCertificate certificate, Role role, Context context) {
        if (role == Role.LEAF) {
            if (!certificate.allowsUsage(KeyUsage.digitalSignature)) {
                return "expected the key usage digitalSignature";
            }
            return certificate.keyUsage() != null && certificate.allowsUsage(KeyUsage.keyCertSign)
                    ? "has the key usage keyCertSign and is no CA"
                    : null;
        }
        return certificate.allowsUsage(KeyUsage.keyCertSign) ? null : "expected the key usage keyCertSign";
    }

    /** anyExtendedKeyUsage is not accepted in place of serverAuth. */
    private static @Nullable String purposes(ParsedCertificate certificate, Role role, Context context) {
        Set<KeyPurposeId> purposes = certificate.purposes();
        if (purposes == null) {
            return role == Role.LEAF && context.requirements().serverAuthRequired()
                    ? "expected the extended key usage serverAuth, has none"
                    : null;
        }
        return purposes.contains(KeyPurposeId.id_kp_serverAuth)
                ? null
                : "expected the extended key usage serverAuth, has " + Printable.value(purposes);
    }

    private static @Nullable String key(ParsedCertificate certificate, Role role, Context context) {
        return KeyStrength.problemOf(
                certificate.publicKeyInfo(), context.requirements().minimumRsaKeyBits());
    }

    /** The signature of an anchor proves nothing, because the anchor made it itself; it is not checked. */
    private static @Nullable String signatureAlgorithm(ParsedCertificate certificate, Role role, Context context) {
        return role == Role.ANCHOR ? null : KeyStrength.problemOf(certificate.signatureAlgorithm());
    }

    /** Fields that RFC 5280 requires a CA to set. Private CAs often leave them out, and their absence does no harm. */
    private static @Nullable String profile(ParsedCertificate certificate, Role role, Context context) {
        if (!context.requirements().profileRequired()) {
            return null;
        }
        if (role != Role.ANCHOR && !certificate.hasAuthorityKeyIdentifier()) {
            return "expected an authorityKeyIdentifier with a key identifier";
        }
        if (role == Role.LEAF) {
            return null;
        }
        if (!certificate.hasSubjectKeyIdentifier()) {
            return "expected a subjectKeyIdentifier in a CA";
        }
        if (certificate.keyUsage() == null) {
            return "expected a key usage in a CA";
        }
        return certificate.criticalExtensions().contains(Extension.basicConstraints)
                ? null
                : "expected basicConstraints of a CA to be critical";
    }

    /** Self-issued certificates are not counted (RFC 5280 6.1.4 (l)). */
    private static @Nullable String pathLength(CertificationPath path, Context context) {
        List<ParsedCertificate> all = path.fromAnchor();
        for (int ca = 0; ca < all.size() - 1; ca++) {
            BigInteger allowed = all.get(ca).pathLength();
            if (allowed == null) {
                continue;
            }
            long below = all.subList(ca + 1, all.size() - 1).stream()
                    .filter(certificate -> !certificate.isSelfIssued())
                    .count();
            if (BigInteger.valueOf(below).compareTo(allowed) > 0) {
                return all.get(ca) + " allows " + allowed + " CAs below it, there are " + below;
            }
        }
        return null;
    }

    /** Each policy that is mapped to several multiplies the policy tree of the JDK, again for every CA. */
    private static @Nullable String policyMappings(CertificationPath path, Context context) {
        int growth = 1;
        for (ParsedCertificate certificate : path.certificates()) {
            growth *= certificate.mappingsOfOnePolicy();
            if (growth > VerificationBudget.POLICY_GROWTH) {
                return "maps policies to so many that there are " + growth + " ways, expected at most "
                        + VerificationBudget.POLICY_GROWTH;
            }
        }
        return null;
    }
}
