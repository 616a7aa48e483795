package io.valkeysecure.internal.generation;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.material.LoadedIdentity;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.internal.x509.Names;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.ProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Proves that a client identity can be presented: its key belongs to its leaf, and its chain is in order and in date.
 */
final class IdentityProof {
    private IdentityProof() {}

    /**
     * Proves an identity.
     *
     * @param source where the identity comes from, for messages
     * @throws io.valkeysecure.TlsConfigurationException if it cannot be presented
     */
    static void prove(String source, LoadedIdentity identity, Instant now) {
        X509Certificate leaf = identity.leaf();
        if (!signsFor(source, identity.key(), leaf.getPublicKey())) {
            throw RootTypes.configurationRefused(
                    RefusalReason.KEY_MISMATCH,
                    "client identity (" + source + "): the private key does not belong to the first certificate, "
                            + Printable.value(leaf.getSubjectX500Principal())
                            + ", expected the key of that certificate"
                            + owner(source, identity));
        }
        for (X509Certificate certificate : identity.chain()) {
            requireInDate("client identity (" + source + ")", certificate, now);
        }
        for (int i = 0; i + 1 < identity.chain().size(); i++) {
            X509Certificate subject = identity.chain().get(i);
            X509Certificate issuer = identity.chain().get(i + 1);
            if (!Names.same(subject.getIssuerX500Principal(), issuer.getSubjectX500Principal())) {
                throw RootTypes.configurationRefused(
                        RefusalReason.MATERIAL_UNREADABLE,
                        "client identity (" + source + "): certificate " + (i + 2) + " is "
                                + Printable.value(issuer.getSubjectX500Principal())
                                + ", expected the issuer of the one before, "
                                + Printable.value(subject.getIssuerX500Principal())
                                + "; put the leaf first, then its intermediates");
            }
        }
    }

    /**
     * {@return whether the key can still be used: one in a device cannot when its session with the device has ended}
     */
    static boolean stillSigns(LoadedIdentity identity) {
        try {
            return signsFor("", identity.key(), identity.leaf().getPublicKey());
        } catch (TlsConfigurationException e) {
            return false;
        }
    }

    private static String owner(String source, LoadedIdentity identity) {
        for (int i = 1; i < identity.chain().size(); i++) {
            if (signsFor(source, identity.key(), identity.chain().get(i).getPublicKey())) {
                return "; it is the key of certificate " + (i + 1) + ": put that one first";
            }
        }
        return "; were certificate and key written at different times, or the files swapped?";
    }

    /** Signs with the private key and verifies with the public key, which works for a key in a hardware module, too. */
    private static boolean signsFor(String source, PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA", "RSASSA-PSS" -> "SHA256withRSA";
            default -> publicKey.getAlgorithm();
        };
        byte[] probe = new byte[32];
        try {
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(probe);
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(publicKey);
            verifier.update(probe);
            return verifier.verify(signer.sign());
        } catch (GeneralSecurityException | ProviderException e) {
            if (key.getEncoded() == null && key.getAlgorithm().equals(publicKey.getAlgorithm())) {
                throw RootTypes.configurationRefused(
                        RefusalReason.MATERIAL_UNREADABLE,
                        "client identity (" + source + "): its private key is in a device or module and does not sign: "
                                + Printable.message(e.getMessage())
                                + "; add its provider with Security.addProvider(..), and log in to the device",
                        e);
            }
            return false;
        }
    }

    private static void requireInDate(String what, X509Certificate certificate, Instant now) {
        Instant notBefore = certificate.getNotBefore().toInstant();
        Instant notAfter = certificate.getNotAfter().toInstant();
        if (now.isBefore(notBefore)) {
            throw RootTypes.configurationRefused(
                    RefusalReason.NOT_YET_VALID,
                    what + ": " + Printable.value(certificate.getSubjectX500Principal()) + " is valid from " + notBefore
                            + ", now is " + now + "; is this machine's clock right?");
        }
        if (now.isAfter(notAfter)) {
            throw RootTypes.configurationRefused(
                    RefusalReason.EXPIRED,
                    what + ": " + Printable.value(certificate.getSubjectX500Principal()) + " expired at " + notAfter
                            + ", now is " + now + "; renew it");
        }
    }

    /**
     * Requires that a new identity has the subject and SANs of the old one; accepts any change from or to no identity.
     *
     * @throws io.valkeysecure.TlsConfigurationException if they differ
     */
    static void requireSameNames(@Nullable LoadedIdentity old, @Nullable LoadedIdentity recent) {
        if (old == null || recent == null) {
            return;
        }
        String expected = namesOf(old.leaf());
        String seen = namesOf(recent.leaf());
        if (!expected.equals(seen)) {
            throw RootTypes.configurationRefused(
                    RefusalReason.NAME_MISMATCH,
                    "new client identity: expected the subject and SANs of the one in force, "
                            + Printable.value(expected) + ", has " + Printable.value(seen)
                            + "; build anew if the change is meant");
        }
    }

    private static String namesOf(X509Certificate leaf) {
        try {
            Collection<List<?>> names = leaf.getSubjectAlternativeNames();
            return leaf.getSubjectX500Principal() + " "
                    + (names == null
                            ? List.of()
                            : names.stream().map(Objects::toString).sorted().toList());
        } catch (CertificateParsingException e) {
            return leaf.getSubjectX500Principal() + " (malformed SAN)";
        }
    }
}
