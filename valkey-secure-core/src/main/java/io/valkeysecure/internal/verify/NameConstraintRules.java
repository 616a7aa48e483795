package io.valkeysecure.internal.verify;

import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.ReferenceIdentifier;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x500.AttributeTypeAndValue;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x500.style.IETFUtils;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * Name constraints (RFC 5280 4.2.1.10) of every CA of a path, the anchor included: each name of each certificate below has
 * to be inside the permitted subtrees of its type, where there are any, and outside of all excluded ones.
 *
 * <p>The JDK leaves out the anchor's, takes no account of wildcards, and throws RuntimeExceptions for some forms.
 */
final class NameConstraintRules {
    private NameConstraintRules() {}

    /** What is wrong with constraints in themselves; what cannot be understood would not constrain. */
    static @Nullable String problemOf(NameConstraints constraints) {
        GeneralSubtree[] permitted = constraints.getPermittedSubtrees();
        GeneralSubtree[] excluded = constraints.getExcludedSubtrees();
        if (permitted == null && excluded == null) {
            return "has empty name constraints";
        }
        for (GeneralSubtree[] subtrees : new GeneralSubtree[][] {permitted, excluded}) {
            if (subtrees == null) {
                continue;
            }
            if (subtrees.length == 0 || subtrees.length > VerificationBudget.SUBTREES) {
                return "has a name constraint with " + subtrees.length + " subtrees, expected 1 to "
                        + VerificationBudget.SUBTREES;
            }
            for (GeneralSubtree subtree : subtrees) {
                String problem = problemOf(subtree);
                if (problem != null) {
                    return problem;
                }
            }
        }
        return null;
    }

    private static @Nullable String problemOf(GeneralSubtree subtree) {
        if (subtree.getMinimum().signum() != 0 || subtree.getMaximum() != null) {
            return "has a name constraint with a minimum or maximum distance";
        }
        GeneralName base = subtree.getBase();
        boolean wellFormed = switch (base.getTagNo()) {
            case GeneralName.dNSName -> isDomain(ReferenceIdentifier.text(base), false);
            case GeneralName.uniformResourceIdentifier -> isDomain(ReferenceIdentifier.text(base), true);
            case GeneralName.rfc822Name -> isMailConstraint(ReferenceIdentifier.text(base));
            case GeneralName.iPAddress -> isNetwork(ReferenceIdentifier.octets(base));
            default -> true;
        };
        return wellFormed ? null : "has the malformed name constraint " + ReferenceIdentifier.describe(base);
    }

    /** An empty dNSName is every name; an empty host of the other forms is none. */
    private static boolean isDomain(String text, boolean leadingDotAllowed) {
        if (text.isEmpty()) {
            return !leadingDotAllowed;
        }
        String name = leadingDotAllowed && text.startsWith(".") ? text.substring(1) : text;
        return ReferenceIdentifier.isDnsName(name);
    }

    private static boolean isMailConstraint(String text) {
        return text.contains("@") ? ReferenceIdentifier.isMail(text) : isDomain(text, true);
    }

    /** An address and a mask of one bits followed by zero bits; no bit of the address beside the mask. */
    private static boolean isNetwork(byte[] octets) {
        if (octets.length != 8 && octets.length != 32) {
            return false;
        }
        int half = octets.length / 2;
        boolean ended = false;
        for (int bit = 0; bit < half * 8; bit++) {
            boolean mask = (octets[half + bit / 8] >> (7 - bit % 8) & 1) == 1;
            boolean address = (octets[bit / 8] >> (7 - bit % 8) & 1) == 1;
            if ((ended && mask) || (!mask && address)) {
                return false;
            }
            ended |= !mask;
        }
        return true;
    }

    static @Nullable String violation(Rules.Candidate path, Rules.Context context) {
        List<ParsedCertificate> all = path.fromAnchor();
        for (int ca = 0; ca < all.size(); ca++) {
            NameConstraints constraints = all.get(ca).nameConstraints();
            if (constraints == null) {
                continue;
            }
            for (int below = ca + 1; below < all.size(); below++) {
                ParsedCertificate certificate = all.get(below);
                boolean leaf = below == all.size() - 1;
                if (!leaf && certificate.isSelfIssued()) {
                    continue;
                }
                String violation = violation(constraints, certificate, context.limits());
                if (violation != null) {
                    return "expected names within the constraints of " + all.get(ca) + ", " + certificate + " has "
                            + violation;
                }
            }
        }
        return null;
    }

    private static @Nullable String violation(
            NameConstraints constraints, ParsedCertificate certificate, VerificationBudget limits) {
        for (GeneralName name : namesOf(certificate)) {
            GeneralSubtree[] excluded = constraints.getExcludedSubtrees();
            if (excluded != null) {
                for (GeneralSubtree subtree : excluded) {
                    limits.comparison();
                    if (sameType(name, subtree) && overlaps(name, subtree.getBase())) {
                        return ReferenceIdentifier.describe(name) + ", excluded by "
                                + ReferenceIdentifier.describe(subtree.getBase());
                    }
                }
            }
            GeneralSubtree[] permitted = constraints.getPermittedSubtrees();
            if (permitted != null && !isPermitted(name, permitted, limits)) {
                return ReferenceIdentifier.describe(name) + ", not permitted";
            }
        }
        return null;
    }

    private static boolean isPermitted(GeneralName name, GeneralSubtree[] permitted, VerificationBudget limits) {
        boolean constrained = false;
        for (GeneralSubtree subtree : permitted) {
            limits.comparison();
            if (sameType(name, subtree)) {
                if (contains(subtree.getBase(), name)) {
                    return true;
                }
                constrained = true;
            }
        }
        return !constrained;
    }

