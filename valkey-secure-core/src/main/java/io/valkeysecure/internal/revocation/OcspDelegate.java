package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.KeyStrength;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.security.cert.CertificateException;
import java.time.Instant;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;

/** Decides whether a certificate delegates the signing of OCSP responses from an issuer (RFC 6960, 4.2.2.2). */
final class OcspDelegate {
    private static final Set<ASN1ObjectIdentifier> PROCESSED = Set.of(
            Extension.basicConstraints,
            Extension.keyUsage,
            Extension.extendedKeyUsage,
            OCSPObjectIdentifiers.id_pkix_ocsp_nocheck);

    private OcspDelegate() {}

    /** {@return why a certificate may not sign responses for an issuer; null if it may} */
    static @Nullable String problemOf(
            ParsedCertificate delegate, ParsedCertificate issuer, Instant now, int minimumRsaKeyBits) {
        if (!delegate.isIssuedInNameOf(issuer)) {
            return "it was issued by " + Printable.value(delegate.x509().getIssuerX500Principal());
        }
        if (!PROCESSED.containsAll(delegate.criticalExtensions())) {
            return "a critical extension of it is not understood, critical are "
                    + Printable.value(delegate.criticalExtensions());
        }
        Set<KeyPurposeId> purposes = delegate.purposes();
        if (purposes == null || !purposes.contains(KeyPurposeId.id_kp_OCSPSigning)) {
            return "its extended key usage lacks OCSPSigning";
        }
        if (!delegate.allowsUsage(KeyUsage.digitalSignature)) {
            return "its key usage lacks digitalSignature";
        }
        if (!delegate.hasExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck)) {
            return "it lacks id-pkix-ocsp-nocheck, so it is not proved that it is not revoked itself";
        }
        if (now.isBefore(delegate.notBefore()) || now.isAfter(delegate.notAfter())) {
            return "it is valid from " + delegate.notBefore() + " until " + delegate.notAfter() + ", now is " + now;
        }
        String problem = KeyStrength.problemOf(delegate.publicKeyInfo(), minimumRsaKeyBits);
        if (problem == null) {
            problem = Signatures.problemOf(delegate.signatureAlgorithm());
        }
        if (problem == null && !isSignedBy(issuer, delegate)) {
            problem = "it is not signed by the key of "
                    + Printable.value(issuer.x509().getSubjectX500Principal());
        }
        return problem;
    }

    private static boolean isSignedBy(ParsedCertificate issuer, ParsedCertificate delegate) {
        try {
            return Signatures.verifies(
                    delegate.signatureAlgorithm(),
                    delegate.x509().getTBSCertificate(),
                    delegate.x509().getSignature(),
                    issuer.x509().getPublicKey());
        } catch (CertificateException e) {
            return false;
        }
    }
}
