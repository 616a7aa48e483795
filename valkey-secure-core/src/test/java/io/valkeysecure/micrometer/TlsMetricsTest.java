package io.valkeysecure.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.root.RootTypes;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.TlsTerminator;
import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TlsMetricsTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final TlsTerminator server = TlsTerminator.alone(SERVER);

    @AfterEach
    void close() {
        server.close();
    }

    private static SecureTls tls(TlsMetrics metrics) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .withoutClientIdentity()
                .listener(metrics)
                .build();
    }

    private SSLSocket connect(SecureTls tls) throws IOException {
        return TlsHandshake.start(tls, new Endpoint("localhost", server.port()), ClientLibrary.JEDIS)
                .overSocket(new Socket("localhost", server.port()));
    }

    private double gauge(String name, String... tags) {
        return registry.get(name).tags(tags).gauge().value();
    }

    @Test
    void handshake_verified_isTimedAndCounted() throws IOException {
        try (SecureTls tls = tls(TlsMetrics.to(registry));
                SSLSocket socket = connect(tls)) {
            Timer timer = registry.get("valkey.tls.handshake")
                    .tags(
                            "client", "jedis", "outcome", "success", "reason", "none", "version", "TLSv1.3", "resumed",
                            "false")
                    .timer();
            assertThat(timer.count()).isEqualTo(1);
            assertThat(timer.totalTime(java.util.concurrent.TimeUnit.NANOSECONDS))
                    .isPositive();
            assertThat(registry.get("valkey.tls.negotiated")
                            .tags("cipher.suite", socket.getSession().getCipherSuite(), "group", "x25519")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(gauge("valkey.tls.connections", "client", "jedis", "age", "current"))
                    .isEqualTo(1);
            assertThat(gauge("valkey.tls.generation")).isEqualTo(1);
            assertThat(gauge("valkey.tls.reload.failing")).isZero();
        }
    }

    /** Only the JDK's is on the class path of these tests. */
    @Test
    void engine_ofEachClientLibrary_isTheOneInUse() {
        try (SecureTls tls = tls(TlsMetrics.to(registry))) {
            assertThat(tls.status().engines())
                    .containsOnly(
                            Map.entry(ClientLibrary.LETTUCE, Engine.jdk()),
                            Map.entry(ClientLibrary.REDISSON, Engine.jdk()),
                            Map.entry(ClientLibrary.JEDIS, Engine.jdk()));
            for (String client : List.of("lettuce", "redisson", "jedis")) {
                assertThat(gauge("valkey.tls.engine", "client", client, "engine", "jdk"))
                        .isEqualTo(1);
                assertThat(gauge("valkey.tls.engine", "client", client, "engine", "boringssl"))
                        .isZero();
            }
        }
    }

    @Test
    void expiry_ofEachRole_isInSeconds() throws IOException {
        try (SecureTls tls = tls(TlsMetrics.to(registry));
                SSLSocket socket = connect(tls)) {
            assertThat(socket.isConnected()).isTrue();
            double left = Duration.between(
                            tls.status().at(),
                            SERVER.certificate().getNotAfter().toInstant())
                    .toSeconds();
            assertThat(gauge("valkey.tls.certificate.expiry", "role", "peer")).isBetween(left - 5, left + 5);
            assertThat(gauge("valkey.tls.certificate.expiry", "role", "anchor")).isPositive();
            assertThat(gauge("valkey.tls.certificate.expiry", "role", "identity"))
                    .isNaN();
        }
    }

    @Test
    void anchorsUnusable_countsThoseThatAreLeftOut() {
        TestCertificate weak = TestCertificate.root().keyType(KeyType.RSA_1024).build();
        try (SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate(), weak.certificate()))
                .withoutClientIdentity()
                .listener(TlsMetrics.to(registry))
                .build()) {
            assertThat(gauge("valkey.tls.anchors.unusable"))
                    .isEqualTo(tls.status().unusableAnchors().size())
                    .isEqualTo(1);
        }
        try (SecureTls tls = tls(TlsMetrics.to(registry))) {
            assertThat(tls.status().unusableAnchors()).isEmpty();
            assertThat(gauge("valkey.tls.anchors.unusable")).isZero();
        }
    }

    /** What appears with 1 has not increased, for Prometheus: the first refusal must be seen. */
    @Test
    void refused_everyReason_isThereAtZeroFromTheStart() {
        try (SecureTls tls = tls(TlsMetrics.to(registry))) {
            assertThat(registry.get("valkey.tls.refused").counters())
                    .hasSize(RefusalReason.values().length)
                    .allSatisfy(counter -> assertThat(counter.count()).isZero());
            assertThat(tls.status().generation()).isEqualTo(1);
        }
    }

    @Test
    void close_gaugesGo_countersStay() {
        SecureTls tls = tls(TlsMetrics.to(registry));
        assertThat(registry.find("valkey.tls.generation").gauge()).isNotNull();
        tls.close();
        assertThat(registry.getMeters())
                .isNotEmpty()
                .noneMatch(meter -> meter.getId().getType() == Meter.Type.GAUGE);
    }

    @Test
    void tags_twoTlsInOneRegistry_areToldApart() {
        SecureTls sessions =
                tls(TlsMetrics.builder(registry).tags("tls", "sessions").build());
        try (SecureTls cache =
                tls(TlsMetrics.builder(registry).tags("tls", "cache").build())) {
            assertThat(registry.get("valkey.tls.generation").gauges()).hasSize(2);
            sessions.close();
            assertThat(gauge("valkey.tls.generation", "tls", "cache"))
                    .isEqualTo((double) cache.status().generation());
            assertThat(registry.get("valkey.tls.generation").gauges()).hasSize(1);
        }
    }

    // The endpoint tag

    private static TlsHandshakeException refusal(int port) {
        return RootTypes.handshakeRefused(RefusalReason.PEER_CLOSED, new Endpoint("db.internal", port), "gone", null);
    }

    private Set<String> endpoints() {
        return registry.get("valkey.tls.handshake").timers().stream()
                .map(timer -> String.valueOf(timer.getId().getTag("endpoint")))
                .collect(Collectors.toSet());
    }

    @Test
    void endpoint_byDefault_isNoTag() {
        TlsMetrics.to(registry).handshakeRefused(refusal(1), ClientLibrary.LETTUCE, Duration.ZERO);
        assertThat(registry.getMeters())
                .flatMap(meter -> meter.getId().getTags())
                .noneMatch(
                        tag -> tag.getKey().equals("endpoint") || tag.getValue().contains("db.internal"));
    }

    @Test
    void endpoint_moreThanTheLimit_areOther() {
        TlsMetrics metrics = TlsMetrics.builder(registry).endpoints(2).build();
        Stream.of(1, 2, 3, 4, 2, 1)
                .forEach(port -> metrics.handshakeRefused(refusal(port), ClientLibrary.LETTUCE, Duration.ZERO));
        assertThat(endpoints()).containsExactlyInAnyOrder("db.internal:1", "db.internal:2", "other");
        assertThat(registry.get("valkey.tls.refused")
                        .tags("endpoint", "other")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    // A registry that throws

    @Test
    void registry_throws_connectionIsMadeAllTheSame() throws IOException {
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                throw new IllegalStateException("this registry is broken");
            }
        });
        try (SecureTls tls = tls(TlsMetrics.to(registry));
                SSLSocket socket = connect(tls)) {
            assertThat(socket.getSession().isValid()).isTrue();
            assertThat(RefusalReason.of(catchThrowable(() -> TlsHandshake.start(
                                    tls, new Endpoint("other.example", server.port()), ClientLibrary.JEDIS)
                            .overSocket(new Socket("localhost", server.port())))))
                    .contains(RefusalReason.NAME_MISMATCH);
        }
        assertThat(registry.getMeters()).isEmpty();
    }

    // Options

    @Test
    void options_twiceOrOutOfRange_areRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> TlsMetrics.builder(registry).histogram().histogram())
                .withMessageStartingWith("histogram was already set");
        assertThatIllegalStateException()
                .isThrownBy(() -> TlsMetrics.builder(registry).tags("a", "b").tags("a", "b"));
        assertThatIllegalStateException()
                .isThrownBy(() -> TlsMetrics.builder(registry).endpoints(3).endpoints(3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsMetrics.builder(registry).endpoints(0))
                .withMessage("endpoints must be from 1 to 1000, was 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TlsMetrics.builder(registry).endpoints(1001));
    }
}
