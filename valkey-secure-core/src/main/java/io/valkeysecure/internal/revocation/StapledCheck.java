package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Revocation by the OCSP responses that the server staples to its certificates (RFC 6066, 8; RFC 8446, 4.4.2.1). One for
 * the leaf must be there; one for another certificate of the path is checked if it is there.
 */
public final class StapledCheck implements RevocationCheck {
    private final Duration tolerance;
    private final int minimumRsaKeyBits;

    /**
     * Makes a check.
     *
     * @param tolerance how far the responder's clock may be ahead, and how long past its nextUpdate an answer counts
     * @param minimumRsaKeyBits the policy's floor for the key of a delegate
     */
    public StapledCheck(Duration tolerance, int minimumRsaKeyBits) {
        this.tolerance = tolerance;
        this.minimumRsaKeyBits = minimumRsaKeyBits;
    }

    @Override
    public Instant check(
            List<X509Certificate> path, X509Certificate anchor, Instant now, List<byte[]> staples, long begun)
            throws PeerRejectedException {
        List<String> problems = new ArrayList<>();
        List<OcspResponse> answers = new ArrayList<>();
        for (byte[] staple : staples) {
            // the JDK has an empty one in the place of a certificate without
            if (staple.length > 0) {
                try {
                    answers.add(OcspResponse.parse(staple));
                } catch (UnprovedException e) {
                    problems.add("stapled is " + e.problem());
                }
            }
        }
        Instant until = Instant.MAX;
        for (int i = 0; i < path.size(); i++) {
            X509Certificate certificate = path.get(i);
            X509Certificate issuer = i + 1 < path.size() ? path.get(i + 1) : anchor;
            boolean any = false;
            for (OcspResponse answer : answers) {
                if (answer.isAbout(certificate, issuer)) {
                    Instant proved = prove(answer, certificate, issuer, now);
                    until = proved.isBefore(until) ? proved : until;
                    any = true;
                }
            }
            if (i == 0 && !any) {
                if (!answers.isEmpty()) {
                    problems.add("stapled is an OCSP response for another certificate");
                } else if (problems.isEmpty()) {
                    problems.add("the server stapled none");
                }
                throw unknown(certificate, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw unknown(path.get(0), problems);
        }
        return until;
    }

    private Instant prove(OcspResponse answer, X509Certificate certificate, X509Certificate issuer, Instant now)
            throws PeerRejectedException {
        try {
            return answer.prove(certificate, issuer, null, now, tolerance, minimumRsaKeyBits);
        } catch (UnprovedException e) {
            throw unknown(certificate, List.of("stapled is " + e.problem()));
        }
    }

    private static PeerRejectedException unknown(X509Certificate certificate, List<String> problems) {
        return RevocationMessages.unknown(certificate, "a good OCSP response stapled by the server", problems);
    }

    @Override
    public Optional<Instant> freshUntil() {
        return Optional.empty();
    }
}
