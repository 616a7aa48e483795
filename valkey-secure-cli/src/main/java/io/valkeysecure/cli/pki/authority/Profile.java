package io.valkeysecure.cli.pki.authority;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** What a leaf is for. */
public enum Profile {
    /** Presented by a server that stands alone. */
    SERVER,
    /** Presented by an application. */
    CLIENT,
    /**
     * Presented by a server that also calls others: a replica, a cluster node, a sentinel. Valkey presents its server
     * certificate then, unless told of another.
     */
    PEER;

    ExtendedKeyUsage purposes() {
        return switch (this) {
            case SERVER -> new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth);
            case CLIENT -> new ExtendedKeyUsage(KeyPurposeId.id_kp_clientAuth);
            case PEER ->
                new ExtendedKeyUsage(new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth});
        };
    }

    /** The profile that a certificate was issued by. */
    static Profile of(X509Certificate certificate) {
        try {
            List<String> named = certificate.getExtendedKeyUsage();
            boolean server = named != null && named.contains(KeyPurposeId.id_kp_serverAuth.getId());
            boolean client = named != null && named.contains(KeyPurposeId.id_kp_clientAuth.getId());
            if (server || client) {
                return server && client ? PEER : server ? SERVER : CLIENT;
            }
        } catch (CertificateParsingException e) {
            // said below
        }
        throw new IllegalArgumentException("expected a certificate for a server or a client");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
