package io.valkeysecure.internal.revocation;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.math.BigInteger;
import java.security.PrivateKey;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** OCSP responses in memory, good ones and such as no responder should give. */
final class Answers {
    private final TestCertificate issuer;
    private BigInteger serial;
    private @Nullable CertificateStatus status = CertificateStatus.GOOD;
    private AlgorithmIdentifier hash = CertificateID.HASH_SHA1;
    private TestCertificate namedIssuer;
    private Instant producedAt;
    private Instant thisUpdate;
    private @Nullable Instant nextUpdate;
    private TestCertificate responder;
    private PrivateKey key;
    private boolean byKey;
    private TestCertificate[] certificates = {};
    private String algorithm = "SHA256withECDSA";
    private @Nullable Extension extension;
    private @Nullable Extension singleExtension;
    private @Nullable Answers second;

    private Answers(TestCertificate subject, Instant now) {
        this.issuer = subject.issuer();
        this.namedIssuer = issuer;
        this.responder = issuer;
        this.key = issuer.privateKey();
        this.serial = subject.certificate().getSerialNumber();
        this.producedAt = now;
        this.thisUpdate = now;
        this.nextUpdate = now.plusSeconds(3_600);
    }

    static Answers about(TestCertificate subject, Instant now) {
        return new Answers(subject, now);
    }

    Answers serial(BigInteger value) {
        this.serial = value;
        return this;
    }

    Answers status(CertificateStatus value) {
        this.status = value;
        return this;
    }

    Answers hash(String oid) {
        this.hash = new AlgorithmIdentifier(new ASN1ObjectIdentifier(oid));
        return this;
    }

    Answers namedIssuer(TestCertificate value) {
        this.namedIssuer = value;
        return this;
    }

    Answers producedAt(Instant value) {
        this.producedAt = value;
        return this;
    }

    Answers thisUpdate(Instant value) {
        this.thisUpdate = value;
        return this;
    }

    Answers nextUpdate(@Nullable Instant value) {
        this.nextUpdate = value;
        return this;
    }

    Answers responder(TestCertificate value, TestCertificate... presented) {
        this.responder = value;
        this.key = value.privateKey();
        this.certificates = presented.clone();
        return this;
    }

    Answers key(PrivateKey value) {
        this.key = value;
        return this;
    }

    Answers byKey() {
        this.byKey = true;
        return this;
    }

    Answers algorithm(String name) {
        this.algorithm = name;
        return this;
    }

    Answers extension(String oid, boolean critical, byte[] value) {
        this.extension = new Extension(new ASN1ObjectIdentifier(oid), critical, value.clone());
        return this;
    }

    Answers singleExtension(String oid, boolean critical) {
        this.singleExtension = new Extension(new ASN1ObjectIdentifier(oid), critical, new byte[] {5, 0});
        return this;
    }

    Answers nonce(byte[] value) throws Exception {
        return extension(
                OCSPObjectIdentifiers.id_pkix_ocsp_nonce.getId(), false, new DEROctetString(value).getEncoded());
    }

    Answers and(Answers other) {
        this.second = other;
        return this;
    }

    byte[] encoded() throws Exception {
        var responderKey = new X509CertificateHolder(responder.encoded()).getSubjectPublicKeyInfo();
        var digests = new BcDigestCalculatorProvider();
        BasicOCSPRespBuilder builder = byKey
                ? new BasicOCSPRespBuilder(responderKey, digests.get(CertificateID.HASH_SHA1))
                : new BasicOCSPRespBuilder(new RespID(new X509CertificateHolder(responder.encoded()).getSubject()));
        addTo(builder);
        if (second != null) {
            second.addTo(builder);
        }
        if (extension != null) {
            builder.setResponseExtensions(new Extensions(extension));
        }
        X509CertificateHolder[] presented = new X509CertificateHolder[certificates.length];
        for (int i = 0; i < presented.length; i++) {
            presented[i] = new X509CertificateHolder(certificates[i].encoded());
        }
        var basic = builder.build(new JcaContentSignerBuilder(algorithm).build(key), presented, Date.from(producedAt));
        return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded();
    }

    private void addTo(BasicOCSPRespBuilder builder) throws Exception {
        CertificateID id = new CertificateID(
                new BcDigestCalculatorProvider().get(hash), new X509CertificateHolder(namedIssuer.encoded()), serial);
        builder.addResponse(
                id,
                status,
                Date.from(thisUpdate),
                nextUpdate == null ? null : Date.from(nextUpdate),
                singleExtension == null ? null : new Extensions(singleExtension));
    }

    /** A response that only says why there is none. */
    static byte[] error(int status) throws Exception {
        return new OCSPRespBuilder().build(status, null).getEncoded();
    }
}
