package io.valkeysecure.internal.x509;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.asn1.ASN1BMPString;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1NumericString;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1PrintableString;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.ASN1T61String;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTF8String;
import org.bouncycastle.asn1.ASN1UniversalString;
import org.bouncycastle.asn1.BERTags;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;

/**
 * Requires the form of RFC 5280 where Bouncy Castle is too lenient: it accepts fields that are out of order, repeated
 * or unknown, and names with any content. Certificates, CRLs and OCSP responses have to meet the same form.
 */
public final class Structures {
    /** Attributes that RFC 5280, appendix A.1, and RFC 4519 define as strings. */
    private static final Set<ASN1ObjectIdentifier> STRING_ATTRIBUTES = Set.of(
            BCStyle.CN,
            BCStyle.C,
            BCStyle.L,
            BCStyle.ST,
            BCStyle.STREET,
            BCStyle.O,
            BCStyle.OU,
            BCStyle.T,
            BCStyle.SERIALNUMBER,
            BCStyle.SURNAME,
            BCStyle.GIVENNAME,
            BCStyle.INITIALS,
            BCStyle.GENERATION,
            BCStyle.DN_QUALIFIER,
            BCStyle.PSEUDONYM,
            BCStyle.ORGANIZATION_IDENTIFIER,
            BCStyle.EmailAddress,
            BCStyle.DC,
            BCStyle.UID);

    private Structures() {}

    /**
     * Checks that the rest of a sequence is tagged fields, each at most once and in order, none unknown.
     *
     * @param sequence the structure
     * @param from the index of the first tagged field
     * @param lowest the number of the first field that is defined
     * @param highest the number of the last field that is defined
     * @throws MalformedException if there is another field
     */
    public static void requireTagged(ASN1Sequence sequence, int from, int lowest, int highest)
            throws MalformedException {
        int next = lowest;
        for (int i = from; i < sequence.size(); i++) {
            if (!(sequence.getObjectAt(i) instanceof ASN1TaggedObject field)
                    || !field.hasContextTag()
                    || field.getTagNo() < next
                    || field.getTagNo() > highest) {
                throw new MalformedException("has a field that is unknown, out of order or there twice");
            }
            next = field.getTagNo() + 1;
        }
    }

