package io.valkeysecure.fuzz;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.internal.revocation.StapledCheck;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.testkit.certificate.OcspResponder;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * OCSP answers as a server staples them, changed before they are signed or afterwards. What is accepted OpenSSL
 * accepts.
 */
final class OcspTarget implements FuzzTarget {
    private static final int REVOKES = 1;
    private static final int UNSIGNED = 2;
    private static final int WITH_CERTIFICATES = 4;
    private static final int GIVEN = 8;

    /** Warnings come between the certificate's name and this. */
    private static final Pattern GOOD = Pattern.compile("(?m)(^|: )good$");

    private final OpenSsl openSsl = new OpenSsl();
    private final StapledCheck check = new StapledCheck(Duration.ofMinutes(5), 2048);
    private final X509Certificate leaf = Pki.DIRECT.certificate();
    private final X509Certificate root = Pki.ROOT.certificate();
    private final byte[] good = answer(false);
    private final byte[] revoking = answer(true);

    private static byte[] answer(boolean revokes) {
        try (OcspResponder responder =
                OcspResponder.builder(Pki.ROOT).clock(Pki.CLOCK).start()) {
            if (revokes) {
                responder.revoke(Pki.DIRECT);
            }
            return responder.response(Pki.DIRECT);
        }
    }

    OcspTarget() throws Exception {
        if (!isAccepted(good) || isAccepted(revoking)) {
            throw new IllegalStateException("what is unchanged must be accepted, unless it revokes");
        }
    }

    @Override
    public String name() {
        return "ocsp-answers";
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
        seeds.add(Der.joined(new byte[] {GIVEN}, good));
        return seeds;
    }

    @Override
    public void run(byte[] input) throws Exception {
        Draw draw = new Draw(input);
        int mode = draw.octet();
        byte[] original = (mode & REVOKES) != 0 ? revoking : good;
        byte[] changed;
        if ((mode & GIVEN) != 0) {
            changed = draw.rest();
        } else if ((mode & UNSIGNED) != 0) {
            changed = Der.changed(original, draw);
        } else {
            changed = signedAgain(original, (mode & WITH_CERTIFICATES) != 0, draw);
        }
        boolean unused = isAccepted(changed);
    }

    /**
     * OCSPResponse: status, [0] { type, OCTET STRING { BasicOCSPResponse: data, algorithm, signature, [0] certificates
     * } }.
     */
    private static byte[] signedAgain(byte[] answer, boolean withCertificates, Draw draw) {
        List<byte[]> outer = Der.children(answer);
        List<byte[]> typed = Der.children(Der.children(outer.get(1)).get(0));
        byte[] basic = Der.children(typed.get(1)).get(0);
        byte[] data = Der.changed(Pki.content(basic), draw);
        byte[] certificates = withCertificates
                ? Der.of(0xa0, Der.of(Der.SEQUENCE, Der.changed(Pki.LEAF.encoded(), draw)))
                : new byte[0];
        byte[] signed = Pki.signed(data, Pki.ROOT, certificates);
        return Der.of(
                Der.SEQUENCE, outer.get(0), Der.of(0xa0, Der.of(Der.SEQUENCE, typed.get(0), Der.of(0x04, signed))));
    }

    private boolean isAccepted(byte[] answer) throws Exception {
        try {
            check.check(
                    new CertificationPath(List.of(ParsedCertificate.of(leaf)), ParsedCertificate.of(root)),
                    Pki.NOW,
                    List.of(answer),
                    System.nanoTime());
        } catch (MalformedException | PeerRejectedException e) {
            Properties.requireFit(e);
            return false;
        }
        if (!openSsl.isNew(answer)) {
            return true;
        }
        OpenSsl.Verdict theirs = openSsl.run(List.of(
                "openssl",
                "ocsp",
                "-respin",
                openSsl.file("answer.der", answer).toString(),
                "-issuer",
                openSsl.file("root.pem", Pki.ROOT.certificatePem()).toString(),
                "-cert",
                openSsl.file("leaf.pem", Pki.DIRECT.certificatePem()).toString(),
                "-CAfile",
                openSsl.file("root.pem", Pki.ROOT.certificatePem()).toString(),
                "-no_nonce",
                "-attime",
                Long.toString(Pki.NOW.getEpochSecond())));
        // it judges the times of an answer by the system's clock only, and says so by a warning
        if (!theirs.output().contains("Response verify OK")
                || !GOOD.matcher(theirs.output()).find()) {
            throw new PropertyViolation("accepted where OpenSSL does not say good", theirs.output());
        }
        return true;
    }
}
