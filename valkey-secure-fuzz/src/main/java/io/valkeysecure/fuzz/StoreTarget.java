package io.valkeysecure.fuzz;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Stores in PKCS#12 and JKS format, as anchors and as an identity. */
final class StoreTarget implements FuzzTarget {
    private static final String PASSWORD = "s3cr3t-of-fuzz";
    private static final int RAW = 128;
    private static final int AS_IDENTITY = 64;

    private final Path file;
    private final List<byte[]> stores = new ArrayList<>();
    private final TrustAnchors root = TrustAnchors.of(List.of(Pki.ROOT.certificate()));

    StoreTarget() throws IOException {
        Path directory = Files.createTempDirectory("valkey-secure-fuzz");
        directory.toFile().deleteOnExit();
        file = directory.resolve("store");
        // a target that derives keys for 10,000 rounds runs few inputs
        for (String name : List.of("certPbe", "keyPbe", "mac")) {
            System.setProperty("keystore.pkcs12." + name + "IterationCount", "10");
        }
        for (String type : List.of("PKCS12", "JKS")) {
            Path made = directory.resolve(type);
            made.toFile().deleteOnExit();
            stores.add(Files.readAllBytes(Pki.LEAF.writeKeyStore(made, type, PASSWORD.toCharArray())));
            stores.add(Files.readAllBytes(
                    TestCertificate.writeTrustStore(made, type, PASSWORD.toCharArray(), Pki.ROOT, Pki.CA)));
        }
        file.toFile().deleteOnExit();
    }

    @Override
    public String name() {
        return "stores";
    }

    @Override
    public List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int i = 0; i < stores.size(); i++) {
            int mode = i | (i % 2 == 0 ? AS_IDENTITY : 0);
            seeds.add(Der.joined(new byte[] {(byte) (mode | RAW)}, stores.get(i)));
            for (int change = 0; change < 20; change++) {
                seeds.add(new byte[] {(byte) mode, 0, (byte) (3 * change), (byte) change, 1, 2, 3});
            }
        }
        return seeds;
    }

    @Override
    public void run(byte[] input) throws IOException {
        Draw draw = new Draw(input);
        int mode = draw.octet();
        byte[] store = (mode & RAW) != 0 ? draw.rest() : Der.changed(stores.get(mode % stores.size()), draw);
        Files.write(file, store);
        try {
            if ((mode & AS_IDENTITY) != 0) {
                SecureTls.trusting(root)
                        .presenting(ClientIdentity.keyStore(file, PASSWORD.toCharArray()))
                        .clock(Pki.CLOCK)
                        .build()
                        .close();
            } else {
                var unused = ChainVerifier.trusting(TrustAnchors.keyStore(file, PASSWORD.toCharArray()))
                        .clock(Pki.CLOCK)
                        .build();
            }
        } catch (TlsConfigurationException e) {
            Properties.requireFit(e, PASSWORD);
            if (!String.valueOf(e.getMessage()).contains(file.getFileName().toString())) {
                throw new PropertyViolation(
                        "no file in a message of " + Properties.site(e), String.valueOf(e.getMessage()), e);
            }
        }
    }
}
