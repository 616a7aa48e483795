package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.CertificateParser;
import io.valkeysecure.internal.x509.KeyStrength;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.Structures;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.ASN1TaggedObject;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.BasicOCSPResponse;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.ocsp.CertStatus;
import org.bouncycastle.asn1.ocsp.OCSPObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.OCSPResponse;
import org.bouncycastle.asn1.ocsp.OCSPResponseStatus;
import org.bouncycastle.asn1.ocsp.ResponderID;
import org.bouncycastle.asn1.ocsp.ResponseBytes;
import org.bouncycastle.asn1.ocsp.ResponseData;
import org.bouncycastle.asn1.ocsp.RevokedInfo;
import org.bouncycastle.asn1.ocsp.SingleResponse;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.Certificate;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.Extensions;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.jspecify.annotations.Nullable;

/** A successful basic OCSP response (RFC 6960, 4.2), stapled or fetched. */
final class OcspResponse {
    /** An answer of a few hundred bytes, a delegate's certificate, and room. */
    static final int LARGEST_BYTES = 64 * 1024;

    /** Who answers sends one certificate, some send its issuer too. */
    private static final int MOST_CERTIFICATES = 8;

    private static final int SUCCESSFUL = 0;
    private static final Map<Integer, String> STATUSES =
            Map.of(1, "malformedRequest", 2, "internalError", 3, "tryLater", 5, "sigRequired", 6, "unauthorized");

    /** The hash in a CertID only names the issuer; SHA-1 is what RFC 5019, 2.1.1 has everyone use. */
    private static final Map<ASN1ObjectIdentifier, String> CERT_ID_HASHES = Map.of(
            OIWObjectIdentifiers.idSHA1, "SHA-1",
            NISTObjectIdentifiers.id_sha256, "SHA-256",
            NISTObjectIdentifiers.id_sha384, "SHA-384",
            NISTObjectIdentifiers.id_sha512, "SHA-512");

    private static final Set<String> UNDERSTOOD_IN_DELEGATE = Set.of(
            Extension.basicConstraints.getId(),
            Extension.keyUsage.getId(),
            Extension.extendedKeyUsage.getId(),
            OCSPObjectIdentifiers.id_pkix_ocsp_nocheck.getId());

    private final ResponseData data;
    private final byte[] signed;
    private final AlgorithmIdentifier algorithm;
    private final byte[] signature;
    private final @Nullable ASN1Sequence certificates;
    private final List<SingleResponse> singles = new ArrayList<>();

    private OcspResponse(ASN1Sequence sequence) throws IOException, MalformedException {
        requireForm(sequence);
        BasicOCSPResponse response = BasicOCSPResponse.getInstance(sequence);
        this.data = response.getTbsResponseData();
        this.signed = Der.encoded(sequence.getObjectAt(0));
        this.algorithm = response.getSignatureAlgorithm();
        this.signature = response.getSignature().getOctets();
        this.certificates = response.getCerts();
        for (Object single : data.getResponses()) {
            singles.add(SingleResponse.getInstance(single));
        }
    }

