package io.valkeysecure;

import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How material (anchors, identity, CRLs) is reloaded, and what happens to connections that were made before a change.
 * New material comes into force only if it can be proved; until then the last good generation stays.
 *
 * <pre>{@code
 * Rotation rotation = Rotation.builder()
 *     .checkInterval(Duration.ofSeconds(5))
 *     .drainWindow(Duration.ofMinutes(5))
 *     .build();
 * try (SecureTls tls = SecureTls.trusting(anchors).presenting(identity).rotation(rotation).build()) {
 *     // make a client with it, and close the client first
 * }
 * }</pre>
 *
 * <p>File attributes are polled every second. Files and sources are read when the attributes changed, and every
 * {@linkplain Builder#checkInterval check interval} in any case. A change is detected by the digest of the bytes.
 *
 * <p>After a change of the client identity, open connections are drained: closed at a quiet moment, spread over the
 * drain window. A connection whose server is no longer trusted, because its CA was removed or its certificate was
 * revoked or has expired, is closed at once; that cannot be turned off. Immutable.
 *
 * @see SecureTls.Builder#rotation
 */
public final class Rotation {
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);
    private static final Duration LONGEST_READ = Duration.ofMinutes(10);
    private static final Duration LONGEST_WINDOW = Duration.ofHours(1);
    private static final int MOST_RECONNECTS = 10_000;
    private static final Rotation DEFAULT = builder().build();

    private final Duration checkInterval;
    private final Duration readTimeout;
    private final Duration drainWindow;
    private final int reconnectsPerSecond;
    private final boolean draining;
    private final boolean identityChangeRefused;
    private final List<Duration> expiryWarnings;

    private Rotation(Builder builder) {
        checkInterval = Objects.requireNonNullElse(builder.checkInterval, Duration.ofSeconds(10));
        readTimeout = Objects.requireNonNullElse(builder.readTimeout, Duration.ofSeconds(30));
        drainWindow = Objects.requireNonNullElse(builder.drainWindow, Duration.ofMinutes(1));
        reconnectsPerSecond = Objects.requireNonNullElse(builder.reconnectsPerSecond, 50);
        draining = builder.draining == null;
        identityChangeRefused = builder.identityChangeRefused != null;
        expiryWarnings = Objects.requireNonNullElse(
                builder.expiryWarnings,
                List.of(Duration.ofDays(30), Duration.ofDays(7), Duration.ofDays(1), Duration.ofHours(1)));
    }

    /** {@return the default: checked every 10 seconds, drained over one minute, at most 50 reconnects per second} */
    public static Rotation standard() {
        return DEFAULT;
    }

    /** {@return a builder that starts from the default} */
    public static Builder builder() {
        return new Builder();
    }

    /** {@return how often material is read even if file attributes are unchanged} */
    public Duration checkInterval() {
        return checkInterval;
    }

    /** {@return how long one reading of all material may take} */
    public Duration readTimeout() {
        return readTimeout;
    }

    /** {@return the time over which connections of an old identity are closed} */
    public Duration drainWindow() {
        return drainWindow;
    }

    /** {@return the most connections of an old identity that are closed in a second} */
    public int reconnectsPerSecond() {
        return reconnectsPerSecond;
    }

    /** {@return whether connections of an old identity are closed over the drain window} */
    public boolean isDraining() {
        return draining;
    }

    /** {@return whether a new client identity with another subject or SAN is refused} */
    public boolean isIdentityChangeRefused() {
        return identityChangeRefused;
    }

    /** {@return how long before its end a certificate or CRL causes a warning, longest first} */
    public List<Duration> expiryWarnings() {
        return expiryWarnings;
    }

    /** Returns the options as one readable line. */
    @Override
    public String toString() {
        return "checked every " + checkInterval + ", read within " + readTimeout
                + (draining
                        ? ", drained over " + drainWindow + ", at most " + reconnectsPerSecond + " in a second"
                        : ", no draining")
                + (identityChangeRefused ? ", identity must keep subject and SANs" : "")
                + ", expiry warned at " + expiryWarnings;
    }

    /** Sets options, each once. Not safe for use by several threads. */
    public static final class Builder {
        private @Nullable Duration checkInterval;
        private @Nullable Duration readTimeout;
        private @Nullable Duration drainWindow;
        private @Nullable Integer reconnectsPerSecond;
        private @Nullable Boolean draining;
        private @Nullable Boolean identityChangeRefused;
        private @Nullable List<Duration> expiryWarnings;

        private Builder() {}

        /**
         * Sets how often material is read even if file attributes are unchanged. Default: 10 seconds.
         *
         * @param interval from 100 milliseconds to one hour
         * @return this
         * @throws IllegalArgumentException if it is out of range
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder checkInterval(Duration interval) {
            Options.requireUnset("check interval", checkInterval);
            requireRange("check interval", interval, SHORTEST_INTERVAL, LONGEST_INTERVAL);
            checkInterval = interval;
            return this;
        }

        /**
         * Sets how long one reading of all files and sources may take, proof included. Default: 30 seconds.
         *
         * <p>A reading that takes longer is interrupted and counts as failed: the last good generation stays in force,
         * {@link SecureTls#status()} and {@link SecureTls#health()} name the file or source that did not answer, and
         * the reading is tried again. No other reading starts while it hangs, as on a dead mount. {@link
         * SecureTls.Builder#build()} and {@link SecureTls#reload()} throw a {@link TlsConfigurationException} after
         * this time.
         *
         * @param timeout from 100 milliseconds to 10 minutes
         * @return this
         * @throws IllegalArgumentException if it is out of range
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder readTimeout(Duration timeout) {
            Options.requireUnset("read timeout", readTimeout);
            requireRange("read timeout", timeout, SHORTEST_INTERVAL, LONGEST_READ);
            readTimeout = timeout;
            return this;
        }

        /**
         * Sets the time over which connections of an old identity are closed. In its first half they are asked, one
         * after another, to close at a quiet moment; connections that had none are closed in its second half. Default:
         * one minute.
         *
         * @param window from zero to one hour
         * @return this
         * @throws IllegalArgumentException if it is out of range
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder drainWindow(Duration window) {
            Options.requireUnset("drain window", drainWindow);
            requireRange("drain window", window, Duration.ZERO, LONGEST_WINDOW);
            drainWindow = window;
            return this;
        }

        /**
         * Sets the most connections of an old identity that are closed in a second, to protect servers from a burst of
         * handshakes. If the drain window is too short for this limit, draining takes longer than the window. Default:
         * 50.
         *
         * @param most from 1 to 10,000
         * @return this
         * @throws IllegalArgumentException if it is out of range
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder reconnectsPerSecond(int most) {
            Options.requireUnset("reconnects per second", reconnectsPerSecond);
            if (most < 1 || most > MOST_RECONNECTS) {
                throw new IllegalArgumentException(
                        "reconnects per second must be from 1 to " + MOST_RECONNECTS + ", was " + most);
            }
            reconnectsPerSecond = most;
            return this;
        }

        /**
         * Leaves connections of an old identity open. Connections whose server is no longer trusted are still closed.
         * Default: connections are drained.
         *
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder withoutDraining() {
            Options.requireUnset("draining", draining);
            draining = false;
            return this;
        }

        /**
         * Refuses a new client identity with another subject or other SANs. Default: both may change.
         *
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder refuseChangedIdentity() {
            Options.requireUnset("changed identity refused", identityChangeRefused);
            identityChangeRefused = true;
            return this;
        }

        /**
         * Sets how long before its end a certificate or CRL causes a warning, one for each distance. Default: 30, 7 and
         * 1 days, and 1 hour.
         *
         * @param distances positive durations in any order
         * @return this
         * @throws IllegalArgumentException if one is not positive
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder expiryWarnings(Duration... distances) {
            Options.requireUnset("expiry warnings", expiryWarnings);
            List<Duration> sorted = List.of(distances).stream()
                    .sorted(Comparator.reverseOrder())
                    .distinct()
                    .toList();
            if (sorted.stream().anyMatch(distance -> distance.isNegative() || distance.isZero())) {
                throw new IllegalArgumentException("expiry warnings must be positive, were " + sorted);
            }
            expiryWarnings = sorted;
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         * @throws IllegalStateException if {@link #withoutDraining} was called and a drain window or reconnects per
         *     second were set, which would have no effect
         */
        public Rotation build() {
            if (draining != null && (drainWindow != null || reconnectsPerSecond != null)) {
                throw new IllegalStateException("withoutDraining() leaves connections open: leave out "
                        + (drainWindow != null ? "the drain window" : "the reconnects per second")
                        + ", or withoutDraining()");
            }
            return new Rotation(this);
        }

        private static void requireRange(String option, Duration value, Duration least, Duration most) {
            if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
                throw new IllegalArgumentException(
                        option + " must be from " + least + " to " + most + ", was " + value);
            }
        }
    }
}
