package io.valkeysecure.micrometer;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports handshakes, connections, reloads and upcoming certificate expiry to Micrometer. {@link TlsMeters} lists the
 * meters.
 *
 * <pre>{@code
 * SecureTls tls = SecureTls.trusting(anchors).presenting(identity)
 *     .listener(TlsMetrics.to(registry))
 *     .build();
 * }</pre>
 *
 * <p>Metrics are updated per handshake and when the registry reads them, never per command. No tag has a host, a
 * subject or another value that a peer can choose. Closing the {@link SecureTls} removes its gauges from the registry;
 * counters and timers stay.
 *
 * <p>Each listener belongs to one {@link SecureTls}. Two of them in one registry need
 * {@link Builder#tags different tags}, because gauges with the same name and tags are the same gauge. Thread-safe.
 */
@SuppressWarnings("exports") // code without Micrometer compiles without it
public final class TlsMetrics implements TlsListener {
    private static final String NONE = "none";
    private static final String SUCCESS = "success";

    private final MeterRegistry registry;
    private final Tags common;
    private final boolean histogram;
    private final int endpoints;
    private final Set<Endpoint> seen = ConcurrentHashMap.newKeySet();

    private final StatusMeters gauges;

    private TlsMetrics(Builder builder) {
        registry = builder.registry;
        common = Objects.requireNonNullElse(builder.tags, Tags.empty());
        gauges = new StatusMeters(registry, common);
        histogram = builder.histogram != null;
        endpoints = Objects.requireNonNullElse(builder.endpoints, 0);
    }

    /**
     * Makes a listener with the default options.
     *
     * @param registry the registry of the meters
     * @return the listener
     */
    public static TlsMetrics to(MeterRegistry registry) {
        return builder(registry).build();
    }

    /**
     * Returns a builder with the default options.
     *
     * @param registry the registry of the meters
     * @return a builder
     */
    public static Builder builder(MeterRegistry registry) {
        return new Builder(Objects.requireNonNull(registry, "registry"));
    }

    @Override
    public void started(Supplier<TlsStatus> status) {
        for (RefusalReason reason : RefusalReason.values()) {
            // registered at zero: to Prometheus, a counter that appears with 1 has not increased
            if (endpoints == 0) {
                var unused = refused(reason, null);
            }
            var unused = reload("failure", reason.tag());
        }
        var unused = reload(SUCCESS, NONE);
        gauges.register(status);
    }

    @Override
    public void closed() {
        gauges.remove();
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        timer(
                        handshake.client(),
                        handshake.endpoint(),
                        SUCCESS,
                        NONE,
                        handshake.version().protocol(),
                        String.valueOf(handshake.resumed()))
                .record(handshake.elapsed());
        Counter.builder(TlsMeters.NEGOTIATED.getName())
                .tags(common.and(
                        TlsMeters.Key.CIPHER_SUITE.asString(),
                        handshake.cipherSuite(),
                        TlsMeters.Key.GROUP.asString(),
                        handshake.keyExchangeGroup().orElse(NONE)))
                .register(registry)
                .increment();
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        timer(client, refusal.endpoint(), "refused", refusal.reason().tag(), NONE, NONE)
                .record(elapsed);
        refused(refusal.reason(), refusal.endpoint()).increment();
    }

    private Timer timer(
            ClientLibrary client, Endpoint endpoint, String outcome, String reason, String version, String resumed) {
        return Timer.builder(TlsMeters.HANDSHAKE.getName())
                .tags(common.and(
                                TlsMeters.Key.CLIENT.asString(),
                                client.tag(),
                                TlsMeters.Key.OUTCOME.asString(),
                                outcome,
                                TlsMeters.Key.REASON.asString(),
                                reason,
                                TlsMeters.Key.VERSION.asString(),
                                version,
                                TlsMeters.Key.RESUMED.asString(),
                                resumed)
                        .and(endpointTag(endpoint)))
                .publishPercentileHistogram(histogram)
                .minimumExpectedValue(Duration.ofMillis(1))
                .maximumExpectedValue(Duration.ofSeconds(10))
                .register(registry);
    }

    private Counter refused(RefusalReason reason, @Nullable Endpoint endpoint) {
        return Counter.builder(TlsMeters.REFUSED.getName())
                .tags(common.and(TlsMeters.Key.REASON.asString(), reason.tag()).and(endpointTag(endpoint)))
                .register(registry);
    }

    private Tags endpointTag(@Nullable Endpoint endpoint) {
        if (endpoints == 0 || endpoint == null) {
            return Tags.empty();
        }
        return Tags.of(TlsMeters.Key.ENDPOINT.asString(), hasOwnTag(endpoint) ? endpoint.toString() : "other");
    }

    private boolean hasOwnTag(Endpoint endpoint) {
        if (seen.contains(endpoint)) {
            return true;
        }
        synchronized (seen) {
            return (seen.size() < endpoints && seen.add(endpoint)) || seen.contains(endpoint);
        }
    }

    @Override
    public void connectionClosed(ClosedConnection connection) {
        Counter.builder(TlsMeters.CLOSED.getName())
                .tags(common.and(
                        TlsMeters.Key.CLIENT.asString(),
                        connection.handshake().client().tag(),
                        TlsMeters.Key.REASON.asString(),
                        connection.reason().tag(),
                        TlsMeters.Key.WAY.asString(),
                        connection.way().tag()))
                .register(registry)
                .increment();
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        reload(SUCCESS, NONE).increment();
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        reload("failure", cause.reason().tag()).increment();
    }

    private Counter reload(String outcome, String reason) {
        return Counter.builder(TlsMeters.RELOAD.getName())
                .tags(common.and(TlsMeters.Key.OUTCOME.asString(), outcome, TlsMeters.Key.REASON.asString(), reason))
                .register(registry);
    }

    /** Builds a listener. Each option may be set once. Not thread-safe. */
    public static final class Builder {
        private final MeterRegistry registry;
        private @Nullable Tags tags;
        private @Nullable Boolean histogram;
        private @Nullable Integer endpoints;

        private Builder(MeterRegistry registry) {
            this.registry = registry;
        }

        /**
         * Adds tags to every meter, for two {@link SecureTls} in one registry: {@code tags("tls", "cache")} and
         * {@code tags("tls", "sessions")}. Default: none.
         *
         * @param keyValues keys and values in turn
         * @return this
         * @throws IllegalArgumentException if a value is missing
         * @throws IllegalStateException if the tags were set already
         */
        @CanIgnoreReturnValue
        public Builder tags(String... keyValues) {
            requireUnset("tags", tags);
            tags = Tags.of(keyValues);
            return this;
        }

        /**
         * Publishes the handshake timer also as a histogram, from 1 ms to 10 s, from which a metrics server computes
         * quantiles over all instances. Default: count, sum and maximum only.
         *
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder histogram() {
            requireUnset("histogram", histogram);
            histogram = true;
            return this;
        }

        /**
         * Adds the tag {@code endpoint} to handshakes and refusals. Default: no such tag. Each endpoint adds series to
         * these two meters, and a cluster that keeps announcing new addresses would fill the registry. Therefore the
         * first dialled endpoints have their own tag, and all later ones have {@code other}.
         *
         * @param most the number of endpoints with their own tag, from 1 to 1000
         * @return this
         * @throws IllegalArgumentException if it is out of range
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder endpoints(int most) {
            requireUnset("endpoints", endpoints);
            if (most < 1 || most > 1000) {
                throw new IllegalArgumentException("endpoints must be from 1 to 1000, was " + most);
            }
            endpoints = most;
            return this;
        }

        /**
         * Builds the listener.
         *
         * @return the listener
         */
        public TlsMetrics build() {
            return new TlsMetrics(this);
        }

        private static void requireUnset(String option, @Nullable Object value) {
            if (value != null) {
                throw new IllegalStateException(option + " was already set to " + value);
            }
        }
    }
}
