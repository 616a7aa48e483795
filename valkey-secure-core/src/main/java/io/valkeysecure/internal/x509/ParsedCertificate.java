package io.valkeysecure.internal.x509;

import io.valkeysecure.internal.text.Printable;
import java.io.IOException;
import java.math.BigInteger;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with all that the rules look at, parsed once and strictly from its DER.
 *
 * <p>The JDK's own getters will not do: an extension that is known, not critical and malformed, they give out as absent,
 * so that a malformed SAN slips below a name constraint.
 */
public final class ParsedCertificate {
    private static final int EXTENSIONS_FIELD = 3;

    private final X509Certificate x509;
    private final TBSCertificate content;
    private final @Nullable Extensions extensions;
    private final Instant notBefore;
    private final Instant notAfter;
    private final @Nullable BasicConstraints basicConstraints;
    private final @Nullable KeyUsage keyUsage;
    private final @Nullable Set<KeyPurposeId> purposes;
    private final @Nullable List<GeneralName> alternativeNames;
    private final @Nullable NameConstraints nameConstraints;
    private final byte @Nullable [] subjectKeyIdentifier;
    private final @Nullable AuthorityKeyIdentifier authorityKeyIdentifier;
    private final int mappingsOfOnePolicy;

    private ParsedCertificate(X509Certificate x509)
            throws MalformedException, IOException, CertificateEncodingException {
        this.x509 = x509;
        byte[] der = x509.getEncoded();
        CertificateParser.requireBounded(der);
        ASN1Primitive structure = ASN1Primitive.fromByteArray(der);
        requireDer(structure, der, "the certificate");
        requireFields(
                ASN1Sequence.getInstance(ASN1Sequence.getInstance(structure).getObjectAt(0)));
        var certificate = org.bouncycastle.asn1.x509.Certificate.getInstance(structure);
        content = certificate.getTBSCertificate();
        require(
                content.getSignature().equals(certificate.getSignatureAlgorithm()),
                "has two different signature algorithms, inside and outside of what is signed (RFC 5280 4.1.1.2)");
        require(certificate.getSignature().getPadBits() == 0, "has a signature that is not whole octets");
        Structures.requireName(content.getIssuer());
        Structures.requireName(content.getSubject());
        notBefore = instant(content.getStartDate());
        notAfter = instant(content.getEndDate());
        PublicKeys.requireWellFormed(content.getSubjectPublicKeyInfo());
        extensions = content.getExtensions();
        basicConstraints = extension(Extension.basicConstraints, BasicConstraints::getInstance);
        keyUsage = extension(Extension.keyUsage, value -> KeyUsage.getInstance(ASN1BitString.getInstance(value)));
        ExtendedKeyUsage extended = extension(Extension.extendedKeyUsage, ExtendedKeyUsage::getInstance);
        purposes = extended == null ? null : new HashSet<>(Arrays.asList(extended.getUsages()));
        alternativeNames = names(Extension.subjectAlternativeName);
        var unusedNames = names(Extension.issuerAlternativeName);
        nameConstraints = constraints();
        SubjectKeyIdentifier ski = extension(Extension.subjectKeyIdentifier, SubjectKeyIdentifier::getInstance);
        subjectKeyIdentifier = ski == null ? null : ski.getKeyIdentifier();
        AuthorityKeyIdentifier aki = extension(Extension.authorityKeyIdentifier, AuthorityKeyIdentifier::getInstance);
        authorityKeyIdentifier = aki;
        requireIssuerNames(aki);
        var unused = extension(Extension.authorityInfoAccess, AuthorityInformationAccess::getInstance);
        requireDistributionPoints(Extension.cRLDistributionPoints);
        requireDistributionPoints(Extension.freshestCRL);
        CertificatePolicies policies = extension(Extension.certificatePolicies, CertificatePolicies::getInstance);
        requireCount("certificatePolicies", policies == null ? 1 : policies.getPolicyInformation().length);
        ASN1Sequence mappings = extension(Extension.policyMappings, ASN1Sequence::getInstance);
        requireCount("policyMappings", mappings == null ? 1 : mappings.size());
        mappingsOfOnePolicy = mappings == null ? 1 : mostOfOne(mappings);
    }

