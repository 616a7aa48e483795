package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.StrictDer;
import io.valkeysecure.internal.x509.Structures;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CRLDistPoint;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.TBSCertList;
import org.jspecify.annotations.Nullable;

/**
 * A certificate revocation list (RFC 5280, 5), as it was read. What cannot be parsed never gets here; what can be parsed
 * and must not be relied on has a {@link #defect}.
 */
final class Crl {
    private static final ASN1Integer VERSION_2 = new ASN1Integer(1);
    private static final int REMOVE_FROM_CRL = 8;
    private static final Set<ASN1ObjectIdentifier> UNDERSTOOD_IF_CRITICAL =
            Set.of(Extension.issuingDistributionPoint, Extension.deltaCRLIndicator);
    private static final Set<ASN1ObjectIdentifier> UNDERSTOOD_IN_CRITICAL_ENTRY =
            Set.of(Extension.reasonCode, Extension.invalidityDate);

    /**
     * A revocation.
     *
     * @param since when, as the issuer says; it is no condition
     * @param reason the code, or null
     */
    record Entry(Instant since, @Nullable Integer reason) {}

    private final String where;
    private final X500Principal issuer;
    private final Instant thisUpdate;
    private final Instant nextUpdate;
    private final AlgorithmIdentifier algorithm;
    private final byte[] signed;
    private final byte[] signature;
    private final @Nullable AuthorityKeyIdentifier authorityKeyIdentifier;
    private final Map<BigInteger, Entry> revoked = new HashMap<>();
    private final @Nullable String defect;
    private @Nullable String incomplete;
    private boolean delta;
    private boolean onlyCas;
    private boolean onlyEndEntities;
    private List<String> distributionPoints = List.of();

    /** The key under which the signature was found good: a list of a megabyte is not hashed for every handshake. */
    private volatile @Nullable PublicKey signer;

    /**
     * Parses a list.
     *
     * @param where file and block, for messages
     * @throws IOException if it is not a CRL in DER
     */
    Crl(String where, byte[] encoded) throws IOException {
        this.where = where;
        try {
            ASN1Sequence sequence = Der.sequence(encoded);
            requireForm(ASN1Sequence.getInstance(sequence.getObjectAt(0)));
            CertificateList list = CertificateList.getInstance(sequence);
            TBSCertList tbs = list.getTBSCertList();
            this.issuer = new X500Principal(Der.encoded(tbs.getIssuer()));
            this.thisUpdate = Der.certificateTime(tbs.getThisUpdate());
            this.nextUpdate = tbs.getNextUpdate() == null ? Instant.MIN : Der.certificateTime(tbs.getNextUpdate());
            this.algorithm = list.getSignatureAlgorithm();
            this.signed = Der.encoded(sequence.getObjectAt(0));
            this.signature = list.getSignature().getOctets();
            this.authorityKeyIdentifier = AuthorityKeyIdentifier.fromExtensions(tbs.getExtensions());
            this.defect = findDefect(list, tbs);
        } catch (MalformedException e) {
            throw new IOException("it " + e.problem(), e);
        } catch (RuntimeException e) {
            throw new IOException("not a CRL", e);
        }
    }

    /**
     * RFC 5280 5.1: six fields of which three are optional, then the extensions, and nothing else; each extension once and of
     * its form. Bouncy Castle leaves alone what follows the extensions, and reads an extension when it is asked for.
     */
    private static void requireForm(ASN1Sequence fields) throws MalformedException, IOException {
        int at = fields.getObjectAt(0) instanceof ASN1Integer ? 1 : 0;
        at++; // signature
        Structures.requireName(fields.getObjectAt(at++));
        at++; // thisUpdate
        if (at < fields.size() && isTime(fields.getObjectAt(at))) {
            at++;
        }
        if (at < fields.size() && fields.getObjectAt(at) instanceof ASN1Sequence entries) {
            for (ASN1Encodable entry : entries) {
                requireEntryForm(ASN1Sequence.getInstance(entry));
            }
            at++;
        }
        Structures.requireTagged(fields, at, 0, 0);
        if (at < fields.size()) {
            requireExtensions(ASN1Sequence.getInstance(ASN1TaggedObject.getInstance(fields.getObjectAt(at)), true));
        }
    }

    private static boolean isTime(ASN1Encodable field) {
        return field instanceof ASN1UTCTime || field instanceof ASN1GeneralizedTime;
    }

