package io.valkeysecure.benchmarks;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Names in the certificate of a server, which is dialled by the last of them. */
final class NameGrowth extends Growth {
    static final String TITLE = "Names of a server";
    static final List<Integer> SIZES = List.of(1, 10, 100, 500);

    private final TestCertificate root = TestCertificate.root().build();

    NameGrowth(List<Integer> sizes) throws Exception {
        super(
                TITLE,
                "a certificate of so many DNS names, dialled by the last: read and proved by a new verifier, and again",
                Metric.AGAIN);
        for (int size : sizes) {
            String[] names = IntStream.rangeClosed(1, size)
                    .mapToObj(number -> "node-" + number + ".valkey.internal")
                    .toArray(String[]::new);
            TestCertificate leaf = root.issue().dnsName(names).build();
            ServerIdentity host = ServerIdentity.host(names[size - 1]);
            add(at(size), length -> measure(length, leaf.encoded(), host));
        }
    }

    private ChainVerifier verifier() {
        return ChainVerifier.trusting(TrustAnchors.of(root.certificate())).build();
    }

    private Map<Metric, Double> measure(Duration length, byte[] leaf, ServerIdentity host) throws Exception {
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(Metric.FIRST, micros(length, () -> {
            var unused = verifier().verify(ChainVerifier.parse(List.of(leaf)), host);
        }));
        ChainVerifier verifier = verifier();
        List<X509Certificate> chain = ChainVerifier.parse(List.of(leaf));
        measured.put(Metric.AGAIN, micros(length, () -> {
            var unused = verifier.verify(chain, host);
        }));
        return measured;
    }
}
