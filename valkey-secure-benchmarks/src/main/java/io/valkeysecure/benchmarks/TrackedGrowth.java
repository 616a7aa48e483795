package io.valkeysecure.benchmarks;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.internal.connection.Generations;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.Proof;
import io.valkeysecure.internal.generation.Verdict;
import io.valkeysecure.internal.handshake.Connector;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Open connections that are watched while a rotation is under way. They are registered without a socket, each with
 * certificates of its own, as full handshakes leave them, and none is due within the measurement.
 */
final class TrackedGrowth extends Growth {
    static final String TITLE = "Open connections in a rotation";
    static final List<Integer> SIZES = List.of(1, 100, 1_000, 10_000, 50_000);

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final Path directory;
    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate leaf = root.issue().dnsName("localhost").build();

    private static final class Idle implements ManagedConnection {
        @Override
        public void drain() {
            // busy for ever
        }

        @Override
        public void close(TlsHandshakeException reason) {
            throw new IllegalStateException(reason);
        }
    }

    TrackedGrowth(Path directory, List<Integer> sizes) {
        super(
                TITLE,
                "the client identity has changed and the drain window is an hour: what watching costs, and a status, as each"
                        + " gauge reads it",
                Metric.WATCHED);
        this.directory = directory;
        for (int size : sizes) {
            add(at(size), length -> measure(length, size));
        }
    }

    private Map<Metric, Double> measure(Duration length, int size) throws Exception {
        PemFiles identity = root.issue().subject("CN=client").build().writePem(directory, "tracked");
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.pem(identity.certificate(), identity.key()))
                .rotation(Rotation.builder().drainWindow(Duration.ofHours(1)).build())
                .build()) {
            register(((Connector) RootTypes.internals(tls)).generations(), size);
            rotate(identity);
            if (!tls.reload()) {
                throw new IllegalStateException("the new identity is not in force");
            }
            long ours = ProcessHandle.current().pid();
            Usage before = Usage.now(ours);
            Duration watching = length.compareTo(SHORTEST) < 0 ? SHORTEST : length;
            long begun = System.nanoTime();
            pause(watching);
            double seconds = (System.nanoTime() - begun) / 1e9;
            Map<Metric, Double> measured = new EnumMap<>(Metric.class);
            measured.put(Metric.WATCHED, before.clientMicros() / 1e3 / seconds);
            measured.put(Metric.STATUS, micros(length, () -> {
                if (tls.status().openConnections() != size) {
                    throw new IllegalStateException("expected " + size + " connections, seen " + tls.status());
                }
            }));
            return measured;
        }
    }

    private void register(Generations generations, int size) throws Exception {
        Generation generation = generations.current();
        Endpoint endpoint = new Endpoint("localhost", 6379);
        RootTypes.Negotiated negotiated = new RootTypes.Negotiated(
                TlsVersion.TLS_1_3, "TLS_AES_256_GCM_SHA384", Optional.of("x25519"), false, Duration.ofMillis(1));
        for (int i = 0; i < size; i++) {
            List<X509Certificate> chain = ChainVerifier.parse(List.of(leaf.encoded()));
            Verdict verdict = new Verdict(generation, generation.verify(chain, endpoint, List.of()));
            var unused = generations.opened(
                    new Idle(),
                    new Proof(
                            RootTypes.verifiedHandshake(
                                    endpoint, ClientLibrary.LETTUCE, negotiated, verdict.path(), generation.number()),
                            negotiated,
                            verdict,
                            generation,
                            chain,
                            List.of()));
        }
    }

    /** The key first, as a CA's tools do; a pair that does not match is not taken over, and is read again. */
    private void rotate(PemFiles identity) throws Exception {
        PemFiles next = root.issue().subject("CN=client").build().writePem(directory, "tracked-next");
        Files.move(next.key(), identity.key(), StandardCopyOption.REPLACE_EXISTING);
        Files.move(next.certificate(), identity.certificate(), StandardCopyOption.REPLACE_EXISTING);
    }
}