    /**
     * Checks that a structure was read completely: Bouncy Castle skips fields that are repeated, out of order or
     * unknown.
     *
     * @param read the structure
     * @param from what it was read from
     * @throws MalformedException if there is more, or another order
     */
    public static void requireSame(ASN1Encodable read, ASN1Primitive from) throws MalformedException {
        boolean same;
        try {
            // of a tagged value that was parsed, equals does not know whether the tag is explicit
            same = StrictDer.is(read.toASN1Primitive(), from.getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            same = false;
        }
        if (!same) {
            throw new MalformedException("has a field that is unknown, out of order or there twice");
        }
    }

    /**
     * Checks a distinguished name (RFC 5280 4.1.2.4): attributes of a type and a value, the value a string where the
     * attribute is one.
     *
     * @param name an RDNSequence
     * @throws MalformedException if it has another form
     */
    public static void requireName(ASN1Encodable name) throws MalformedException {
        for (ASN1Encodable rdn : ASN1Sequence.getInstance(name)) {
            ASN1Set attributes = ASN1Set.getInstance(rdn);
            if (attributes.size() == 0) {
                throw new MalformedException("has an empty part in a name");
            }
            for (ASN1Encodable each : attributes) {
                ASN1Sequence attribute = ASN1Sequence.getInstance(each);
                if (attribute.size() != 2) {
                    throw new MalformedException("has a name with an attribute of " + attribute.size() + " fields");
                }
                ASN1ObjectIdentifier type = ASN1ObjectIdentifier.getInstance(attribute.getObjectAt(0));
                if (!isAttributeValue(type, attribute.getObjectAt(1))) {
                    throw new MalformedException(
                            "has a name whose attribute " + type + " is not a string (RFC 5280 4.1.2.4)");
                }
            }
        }
    }

    private static boolean isAttributeValue(ASN1ObjectIdentifier type, ASN1Encodable value) {
        if (value instanceof ASN1UTF8String text) {
            var unused = text.getString(); // throws where the octets are not UTF-8
            return true;
        }
        return value instanceof ASN1PrintableString
                || value instanceof ASN1IA5String
                || value instanceof ASN1T61String
                || value instanceof ASN1BMPString
                || value instanceof ASN1UniversalString
                || value instanceof ASN1NumericString
                // such as uniqueIdentifier and postalAddress
                || (!STRING_ATTRIBUTES.contains(type)
                        && (value instanceof ASN1BitString || value instanceof ASN1Sequence));
    }

    /**
     * Checks the names of an extension (RFC 5280 4.2.1.6): of each, the structure of its kind.
     *
     * @param names the names
     * @throws MalformedException if one has another form
     */
    public static void requireNames(GeneralNames names) throws MalformedException {
        for (GeneralName name : names.getNames()) {
            requireName(name);
        }
    }

    /**
     * Checks a name of an extension.
     *
     * @param name the name
     * @throws MalformedException if it has not the structure of its kind
     */
    static void requireName(GeneralName name) throws MalformedException {
        boolean wellFormed = true;
        switch (name.getTagNo()) {
            case GeneralName.otherName -> wellFormed = isOtherName(name.getName());
            case GeneralName.directoryName -> requireName(name.getName());
            case GeneralName.x400Address -> wellFormed = name.getName() instanceof ASN1Sequence;
            case GeneralName.ediPartyName -> requireTagged(ASN1Sequence.getInstance(name.getName()), 0, 0, 1);
            case GeneralName.registeredID -> wellFormed = name.getName() instanceof ASN1ObjectIdentifier;
            case GeneralName.iPAddress -> wellFormed = name.getName() instanceof ASN1OctetString;
            default -> wellFormed = name.getName() instanceof ASN1IA5String;
        }
        if (!wellFormed) {
            throw new MalformedException("has a malformed name of type " + name.getTagNo());
        }
    }

    /** {@code SEQUENCE { type-id OBJECT IDENTIFIER, value [0] EXPLICIT ANY }}. */
    private static boolean isOtherName(ASN1Encodable name) {
        return name.toASN1Primitive() instanceof ASN1Sequence sequence
                && sequence.size() == 2
                && sequence.getObjectAt(0) instanceof ASN1ObjectIdentifier
                && sequence.getObjectAt(1) instanceof ASN1TaggedObject value
                && value.hasContextTag(0)
                && value.isExplicit();
    }

    /**
     * Checks name constraints (RFC 5280 4.2.1.10). A minimum of zero may be written out, though it is the default: it
     * has one meaning.
     *
     * @param constraints the extension's value
     * @throws MalformedException if it has another form
     */
    static void requireNameConstraints(ASN1Sequence constraints) throws MalformedException {
        requireTagged(constraints, 0, 0, 1);
        for (ASN1Encodable list : constraints) {
            for (ASN1Encodable each : ASN1Sequence.getInstance(ASN1TaggedObject.getInstance(list), false)) {
                ASN1Sequence subtree = ASN1Sequence.getInstance(each);
                requireName(GeneralName.getInstance(subtree.getObjectAt(0)));
                requireTagged(subtree, 1, 0, 1);
            }
        }
    }

    /**
     * Checks the points of cRLDistributionPoints and freshestCRL (RFC 5280 4.2.1.13).
     *
     * @param points the extension's value
     * @throws MalformedException if one has another form
     */
    public static void requireDistributionPoints(ASN1Sequence points) throws MalformedException {
        if (points.size() == 0) {
            throw new MalformedException("has no distribution point in its list");
        }
        for (ASN1Encodable each : points) {
            ASN1Sequence point = ASN1Sequence.getInstance(each);
            requireTagged(point, 0, 0, 2);
            for (ASN1Encodable field : point) {
                ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(field);
                switch (tagged.getTagNo()) {
                    case 0 -> requireDistributionPointName(tagged.getExplicitBaseTagged());
                    case 1 -> ASN1BitString.getInstance(tagged, false);
                    default -> requireNames(GeneralNames.getInstance(tagged, false));
                }
            }
        }
    }

    /**
     * Checks the scope of a CRL, issuingDistributionPoint (RFC 5280 5.2.5).
     *
     * @param scope the extension's value
     * @throws MalformedException if it has another form
     */
    public static void requireScope(ASN1Sequence scope) throws MalformedException {
        requireTagged(scope, 0, 0, 5);
        for (ASN1Encodable field : scope) {
            ASN1TaggedObject tagged = ASN1TaggedObject.getInstance(field);
            if (tagged.getTagNo() == 0) {
                requireDistributionPointName(tagged.getExplicitBaseTagged());
            }
        }
    }

    /** A choice of fullName [0] and nameRelativeToCRLIssuer [1]. */
    private static void requireDistributionPointName(ASN1TaggedObject name) throws MalformedException {
        switch (name.getTagNo()) {
            case 0 -> requireNames(GeneralNames.getInstance(name, false));
            case 1 -> {
                // an RDN, which a sequence of one makes a name
                ASN1Set relative = (ASN1Set) name.getBaseUniversal(false, BERTags.SET);
                requireName(new DERSequence(relative));
            }
            default -> throw new MalformedException("has a distribution point of an unknown form");
        }
    }

    /**
     * Checks a list of extensions: none empty, none twice, each an identifier, a criticality and a value.
     *
     * @param extensions the list
     * @throws MalformedException if it has another form
     */
    public static void requireExtensions(ASN1Sequence extensions) throws MalformedException {
        if (extensions.size() == 0) {
            throw new MalformedException("has an empty list of extensions");
        }
        if (extensions.size() > VerificationBudget.EXTENSIONS) {
            throw new MalformedException("has more than " + VerificationBudget.EXTENSIONS + " extensions");
        }
        Set<ASN1Encodable> seen = new HashSet<>();
        for (ASN1Encodable each : extensions) {
            if (!seen.add(ASN1Sequence.getInstance(each).getObjectAt(0))) {
                throw new MalformedException("has an extension twice");
            }
        }
    }
}
