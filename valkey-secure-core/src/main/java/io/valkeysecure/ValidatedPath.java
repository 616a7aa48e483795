package io.valkeysecure;

import io.valkeysecure.internal.text.Printable;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A validated certification path: the certificates from the leaf to the last one below the trust anchor, and the
 * anchor.
 */
public final class ValidatedPath {
    private final List<X509Certificate> certificates;
    private final X509Certificate anchor;

    ValidatedPath(List<X509Certificate> certificates, X509Certificate anchor) {
        this.certificates = List.copyOf(certificates);
        this.anchor = anchor;
    }

    /** {@return the certificates, leaf first, anchor excluded; never empty} */
    public List<X509Certificate> certificates() {
        return certificates;
    }

    /** {@return the trust anchor at the end of the path} */
    public X509Certificate anchor() {
        return anchor;
    }

    /** Returns the subjects from the leaf to the anchor. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (X509Certificate certificate : certificates) {
            text.append(Printable.value(certificate.getSubjectX500Principal())).append(" < ");
        }
        return text.append(Printable.value(anchor.getSubjectX500Principal())).toString();
    }
}