    private static void requireEntryForm(ASN1Sequence entry) throws MalformedException, IOException {
        if (entry.size() < 2 || entry.size() > 3) {
            throw new MalformedException("has an entry of " + entry.size() + " fields");
        }
        if (entry.size() == 3) {
            requireExtensions(ASN1Sequence.getInstance(entry.getObjectAt(2)));
        }
    }

    private static void requireExtensions(ASN1Sequence sequence) throws MalformedException, IOException {
        Structures.requireExtensions(sequence);
        for (ASN1Encodable each : sequence) {
            Extension extension = Extension.getInstance(each);
            try {
                requireExtension(
                        extension.getExtnId(),
                        StrictDer.read(extension.getExtnValue().getOctets()));
            } catch (MalformedException e) {
                throw new MalformedException("has an extension " + extension.getExtnId() + " that " + e.problem());
            } catch (RuntimeException e) {
                throw new MalformedException("has an extension " + extension.getExtnId() + " that does not parse ("
                        + e.getClass().getSimpleName() + ")");
            }
        }
    }

    /** The extensions of RFC 5280 5.2 and 5.3; of an unknown one only that it is DER. */
    private static void requireExtension(ASN1ObjectIdentifier id, ASN1Primitive value)
            throws MalformedException, IOException {
        if (id.equals(Extension.cRLNumber) || id.equals(Extension.deltaCRLIndicator)) {
            if (ASN1Integer.getInstance(value).getValue().signum() < 0) {
                throw new MalformedException("is a number below zero");
            }
        } else if (id.equals(Extension.reasonCode)) {
            var unused = ASN1Enumerated.getInstance(value).intValueExact();
        } else if (id.equals(Extension.invalidityDate)) {
            var unused = Der.ocspTime(ASN1GeneralizedTime.getInstance(value));
        } else if (id.equals(Extension.authorityKeyIdentifier)) {
            Structures.requireSame(AuthorityKeyIdentifier.getInstance(value), value);
        } else if (id.equals(Extension.issuerAlternativeName) || id.equals(Extension.certificateIssuer)) {
            Structures.requireNames(GeneralNames.getInstance(value));
        } else if (id.equals(Extension.issuingDistributionPoint)) {
            Structures.requireScope(ASN1Sequence.getInstance(value));
            var unused = IssuingDistributionPoint.getInstance(value);
        } else if (id.equals(Extension.freshestCRL)) {
            Structures.requireDistributionPoints(ASN1Sequence.getInstance(value));
        } else if (id.equals(Extension.authorityInfoAccess)) {
            var unused = AuthorityInformationAccess.getInstance(value);
        }
    }

    private @Nullable String findDefect(CertificateList list, TBSCertList tbs) throws IOException {
        if (!VERSION_2.equals(tbs.getVersion())) {
            return "it is of version " + tbs.getVersionNumber() + ", expected version 2";
        } else if (!tbs.getSignature().equals(list.getSignatureAlgorithm())) {
            return "the signature algorithm differs inside and outside of what is signed";
        } else if (nextUpdate.equals(Instant.MIN)) {
            return "it has no nextUpdate, so nothing tells whether it is fresh";
        } else if (nextUpdate.isBefore(thisUpdate)) {
            return "its nextUpdate " + nextUpdate + " is before its thisUpdate " + thisUpdate;
        }
        Optional<String> weakness = Signatures.weakness(list.getSignatureAlgorithm());
        if (weakness.isPresent()) {
            return weakness.get();
        }
        String problem = findExtensionDefect(tbs.getExtensions());
        return problem != null ? problem : readEntries(tbs);
    }

    private @Nullable String findExtensionDefect(@Nullable Extensions extensions) throws IOException {
        Extension number = extensions == null ? null : extensions.getExtension(Extension.cRLNumber);
        if (extensions == null || number == null) {
            return "it has no CRL number (RFC 5280, 5.2.3)";
        }
        ASN1Integer.getInstance(number.getParsedValue());
        for (ASN1ObjectIdentifier critical : extensions.getCriticalExtensionOIDs()) {
            if (!UNDERSTOOD_IF_CRITICAL.contains(critical)) {
                return "its extension " + Printable.value(critical) + " is critical and not understood";
            }
        }
        Extension indicator = extensions.getExtension(Extension.deltaCRLIndicator);
        if (indicator != null) {
            delta = true;
            incomplete = "it is a delta CRL, expected a complete one";
            if (!indicator.isCritical()) {
                return "its deltaCRLIndicator is not critical";
            }
        }
        Extension scope = extensions.getExtension(Extension.issuingDistributionPoint);
        return scope == null ? null : readScope(scope);
    }

