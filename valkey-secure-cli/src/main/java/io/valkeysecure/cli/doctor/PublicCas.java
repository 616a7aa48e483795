package io.valkeysecure.cli.doctor;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** Recognizes public CAs by the list that this JVM has. Nobody is trusted by it. */
final class PublicCas {
    private final List<X509Certificate> roots;

    private PublicCas(List<X509Certificate> roots) {
        this.roots = roots;
    }

    /** Read once. */
    private static final class ThisJvm {
        private static final PublicCas CAS = read();
    }

    static PublicCas ofThisJvm() {
        return ThisJvm.CAS;
    }

    private static PublicCas read() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return new PublicCas(Stream.of(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .flatMap(manager -> Stream.of(((X509TrustManager) manager).getAcceptedIssuers()))
                    .toList());
        } catch (GeneralSecurityException e) {
            return new PublicCas(List.of());
        }
    }

    boolean isEmpty() {
        return roots.isEmpty();
    }

    /** {@return whether it is a public root, or issued by one} */
    boolean contains(X509Certificate certificate) {
        return roots.stream()
                .filter(root -> root.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
                        || root.getSubjectX500Principal().equals(certificate.getSubjectX500Principal()))
                .anyMatch(
                        root -> root.getPublicKey().equals(certificate.getPublicKey()) || isIssuer(root, certificate));
    }

    private static boolean isIssuer(X509Certificate root, X509Certificate certificate) {
        try {
            certificate.verify(root.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
