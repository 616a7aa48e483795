package io.valkeysecure.internal.revocation;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Checks the OCSP responses that the server staples to its certificates (RFC 6066, 8; RFC 8446, 4.4.2.1). A response
 * for the leaf is required; a response for another certificate of the path is checked if it is there.
 */
public final class StapledCheck implements RevocationCheck {
    private final Duration tolerance;
    private final int minimumRsaKeyBits;

    /**
     * Creates a check.
     *
     * @param tolerance how far the responder's clock may be ahead, and how long past its nextUpdate a response counts
     * @param minimumRsaKeyBits the policy's minimum for the key of a delegated responder
     */
    public StapledCheck(Duration tolerance, int minimumRsaKeyBits) {
        this.tolerance = tolerance;
        this.minimumRsaKeyBits = minimumRsaKeyBits;
    }

    @Override
    public void check(CertificationPath path, Instant now, List<byte[]> staples, long startedNanos)
            throws PeerRejectedException {
        var unused = provedUntil(path, now, staples);
    }

    /** Checks a path, and returns until when the proof holds; {@link Instant#MAX} for an empty path. */
    Instant provedUntil(CertificationPath path, Instant now, List<byte[]> staples) throws PeerRejectedException {
        List<String> problems = new ArrayList<>();
        List<OcspResponse> responses = parse(staples, problems);
        Instant until = Instant.MAX;
        for (int i = 0; i < path.certificates().size(); i++) {
            ParsedCertificate certificate = path.certificates().get(i);
            ParsedCertificate issuer = path.issuerOf(i);
            boolean any = false;
            for (OcspResponse response : responses) {
                if (response.isAbout(certificate, issuer)) {
                    Instant proved = prove(response, certificate, issuer, now);
                    until = proved.isBefore(until) ? proved : until;
                    any = true;
                }
            }
            if (i == 0 && !any) {
                if (!responses.isEmpty()) {
                    problems.add("stapled is an OCSP response for another certificate");
                } else if (problems.isEmpty()) {
                    problems.add("the server stapled none");
                }
                throw unknown(certificate, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw unknown(path.certificates().get(0), problems);
        }
        return until;
    }

    private static List<OcspResponse> parse(List<byte[]> staples, List<String> problems) {
        List<OcspResponse> responses = new ArrayList<>();
        for (byte[] staple : staples) {
            // the JDK puts an empty response in the place of a certificate without one
            if (staple.length > 0) {
                try {
                    responses.add(OcspResponse.parse(staple));
                } catch (UnprovedException e) {
                    problems.add("stapled is " + e.problem());
                }
            }
        }
        return responses;
    }

    private Instant prove(OcspResponse response, ParsedCertificate certificate, ParsedCertificate issuer, Instant now)
            throws PeerRejectedException {
        try {
            return response.prove(certificate, issuer, null, now, tolerance, minimumRsaKeyBits);
        } catch (UnprovedException e) {
            throw unknown(certificate, List.of("stapled is " + e.problem()));
        }
    }

    private static PeerRejectedException unknown(ParsedCertificate certificate, List<String> problems) {
        return RevocationMessages.unknown(certificate, "a good OCSP response stapled by the server", problems);
    }
}
