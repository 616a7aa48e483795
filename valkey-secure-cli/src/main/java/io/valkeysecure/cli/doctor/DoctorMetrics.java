package io.valkeysecure.cli.doctor;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.valkeysecure.Endpoint;
import io.valkeysecure.cli.base.Versions;
import io.valkeysecure.cli.doctor.report.Check;
import io.valkeysecure.cli.doctor.report.Report;
import io.valkeysecure.cli.doctor.report.Severity;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What examinations came to, as meters; docs/doctor.md has them as a table. Servers are a tag here, since the doctor
 * knows their number to be bounded. What is not known is absent: an examination that failed leaves no finding at zero.
 */
public final class DoctorMetrics {
    private static final String EXPIRY = "valkey.doctor.certificate.expiry";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final MultiGauge findings = MultiGauge.builder("valkey.doctor.findings")
            .description("what the last examination found, by check")
            .register(registry);
    private final MultiGauge reachable = MultiGauge.builder("valkey.doctor.reachable")
            .description("1 if the last examination reached the server, otherwise 0")
            .register(registry);
    private final MultiGauge login = MultiGauge.builder("valkey.doctor.login")
            .description(
                    "1 if the last examination logged in to the server, otherwise 0; absent if no login was asked for")
            .register(registry);
    private final MultiGauge notMade = MultiGauge.builder("valkey.doctor.checks.not.made")
            .description("how many checks the last examination could not make")
            .register(registry);
    private final MultiGauge expiry = MultiGauge.builder(EXPIRY)
            .description("how long until the first certificate ends that a server, or this side, presents")
            .baseUnit("seconds")
            .register(registry);
    private final Severity failOn;
    private final Clock clock;
    private volatile Instant lastRun = Instant.EPOCH;

    public DoctorMetrics(Severity failOn, Clock clock) {
        this.failOn = failOn;
        this.clock = clock;
        TimeGauge.builder("valkey.doctor.last.run.timestamp", () -> lastRun.getEpochSecond(), TimeUnit.SECONDS)
                .description("when the last examination ended, whatever came of it")
                .register(registry);
        Gauge.builder("valkey.doctor.info", () -> 1)
                .description("1, with the version of the doctor")
                .tag("version", Versions.of("valkey-secure"))
                .register(registry);
        Stream.of("tight", "findings", "incomplete", "failed").forEach(this::runs);
    }

    public PrometheusMeterRegistry registry() {
        return registry;
    }

    public void examined(Report report) {
        Map<Check, Long> counts = report.findings().stream()
                .collect(Collectors.groupingBy(finding -> finding.check(), Collectors.counting()));
        findings.register(
                Stream.of(Check.values())
                        .map(check -> Row.of(
                                Tags.of(
                                        "check",
                                        check.id(),
                                        "severity",
                                        check.severity().toString()),
                                counts.getOrDefault(check, 0L)))
                        .collect(Collectors.toList()),
                true);
        reachable.register(rows(report, node -> Optional.of(node.isReachable() ? 1 : 0), Number::doubleValue), true);
        login.register(rows(report, DoctorMetrics::loggedIn, Number::doubleValue), true);
        List<Row<?>> missing = rows(report, node -> Optional.of(node.notMade().size()), Number::doubleValue);
        missing.add(Row.of(Tags.of("server", "none"), report.localNotMade().size()));
        notMade.register(missing, true);
        List<Row<?>> ends = rows(report, Report.Node::ends, this::secondsUntil);
        report.clientEnds()
                .ifPresent(
                        end -> ends.add(Row.of(Tags.of("role", "client", "server", "none"), end, this::secondsUntil)));
        expiry.register(ends, true);
        ran(report.countFrom(failOn) > 0 ? "findings" : report.isComplete() ? "tight" : "incomplete", report.took());
    }

    private static Optional<Integer> loggedIn(Report.Node node) {
        return switch (node.login().state()) {
            case PASSED -> Optional.of(1);
            case FAILED, NOT_MADE -> Optional.of(0);
            case NOT_APPLICABLE -> Optional.empty();
        };
    }

    /** Nobody knows what is found there now. */
    void failed(Endpoint seed, Duration took) {
        findings.register(List.of(), true);
        expiry.register(List.of(), true);
        login.register(List.of(), true);
        notMade.register(List.of(), true);
        reachable.register(List.of(Row.of(Tags.of("server", seed.toString()), 0)), true);
        ran("failed", took);
    }

    private static <T> List<Row<?>> rows(
            Report report, Function<Report.Node, Optional<T>> value, ToDoubleFunction<T> number) {
        List<Row<?>> rows = new ArrayList<>();
        for (Report.Node node : report.nodes()) {
            value.apply(node).ifPresent(known -> {
                Tags tags = Tags.of("server", node.endpoint().toString());
                rows.add(Row.of(known instanceof Instant ? tags.and("role", "server") : tags, known, number));
            });
        }
        return rows;
    }

    private double secondsUntil(Instant end) {
        return Duration.between(clock.instant(), end).toMillis() / 1e3;
    }

    private void ran(String outcome, Duration took) {
        lastRun = clock.instant();
        runs(outcome).record(took);
    }

    private Timer runs(String outcome) {
        return Timer.builder("valkey.doctor.run")
                .description("the examinations by what came of them, and how long they took")
                .tag("outcome", outcome)
                .register(registry);
    }
}