    /**
     * RFC 6960 4.2.1: the fields in their order and nothing else, each extension once. Bouncy Castle leaves alone what follows
     * the last field that it knows.
     */
    private static void requireForm(ASN1Sequence response) throws MalformedException {
        Structures.requireTagged(response, 3, 0, 0);
        ASN1Sequence data = ASN1Sequence.getInstance(response.getObjectAt(0));
        // behind the optional version the responder is tagged, too: its time and the responses are not
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
     * @throws UnprovedException if it is malformed, none, or none that is successful
     */
    static OcspResponse parse(byte[] encoded) throws UnprovedException {
        if (encoded.length > LARGEST_BYTES) {
            throw new UnprovedException("an OCSP response of more than " + LARGEST_BYTES + " bytes");
        }
        try {
            ASN1Sequence outermost = Der.sequence(encoded);
            OCSPResponse response = OCSPResponse.getInstance(outermost);
            if (!response.toASN1Primitive().equals(outermost)) {
                // Bouncy Castle leaves alone what follows the fields that it knows
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

    /** Whether it says anything of a certificate. */
    boolean isAbout(X509Certificate certificate, X509Certificate issuer) {
        return singles.stream().anyMatch(single -> names(single.getCertID(), certificate, issuer));
    }

    static CertID certId(X509Certificate certificate, X509Certificate issuer) {
        AlgorithmIdentifier sha1 = new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE);
        return new CertID(
                sha1,
                new DEROctetString(nameHash("SHA-1", certificate)),
                new DEROctetString(keyHash("SHA-1", issuer)),
                new ASN1Integer(certificate.getSerialNumber()));
    }

    private static boolean names(CertID id, X509Certificate certificate, X509Certificate issuer) {
        String hash = CERT_ID_HASHES.get(id.getHashAlgorithm().getAlgorithm());
        return hash != null
                && id.getSerialNumber().getValue().equals(certificate.getSerialNumber())
                && Arrays.equals(id.getIssuerNameHash().getOctets(), nameHash(hash, certificate))
                && Arrays.equals(id.getIssuerKeyHash().getOctets(), keyHash(hash, issuer));
    }

    private static byte[] nameHash(String hash, X509Certificate certificate) {
        return digest(hash, certificate.getIssuerX500Principal().getEncoded());
    }

    private static byte[] keyHash(String hash, X509Certificate issuer) {
        return digest(
                hash,
                SubjectPublicKeyInfo.getInstance(issuer.getPublicKey().getEncoded())
                        .getPublicKeyData()
                        .getOctets());
    }

    private static byte[] digest(String hash, byte[] bytes) {
        try {
            return MessageDigest.getInstance(hash).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + hash, e);
        }
    }

    /**
     * Proves that a certificate is good.
     *
     * @param nonce what was asked with, or null if nothing was
     * @param minimumRsaKeyBits the policy's floor for the key of a delegate
     * @return the end of its validity, tolerance included; the time of the check itself if it names none
     * @throws PeerRejectedException if the certificate is revoked
     * @throws UnprovedException if the answer does not prove that it is good
     */
    Instant prove(
            X509Certificate certificate,
            X509Certificate issuer,
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
                if (names(single.getCertID(), certificate, issuer)) {
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
            SingleResponse single, X509Certificate certificate, boolean madeForUs, Instant now, Duration tolerance)
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

    /** RFC 6960, 4.4.1. Returns whether the nonce proves that the answer was made for this question. */
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

    /** RFC 6960, 4.2.2.2: signed by the issuer itself, or by whom it delegated this to with a certificate of its own. */
    private void requireSignature(X509Certificate issuer, Instant now, int minimumRsaKeyBits)
            throws UnprovedException, IOException {
        Optional<String> weakness = Signatures.weakness(algorithm);
        if (weakness.isPresent()) {
            throw new UnprovedException("an OCSP response: " + weakness.get());
        }
        if (isResponder(issuer) && Signatures.verifies(algorithm, signed, signature, issuer.getPublicKey())) {
            return;
        }
        List<String> problems = new ArrayList<>();
        for (X509Certificate delegate : presented()) {
            if (isResponder(delegate)) {
                Optional<String> problem = delegationProblem(delegate, issuer, now, minimumRsaKeyBits);
                if (problem.isEmpty() && Signatures.verifies(algorithm, signed, signature, delegate.getPublicKey())) {
                    return;
                }
                problems.add(
                        RevocationMessages.name(delegate) + ": " + problem.orElse("the signature is not by its key"));
            }
        }
        throw new UnprovedException("an OCSP response that neither " + Printable.value(issuer.getSubjectX500Principal())
                + " signed nor a responder that it delegated (" + responder()
                + (problems.isEmpty() ? "" : "; " + String.join("; ", problems)) + ")");
    }

    private List<X509Certificate> presented() throws UnprovedException, IOException {
        List<X509Certificate> presented = new ArrayList<>();
        if (certificates != null) {
            if (certificates.size() > MOST_CERTIFICATES) {
                throw new UnprovedException("an OCSP response with " + certificates.size() + " certificates, expected "
                        + MOST_CERTIFICATES + " at most");
            }
            for (Object each : certificates) {
                try {
                    presented.add(CertificateParser.parse(Der.encoded((ASN1Encodable) each)));
                } catch (MalformedException e) {
                    throw new IOException("a certificate " + e.problem(), e);
                }
            }
        }
        return presented;
    }

    private boolean isResponder(X509Certificate certificate) throws IOException {
        ResponderID id = data.getResponderID();
        byte[] keyHash = id.getKeyHash();
        return keyHash != null
                ? Arrays.equals(keyHash, keyHash("SHA-1", certificate))
                : new X500Principal(Der.encoded(id.getName())).equals(certificate.getSubjectX500Principal());
    }

    private String responder() throws IOException {
        ResponderID id = data.getResponderID();
        return "responder "
                + (id.getKeyHash() != null ? "by key" : Printable.value(new X500Principal(Der.encoded(id.getName()))));
    }

    /** Why a certificate may not answer for an issuer, or empty. */
    private static Optional<String> delegationProblem(
            X509Certificate delegate, X509Certificate issuer, Instant now, int minimumRsaKeyBits) throws IOException {
        if (!delegate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return Optional.of("it was issued by " + Printable.value(delegate.getIssuerX500Principal()));
        }
        Set<String> critical = delegate.getCriticalExtensionOIDs();
        if (critical != null && !UNDERSTOOD_IN_DELEGATE.containsAll(critical)) {
            return Optional.of(
                    "a critical extension of it is not understood, critical are " + Printable.value(critical));
        }
        ASN1Primitive purposes = Der.extension(delegate, Extension.extendedKeyUsage);
        if (purposes == null
                || !ExtendedKeyUsage.getInstance(purposes).hasKeyPurposeId(KeyPurposeId.id_kp_OCSPSigning)) {
            return Optional.of("its extended key usage lacks OCSPSigning");
        }
        ASN1Primitive usage = Der.extension(delegate, Extension.keyUsage);
        if (usage != null && !KeyUsage.getInstance(usage).hasUsages(KeyUsage.digitalSignature)) {
            return Optional.of("its key usage lacks digitalSignature");
        }
        // of this one the JDK hands out no value, only that it is there
        if (delegate.getExtensionValue(OCSPObjectIdentifiers.id_pkix_ocsp_nocheck.getId()) == null) {
            return Optional.of("it lacks id-pkix-ocsp-nocheck, so it is not proved that it is not revoked itself");
        }
        if (now.isBefore(delegate.getNotBefore().toInstant())
                || now.isAfter(delegate.getNotAfter().toInstant())) {
            return Optional.of("it is valid from " + delegate.getNotBefore().toInstant() + " until "
                    + delegate.getNotAfter().toInstant() + ", now is " + now);
        }
        SubjectPublicKeyInfo key =
                SubjectPublicKeyInfo.getInstance(delegate.getPublicKey().getEncoded());
        return Optional.ofNullable(KeyStrength.problemOf(key, minimumRsaKeyBits))
                .or(() -> signatureProblem(delegate, issuer));
    }

    private static Optional<String> signatureProblem(X509Certificate delegate, X509Certificate issuer) {
        try {
            AlgorithmIdentifier algorithm =
                    Certificate.getInstance(delegate.getEncoded()).getSignatureAlgorithm();
            return Signatures.weakness(algorithm)
                    .or(() -> isSignedBy(issuer, delegate, algorithm)
                            ? Optional.empty()
                            : Optional.of("it is not signed by the key of "
                                    + Printable.value(issuer.getSubjectX500Principal())));
        } catch (CertificateException e) {
            return Optional.of("it is malformed");
        }
    }

    private static boolean isSignedBy(X509Certificate issuer, X509Certificate delegate, AlgorithmIdentifier algorithm) {
        try {
            return Signatures.verifies(
                    algorithm, delegate.getTBSCertificate(), delegate.getSignature(), issuer.getPublicKey());
        } catch (CertificateException e) {
            return false;
        }
    }
}
