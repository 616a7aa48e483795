package io.valkeysecure.testkit.internal;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.math.BigInteger;
import java.security.Principal;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/**
 * A certificate that the JDK cannot parse, dressed so that JSSE sends its bytes to the peer. Only key, subject and
 * encoding are told.
 */
public final class OpaqueCertificate extends X509Certificate {
    private static final long serialVersionUID = 1L;

    private final transient TestCertificate certificate;

    public OpaqueCertificate(TestCertificate certificate) {
        this.certificate = certificate;
    }

    private static UnsupportedOperationException untold() {
        return new UnsupportedOperationException("this certificate has no parsed form");
    }

    @Override
    public byte[] getEncoded() throws CertificateEncodingException {
        return certificate.encoded();
    }

    @Override
    public PublicKey getPublicKey() {
        return certificate.keyPair().getPublic();
    }

    @Override
    public X500Principal getSubjectX500Principal() {
        return new X500Principal(certificate.subject());
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in the superclass
    public Principal getSubjectDN() {
        return getSubjectX500Principal();
    }

    @Override
    public X500Principal getIssuerX500Principal() {
        return new X500Principal(certificate.issuer().subject());
    }

    @Override
    @SuppressWarnings("deprecation") // abstract in the superclass
    public Principal getIssuerDN() {
        return getIssuerX500Principal();
    }

    @Override
    public int getVersion() {
        return 3;
    }

    @Override
    public int getBasicConstraints() {
        return -1;
    }

    @Override
    public boolean @Nullable [] getKeyUsage() {
        return null;
    }

    @Override
    public boolean @Nullable [] getSubjectUniqueID() {
        return null;
    }

    @Override
    public boolean @Nullable [] getIssuerUniqueID() {
        return null;
    }

    @Override
    public @Nullable Set<String> getCriticalExtensionOIDs() {
        return null;
    }

    @Override
    public @Nullable Set<String> getNonCriticalExtensionOIDs() {
        return null;
    }

    @Override
    public byte @Nullable [] getExtensionValue(String oid) {
        return null;
    }

    @Override
    public boolean hasUnsupportedCriticalExtension() {
        return false;
    }

    @Override
    public void checkValidity() {
        // its sender is not the one to judge it
    }

    @Override
    public void checkValidity(Date date) {
        // its sender is not the one to judge it
    }

    @Override
    public BigInteger getSerialNumber() {
        throw untold();
    }

    @Override
    public Date getNotBefore() {
        throw untold();
    }

    @Override
    public Date getNotAfter() {
        throw untold();
    }

    @Override
    public byte[] getTBSCertificate() {
        throw untold();
    }

    @Override
    public byte[] getSignature() {
        throw untold();
    }

    @Override
    public String getSigAlgName() {
        throw untold();
    }

    @Override
    public String getSigAlgOID() {
        throw untold();
    }

    @Override
    public byte @Nullable [] getSigAlgParams() {
        return null;
    }

    @Override
    public void verify(PublicKey key) throws CertificateException {
        throw untold();
    }

    @Override
    public void verify(PublicKey key, String provider) throws CertificateException {
        throw untold();
    }

    @Override
    public String toString() {
        return certificate.toString();
    }
}