    /** RFC 5280, 5.2.5. */
    private @Nullable String readScope(Extension extension) {
        IssuingDistributionPoint scope = IssuingDistributionPoint.getInstance(extension.getParsedValue());
        onlyEndEntities = scope.onlyContainsUserCerts();
        onlyCas = scope.onlyContainsCACerts();
        if (!extension.isCritical()) {
            return "its issuingDistributionPoint is not critical";
        } else if (ASN1Sequence.getInstance(extension.getParsedValue()).size() == 0) {
            return "its issuingDistributionPoint is empty";
        } else if (scope.isIndirectCRL()) {
            return "it is an indirect CRL, expected one of the certificate's issuer for its own certificates alone";
        } else if (scope.onlyContainsAttributeCerts()) {
            return "it holds attribute certificates only";
        } else if (onlyEndEntities && onlyCas) {
            return "it says to hold only CAs and only end entities";
        }
        if (scope.getOnlySomeReasons() != null) {
            incomplete = "it holds only some reasons of revocation, expected all";
        }
        DistributionPointName name = scope.getDistributionPoint();
        if (name == null) {
            return null;
        }
        List<String> uris = uris(name);
        if (uris.isEmpty()) {
            return "its issuingDistributionPoint names something else than URIs";
        }
        distributionPoints = uris;
        return null;
    }

    /** The URIs of a distribution point, or none if it has any other name. */
    private static List<String> uris(DistributionPointName name) {
        if (name.getType() != DistributionPointName.FULL_NAME) {
            return List.of();
        }
        List<String> uris = new ArrayList<>();
        for (GeneralName each : GeneralNames.getInstance(name.getName()).getNames()) {
            if (each.getTagNo() != GeneralName.uniformResourceIdentifier) {
                return List.of();
            }
            uris.add(ASN1IA5String.getInstance(each.getName()).getString());
        }
        return uris;
    }

    private @Nullable String readEntries(TBSCertList tbs) throws IOException {
        for (TBSCertList.CRLEntry each : tbs.getRevokedCertificates()) {
            BigInteger serial = each.getUserCertificate().getValue();
            Integer reason = null;
            Extensions extensions = each.getExtensions();
            if (extensions != null) {
                for (ASN1ObjectIdentifier critical : extensions.getCriticalExtensionOIDs()) {
                    if (!UNDERSTOOD_IN_CRITICAL_ENTRY.contains(critical)) {
                        return "the extension " + Printable.value(critical) + " of its entry "
                                + Printable.value(serial.toString(16)) + " is critical and not understood";
                    }
                }
                if (extensions.getExtension(Extension.certificateIssuer) != null) {
                    return "its entry " + Printable.value(serial.toString(16))
                            + " names another issuer: it is an indirect CRL";
                }
                Extension code = extensions.getExtension(Extension.reasonCode);
                if (code != null) {
                    reason = ASN1Enumerated.getInstance(code.getParsedValue()).intValueExact();
                }
            }
            Entry entry = new Entry(Der.certificateTime(each.getRevocationDate()), reason);
            if (revoked.put(serial, entry) != null) {
                return "it lists the serial number " + Printable.value(serial.toString(16)) + " twice";
            }
        }
        return null;
    }

    X500Principal issuer() {
        return issuer;
    }

    /** The end of its validity; only of a list without {@link #defect} is this a time of its own. */
    Instant nextUpdate() {
        return nextUpdate;
    }

    Optional<String> defect() {
        return Optional.ofNullable(defect);
    }

    /** Why it cannot prove that something is not revoked, though what it lists is revoked; or empty. */
    Optional<String> incomplete() {
        return Optional.ofNullable(incomplete);
    }

    /** What it says of a serial number of its issuer, or empty if nothing. */
    Optional<Entry> entry(BigInteger serial) {
        // a delta takes back an earlier revocation by this reason; nowhere else does it mean that
        return Optional.ofNullable(revoked.get(serial))
                .filter(entry -> !delta || !Integer.valueOf(REMOVE_FROM_CRL).equals(entry.reason()));
    }

