package io.valkeysecure.internal.verify;

import io.valkeysecure.internal.x509.CertificateName;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.Names;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.VerificationBudget;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.jspecify.annotations.Nullable;

/**
 * Enforces the name constraints (RFC 5280 4.2.1.10) of every CA of a path, the anchor included: each name of each
 * certificate below the CA has to be inside a permitted subtree of its type, if there is one, and outside of all
 * excluded subtrees.
 *
 * <p>The JDK ignores the constraints of the anchor and wildcards, and throws RuntimeExceptions for some forms.
 */
final class NameConstraintRules {
    private NameConstraintRules() {}

    /** {@return why constraints are refused; null if they are well-formed. Malformed ones could not be enforced} */
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
            // an empty one covers every name
            case GeneralName.dNSName -> CertificateName.text(base).isEmpty() || isDomain(CertificateName.text(base));
            case GeneralName.uniformResourceIdentifier -> isDomain(CertificateName.text(base));
            case GeneralName.rfc822Name -> isMailConstraint(CertificateName.text(base));
            case GeneralName.iPAddress -> isNetwork(CertificateName.octets(base));
            default -> true;
        };
        return wellFormed ? null : "has the malformed name constraint " + CertificateName.describe(base);
    }

    private static boolean isDomain(String text) {
        return CertificateName.isDnsName(text.startsWith(".") ? text.substring(1) : text);
    }

    private static boolean isMailConstraint(String text) {
        return text.contains("@") ? CertificateName.isMail(text) : isDomain(text);
    }

    /**
     * Requires an address and a mask of one bits followed by zero bits, and no bit of the address outside of the mask.
     */
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

    static @Nullable String violation(CertificationPath path, Rules.Context context) {
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
                String violation = violation(constraints, namesOf(certificate, leaf), context.budget());
                if (violation != null) {
                    return "expected names within the constraints of " + all.get(ca) + ", " + certificate + " has "
                            + violation;
                }
            }
        }
        return null;
    }

    private static @Nullable String violation(
            NameConstraints constraints, List<GeneralName> names, VerificationBudget budget) {
        for (GeneralName name : names) {
            GeneralSubtree[] excluded = constraints.getExcludedSubtrees();
            if (excluded != null) {
                for (GeneralSubtree subtree : excluded) {
                    budget.comparison();
                    if (sameType(name, subtree) && overlaps(name, subtree.getBase())) {
                        return CertificateName.describe(name) + ", excluded by "
                                + CertificateName.describe(subtree.getBase());
                    }
                }
            }
            GeneralSubtree[] permitted = constraints.getPermittedSubtrees();
            if (permitted != null && !isPermitted(name, permitted, budget)) {
                return CertificateName.describe(name) + ", not permitted";
            }
        }
        return null;
    }

    private static boolean isPermitted(GeneralName name, GeneralSubtree[] permitted, VerificationBudget budget) {
        boolean constrained = false;
        for (GeneralSubtree subtree : permitted) {
            budget.comparison();
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

    /**
     * {@return the names of the SAN, the subject, and the mail addresses in the subject; and of a leaf without dNSName
     * the common names that are DNS names of several labels, since some clients of such a server read them as that}
     */
    private static List<GeneralName> namesOf(ParsedCertificate certificate, boolean leaf) {
        List<GeneralName> names = new ArrayList<>();
        List<GeneralName> alternatives = certificate.alternativeNames();
        if (alternatives != null) {
            names.addAll(alternatives);
        }
        boolean hasDnsName = names.stream().anyMatch(name -> name.getTagNo() == GeneralName.dNSName);
        X500Name subject = certificate.subject();
        if (subject.getRDNs().length > 0) {
            names.add(new GeneralName(subject));
        }
        for (String mail : Names.values(subject, BCStyle.EmailAddress)) {
            // an IA5String cuts other characters to ASCII; what stands for them is no address
            names.add(new GeneralName(GeneralName.rfc822Name, mail.matches("\\p{ASCII}*") ? mail : "@"));
        }
        if (leaf && !hasDnsName) {
            for (String name : Names.values(subject, BCStyle.CN)) {
                if (name.contains(".") && CertificateName.isDnsName(name)) {
                    names.add(new GeneralName(GeneralName.dNSName, name));
                }
            }
        }
        return names;
    }

    /** {@return whether everything that the name covers is inside the subtree; false if that cannot be decided} */
    private static boolean contains(GeneralName subtree, GeneralName name) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> isInDomain(CertificateName.text(name), CertificateName.text(subtree));
            case GeneralName.iPAddress -> isInNetwork(CertificateName.octets(name), CertificateName.octets(subtree));
            case GeneralName.directoryName ->
                Names.isWithin(X500Name.getInstance(name.getName()), X500Name.getInstance(subtree.getName()), false);
            case GeneralName.rfc822Name -> isInMail(CertificateName.text(name), CertificateName.text(subtree));
            case GeneralName.uniformResourceIdentifier -> {
                String host = hostOf(CertificateName.text(name));
                yield host != null && isAtHost(host, CertificateName.text(subtree));
            }
            default -> false;
        };
    }

    /** {@return whether anything that the name covers is inside the subtree; true if that cannot be decided} */
    private static boolean overlaps(GeneralName name, GeneralName subtree) {
        return switch (name.getTagNo()) {
            case GeneralName.dNSName -> {
                String text = CertificateName.text(name);
                String excluded = CertificateName.text(subtree);
                yield contains(subtree, name)
                        // one expansion of the wildcard is excluded
                        || (text.startsWith("*.")
                                && excluded.substring(excluded.indexOf('.') + 1).equalsIgnoreCase(text.substring(2)));
            }
            case GeneralName.directoryName ->
                Names.isWithin(X500Name.getInstance(name.getName()), X500Name.getInstance(subtree.getName()), true);
            case GeneralName.iPAddress ->
                contains(subtree, name)
                        || isInNetwork(withoutMapping(CertificateName.octets(name)), CertificateName.octets(subtree));
            // the subject's mail addresses may have any form
            case GeneralName.rfc822Name ->
                !CertificateName.isMail(CertificateName.text(name)) || contains(subtree, name);
            case GeneralName.uniformResourceIdentifier ->
                hostOf(CertificateName.text(name)) == null || contains(subtree, name);
            default -> true;
        };
    }

    /** An IPv4-mapped IPv6 address (RFC 4291 2.5.5.2) leads to the IPv4 address in it. */
    private static byte[] withoutMapping(byte[] address) {
        byte[] prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};
        return address.length == 16 && Arrays.equals(address, 0, 12, prefix, 0, 12)
                ? Arrays.copyOfRange(address, 12, 16)
                : address;
    }

    /** A domain covers itself and all names below it; with a leading dot only those below it, as for OpenSSL. */
    private static boolean isInDomain(String name, String domain) {
        String lower = name.toLowerCase(Locale.ROOT);
        String base = domain.toLowerCase(Locale.ROOT);
        return base.isEmpty() || lower.equals(base) || lower.endsWith(base.startsWith(".") ? base : "." + base);
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

    /** Compares the local part exactly and the host without regard to case (RFC 5280 7.5). */
    private static boolean isInMail(String mail, String constraint) {
        if (!CertificateName.isMail(mail)) {
            return false;
        }
        String[] parts = mail.split("@", 2);
        String[] wanted = constraint.split("@", 2);
        return wanted.length == 2
                ? parts[0].equals(wanted[0]) && parts[1].equalsIgnoreCase(wanted[1])
                : isAtHost(parts[1], constraint);
    }

    /** A host covers itself only; a leading dot covers all hosts below it, but not the host itself. */
    private static boolean isAtHost(String host, String constraint) {
        return constraint.startsWith(".")
                ? host.toLowerCase(Locale.ROOT).endsWith(constraint.toLowerCase(Locale.ROOT))
                : host.equalsIgnoreCase(constraint);
    }

    /** {@return the host of a URI; null if it has none, or one that is an address or ends with a dot} */
    private static @Nullable String hostOf(String uri) {
        String host = URI.create(uri).getHost();
        return host != null && CertificateName.isDnsName(host) ? host : null;
    }
}
