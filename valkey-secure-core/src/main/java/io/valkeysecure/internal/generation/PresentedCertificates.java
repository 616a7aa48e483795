package io.valkeysecure.internal.generation;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import java.nio.ByteBuffer;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What servers present, as the JDK reads it: a native engine has certificates of its own making, and what is judged must not
 * depend on the engine. A server's are read once and not at each of its resumed sessions. Safe for use by many threads.
 */
public final class PresentedCertificates {
    /** More than the nodes of most clusters have, and few enough for what a stranger may send. */
    private static final int MOST = 64;

    private final Map<ByteBuffer, X509Certificate> read = new ConcurrentHashMap<>();

    /**
     * Reads a chain.
     *
     * @throws PeerRejectedException if a certificate cannot be parsed
     */
    List<X509Certificate> of(Certificate[] chain) throws PeerRejectedException {
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
            throw new PeerRejectedException(
                    RefusalReason.MALFORMED_CERTIFICATE, "the server presented something without an encoding", e);
        }
        ByteBuffer key = ByteBuffer.wrap(encoded);
        X509Certificate known = read.get(key);
        if (known != null) {
            return known;
        }
        X509Certificate parsed = ChainVerifier.parse(encoded, place);
        if (read.size() >= MOST) {
            read.clear();
        }
        read.put(key, parsed);
        return parsed;
    }
}
