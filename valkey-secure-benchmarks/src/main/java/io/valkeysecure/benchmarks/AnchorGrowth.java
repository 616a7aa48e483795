package io.valkeysecure.benchmarks;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Trust anchors: reading them, the first path, and the same path again. The server's anchor is the last of them. */
final class AnchorGrowth extends Growth {
    static final String TITLE = "Trust anchors";
    static final List<Integer> SIZES = List.of(1, 10, 100, 1_000);

    private final ServerIdentity host = ServerIdentity.host("localhost");

    AnchorGrowth(Path directory, List<Integer> sizes) throws Exception {
        super(
                TITLE,
                "a SecureTls made of one PEM file of so many anchors, the first path of a new verifier, and the same path"
                        + " again",
                Metric.MADE);
        List<TestCertificate> roots = new ArrayList<>();
        for (int i = 1; i <= sizes.get(sizes.size() - 1); i++) {
            roots.add(TestCertificate.root().subject("CN=root " + i).build());
        }
        for (int size : sizes) {
            TestCertificate issuer = roots.get(size - 1);
            TestCertificate leaf = issuer.issue().dnsName("localhost").build();
            List<X509Certificate> chain = ChainVerifier.parse(List.of(leaf.encoded()));
            Path file = write(directory.resolve("anchors-" + size + ".pem"), roots.subList(0, size));
            add(at(size), length -> measure(length, file, chain));
        }
    }

    private static Path write(Path file, List<TestCertificate> anchors) throws IOException {
        return Files.writeString(
                file, anchors.stream().map(TestCertificate::certificatePem).collect(Collectors.joining()));
    }

    private Map<Metric, Double> measure(Duration length, Path file, List<X509Certificate> chain) throws Exception {
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(
                Metric.MADE,
                millis(
                        length,
                        () -> SecureTls.trusting(TrustAnchors.pem(file))
                                .withoutClientIdentity()
                                .build()
                                .close()));
        ChainVerifier verifier = ChainVerifier.trusting(TrustAnchors.pem(file)).build();
        long begun = System.nanoTime();
        var unusedFirst = verifier.verify(chain, host);
        measured.put(Metric.FIRST, (System.nanoTime() - begun) / 1e3);
        measured.put(Metric.AGAIN, micros(length, () -> {
            var unused = verifier.verify(chain, host);
        }));
        return measured;
    }
}
