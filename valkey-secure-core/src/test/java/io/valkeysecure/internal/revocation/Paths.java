package io.valkeysecure.internal.revocation;

import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/** Parses the paths that tests check. */
final class Paths {
    private Paths() {}

    static CertificationPath of(List<X509Certificate> certificates, X509Certificate anchor) {
        List<ParsedCertificate> parsed = new ArrayList<>();
        certificates.forEach(certificate -> parsed.add(of(certificate)));
        return new CertificationPath(parsed, of(anchor));
    }

    static ParsedCertificate of(X509Certificate certificate) {
        try {
            return ParsedCertificate.of(certificate);
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }
}
