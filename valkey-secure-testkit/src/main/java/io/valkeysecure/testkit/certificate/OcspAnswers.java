package io.valkeysecure.testkit.certificate;

import io.valkeysecure.testkit.internal.Signers;
import java.io.IOException;
import java.math.BigInteger;
import java.security.KeyPair;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.Req;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.UnknownStatus;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.DigestCalculator;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcDigestCalculatorProvider;
import org.jspecify.annotations.Nullable;

/** What was asked of a responder, and the answers that it signs. */
final class OcspAnswers {
    private final TestCertificate ca;
    final Map<BigInteger, CertificateStatus> statuses = new ConcurrentHashMap<>();
    Clock clock = Clock.systemUTC();

    @Nullable
    Instant thisUpdate;

    @Nullable
    Instant nextUpdate;

    boolean withoutNextUpdate;
    boolean forOtherCertificate;

    @Nullable
    TestCertificate signer;

    @Nullable
    KeyPair signingKey;

    @Nullable
    String signatureAlgorithm;

    /** What becomes of the nonce of a request, RFC 9654. */
    enum Nonce {
        ECHOED,
        OMITTED,
        WRONG
    }

    Nonce nonce = Nonce.ECHOED;
    Duration delay = Duration.ZERO;
    int httpStatus = 200;
    int responseStatus = OCSPRespBuilder.SUCCESSFUL;
    byte @Nullable [] rawResponse;

    OcspAnswers(TestCertificate ca) {
        this.ca = ca;
    }

    /** Copies the settings; the new responder has no statuses yet. */
    OcspAnswers(OcspAnswers other) {
        this(other.ca);
        clock = other.clock;
        thisUpdate = other.thisUpdate;
        nextUpdate = other.nextUpdate;
        withoutNextUpdate = other.withoutNextUpdate;
        forOtherCertificate = other.forOtherCertificate;
        signer = other.signer;
        signingKey = other.signingKey;
        signatureAlgorithm = other.signatureAlgorithm;
        nonce = other.nonce;
        delay = other.delay;
        httpStatus = other.httpStatus;
        responseStatus = other.responseStatus;
        rawResponse = other.rawResponse;
    }

    /** The answer for one certificate of the CA, without a nonce. */
    byte[] stapled(BigInteger serialNumber) throws IOException, OCSPException, OperatorCreationException {
        return answer(List.of(new CertificateID(sha1(), new X509CertificateHolder(ca.encoded()), serialNumber)), null);
    }

    byte[] respond(byte[] request) throws IOException, OCSPException, OperatorCreationException {
        byte[] fixed = rawResponse;
        if (fixed != null) {
            return fixed;
        }
        OCSPReq parsed = new OCSPReq(request);
        List<CertificateID> asked = new ArrayList<>();
        for (Req single : parsed.getRequestList()) {
            asked.add(single.getCertID());
        }
        Extension asksNonce = parsed.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        return answer(asked, asksNonce);
    }

    private byte[] answer(List<CertificateID> asked, @Nullable Extension askedNonce)
            throws IOException, OCSPException, OperatorCreationException {
        if (responseStatus != OCSPRespBuilder.SUCCESSFUL) {
            return new OCSPRespBuilder().build(responseStatus, null).getEncoded();
        }
        BasicOCSPRespBuilder response =
                new BasicOCSPRespBuilder(new RespID(signer == null ? ca.subjectName() : signer.subjectName()));
        Instant now = clock.instant();
        Instant from = thisUpdate != null ? thisUpdate : now.minus(Duration.ofMinutes(1));
        Instant until = nextUpdate != null ? nextUpdate : now.plus(Duration.ofHours(6));
        for (CertificateID id : asked) {
            CertificateID answered = forOtherCertificate
                    ? CertificateID.deriveCertificateID(id, id.getSerialNumber().add(BigInteger.ONE))
                    : id;
            boolean ours = id.matchesIssuer(new X509CertificateHolder(ca.encoded()), digests());
            CertificateStatus status = ours ? statuses.get(id.getSerialNumber()) : new UnknownStatus();
            response.addResponse(answered, status, Date.from(from), withoutNextUpdate ? null : Date.from(until), null);
        }
        addNonce(response, askedNonce);
        KeyPair signing = signingKey != null ? signingKey : signer != null ? signer.keyPair() : ca.keyPair();
        ContentSigner signature = Signers.signer(signing, signatureAlgorithm);
        X509CertificateHolder[] certificates = signer == null
                ? new X509CertificateHolder[0]
                : new X509CertificateHolder[] {new X509CertificateHolder(signer.encoded())};
        BasicOCSPResp basic = response.build(signature, certificates, Date.from(now));
        return new OCSPRespBuilder().build(OCSPRespBuilder.SUCCESSFUL, basic).getEncoded();
    }

    private void addNonce(BasicOCSPRespBuilder response, @Nullable Extension asked) throws IOException {
        if (asked == null || nonce == Nonce.OMITTED) {
            return;
        }
        Extension answered = nonce == Nonce.ECHOED
                ? asked
                : new Extension(
                        OCSPObjectIdentifiers.id_pkix_ocsp_nonce,
                        false,
                        new DEROctetString(new DEROctetString(new byte[16]).getEncoded()));
        response.setResponseExtensions(new Extensions(answered));
    }

    private static BcDigestCalculatorProvider digests() {
        return new BcDigestCalculatorProvider();
    }

    private static DigestCalculator sha1() throws OperatorCreationException {
        AlgorithmIdentifier algorithm = CertificateID.HASH_SHA1;
        return digests().get(algorithm);
    }
}
