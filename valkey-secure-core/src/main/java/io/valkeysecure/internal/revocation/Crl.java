package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.AuthorityKeys;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.io.IOException;
import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1IA5String;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.CertificateList;
import org.bouncycastle.asn1.x509.DistributionPoint;
import org.bouncycastle.asn1.x509.DistributionPointName;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.TBSCertList;
import org.jspecify.annotations.Nullable;

/**
 * A certificate revocation list (RFC 5280, 5) that was parsed. A list that must not be relied on has a {@link #defect}.
 */
final class Crl {
    private static final ASN1Integer VERSION_2 = new ASN1Integer(1);
    private static final int REMOVE_FROM_CRL = 8;
    private static final Set<ASN1ObjectIdentifier> UNDERSTOOD_IF_CRITICAL =
            Set.of(Extension.issuingDistributionPoint, Extension.deltaCRLIndicator);
    private static final Set<ASN1ObjectIdentifier> UNDERSTOOD_IN_CRITICAL_ENTRY =
            Set.of(Extension.reasonCode, Extension.invalidityDate);

    /**
     * A revoked certificate.
     *
     * @param since the revocation date of the entry; a certificate counts as revoked before it, too
     * @param reason the reason code; null if there is none
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

    /** The key that the signature was verified with, so that a large list is not hashed again for every handshake. */
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
            CrlForm.require(ASN1Sequence.getInstance(sequence.getObjectAt(0)));
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
        String weakness = Signatures.problemOf(list.getSignatureAlgorithm());
        if (weakness != null) {
            return weakness;
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

    /** Reads the issuingDistributionPoint (RFC 5280, 5.2.5). */
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

    /** {@return the URIs of a distribution point; none if it has a name of another type} */
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

    /** {@return when this list ends; {@link Instant#MIN} if it has no nextUpdate, which is a defect} */
    Instant nextUpdate() {
        return nextUpdate;
    }

    /** {@return why this list proves nothing at all; null if it proves something} */
    @Nullable
    String defect() {
        return defect;
    }

    /**
     * {@return why this list cannot prove that a certificate is not revoked, though its entries are; null if it can}
     */
    @Nullable
    String incomplete() {
        return incomplete;
    }

    /** {@return the entry of a serial number; empty if the list does not hold it} */
    Optional<Entry> entry(BigInteger serial) {
        // in a delta CRL this reason takes back an earlier revocation; in a complete list it does not
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
     * Whether the authority key identifier (RFC 5280, 5.2.1) says that another certificate's key signed this: another
     * key identifier than the issuer has, or another issuer and serial number.
     */
    boolean pointsElsewhereThan(X509Certificate issuer) {
        if (authorityKeyIdentifier == null) {
            return false;
        }
        try {
            byte[] value = issuer.getExtensionValue(Extension.subjectKeyIdentifier.getId());
            ASN1Primitive key = value == null
                    ? null
                    : ASN1Primitive.fromByteArray(
                            ASN1OctetString.getInstance(value).getOctets());
            return !AuthorityKeys.matches(
                    authorityKeyIdentifier,
                    key == null ? null : SubjectKeyIdentifier.getInstance(key).getKeyIdentifier(),
                    issuer.getSerialNumber(),
                    X500Name.getInstance(issuer.getIssuerX500Principal().getEncoded()));
        } catch (IOException | RuntimeException e) {
            return true; // malformed: matches nothing
        }
    }

    /** {@return why this list is not in date; null if it is} */
    @Nullable
    String outOfDate(Instant now, Duration tolerance) {
        if (now.isBefore(thisUpdate)) {
            return "its thisUpdate is " + thisUpdate + ", now is " + now;
        } else if (now.isAfter(nextUpdate.plus(tolerance))) {
            return "its nextUpdate was " + nextUpdate + ", now is " + now + ", tolerance " + tolerance;
        }
        return null;
    }

    /** {@return why this list does not cover a certificate (RFC 5280, 6.3.3 b 2); null if it does} */
    @Nullable
    String outOfScope(ParsedCertificate certificate) {
        if (onlyEndEntities && certificate.isCa()) {
            return "it holds only end entities, the certificate is of a CA";
        } else if (onlyCas && !certificate.isCa()) {
            return "it holds only CAs, the certificate is of an end entity";
        } else if (distributionPoints.isEmpty()) {
            return null;
        }
        List<String> named = distributionPointsOf(certificate);
        return Collections.disjoint(distributionPoints, named)
                ? "it is the list of the distribution point [" + Printable.list(distributionPoints)
                        + "], the certificate names [" + Printable.list(named) + "]"
                : null;
    }

    private static List<String> distributionPointsOf(ParsedCertificate certificate) {
        List<String> uris = new ArrayList<>();
        for (DistributionPoint point : certificate.crlDistributionPoints()) {
            // a point with reasons is for some reasons only, a point with a cRLIssuer for an indirect list
            if (point.getDistributionPoint() != null && point.getReasons() == null && point.getCRLIssuer() == null) {
                uris.addAll(uris(point.getDistributionPoint()));
            }
        }
        return uris;
    }

    @Override
    public String toString() {
        return "CRL " + where;
    }
}