    /**
     * Parses a certificate.
     *
     * @throws MalformedException if it, or an extension that the rules look at, is malformed
     */
    public static ParsedCertificate of(X509Certificate x509) throws MalformedException {
        try {
            return new ParsedCertificate(x509);
        } catch (IOException | CertificateEncodingException | RuntimeException e) {
            // Bouncy Castle's typed parsers report by RuntimeExceptions of several kinds
            throw new MalformedException(
                    "does not parse as DER (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** RFC 5280 4.1.2.5: YYMMDDHHMMSSZ for 1950 to 2049, or YYYYMMDDHHMMSSZ; the JDK takes several other forms. */
    private static Instant instant(Time time) throws MalformedException, IOException {
        String text = StrictDer.time(time);
        require(
                text.matches("[0-9]{14}Z"),
                "has a date that is not in the form of RFC 5280 4.1.2.5, " + Printable.value(text));
        try {
            return StrictDer.instant(text);
        } catch (DateTimeException e) {
            throw new MalformedException("has a date that no calendar has, " + Printable.value(text));
        }
    }

    private <T extends ASN1Encodable> @Nullable T extension(ASN1ObjectIdentifier id, Function<Object, T> parser)
            throws MalformedException {
        Extension extension = extensions == null ? null : extensions.getExtension(id);
        if (extension == null) {
            return null;
        }
        byte[] value = extension.getExtnValue().getOctets();
        ASN1Primitive structure;
        T parsed;
        try {
            structure = ASN1Primitive.fromByteArray(value);
            requireDer(structure, value, "extension " + Printable.value(id));
            parsed = parser.apply(structure);
        } catch (IOException | RuntimeException e) {
            throw unparsed(id, e);
        }
        requireOf(id, () -> Structures.requireSame(parsed, structure));
        return parsed;
    }

    private static MalformedException unparsed(ASN1ObjectIdentifier id, Exception cause) {
        return new MalformedException("has an extension " + id + " that does not parse ("
                + cause.getClass().getSimpleName() + ")");
    }

    private static void requireDer(ASN1Primitive structure, byte[] encoded, String what)
            throws IOException, MalformedException {
        require(StrictDer.is(structure, encoded), "is not DER in " + what);
    }

    /**
     * RFC 5280 4.1: the version, the six fields that are always there, then the unique identifiers and the extensions, each
     * once and in this order. Bouncy Castle takes the last of two and leaves alone what it does not know.
     */
    private static void requireFields(ASN1Sequence fields) throws MalformedException {
        int first = fields.getObjectAt(0) instanceof ASN1TaggedObject ? 1 : 0;
        int optional = first + 6;
        require(fields.size() >= optional, "has " + fields.size() + " fields, expected at least " + optional);
        Structures.requireTagged(fields, optional, 1, EXTENSIONS_FIELD);
        for (int i = optional; i < fields.size(); i++) {
            ASN1TaggedObject field = ASN1TaggedObject.getInstance(fields.getObjectAt(i));
            if (field.getTagNo() == EXTENSIONS_FIELD) {
                Structures.requireExtensions(ASN1Sequence.getInstance(field, true));
            } else {
                var unused = ASN1BitString.getInstance(field, false);
            }
        }
    }

    private @Nullable List<GeneralName> names(ASN1ObjectIdentifier id) throws MalformedException {
        GeneralNames names = extension(id, GeneralNames::getInstance);
        if (names == null) {
            return null;
        }
        requireOf(id, () -> Structures.requireNames(names));
        return List.of(names.getNames());
    }

    private @Nullable NameConstraints constraints() throws MalformedException {
        ASN1Sequence constraints = extension(Extension.nameConstraints, ASN1Sequence::getInstance);
        if (constraints == null) {
            return null;
        }
        requireOf(Extension.nameConstraints, () -> Structures.requireNameConstraints(constraints));
        try {
            return NameConstraints.getInstance(constraints);
        } catch (RuntimeException e) {
            throw unparsed(Extension.nameConstraints, e);
        }
    }

    private void requireIssuerNames(@Nullable AuthorityKeyIdentifier aki) throws MalformedException {
        GeneralNames issuer = aki == null ? null : aki.getAuthorityCertIssuer();
        if (issuer != null) {
            requireOf(Extension.authorityKeyIdentifier, () -> Structures.requireNames(issuer));
        }
    }

    private void requireDistributionPoints(ASN1ObjectIdentifier id) throws MalformedException {
        ASN1Sequence points = extension(id, ASN1Sequence::getInstance);
        if (points != null) {
            requireOf(id, () -> Structures.requireDistributionPoints(points));
        }
    }

    /** A check of a part of an extension. */
    private interface Check {
        void run() throws MalformedException;
    }

    private static void requireOf(ASN1ObjectIdentifier id, Check check) throws MalformedException {
        try {
            check.run();
        } catch (MalformedException e) {
            throw new MalformedException("has an extension " + id + " that " + e.problem());
        } catch (RuntimeException e) {
            throw unparsed(id, e);
        }
    }

    private static void requireCount(String what, int count) throws MalformedException {
        require(
                count > 0 && count <= VerificationBudget.POLICIES,
                "has " + count + " " + what + ", expected 1 to " + VerificationBudget.POLICIES);
    }

    private static int mostOfOne(ASN1Sequence mappings) {
        Map<ASN1Encodable, Integer> counts = new HashMap<>();
        for (ASN1Encodable mapping : mappings) {
            counts.merge(ASN1Sequence.getInstance(mapping).getObjectAt(0), 1, Integer::sum);
        }
        return Collections.max(counts.values());
    }

    private static void require(boolean kept, String problem) throws MalformedException {
        if (!kept) {
            throw new MalformedException(problem);
        }
    }

    public X509Certificate x509() {
        return x509;
    }

    public int version() {
        return content.getVersionNumber();
    }

    public BigInteger serialNumber() {
        return content.getSerialNumber().getValue();
    }

    public X500Name subject() {
        return content.getSubject();
    }

    public Instant notBefore() {
        return notBefore;
    }

    public Instant notAfter() {
        return notAfter;
    }

    public AlgorithmIdentifier signatureAlgorithm() {
        return content.getSignature();
    }

    public SubjectPublicKeyInfo publicKeyInfo() {
        return content.getSubjectPublicKeyInfo();
    }

    public List<ASN1ObjectIdentifier> criticalExtensions() {
        return extensions == null ? List.of() : Arrays.asList(extensions.getCriticalExtensionOIDs());
    }

    public boolean hasExtension(ASN1ObjectIdentifier id) {
        return extensions != null && extensions.getExtension(id) != null;
    }

    public @Nullable BasicConstraints basicConstraints() {
        return basicConstraints;
    }

    public boolean isCa() {
        return basicConstraints != null && basicConstraints.isCA();
    }

    /** The path length constraint; null for none. */
    @Nullable
    public BigInteger pathLength() {
        return basicConstraints == null ? null : basicConstraints.getPathLenConstraint();
    }

    @Nullable
    public KeyUsage keyUsage() {
        return keyUsage;
    }

    public boolean allowsUsage(int bit) {
        return keyUsage == null || keyUsage.hasUsages(bit);
    }

    /** The extended key usages; null if the extension is absent. */
    @Nullable
    public Set<KeyPurposeId> purposes() {
        return purposes == null ? null : Collections.unmodifiableSet(purposes);
    }

    /** The names of the SAN; null if the extension is absent. */
    @Nullable
    public List<GeneralName> alternativeNames() {
        return alternativeNames;
    }

    @Nullable
    public NameConstraints nameConstraints() {
        return nameConstraints;
    }

    /** The largest number of policies that this maps one policy to; 1 where it maps none. */
    public int mappingsOfOnePolicy() {
        return mappingsOfOnePolicy;
    }

    public boolean hasAuthorityKeyIdentifier() {
        return authorityKeyIdentifier != null && authorityKeyIdentifier.getKeyIdentifierOctets() != null;
    }

    public boolean hasSubjectKeyIdentifier() {
        return subjectKeyIdentifier != null;
    }

    /** Whether the key identifiers say that the other one's key signed this; a hint and no proof. */
    public boolean pointsTo(ParsedCertificate issuer) {
        return authorityKeyIdentifier != null
                && issuer.subjectKeyIdentifier != null
                && Arrays.equals(authorityKeyIdentifier.getKeyIdentifierOctets(), issuer.subjectKeyIdentifier);
    }

    /**
     * Whether the authority key identifier (RFC 5280 4.2.1.1) says that another certificate's key signed this: another key
     * identifier than the issuer has, or another issuer and serial number.
     */
    public boolean pointsElsewhereThan(ParsedCertificate issuer) {
        return authorityKeyIdentifier != null && !(namesKeyOf(issuer) && namesCertificateOf(issuer));
    }

    private boolean namesKeyOf(ParsedCertificate issuer) {
        byte[] named = authorityKeyIdentifier == null ? null : authorityKeyIdentifier.getKeyIdentifierOctets();
        return named == null
                || issuer.subjectKeyIdentifier == null
                || Arrays.equals(named, issuer.subjectKeyIdentifier);
    }

    private boolean namesCertificateOf(ParsedCertificate issuer) {
        if (authorityKeyIdentifier == null || authorityKeyIdentifier.getAuthorityCertSerialNumber() == null) {
            return true;
        }
        return authorityKeyIdentifier.getAuthorityCertSerialNumber().equals(issuer.serialNumber())
                && Arrays.stream(authorityKeyIdentifier.getAuthorityCertIssuer().getNames())
                        .filter(name -> name.getTagNo() == GeneralName.directoryName)
                        .findFirst()
                        .map(name -> X500Name.getInstance(name.getName()).equals(issuer.content.getIssuer()))
                        .orElse(true);
    }

    public boolean isSelfIssued() {
        return x509.getSubjectX500Principal().equals(x509.getIssuerX500Principal());
    }

    public boolean isIssuedInNameOf(ParsedCertificate issuer) {
        return x509.getIssuerX500Principal().equals(issuer.x509.getSubjectX500Principal());
    }

    /** Whether both are the same CA, with the same name and key, whatever else their certificates say. */
    public boolean isSameEntityAs(ParsedCertificate other) {
        return publicKeyInfo().equals(other.publicKeyInfo())
                && x509.getSubjectX500Principal().equals(other.x509.getSubjectX500Principal());
    }

    /** The subject for people, or the SAN's first entry where it is empty. */
    @Override
    public String toString() {
        String subject = Printable.value(x509.getSubjectX500Principal());
        return subject.isEmpty() ? "(empty subject)" : subject;
    }
}
