package io.valkeysecure.internal.verify;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import java.security.KeyPair;
import java.security.interfaces.EdECPrivateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * CAs in layers, those of a layer of one name and key, so that every path through the layers has good signatures: as
 * many paths as there are ways to choose one of each layer.
 *
 * @param root signed all of the topmost layer
 * @param presented the leaf, then all CAs
 */
record Mesh(TestCertificate root, List<TestCertificate> presented) {
    static Mesh of(int layers, int width, Supplier<KeyPair> keys) {
        TestCertificate root = root(keys.get());
        TestCertificate issuer = root;
        List<TestCertificate> presented = new ArrayList<>();
        for (int layer = 0; layer < layers; layer++) {
            KeyPair key = keys.get();
            TestCertificate one = issuer;
            for (int i = 0; i < width; i++) {
                one = signed(issuer.issue().ca().subject("CN=Layer " + layer).keyPair(key), issuer.keyPair());
                presented.add(one);
            }
            issuer = one;
        }
        presented.add(0, signed(Chain.goodLeaf(issuer), issuer.keyPair()));
        return new Mesh(root, List.copyOf(presented));
    }

    private static TestCertificate root(KeyPair key) {
        return signed(Chain.goodRoot().keyPair(key), key);
    }

    private static TestCertificate signed(TestCertificateBuilder builder, KeyPair signer) {
        boolean isEd448 = signer.getPrivate() instanceof EdECPrivateKey edwards
                && edwards.getParams().getName().equals("Ed448");
        return (isEd448 ? builder.signatureAlgorithm("Ed448") : builder).build();
    }
}