    boolean isSignedBy(PublicKey key) {
        if (key.equals(signer)) {
            return true;
        }
        if (!Signatures.verifies(algorithm, signed, signature, key)) {
            return false;
        }
        signer = key;
        return true;
    }

    /**
     * Whether the authority key identifier (RFC 5280, 5.2.1) says that another certificate's key signed this: another key
     * identifier than the issuer has, or another issuer and serial number.
     */
    boolean pointsElsewhereThan(X509Certificate issuer) {
        if (authorityKeyIdentifier == null) {
            return false;
        }
        try {
            ASN1Primitive key = Der.extension(issuer, Extension.subjectKeyIdentifier);
            byte[] named = authorityKeyIdentifier.getKeyIdentifierOctets();
            boolean otherKey = key != null
                    && named != null
                    && !Arrays.equals(
                            named, SubjectKeyIdentifier.getInstance(key).getKeyIdentifier());
            return otherKey || !namesCertificate(authorityKeyIdentifier, issuer);
        } catch (IOException | RuntimeException e) {
            return true; // malformed: matches nothing
        }
    }

    private static boolean namesCertificate(AuthorityKeyIdentifier identifier, X509Certificate issuer) {
        BigInteger serial = identifier.getAuthorityCertSerialNumber();
        GeneralNames names = identifier.getAuthorityCertIssuer();
        return (serial == null || serial.equals(issuer.getSerialNumber()))
                && (names == null
                        || Arrays.stream(names.getNames())
                                .filter(name -> name.getTagNo() == GeneralName.directoryName)
                                .findFirst()
                                .map(name -> X500Name.getInstance(name.getName())
                                        .equals(X500Name.getInstance(
                                                issuer.getIssuerX500Principal().getEncoded())))
                                .orElse(true));
    }

    /** Why it says nothing now, or empty. */
    Optional<String> outOfDate(Instant now, Duration tolerance) {
        if (now.isBefore(thisUpdate)) {
            return Optional.of("its thisUpdate is " + thisUpdate + ", now is " + now);
        } else if (now.isAfter(nextUpdate.plus(tolerance))) {
            return Optional.of("its nextUpdate was " + nextUpdate + ", now is " + now + ", tolerance " + tolerance);
        }
        return Optional.empty();
    }

    /** Why it is not the list of this certificate (RFC 5280, 6.3.3 b 2), or empty. */
    Optional<String> outOfScope(X509Certificate certificate) {
        boolean ca = certificate.getBasicConstraints() >= 0;
        if (onlyEndEntities && ca) {
            return Optional.of("it holds only end entities, the certificate is of a CA");
        } else if (onlyCas && !ca) {
            return Optional.of("it holds only CAs, the certificate is of an end entity");
        } else if (!distributionPoints.isEmpty()
                && Collections.disjoint(distributionPoints, distributionPointsOf(certificate))) {
            return Optional.of("it is the list of the distribution point [" + Printable.list(distributionPoints)
                    + "], the certificate names [" + Printable.list(distributionPointsOf(certificate)) + "]");
        }
        return Optional.empty();
    }

    private static List<String> distributionPointsOf(X509Certificate certificate) {
        List<String> uris = new ArrayList<>();
        try {
            ASN1Primitive value = Der.extension(certificate, Extension.cRLDistributionPoints);
            if (value != null) {
                for (DistributionPoint point : CRLDistPoint.getInstance(value).getDistributionPoints()) {
                    // a point with reasons is for a part of them, one with a cRLIssuer for an indirect list
                    if (point.getDistributionPoint() != null
                            && point.getReasons() == null
                            && point.getCRLIssuer() == null) {
                        uris.addAll(uris(point.getDistributionPoint()));
                    }
                }
            }
        } catch (IOException | RuntimeException e) {
            return List.of(); // malformed: matches nothing
        }
        return uris;
    }

    /** Whether a certificate may sign CRLs (RFC 5280, 6.3.3 f): keyUsage, if there is one, has cRLSign. */
    static boolean mayBeSignedBy(X509Certificate issuer) {
        try {
            ASN1Primitive usage = Der.extension(issuer, Extension.keyUsage);
            return usage == null || KeyUsage.getInstance(usage).hasUsages(KeyUsage.cRLSign);
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "CRL " + where;
    }
}
