package io.valkeysecure.examples;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.cli.base.Console;
import io.valkeysecure.cli.base.MetricsEndpoint;
import io.valkeysecure.micrometer.TlsMetrics;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * The demo that goes on: connects every second, meets a stranger now and then, renews its certificate, and shows its
 * metrics in the terminal and to a Prometheus.
 */
final class MetricsDemo {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final int STRANGER_EVERY = 7;
    private static final int RENEWAL_EVERY = 20;

    private final Console console;

    /** Until interrupted if empty. */
    private final Optional<Duration> length;

    private final int port;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    MetricsDemo(Console console, int port, Optional<Duration> length) {
        this.console = console;
        this.port = port;
        this.length = length;
    }

    void run() throws IOException {
        TestCertificate ca = TestCertificate.root().subject("CN=Demo CA").build();
        TestCertificate leaf =
                ca.issue().subject("CN=demo server").dnsName("localhost").build();
        try (MetricsEndpoint endpoint = MetricsEndpoint.open(registry, port, "--metrics=PORT");
                Scratch scratch = Scratch.create()) {
            Path anchors = Files.writeString(scratch.directory().resolve("ca.crt"), ca.certificatePem());
            var files = ca.issue().subject("CN=demo client").build().writePem(scratch.directory(), "client");
            try (ValkeyServer server = ValkeyServer.builder(leaf, ca).start();
                    SecureTls tls = SecureTls.trusting(TrustAnchors.pem(anchors))
                            .presenting(ClientIdentity.pem(files.certificate(), files.key()))
                            .rotation(Rotation.builder()
                                    .drainWindow(Duration.ofSeconds(10))
                                    .build())
                            .listener(TlsMetrics.builder(registry).histogram().build())
                            .build();
                    DemoClient lettuce = new LettuceDemo();
                    DemoClient jedis = new JedisDemo()) {
                console.step("metrics: " + endpoint.url());
                console.result("two connections a second, a stranger every " + STRANGER_EVERY
                        + " s, a new client certificate every " + RENEWAL_EVERY + " s"
                        + (length.isPresent() ? "" : "; Ctrl-C ends it"));
                Target target =
                        new Target(new Endpoint("localhost", server.port()), Optional.empty(), Optional.empty());
                long begun = System.nanoTime();
                for (int second = 1; !isOver(begun); second++) {
                    lettuce.ping(tls, target);
                    jedis.ping(tls, target);
                    if (second % STRANGER_EVERY == 1) {
                        meetStranger(ca, List.of(lettuce, jedis), tls, target);
                    }
                    if (second % RENEWAL_EVERY == 0) {
                        var unused =
                                ca.issue().subject("CN=demo client").build().writePem(scratch.directory(), "client");
                    }
                    console.live(table());
                    TimeUnit.NANOSECONDS.sleep(Math.max(0, begun + second * INTERVAL.toNanos() - System.nanoTime()));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean isOver(long begun) {
        return length.isPresent() && System.nanoTime() - begun >= length.get().toNanos();
    }

    /** Who has a certificate for another name. */
    private static void meetStranger(TestCertificate ca, List<DemoClient> clients, SecureTls tls, Target target) {
        try (HostilePeer peer =
                HostilePeer.tls(ca.issue().dnsName("valkey.example").build())) {
            for (DemoClient client : clients) {
                try {
                    client.ping(tls, target.at(peer.port()));
                } catch (RuntimeException e) {
                    // refused, and counted
                }
            }
        }
    }

    private List<List<String>> table() {
        List<List<String>> rows = new ArrayList<>();
        registry.getMeters().stream()
                .sorted(Comparator.comparing((Meter meter) -> meter.getId().getName())
                        .thenComparing(MetricsDemo::tags))
                .forEach(meter -> {
                    String value = value(meter);
                    if (!value.isEmpty()) {
                        rows.add(List.of(meter.getId().getName(), tags(meter), value));
                    }
                });
        rows.add(0, List.of("meter", "tags", "value"));
        return rows;
    }

    private static String tags(Meter meter) {
        return meter.getId().getTags().stream()
                .filter(tag -> !tag.getValue().equals("none"))
                .map(Tag::getValue)
                .collect(Collectors.joining(" "));
    }

    /** Empty for what is zero or absent, but for gauges that say something by it. */
    private static String value(Meter meter) {
        if (meter.getId().getName().endsWith(".expiry")) {
            double seconds = first(meter, Statistic.VALUE);
            return Double.isNaN(seconds)
                    ? ""
                    : Duration.ofSeconds((long) seconds).toHours() + " h";
        }
        if (meter.getId().getType() == Meter.Type.TIMER) {
            double count = first(meter, Statistic.COUNT);
            return String.format(
                    Locale.ROOT,
                    "%.0f, mean %.1f ms, max %.1f ms",
                    count,
                    1e3 * first(meter, Statistic.TOTAL_TIME) / Math.max(1, count),
                    1e3 * first(meter, Statistic.MAX));
        }
        double value = first(meter, meter.getId().getType() == Meter.Type.COUNTER ? Statistic.COUNT : Statistic.VALUE);
        return value == 0 ? "" : String.format(Locale.ROOT, "%.0f", value);
    }

    private static double first(Meter meter, Statistic statistic) {
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .filter(measurement -> measurement.getStatistic() == statistic)
                .mapToDouble(measurement -> measurement.getValue())
                .findFirst()
                .orElse(0);
    }
}
