package io.valkeysecure.benchmarks;

import io.valkeysecure.ChainVerifier;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.Revocation;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.SpkiPin;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.ValidatedPath;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** One pass of the verifier over a leaf and an intermediate of P-256, by what is asked of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class VerifierBenchmark {
    /** What is asked. */
    public enum Asked {
        /** The default. */
        MODERN,
        /** {@link TlsPolicy#strict()}. */
        STRICT,
        /** The default, and pins. */
        MODERN_PINS,
        /** The default, and CRLs. */
        MODERN_CRLS
    }

    /** What is asked. */
    @Param
    public Asked asked = Asked.MODERN;

    private final ServerIdentity host = ServerIdentity.host("localhost");
    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate intermediate = root.issue().ca().build();
    private List<X509Certificate> chain = List.of();
    private Path directory = Path.of("");
    private ChainVerifier verifier = verifier();

    /**
     * Makes a chain and CRLs.
     *
     * @throws IOException if they cannot be written
     * @throws PeerRejectedException never
     */
    @Setup
    public void issue() throws IOException, PeerRejectedException {
        TestCertificate leaf = intermediate.issue().dnsName("localhost").build();
        chain = ChainVerifier.parse(List.of(leaf.encoded(), intermediate.encoded()));
        directory = Files.createTempDirectory("valkey-secure-verifier");
        root.crl().build().write(directory.resolve("root.crl"));
        intermediate.crl().build().write(directory.resolve("intermediate.crl"));
        verifier = verifier();
    }

    /**
     * Deletes them.
     *
     * @throws IOException if they are gone
     */
    @TearDown
    public void delete() throws IOException {
        Files.delete(directory.resolve("root.crl"));
        Files.delete(directory.resolve("intermediate.crl"));
        Files.delete(directory);
    }

    private ChainVerifier verifier() {
        ChainVerifier.Builder builder = ChainVerifier.trusting(TrustAnchors.of(root.certificate()));
        switch (asked) {
            case MODERN -> builder.policy(TlsPolicy.modern());
            case STRICT -> builder.policy(TlsPolicy.strict());
            case MODERN_PINS -> builder.pins(SpkiPin.of(intermediate.certificate()), SpkiPin.of(root.certificate()));
            case MODERN_CRLS ->
                builder.revocation(
                        Revocation.crls(directory.resolve("root.crl"), directory.resolve("intermediate.crl")));
        }
        return builder.build();
    }

    /**
     * A path that this verifier has seen before, as with each connection but the first.
     *
     * @return the path
     * @throws PeerRejectedException never
     */
    @Benchmark
    public ValidatedPath again() throws PeerRejectedException {
        return verifier.verify(chain, host);
    }

    /**
     * The first path of a new verifier, as after each change of material; the verifier's making is part of it.
     *
     * @return the path
     * @throws PeerRejectedException never
     */
    @Benchmark
    public ValidatedPath first() throws PeerRejectedException {
        return verifier().verify(chain, host);
    }
}
