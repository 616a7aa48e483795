package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.StrictDer;
import io.valkeysecure.internal.x509.Structures;
import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Enumerated;
import org.bouncycastle.asn1.ASN1GeneralizedTime;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.ASN1UTCTime;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.IssuingDistributionPoint;

/**
 * Requires the form of a CRL and of its extensions. Bouncy Castle ignores fields that follow the extensions, and parses
 * an extension only when it is asked for.
 */
final class CrlForm {
    private CrlForm() {}

    /**
     * Requires the fields of RFC 5280 5.1 in order, then the extensions, and nothing else.
     */
    static void require(ASN1Sequence fields) throws MalformedException, IOException {
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

    /** Requires the form of an extension of RFC 5280 5.2 and 5.3. An unknown extension only has to be DER. */
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
}
