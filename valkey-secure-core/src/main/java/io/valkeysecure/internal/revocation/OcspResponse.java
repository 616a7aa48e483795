package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificateParser;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.Names;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.internal.x509.Structures;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.CertStatus;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.ocsp.ResponseBytes;
import org.bouncycastle.asn1.ocsp.ResponseData;
import org.bouncycastle.asn1.ocsp.RevokedInfo;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/** A successful basic OCSP response (RFC 6960, 4.2), stapled or fetched. */
final class OcspResponse {
    /** A response has a few hundred bytes, plus the certificate of a delegated responder. */
    static final int LARGEST_BYTES = 64 * 1024;

    /** Most responders send one certificate; some send its issuer too. */
    private static final int MOST_CERTIFICATES = 8;

    private static final int SUCCESSFUL = 0;
    private static final Map<Integer, String> STATUSES =
            Map.of(1, "malformedRequest", 2, "internalError", 3, "tryLater", 5, "sigRequired", 6, "unauthorized");

    private final ResponseData data;
    private final byte[] signed;
    private final AlgorithmIdentifier algorithm;
    private final byte[] signature;
    private final List<ParsedCertificate> certificates;
    private final List<SingleResponse> singles = new ArrayList<>();

    private OcspResponse(ASN1Sequence sequence) throws IOException, MalformedException, UnprovedException {
        requireForm(sequence);
        BasicOCSPResponse response = BasicOCSPResponse.getInstance(sequence);
        Structures.requireSame(response, sequence);
        this.data = response.getTbsResponseData();
        this.signed = Der.encoded(sequence.getObjectAt(0));
        this.algorithm = response.getSignatureAlgorithm();
        this.signature = response.getSignature().getOctets();
        this.certificates = parsed(response.getCerts());
        for (ASN1Encodable each : data.getResponses()) {
            SingleResponse single = SingleResponse.getInstance(each);
            Structures.requireSame(single, each.toASN1Primitive());
            singles.add(single);
        }
    }

    /**
     * Checks that there are only the fields of RFC 6960 4.2.1, in order, and each extension once. Bouncy Castle ignores
     * fields that follow the last one that it knows.
     */
    private static void requireForm(ASN1Sequence response) throws MalformedException {
        Structures.requireTagged(response, 3, 0, 0);
        ASN1Sequence data = ASN1Sequence.getInstance(response.getObjectAt(0));
        // the optional version and the responder are tagged; producedAt and the responses, which follow, are not
        int at = 0;
        while (data.getObjectAt(at) instanceof ASN1TaggedObject) {
            at++;
        }
        requireExtensions(data, at + 2, 1);
        for (ASN1Encodable each : ASN1Sequence.getInstance(data.getObjectAt(at + 1))) {
            requireExtensions(ASN1Sequence.getInstance(each), 3, 0);
        }
    }

    private static void requireExtensions(ASN1Sequence fields, int from, int lowest) throws MalformedException {
        Structures.requireTagged(fields, from, lowest, 1);
        for (int i = from; i < fields.size(); i++) {
            ASN1TaggedObject field = ASN1TaggedObject.getInstance(fields.getObjectAt(i));
            if (field.getTagNo() == 1) {
                Structures.requireExtensions(ASN1Sequence.getInstance(field, true));
            }
        }
    }

    /**
     * Parses a response.
     *
     * @throws UnprovedException if it is malformed, of another type, or an error
     */
    static OcspResponse parse(byte[] encoded) throws UnprovedException {
        if (encoded.length > LARGEST_BYTES) {
            throw new UnprovedException("an OCSP response of more than " + LARGEST_BYTES + " bytes");
        }
        try {
            ASN1Sequence outermost = Der.sequence(encoded);
            OCSPResponse response = OCSPResponse.getInstance(outermost);
            if (!response.toASN1Primitive().equals(outermost)) {
                // Bouncy Castle ignores further fields
                throw new IOException("more fields than RFC 6960, 4.2.1 names");
            }
            int status =
                    OCSPResponseStatus.getInstance(response.getResponseStatus()).getIntValue();
            if (status != SUCCESSFUL) {
                throw new UnprovedException("the OCSP response " + STATUSES.getOrDefault(status, "status " + status));
            }
            ResponseBytes bytes = response.getResponseBytes();
            if (bytes == null || !OCSPObjectIdentifiers.id_pkix_ocsp_basic.equals(bytes.getResponseType())) {
                throw new UnprovedException("an OCSP response that is not a basic one");
            }
            return new OcspResponse(Der.sequence(bytes.getResponse().getOctets()));
        } catch (IOException | MalformedException | RuntimeException e) {
            throw new UnprovedException("a malformed OCSP response");
        }
    }

