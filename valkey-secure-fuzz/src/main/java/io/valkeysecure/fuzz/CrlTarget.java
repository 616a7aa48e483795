package io.valkeysecure.fuzz;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.revocation.CrlCheck;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Revocation lists, changed before they are signed or afterwards, in DER and PEM. What is accepted OpenSSL accepts. */
final class CrlTarget implements FuzzTarget {
    private static final int REVOKES = 1;
    private static final int UNSIGNED = 2;
    private static final int PEM = 4;
    private static final int GIVEN = 8;
    private static final int RAW = 16;

    private static final String LABEL = "X509 CRL";

    private final byte[] empty = list(false);
    private final byte[] revoking = list(true);
    private final OpenSsl openSsl = new OpenSsl();
    private final X509Certificate leaf = Pki.DIRECT.certificate();
    private final X509Certificate root = Pki.ROOT.certificate();

    private static byte[] list(boolean revokes) {
        var builder = Pki.ROOT
                .crl()
                .thisUpdate(Pki.NOW.minus(Duration.ofDays(1)))
                .nextUpdate(Pki.NOW.plus(Duration.ofDays(7)));
        if (revokes) {
            builder = builder.revoke(Pki.DIRECT);
        }
        return builder.revoke(Pki.LEAF).build().encoded();
    }

    CrlTarget() throws Exception {
        if (!isAccepted(empty) || isAccepted(revoking)) {
            throw new IllegalStateException("what is unchanged must be accepted, unless it revokes");
        }
    }

    @Override
    public String name() {
        return "revocation-lists";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int mode = 0; mode < 8; mode++) {
            seeds.add(new byte[] {(byte) mode});
            for (int change = 0; change < 20; change++) {
                seeds.add(new byte[] {(byte) mode, 0, (byte) (3 * change + mode), (byte) change, 1, 2, 3});
            }
        }
        seeds.add(Der.joined(new byte[] {GIVEN}, Pki.content(empty)));
        seeds.add(Der.joined(new byte[] {RAW}, Pki.pem(LABEL, List.of(empty)).getBytes(StandardCharsets.US_ASCII)));
        return seeds;
    }

    @Override
    public void run(byte[] input) throws Exception {
        Draw draw = new Draw(input);
        int mode = draw.octet();
        boolean unused;
        if ((mode & RAW) != 0) {
            unused = isAccepted(draw.rest());
            return;
        }
        byte[] original = (mode & REVOKES) != 0 ? revoking : empty;
        byte[] changed = (mode & GIVEN) != 0
                ? Pki.signed(draw.rest(), Pki.ROOT)
                : (mode & UNSIGNED) != 0
                        ? Der.changed(original, draw)
                        : Pki.signed(Der.changed(Pki.content(original), draw), Pki.ROOT);
        unused = isAccepted(
                (mode & PEM) != 0 ? Pki.pem(LABEL, List.of(changed)).getBytes(StandardCharsets.US_ASCII) : changed);
    }

    private boolean isAccepted(byte[] content) throws Exception {
        try {
            CrlCheck check = CrlCheck.parse(Map.of(Path.of("ca.crl"), content), Duration.ZERO);
            String problem = check.problem(List.of(root), Pki.NOW);
            if (problem != null) {
                Properties.requireShowable(problem, "CrlCheck.problem");
            }
            check.freshUntil();
            check.check(
                    new CertificationPath(List.of(ParsedCertificate.of(leaf)), ParsedCertificate.of(root)),
                    Pki.NOW,
                    List.of(),
                    System.nanoTime());
        } catch (MalformedException | PeerRejectedException e) {
            Properties.requireFit(e);
            return false;
        }
        if (!openSsl.isNew(content)) {
            return true;
        }
        Path file = openSsl.file("list.crl", content);
        OpenSsl.Verdict theirs = openSsl.verify(
                Pki.ROOT.encoded(),
                Pki.DIRECT.encoded(),
                List.of(),
                List.of("-crl_check", "-CRLfile", file.toString()));
        if (!theirs.accepted()) {
            throw new PropertyViolation(
                    "accepted where OpenSSL has "
                            + (theirs.errors().isEmpty() ? "no reading" : "errors " + theirs.errors()),
                    theirs.output());
        }
        return true;
    }
}
