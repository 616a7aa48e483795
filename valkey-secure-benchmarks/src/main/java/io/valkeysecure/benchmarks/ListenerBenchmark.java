package io.valkeysecure.benchmarks;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.micrometer.TlsMetrics;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.TlsTerminator;
import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What metrics add to a handshake: every event of a real one, passed to the listener. Commands cause no event. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ListenerBenchmark {
    /** With a histogram or without. */
    @Param({"false", "true"})
    public boolean histogram;

    private TlsMetrics metrics = TlsMetrics.to(new SimpleMeterRegistry());
    private CompletableFuture<VerifiedHandshake> verified = new CompletableFuture<>();

    /**
     * Shakes hands once.
     *
     * @throws IOException if it was refused
     */
    @Setup
    public void connect() throws IOException {
        TlsMetrics.Builder builder = TlsMetrics.builder(new SimpleMeterRegistry());
        metrics = (histogram ? builder.histogram() : builder).build();
        verified = new CompletableFuture<>();
        TestCertificate root = TestCertificate.root().build();
        TlsListener keeping = new TlsListener() {
            @Override
            public void handshakeSucceeded(VerifiedHandshake handshake) {
                verified.complete(handshake);
            }
        };
        try (TlsTerminator server =
                        TlsTerminator.alone(root.issue().dnsName("localhost").build());
                SecureTls tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                        .withoutClientIdentity()
                        .listener(metrics, keeping)
                        .build();
                Socket socket = TlsHandshake.start(tls, new Endpoint("localhost", server.port()), ClientLibrary.OTHER)
                        .overSocket(new Socket("localhost", server.port()))) {
            socket.setTcpNoDelay(true);
        }
        verified.join();
    }

    /** Is told of it. */
    @Benchmark
    public void handshakeSucceeded() {
        metrics.handshakeSucceeded(verified.join());
    }
}
