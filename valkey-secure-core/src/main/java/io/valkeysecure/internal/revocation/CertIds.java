package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.x509.ParsedCertificate;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.ocsp.CertID;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;

/** How OCSP names a certificate (RFC 6960, 4.1.1): by its serial number and hashes of its issuer's name and key. */
final class CertIds {
    /** The hash only names the issuer. RFC 5019, 2.1.1 makes SHA-1 the one that every responder accepts. */
    private static final Map<ASN1ObjectIdentifier, String> HASHES = Map.of(
            OIWObjectIdentifiers.idSHA1, "SHA-1",
            NISTObjectIdentifiers.id_sha256, "SHA-256",
            NISTObjectIdentifiers.id_sha384, "SHA-384",
            NISTObjectIdentifiers.id_sha512, "SHA-512");

    private CertIds() {}

    /** Names a certificate by SHA-1. The issuer's name is taken from the certificate, in its encoding there. */
    static CertID of(ParsedCertificate certificate, ParsedCertificate issuer) {
        return new CertID(
                new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE),
                new DEROctetString(nameHash("SHA-1", certificate)),
                new DEROctetString(keyHash("SHA-1", issuer.publicKeyInfo())),
                new ASN1Integer(certificate.serialNumber()));
    }

    static boolean names(CertID id, ParsedCertificate certificate, ParsedCertificate issuer) {
        String hash = HASHES.get(id.getHashAlgorithm().getAlgorithm());
        return hash != null
                && id.getSerialNumber().getValue().equals(certificate.serialNumber())
                && Arrays.equals(id.getIssuerNameHash().getOctets(), nameHash(hash, certificate))
                && Arrays.equals(id.getIssuerKeyHash().getOctets(), keyHash(hash, issuer.publicKeyInfo()));
    }

    private static byte[] nameHash(String hash, ParsedCertificate certificate) {
        return digest(hash, certificate.x509().getIssuerX500Principal().getEncoded());
    }

    static byte[] keyHash(String hash, SubjectPublicKeyInfo key) {
        return digest(hash, key.getPublicKeyData().getOctets());
    }

    private static byte[] digest(String hash, byte[] bytes) {
        try {
            return MessageDigest.getInstance(hash).digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + hash, e);
        }
    }
}
