package io.valkeysecure.internal.generation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.internal.x509.CertificateParser;
import io.valkeysecure.internal.x509.MalformedException;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Parses presented certificates with the JDK: a native engine has its own certificate classes, and the verdict must not
 * depend on the engine. Parsed certificates are cached, because every resumed session presents them again. Safe for use
 * by many threads.
 */
public final class PresentedCertificates {
    /** More than most clusters need, and few enough for certificates that a stranger may send. */
    private static final int MOST = 64;

    private final Map<ByteBuffer, X509Certificate> read = new ConcurrentHashMap<>();

    /**
     * Reads a chain.
     *
     * @throws PeerRejectedException if a certificate cannot be parsed
     */
    public List<X509Certificate> of(Certificate[] chain) throws PeerRejectedException {
        List<X509Certificate> certificates = new ArrayList<>(chain.length);
        for (Certificate certificate : chain) {
            certificates.add(
                    isOfJdk(certificate) ? (X509Certificate) certificate : read(certificate, certificates.size() + 1));
        }
        return certificates;
    }

    private static boolean isOfJdk(Certificate certificate) {
        return certificate instanceof X509Certificate && certificate.getClass().getClassLoader() == null;
    }

    private X509Certificate read(Certificate certificate, int place) throws PeerRejectedException {
        byte[] encoded;
        try {
            encoded = certificate.getEncoded();
        } catch (CertificateException e) {
            throw RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE, "the server presented something without an encoding", e);
        }
        ByteBuffer key = ByteBuffer.wrap(encoded);
        X509Certificate known = read.get(key);
        if (known != null) {
            return known;
        }
        X509Certificate parsed = parse(encoded, place);
        if (read.size() >= MOST) {
            read.clear();
        }
        read.put(key, parsed);
        return parsed;
    }

    /**
     * Parses one certificate of a chain.
     *
     * @param der the certificate
     * @param place its place in the chain, from 1
     * @return the certificate
     * @throws PeerRejectedException if it cannot be parsed
     */
    public static X509Certificate parse(byte[] der, int place) throws PeerRejectedException {
        try {
            return CertificateParser.parse(der);
        } catch (MalformedException e) {
            throw RootTypes.peerRejected(
                    RefusalReason.MALFORMED_CERTIFICATE, "certificate " + place + " of the chain " + e.problem(), e);
        }
    }
}
