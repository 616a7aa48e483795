package io.valkeysecure.fuzz;

import io.valkeysecure.internal.material.Pem;
import io.valkeysecure.internal.x509.MalformedException;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.PrivateKeyEncryption;
import io.valkeysecure.testkit.internal.PrivateKeyFormat;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * PEM files: any text, and blocks whose content is changed as a tree. Nothing of a content or a password is in a
 * message.
 */
final class PemTarget implements FuzzTarget {
    private static final String PASSWORD = "s3cr3t-of-fuzz";
    private static final int TEXT = 255;
    private static final int TELLING_CHARACTERS = 20;
    private static final List<String> LABELS = List.of(
            "CERTIFICATE",
            "PRIVATE KEY",
            "EC PRIVATE KEY",
            "RSA PRIVATE KEY",
            "ENCRYPTED PRIVATE KEY",
            "EC PARAMETERS",
            "TRUSTED CERTIFICATE",
            "X509 CRL",
            "PUBLIC KEY");

    private final List<String> texts = texts();

    private static List<String> texts() {
        List<String> texts = new ArrayList<>(List.of(
                Pki.LEAF.certificatePem(),
                Pki.NAMED.certificatePem() + Pki.CONSTRAINED.certificatePem(),
                PrivateKeyFormat.PKCS8.pem(Pki.LEAF.keyPair()),
                PrivateKeyFormat.SEC1.pem(Pki.LEAF.keyPair())));
        for (PrivateKeyEncryption encryption : PrivateKeyEncryption.values()) {
            texts.add(encryption.pem(Pki.LEAF.keyPair(), PASSWORD.toCharArray()));
        }
        KeyPair rsa = KeyType.RSA_2048.generate();
        TestCertificate withRsa = Pki.CA.issue().keyPair(rsa).build();
        texts.add(PrivateKeyFormat.PKCS1.pem(withRsa.keyPair()));
        texts.add(PrivateKeyFormat.PKCS8.pem(withRsa.keyPair()));
        return texts;
    }

    @Override
    public String name() {
        return "pem";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String text : texts) {
            seeds.add(Der.joined(new byte[] {(byte) TEXT}, text.getBytes(StandardCharsets.US_ASCII)));
        }
        for (int text = 0; text < texts.size(); text++) {
            for (int change = 0; change < 20; change++) {
                seeds.add(new byte[] {(byte) text, (byte) change, 0, (byte) (3 * change), (byte) change, 1, 2, 3});
            }
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) {
        Draw draw = new Draw(input);
        int mode = draw.octet();
        byte[] text = mode == TEXT ? draw.rest() : changed(mode, draw);
        List<String> secrets = secrets(text);
        int blocks = certificateBlocks(text);
        try {
            int read = Pem.certificates(text).size();
            if (read != blocks) {
                throw new PropertyViolation(
                        "certificates skipped in silence",
                        read + " of " + blocks + " blocks of certificates were read");
            }
        } catch (MalformedException e) {
            Properties.requireFit(e, secrets.toArray(new String[0]));
        }
        try {
            var unused = Pem.certificatesBesideKey(text);
        } catch (MalformedException e) {
            Properties.requireFit(e, secrets.toArray(new String[0]));
        }
        readKey(text, null, secrets);
        readKey(text, PASSWORD.toCharArray(), secrets);
    }

    private static void readKey(byte[] text, char @Nullable [] password, List<String> secrets) {
        try {
            var unused = Pem.privateKey(text, password);
        } catch (MalformedException e) {
            Properties.requireFit(e, secrets.toArray(new String[0]));
        }
    }

    private byte[] changed(int mode, Draw draw) {
        String original = texts.get(mode % texts.size());
        int label = draw.octet();
        String kind = original.substring("-----BEGIN ".length(), original.indexOf("-----", 5));
        String body = original.substring(original.indexOf('\n'), original.indexOf("-----END"));
        byte[] content = Base64.getMimeDecoder().decode(body.replaceAll("(?m)^.*:.*$", ""));
        String block =
                Pki.pem(label > 128 ? LABELS.get(label % LABELS.size()) : kind, List.of(Der.changed(content, draw)));
        return ((label & 64) != 0 ? original + block : block).getBytes(StandardCharsets.US_ASCII);
    }

    private static int certificateBlocks(byte[] text) {
        return (int) new String(text, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> line.matches(" *-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----.*"))
                .count();
    }

    /** The password, and each line that is long enough to tell something of a key. */
    private static List<String> secrets(byte[] text) {
        List<String> secrets = new ArrayList<>(List.of(PASSWORD));
        Arrays.stream(new String(text, StandardCharsets.ISO_8859_1).split("[\r\n]+"))
                .filter(line -> line.length() >= TELLING_CHARACTERS && line.matches("[A-Za-z0-9+/=]*"))
                .map(line -> line.substring(0, TELLING_CHARACTERS))
                .forEach(secrets::add);
        return secrets;
    }
}