    /** {@return whether it holds a status for a certificate} */
    boolean isAbout(ParsedCertificate certificate, ParsedCertificate issuer) {
        return singles.stream().anyMatch(single -> CertIds.names(single.getCertID(), certificate, issuer));
    }

    /**
     * Proves that a certificate is good.
     *
     * @param nonce the nonce of the request; null for a stapled response, which has no request
     * @param minimumRsaKeyBits the policy's minimum for the key of a delegated responder
     * @return when the proof ends, tolerance included; {@code now} if the response has no nextUpdate
     * @throws PeerRejectedException if the certificate is revoked
     * @throws UnprovedException if the response does not prove that the certificate is good
     */
    Instant prove(
            ParsedCertificate certificate,
            ParsedCertificate issuer,
            byte @Nullable [] nonce,
            Instant now,
            Duration tolerance,
            int minimumRsaKeyBits)
            throws PeerRejectedException, UnprovedException {
        try {
            requireSignature(issuer, now, minimumRsaKeyBits);
            boolean madeForUs = requireNonce(nonce);
            requireNotAhead("producedAt", Der.ocspTime(data.getProducedAt()), now, tolerance);
            Optional<Instant> until = Optional.empty();
            for (SingleResponse single : singles) {
                if (CertIds.names(single.getCertID(), certificate, issuer)) {
                    Instant proved = prove(single, certificate, madeForUs, now, tolerance);
                    until = Optional.of(until.filter(proved::isBefore).orElse(proved));
                }
            }
            return until.orElseThrow(() -> new UnprovedException(
                    "an OCSP response for other certificates (serial numbers " + serials() + ")"));
        } catch (IOException | RuntimeException e) {
            throw new UnprovedException("a malformed OCSP response");
        }
    }

    private List<String> serials() {
        return singles.stream()
                .map(single -> single.getCertID().getSerialNumber().getValue().toString(16))
                .toList();
    }

    private static Instant prove(
            SingleResponse single, ParsedCertificate certificate, boolean madeForUs, Instant now, Duration tolerance)
            throws PeerRejectedException, UnprovedException, IOException {
        requireNoneCritical(single.getSingleExtensions(), Set.of());
        Instant thisUpdate = Der.ocspTime(single.getThisUpdate());
        requireNotAhead("thisUpdate", thisUpdate, now, tolerance);
        Instant until = now;
        if (single.getNextUpdate() != null) {
            Instant nextUpdate = Der.ocspTime(single.getNextUpdate());
            until = nextUpdate.plus(tolerance);
            if (now.isAfter(until)) {
                throw new UnprovedException("a stale OCSP response: its nextUpdate was " + nextUpdate + ", now is "
                        + now + ", tolerance " + tolerance);
            } else if (nextUpdate.isBefore(thisUpdate)) {
                throw new UnprovedException(
                        "an OCSP response whose nextUpdate " + nextUpdate + " is before its thisUpdate " + thisUpdate);
            }
        } else if (!madeForUs) {
            throw new UnprovedException("an OCSP response without nextUpdate and without the nonce that was asked"
                    + " with, so nothing tells whether it is fresh");
        }
        CertStatus status = single.getCertStatus();
        switch (status.getTagNo()) {
            case 0 -> {
                return until;
            }
            case 1 -> {
                RevokedInfo info = RevokedInfo.getInstance(status.getStatus());
                Integer reason = info.getRevocationReason() == null
                        ? null
                        : Integer.valueOf(info.getRevocationReason().getValue().intValueExact());
                throw RevocationMessages.revoked(
                        certificate,
                        Der.ocspTime(info.getRevocationTime()),
                        reason,
                        "an OCSP response of " + thisUpdate);
            }
            default -> throw new UnprovedException("the OCSP status unknown");
        }
    }

    private static void requireNotAhead(String what, Instant time, Instant now, Duration tolerance)
            throws UnprovedException {
        if (time.isAfter(now.plus(tolerance))) {
            throw new UnprovedException("an OCSP response from the future: its " + what + " is " + time + ", now is "
                    + now + ", tolerance " + tolerance);
        }
    }

