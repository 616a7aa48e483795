package io.valkeysecure.benchmarks;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What one SecureTls keeps after many rotations of its identity: nothing of the earlier ones. */
final class RotationGrowth extends Growth {
    static final String TITLE = "Rotations of one SecureTls";
    static final List<Integer> SIZES = List.of(1, 10, 100, 1_000);

    private final Site site;
    private final Path directory;

    RotationGrowth(Site site, Path directory, List<Integer> sizes) {
        super(
                TITLE,
                "so many identities after one another, each proved on every engine; all of them together",
                Metric.MADE);
        this.site = site;
        this.directory = directory;
        for (int size : sizes) {
            add(at(size), length -> measure(size));
        }
    }

    private Map<Metric, Double> measure(int rotations) throws Exception {
        PemFiles first = site.identity(KeyType.EC_P256).writePem(directory, "rotated");
        List<TestCertificate> identities = List.of(site.identity(KeyType.EC_P256), site.identity(KeyType.EC_P256));
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(site.root().certificate()))
                .presenting(ClientIdentity.pem(first.certificate(), first.key()))
                .rotation(Rotation.builder().withoutDraining().build())
                .build()) {
            Handshake.ping(tls, site.endpoint(), site.server());
            long before = Heap.used();
            long reloading = 0;
            for (int i = 0; i < rotations; i++) {
                PemFiles next = identities.get(i % 2).writePem(directory, "rotated-next");
                Files.move(next.key(), first.key(), StandardCopyOption.REPLACE_EXISTING);
                Files.move(next.certificate(), first.certificate(), StandardCopyOption.REPLACE_EXISTING);
                long begun = System.nanoTime();
                if (!tls.reload()) {
                    throw new IllegalStateException("the new identity is not in force");
                }
                reloading += System.nanoTime() - begun;
                Handshake.ping(tls, site.endpoint(), site.server());
            }
            Map<Metric, Double> measured = new EnumMap<>(Metric.class);
            measured.put(Metric.MADE, reloading / 1e6);
            measured.put(Metric.KEPT, (Heap.used() - before) / Heap.KIB);
            return measured;
        }
    }
}
