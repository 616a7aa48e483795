package io.valkeysecure.fuzz;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Certificates as a server presents them, changed before they are signed, so that the verifier gets past the signature,
 * or afterwards. What we accept OpenSSL accepts, or a reason is listed.
 */
final class CertificateTarget implements FuzzTarget {
    /** What the first byte asks for. */
    private static final int CHANGE_CA = 1;

    private static final int CONSTRAINED = 2;
    private static final int UNSIGNED = 4;
    /** The rest of the input is the content to be signed. */
    private static final int GIVEN = 8;

    private final OpenSsl openSsl = new OpenSsl();
    private final ChainVerifier verifier;

    CertificateTarget() throws Exception {
        verifier = ChainVerifier.trusting(TrustAnchors.of(ChainVerifier.parse(List.of(Pki.ROOT.encoded()))))
                .clock(Pki.CLOCK)
                .build();
        if (!isAccepted(Pki.LEAF.encoded(), Pki.CA.encoded())
                || !isAccepted(Pki.NAMED.encoded(), Pki.CONSTRAINED.encoded())) {
            throw new IllegalStateException("the unchanged chains must be accepted");
        }
    }

    @Override
    public String name() {
        return "certificates";
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
        seeds.add(Der.joined(new byte[] {GIVEN}, Pki.content(Pki.LEAF.encoded())));
        seeds.add(Der.joined(new byte[] {GIVEN | CONSTRAINED}, Pki.content(Pki.NAMED.encoded())));
        return seeds;
    }

    @Override
    public void run(byte[] input) throws Exception {
        Draw draw = new Draw(input);
        int mode = draw.octet();
        boolean constrained = (mode & CONSTRAINED) != 0;
        TestCertificate ca = constrained ? Pki.CONSTRAINED : Pki.CA;
        TestCertificate leaf = constrained ? Pki.NAMED : Pki.LEAF;
        boolean ofCa = (mode & CHANGE_CA) != 0;
        byte[] changed = changed(ofCa ? ca : leaf, mode, draw);
        boolean unused = isAccepted(ofCa ? leaf.encoded() : changed, ofCa ? changed : ca.encoded());
    }

    private static byte[] changed(TestCertificate original, int mode, Draw draw) {
        if ((mode & GIVEN) != 0) {
            return Pki.signed(draw.rest(), original.issuer());
        } else if ((mode & UNSIGNED) != 0) {
            return Der.changed(original.encoded(), draw);
        }
        return Pki.signed(Der.changed(Pki.content(original.encoded()), draw), original.issuer());
    }

    private boolean isAccepted(byte[] leaf, byte[] ca) throws Exception {
        ValidatedPath path;
        try {
            path = verifier.verify(ChainVerifier.parse(List.of(leaf, ca)), ServerIdentity.host(Pki.HOST));
        } catch (PeerRejectedException e) {
            Properties.requireFit(e);
            return false;
        }
        if (!openSsl.isNew(Der.joined(leaf, ca))) {
            return true;
        }
        OpenSsl.Verdict theirs = openSsl.verify(Pki.ROOT.encoded(), leaf, List.of(ca), List.of());
        if (!theirs.accepted() && !ListedReason.explain(theirs, path.certificates())) {
            throw new PropertyViolation(
                    "accepted where OpenSSL has "
                            + (theirs.errors().isEmpty() ? "no reading" : "errors " + theirs.errors()),
                    theirs.output());
        }
        return true;
    }
}
