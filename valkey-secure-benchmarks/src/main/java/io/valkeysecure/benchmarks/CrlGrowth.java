package io.valkeysecure.benchmarks;

import io.valkeysecure.internal.revocation.CrlCheck;
import io.valkeysecure.internal.x509.CertificationPath;
import io.valkeysecure.internal.x509.ParsedCertificate;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCrl;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Entries of a CRL: reading them, what they keep on the heap, and a lookup. It measures the check alone: files of more
 * than 1 MiB, some 25,000 entries, are refused.
 */
final class CrlGrowth extends Growth {
    static final String TITLE = "Entries of a CRL";
    static final List<Integer> SIZES = List.of(1, 1_000, 25_000, 1_000_000);

    private static final Duration LOOKING = Duration.ofMillis(200);

    private final CertificationPath path;

    CrlGrowth(List<Integer> sizes) throws Exception {
        super(
                TITLE,
                "one CRL in DER of so many entries: read, and a certificate that is not among them looked up; files of"
                        + " more than 1 MiB, some 25,000 entries, are refused, so the largest is of the check alone;"
                        + " bare is the parser of the JDK",
                Metric.MADE);
        TestCertificate root = TestCertificate.root().build();
        path = new CertificationPath(
                List.of(ParsedCertificate.of(root.issue().build().certificate())),
                ParsedCertificate.of(root.certificate()));
        Instant revoked = Instant.now().minusSeconds(1);
        for (int size : sizes) {
            TestCrl.Builder list = root.crl();
            for (int serial = 1; serial <= size; serial++) {
                // as long as those of a CA
                list.revoke(BigInteger.ONE.shiftLeft(120).add(BigInteger.valueOf(serial)), revoked, null);
            }
            byte[] encoded = list.build().encoded();
            add(ofSize(size), length -> measure(length, encoded));
            add(Bare.nameOf(ofSize(size)), length -> measureBare(length, encoded));
        }
    }

    static String ofSize(int size) {
        return "CRL, valkey-secure, " + at(size);
    }

    /** By the method for several lists: that for one keeps in mind what it has parsed. */
    private static Map<Metric, Double> measureBare(Duration length, byte[] encoded) throws Exception {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        return Map.of(Metric.MADE, millis(length, () -> {
            var unused = factory.generateCRLs(new ByteArrayInputStream(encoded));
        }));
    }

    private Map<Metric, Double> measure(Duration length, byte[] encoded) throws Exception {
        Map<Metric, Double> measured = new EnumMap<>(Metric.class);
        measured.put(Metric.MADE, millis(length, () -> {
            CrlCheck unused = read(encoded);
        }));
        long before = Heap.used();
        CrlCheck check = read(encoded);
        measured.put(Metric.KEPT, (Heap.used() - before) / Heap.KIB);
        Instant now = Instant.now();
        // the first one verifies the signature of the list
        measured.put(Metric.FIRST, micros(Duration.ZERO, () -> check.check(path, now, List.of(), System.nanoTime())));
        measured.put(Metric.AGAIN, micros(LOOKING, () -> check.check(path, now, List.of(), System.nanoTime())));
        return measured;
    }

    private static CrlCheck read(byte[] encoded) throws Exception {
        return CrlCheck.parse(Map.of(Path.of("root.crl"), encoded), Duration.ZERO);
    }
}
