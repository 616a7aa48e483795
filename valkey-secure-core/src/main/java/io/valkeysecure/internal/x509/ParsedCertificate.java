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
import org.bouncycastle.asn1.ASN1BitString;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificatePolicies;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x509.TBSCertificate;
import org.bouncycastle.asn1.x509.Time;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with every field that verification and revocation use, parsed once and strictly from its DER.
 *
 * <p>The getters of {@link X509Certificate} are not enough: they return a malformed extension that is not critical as
 * absent, so a malformed SAN would escape a name constraint.
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
    private final @Nullable AuthorityInformationAccess authorityInfoAccess;
    private final @Nullable ASN1Sequence crlDistributionPoints;
    private final int mappingsOfOnePolicy;

    private ParsedCertificate(X509Certificate x509)
            throws MalformedException, IOException, CertificateEncodingException {
        this.x509 = x509;
        byte[] der = x509.getEncoded();
        CertificateParser.requireBounded(der);
        ASN1Primitive structure = ASN1Primitive.fromByteArray(der);
        require(StrictDer.is(structure, der), "is not DER in the certificate");
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
        ExtensionReader reader = new ExtensionReader(extensions);
        basicConstraints = reader.read(Extension.basicConstraints, BasicConstraints::getInstance);
        keyUsage = reader.read(Extension.keyUsage, value -> KeyUsage.getInstance(ASN1BitString.getInstance(value)));
        ExtendedKeyUsage extended = reader.read(Extension.extendedKeyUsage, ExtendedKeyUsage::getInstance);
        purposes = extended == null ? null : new HashSet<>(Arrays.asList(extended.getUsages()));
        alternativeNames = reader.names(Extension.subjectAlternativeName);
        var unusedNames = reader.names(Extension.issuerAlternativeName);
        nameConstraints = reader.nameConstraints();
        SubjectKeyIdentifier ski = reader.read(Extension.subjectKeyIdentifier, SubjectKeyIdentifier::getInstance);
        subjectKeyIdentifier = ski == null ? null : ski.getKeyIdentifier();
        authorityKeyIdentifier = reader.authorityKeyIdentifier();
        authorityInfoAccess = reader.read(Extension.authorityInfoAccess, AuthorityInformationAccess::getInstance);
        crlDistributionPoints = reader.distributionPoints(Extension.cRLDistributionPoints);
        var unusedPoints = reader.distributionPoints(Extension.freshestCRL);
        CertificatePolicies policies = reader.read(Extension.certificatePolicies, CertificatePolicies::getInstance);
        requireCount("certificatePolicies", policies == null ? 1 : policies.getPolicyInformation().length);
        ASN1Sequence mappings = reader.read(Extension.policyMappings, ASN1Sequence::getInstance);
        requireCount("policyMappings", mappings == null ? 1 : mappings.size());
        mappingsOfOnePolicy = mappings == null ? 1 : mostOfOne(mappings);
    }

    /**
     * Parses a certificate.
     *
     * @throws MalformedException if the certificate, or an extension that is used, is malformed
     */
    public static ParsedCertificate of(X509Certificate x509) throws MalformedException {
        try {
            return new ParsedCertificate(x509);
        } catch (IOException | CertificateEncodingException | RuntimeException e) {
            // the parsers of Bouncy Castle throw RuntimeExceptions of several types
            throw new MalformedException(
                    "does not parse as DER (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** Reads YYMMDDHHMMSSZ or YYYYMMDDHHMMSSZ (RFC 5280 4.1.2.5). The JDK accepts other forms, too. */
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

    /**
     * Requires the fields of RFC 5280 4.1: the version, the six fields that are always there, then the unique
     * identifiers and the extensions, each once and in this order. Bouncy Castle takes the last of two fields and
     * ignores unknown ones.
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

    /** {@return the path length constraint; null if there is none} */
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

    /** {@return the extended key usages; null if the extension is absent} */
    @Nullable
    public Set<KeyPurposeId> purposes() {
        return purposes == null ? null : Collections.unmodifiableSet(purposes);
    }

    /** {@return the names of the SAN; null if the extension is absent} */
    @Nullable
    public List<GeneralName> alternativeNames() {
        return alternativeNames;
    }

    @Nullable
    public NameConstraints nameConstraints() {
        return nameConstraints;
    }

    /** {@return the largest number of policies that one policy is mapped to; 1 if none is mapped} */
    public int mappingsOfOnePolicy() {
        return mappingsOfOnePolicy;
    }

    /**
     * {@return the URIs of the OCSP responders that authorityInfoAccess names (RFC 5280 4.2.2.1), as they are written}
     */
    public List<String> ocspResponders() {
        return authorityInfoAccess == null
                ? List.of()
                : Arrays.stream(authorityInfoAccess.getAccessDescriptions())
                        .filter(access -> access.getAccessMethod().equals(AccessDescription.id_ad_ocsp))
                        .map(AccessDescription::getAccessLocation)
                        .filter(location -> location.getTagNo() == GeneralName.uniformResourceIdentifier)
                        .map(CertificateName::text)
                        .toList();
    }

    /** {@return the points of cRLDistributionPoints (RFC 5280 4.2.1.13); none if the extension is absent} */
    public List<DistributionPoint> crlDistributionPoints() {
        return crlDistributionPoints == null
                ? List.of()
                : List.of(CRLDistPoint.getInstance(crlDistributionPoints).getDistributionPoints());
    }

    public boolean hasAuthorityKeyIdentifier() {
        return authorityKeyIdentifier != null && authorityKeyIdentifier.getKeyIdentifierOctets() != null;
    }

    public boolean hasSubjectKeyIdentifier() {
        return subjectKeyIdentifier != null;
    }

    /** {@return whether the key identifiers name the issuer's key; a hint, not a proof} */
    public boolean pointsTo(ParsedCertificate issuer) {
        return authorityKeyIdentifier != null
                && issuer.subjectKeyIdentifier != null
                && Arrays.equals(authorityKeyIdentifier.getKeyIdentifierOctets(), issuer.subjectKeyIdentifier);
    }

    /**
     * {@return whether the authority key identifier (RFC 5280 4.2.1.1) names another key or certificate than the
     * issuer's}
     */
    public boolean pointsElsewhereThan(ParsedCertificate issuer) {
        return authorityKeyIdentifier != null
                && !AuthorityKeys.matches(
                        authorityKeyIdentifier,
                        issuer.subjectKeyIdentifier,
                        issuer.serialNumber(),
                        issuer.content.getIssuer());
    }

    public boolean isSelfIssued() {
        return Names.same(x509.getSubjectX500Principal(), x509.getIssuerX500Principal());
    }

    public boolean isIssuedInNameOf(ParsedCertificate issuer) {
        return Names.same(x509.getIssuerX500Principal(), issuer.x509.getSubjectX500Principal());
    }

    /** {@return whether both certificates have the same name and key} */
    public boolean isSameEntityAs(ParsedCertificate other) {
        return publicKeyInfo().equals(other.publicKeyInfo())
                && Names.same(x509.getSubjectX500Principal(), other.x509.getSubjectX500Principal());
    }

    /** Returns the subject, made printable. */
    @Override
    public String toString() {
        String subject = Printable.value(x509.getSubjectX500Principal());
        return subject.isEmpty() ? "(empty subject)" : subject;
    }
}
