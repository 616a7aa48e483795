package io.valkeysecure.internal.x509;

import java.util.ArrayList;
import java.util.List;

/**
 * A certification path from a leaf to a trust anchor.
 *
 * @param certificates the leaf first, the anchor excluded
 * @param anchor the trust anchor
 */
public record CertificationPath(List<ParsedCertificate> certificates, ParsedCertificate anchor) {
    public CertificationPath {
        certificates = List.copyOf(certificates);
    }

    /** {@return the issuer of the certificate at an index: the next certificate, or the anchor for the last one} */
    public ParsedCertificate issuerOf(int index) {
        return index + 1 < certificates.size() ? certificates.get(index + 1) : anchor;
    }

    /** {@return the anchor, then the CAs below it, then the leaf} */
    public List<ParsedCertificate> fromAnchor() {
        List<ParsedCertificate> all = new ArrayList<>(List.of(anchor));
        for (int i = certificates.size() - 1; i >= 0; i--) {
            all.add(certificates.get(i));
        }
        return all;
    }
}
