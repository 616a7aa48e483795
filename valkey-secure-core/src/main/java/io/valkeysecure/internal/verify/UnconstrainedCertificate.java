package io.valkeysecure.internal.verify;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.Principal;
import java.security.PublicKey;
import java.security.SignatureException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Date;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERTaggedObject;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.jspecify.annotations.Nullable;

/**
 * A certificate without its name constraints, and with the signature of the certificate as it was issued. With it the
 * JDK's validator judges everything of a path but names.
 */
@SuppressWarnings("deprecation") // the superclass demands getIssuerDN and getSubjectDN
final class UnconstrainedCertificate extends X509Certificate {
    private static final long serialVersionUID = 1L;

    private final X509Certificate issued;
    private final X509Certificate shown;

    private UnconstrainedCertificate(X509Certificate issued, X509Certificate shown) {
        this.issued = issued;
        this.shown = shown;
    }

    /** {@return the certificate without its name constraints; itself if it has none} */
    static X509Certificate of(X509Certificate issued) throws CertificateException {
        if (issued.getExtensionValue(Extension.nameConstraints.getId()) == null) {
            return issued;
        }
        try {
            ASN1Encodable[] parts =
                    ASN1Sequence.getInstance(issued.getEncoded()).toArray();
            ASN1Encodable[] fields = ASN1Sequence.getInstance(parts[0]).toArray();
            // the extensions are the last field (RFC 5280 4.1)
            Extensions extensions = Extensions.getInstance(
                    ASN1TaggedObject.getInstance(fields[fields.length - 1]).getExplicitBaseObject());
            fields[fields.length - 1] = new DERTaggedObject(
                    3,
                    new Extensions(Arrays.stream(extensions.getExtensionOIDs())
                            .filter(id -> !id.equals(Extension.nameConstraints))
                            .map(extensions::getExtension)
                            .toArray(Extension[]::new)));
            parts[0] = new DERSequence(fields);
            byte[] der = new DERSequence(parts).getEncoded(ASN1Encoding.DER);
            return new UnconstrainedCertificate(issued, (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der)));
        } catch (IOException e) {
            throw new CertificateException(e);
        }
    }

    @Override
    public void verify(PublicKey key)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, NoSuchProviderException,
                    SignatureException {
        issued.verify(key);
    }

    @Override
    public void verify(PublicKey key, @Nullable String provider)
            throws CertificateException, NoSuchAlgorithmException, InvalidKeyException, NoSuchProviderException,
                    SignatureException {
        issued.verify(key, provider);
    }

    @Override
    public void checkValidity() throws CertificateExpiredException, CertificateNotYetValidException {
        shown.checkValidity();
    }

    @Override
    public void checkValidity(Date date) throws CertificateExpiredException, CertificateNotYetValidException {
        shown.checkValidity(date);
    }

    @Override
    public int getVersion() {
        return shown.getVersion();
    }

    @Override
    public BigInteger getSerialNumber() {
        return shown.getSerialNumber();
    }

    @Override
    public Principal getIssuerDN() {
        return shown.getIssuerX500Principal();
    }

    @Override
    public Principal getSubjectDN() {
        return shown.getSubjectX500Principal();
    }

    @Override
    public Date getNotBefore() {
        return shown.getNotBefore();
    }

    @Override
    public Date getNotAfter() {
        return shown.getNotAfter();
    }

    @Override
    public byte[] getTBSCertificate() throws CertificateEncodingException {
        return shown.getTBSCertificate();
    }

    @Override
    public byte[] getSignature() {
        return shown.getSignature();
    }

    @Override
    public String getSigAlgName() {
        return shown.getSigAlgName();
    }

    @Override
    public String getSigAlgOID() {
        return shown.getSigAlgOID();
    }

    @Override
    public byte @Nullable [] getSigAlgParams() {
        return shown.getSigAlgParams();
    }

    @Override
    public boolean @Nullable [] getIssuerUniqueID() {
        return shown.getIssuerUniqueID();
    }

    @Override
    public boolean @Nullable [] getSubjectUniqueID() {
        return shown.getSubjectUniqueID();
    }

    @Override
    public boolean @Nullable [] getKeyUsage() {
        return shown.getKeyUsage();
    }

    @Override
    public int getBasicConstraints() {
        return shown.getBasicConstraints();
    }

    @Override
    public byte[] getEncoded() throws CertificateEncodingException {
        return shown.getEncoded();
    }

    @Override
    public PublicKey getPublicKey() {
        return shown.getPublicKey();
    }

    @Override
    public String toString() {
        return shown.toString();
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        return shown.hasUnsupportedCriticalExtension();
    }

    @Override
    public @Nullable Set<String> getCriticalExtensionOIDs() {
        return shown.getCriticalExtensionOIDs();
    }

    @Override
    public @Nullable Set<String> getNonCriticalExtensionOIDs() {
        return shown.getNonCriticalExtensionOIDs();
    }

    @Override
    public byte @Nullable [] getExtensionValue(String id) {
        return shown.getExtensionValue(id);
    }
}