    private static boolean sameType(GeneralName name, GeneralSubtree subtree) {
        return name.getTagNo() == subtree.getBase().getTagNo();
    }

    /** All names that a certificate binds its key to: SAN and subject, and the subject's mail addresses. */
    private static List<GeneralName> namesOf(ParsedCertificate certificate) {
        List<GeneralName> names = new ArrayList<>();
        List<GeneralName> alternatives = certificate.alternativeNames();
        if (alternatives != null) {
            names.addAll(alternatives);
        }
        X500Name subject = certificate.subject();
        if (subject.getRDNs().length > 0) {
            names.add(new GeneralName(subject));
        }
        for (RDN rdn : subject.getRDNs(BCStyle.EmailAddress)) {
            for (AttributeTypeAndValue attribute : rdn.getTypesAndValues()) {
                if (attribute.getType().equals(BCStyle.EmailAddress)) {
                    names.add(new GeneralName(GeneralName.rfc822Name, IETFUtils.valueToString(attribute.getValue())));
                }
            }
        }
        return names;
    }

    /** Whether all that the name stands for is inside the subtree; what cannot be told is not. */
    private static boolean contains(GeneralName subtree, GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName ->
                isInDomain(withoutWildcard(ReferenceIdentifier.text(name)), ReferenceIdentifier.text(subtree));
            case GeneralName.iPAddress ->
                isInNetwork(ReferenceIdentifier.octets(name), ReferenceIdentifier.octets(subtree));
            case GeneralName.directoryName ->
                isInDirectory(X500Name.getInstance(name.getName()), X500Name.getInstance(subtree.getName()));
            case GeneralName.rfc822Name -> isInMail(ReferenceIdentifier.text(name), ReferenceIdentifier.text(subtree));
            case GeneralName.uniformResourceIdentifier -> {
                String host = hostOf(ReferenceIdentifier.text(name));
                yield host != null && isAtHost(host, ReferenceIdentifier.text(subtree));
            }
            default -> false;
        };
    }

    /** Whether anything that the name stands for is inside the subtree; what cannot be told is. */
    private static boolean overlaps(GeneralName name, GeneralName subtree) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> {
                String text = ReferenceIdentifier.text(name);
                String excluded = ReferenceIdentifier.text(subtree);
                yield contains(subtree, name)
                        // one expansion of the wildcard is excluded
                        || (text.startsWith("*.")
                                && excluded.substring(excluded.indexOf('.') + 1).equalsIgnoreCase(text.substring(2)));
            }
            case GeneralName.directoryName -> contains(subtree, name);
            case GeneralName.iPAddress ->
                contains(subtree, name)
                        || isInNetwork(
                                withoutMapping(ReferenceIdentifier.octets(name)), ReferenceIdentifier.octets(subtree));
            // the subject's mail addresses may have any form
            case GeneralName.rfc822Name ->
                !ReferenceIdentifier.isMail(ReferenceIdentifier.text(name)) || contains(subtree, name);
            case GeneralName.uniformResourceIdentifier ->
                hostOf(ReferenceIdentifier.text(name)) == null || contains(subtree, name);
            default -> true;
        };
    }

    /** Who dials an IPv4-mapped IPv6 address (RFC 4291 2.5.5.2) comes to the IPv4 address in it. */
    private static byte[] withoutMapping(byte[] address) {
        byte[] prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};
        return address.length == 16 && Arrays.equals(address, 0, 12, prefix, 0, 12)
                ? Arrays.copyOfRange(address, 12, 16)
                : address;
    }

    private static String withoutWildcard(String name) {
        return name.startsWith("*.") ? name.substring(2) : name;
    }

    private static boolean isInDomain(String name, String domain) {
        String lower = name.toLowerCase(Locale.ROOT);
        String base = domain.toLowerCase(Locale.ROOT);
        return base.isEmpty() || lower.equals(base) || lower.endsWith("." + base);
    }

    private static boolean isInNetwork(byte[] address, byte[] network) {
        if (network.length != 2 * address.length) {
            return false;
        }
        for (int i = 0; i < address.length; i++) {
            if ((address[i] & network[address.length + i]) != network[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isInDirectory(X500Name name, X500Name base) {
        RDN[] inner = name.getRDNs();
        RDN[] outer = base.getRDNs();
        if (outer.length > inner.length) {
            return false;
        }
        for (int i = 0; i < outer.length; i++) {
            if (!IETFUtils.rDNAreEqual(outer[i], inner[i])) {
                return false;
            }
        }
        return true;
    }

    /** The local part is compared as it is, the host without regard to case (RFC 5280 7.5). */
    private static boolean isInMail(String mail, String constraint) {
        if (!ReferenceIdentifier.isMail(mail)) {
            return false;
        }
        String[] parts = mail.split("@", 2);
        String[] wanted = constraint.split("@", 2);
        return wanted.length == 2
                ? parts[0].equals(wanted[0]) && parts[1].equalsIgnoreCase(wanted[1])
                : isAtHost(parts[1], constraint);
    }

    /** A host is meant itself; a leading dot means all below it and not itself. */
    private static boolean isAtHost(String host, String constraint) {
        return constraint.startsWith(".")
                ? host.toLowerCase(Locale.ROOT).endsWith(constraint.toLowerCase(Locale.ROOT))
                : host.equalsIgnoreCase(constraint);
    }

    /** The host of a URI, which a constraint is about; null where there is none, an address, or with a dot at its end. */
    private static @Nullable String hostOf(String uri) {
        String host = URI.create(uri).getHost();
        return host != null && ReferenceIdentifier.isDnsName(host) ? host : null;
    }
}