    private static void requireNoneCritical(@Nullable Extensions extensions, Set<ASN1ObjectIdentifier> understood)
            throws UnprovedException {
        if (extensions != null) {
            for (ASN1ObjectIdentifier critical : extensions.getCriticalExtensionOIDs()) {
                if (!understood.contains(critical)) {
                    throw new UnprovedException("an OCSP response whose extension " + Printable.value(critical)
                            + " is critical and not understood");
                }
            }
        }
    }

    /** Checks the nonce (RFC 6960, 4.4.1). Returns whether it proves that the response answers this request. */
    private boolean requireNonce(byte @Nullable [] nonce) throws UnprovedException, IOException {
        Extensions extensions = data.getResponseExtensions();
        requireNoneCritical(extensions, Set.of(OCSPObjectIdentifiers.id_pkix_ocsp_nonce));
        Extension seen = extensions == null ? null : extensions.getExtension(OCSPObjectIdentifiers.id_pkix_ocsp_nonce);
        if (nonce == null || seen == null) {
            return false;
        }
        if (!Arrays.equals(seen.getExtnValue().getOctets(), Der.encoded(new DEROctetString(nonce)))) {
            throw new UnprovedException("an OCSP response with another nonce than was asked with");
        }
        return true;
    }

    /** Requires a signature by the issuer or by a responder that the issuer delegated (RFC 6960, 4.2.2.2). */
    private void requireSignature(ParsedCertificate issuer, Instant now, int minimumRsaKeyBits)
            throws UnprovedException, IOException {
        String weakness = Signatures.problemOf(algorithm);
        if (weakness != null) {
            throw new UnprovedException("an OCSP response: " + weakness);
        }
        if (isResponder(issuer.x509()) && isSignedBy(issuer)) {
            return;
        }
        List<String> problems = new ArrayList<>();
        for (ParsedCertificate delegate : certificates) {
            if (isResponder(delegate.x509())) {
                String problem = OcspDelegate.problemOf(delegate, issuer, now, minimumRsaKeyBits);
                if (problem == null && isSignedBy(delegate)) {
                    return;
                }
                problems.add(RevocationMessages.name(delegate) + ": "
                        + Objects.requireNonNullElse(problem, "the signature is not by its key"));
            }
        }
        throw new UnprovedException("an OCSP response that neither "
                + Printable.value(issuer.x509().getSubjectX500Principal())
                + " signed nor a responder that it delegated (" + responder()
                + (problems.isEmpty() ? "" : "; " + String.join("; ", problems)) + ")");
    }

    private boolean isSignedBy(ParsedCertificate signer) {
        return Signatures.verifies(algorithm, signed, signature, signer.x509().getPublicKey());
    }

    /** Parses every certificate, needed or not: one that is malformed makes the response malformed. */
    private static List<ParsedCertificate> parsed(@Nullable ASN1Sequence certificates)
            throws UnprovedException, IOException, MalformedException {
        if (certificates == null) {
            return List.of();
        }
        if (certificates.size() > MOST_CERTIFICATES) {
            throw new UnprovedException("an OCSP response with " + certificates.size() + " certificates, expected "
                    + MOST_CERTIFICATES + " at most");
        }
        List<ParsedCertificate> parsed = new ArrayList<>();
        for (ASN1Encodable each : certificates) {
            parsed.add(ParsedCertificate.of(CertificateParser.parse(Der.encoded(each))));
        }
        return parsed;
    }

    private boolean isResponder(X509Certificate certificate) throws IOException {
        ResponderID id = data.getResponderID();
        byte[] keyHash = id.getKeyHash();
        return keyHash != null
                ? Arrays.equals(keyHash, keyHashOf(certificate))
                : Names.same(new X500Principal(Der.encoded(id.getName())), certificate.getSubjectX500Principal());
    }

    private static byte[] keyHashOf(X509Certificate certificate) {
        return CertIds.keyHash(
                "SHA-1",
                SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded()));
    }

    private String responder() throws IOException {
        ResponderID id = data.getResponderID();
        return "responder "
                + (id.getKeyHash() != null ? "by key" : Printable.value(new X500Principal(Der.encoded(id.getName()))));
    }
}
