package io.valkeysecure.micrometer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.ExpiryWarning;
import io.valkeysecure.observe.TlsStatus;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/** The meters that read the status of a {@link SecureTls}. They are removed when it is closed. */
final class StatusMeters {
    private final MeterRegistry registry;
    private final Tags common;
    private final Queue<Meter> gauges = new ConcurrentLinkedQueue<>();

    StatusMeters(MeterRegistry registry, Tags common) {
        this.registry = registry;
        this.common = common;
    }

    void register(Supplier<TlsStatus> status) {
        for (ClientLibrary client : ClientLibrary.values()) {
            connections(status, client, "current", TlsStatus.Connections::current);
            connections(status, client, "draining", TlsStatus.Connections::draining);
        }
        for (ClientLibrary client : List.of(ClientLibrary.LETTUCE, ClientLibrary.REDISSON, ClientLibrary.JEDIS)) {
            for (Engine engine : List.of(Engine.jdk(), Engine.boringSsl())) {
                gauge(
                        TlsMeters.ENGINE,
                        Tags.of(
                                TlsMeters.Key.CLIENT.asString(),
                                client.tag(),
                                TlsMeters.Key.ENGINE.asString(),
                                engine.toString()),
                        () -> engine.equals(status.get().engines().get(client)) ? 1 : 0);
            }
        }
        gauge(TlsMeters.GENERATION, Tags.empty(), () -> status.get().generation());
        gauge(
                TlsMeters.RELOAD_FAILING,
                Tags.empty(),
                () -> status.get().lastFailure().isPresent() ? 1 : 0);
        gauge(
                TlsMeters.LISTENERS_BEHIND,
                Tags.empty(),
                () -> status.get().backlog().listenersBehind());
        gauge(
                TlsMeters.CONNECTIONS_UNCHECKED,
                Tags.empty(),
                () -> status.get().backlog().connectionsUnchecked());
        gauge(TlsMeters.CONNECTIONS_UNGUARDED, Tags.empty(), () -> unguarded(status.get()));
        gauges.add(FunctionCounter.builder(
                        TlsMeters.NOTIFICATIONS_DROPPED.getName(),
                        status,
                        current -> current.get().backlog().notificationsDropped())
                .tags(common)
                .register(registry));
        gauges.add(TimeGauge.builder(TlsMeters.MATERIAL_AGE.getName(), () -> age(status.get()), TimeUnit.SECONDS)
                .tags(common)
                .register(registry));
        gauge(
                TlsMeters.ANCHORS_UNUSABLE,
                Tags.empty(),
                () -> status.get().unusableAnchors().size());
        for (ExpiryWarning.Role role : ExpiryWarning.Role.values()) {
            gauges.add(TimeGauge.builder(
                            TlsMeters.CERTIFICATE_EXPIRY.getName(),
                            () -> remaining(status.get(), role),
                            TimeUnit.SECONDS)
                    .tags(common.and(TlsMeters.Key.ROLE.asString(), role.tag()))
                    .register(registry));
        }
    }

    void remove() {
        for (Meter gauge = gauges.poll(); gauge != null; gauge = gauges.poll()) {
            var unused = registry.remove(gauge);
        }
    }

    private void connections(
            Supplier<TlsStatus> status, ClientLibrary client, String age, ToIntFunction<TlsStatus.Connections> count) {
        gauge(
                TlsMeters.CONNECTIONS,
                Tags.of(TlsMeters.Key.CLIENT.asString(), client.tag(), TlsMeters.Key.AGE.asString(), age),
                () -> {
                    TlsStatus.Connections open = status.get().connections().get(client);
                    return open == null ? 0 : count.applyAsInt(open);
                });
    }

    /** Registers a gauge until {@link #remove()}; Micrometer keeps its supplier reachable. */
    private void gauge(TlsMeters meter, Tags tags, Supplier<Number> value) {
        gauges.add(Gauge.builder(meter.getName(), value).tags(common.and(tags)).register(registry));
    }

    private static double age(TlsStatus status) {
        return Duration.between(status.lastRead(), status.at()).toMillis() / 1e3;
    }

    private static double unguarded(TlsStatus status) {
        return status.unguarded()
                .filter(looked -> looked.notLookedAt().isEmpty())
                .map(looked -> (double) looked.total())
                .orElse(Double.NaN);
    }

    private static double remaining(TlsStatus status, ExpiryWarning.Role role) {
        return status.notAfter(role)
                .map(notAfter -> Duration.between(status.at(), notAfter).toMillis() / 1e3)
                .orElse(Double.NaN);
    }
}
