package io.valkeysecure;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How material is watched, and what becomes of connections that were made before a change. Immutable.
 *
 * <p>Files are looked at every second, and read every {@linkplain Builder#checkInterval interval} or when they look
 * changed; a change is told by the digest of the bytes. What was read is proved before it is used, and until it can be
 * proved the last good generation stays.
 *
 * <p>After a change of identity, open connections are closed at a quiet moment, spread over the drain window. A
 * connection whose server no longer proves itself, since its CA was removed, its certificate was revoked or expired, is
 * closed at once; that cannot be turned off.
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

    /**
     * Returns the default: checked every 10 seconds, drained over one minute, 50 in a second at most.
     *
     * @return the default
     */
    public static Rotation standard() {
        return DEFAULT;
    }

    /**
     * Starts from the default.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns how often material is read, whether or not it looks changed.
     *
     * @return the interval
     */
    public Duration checkInterval() {
        return checkInterval;
    }

    /**
     * Returns how long one reading of all material may take.
     *
     * @return the limit
     */
    public Duration readTimeout() {
        return readTimeout;
    }

    /**
     * Returns over what time connections of an old identity are closed.
     *
     * @return the drain window
     */
    public Duration drainWindow() {
        return drainWindow;
    }

    /**
     * Returns how many connections of an old identity are at most replaced in a second.
     *
     * @return the limit
     */
    public int reconnectsPerSecond() {
        return reconnectsPerSecond;
    }

    /**
     * Returns whether connections of an old identity are closed over the drain window.
     *
     * @return false if they stay open until somebody else closes them
     */
    public boolean isDraining() {
        return draining;
    }

    /**
     * Returns whether a client identity with another subject or SAN is refused.
     *
     * @return true if it is refused
     */
    public boolean isIdentityChangeRefused() {
        return identityChangeRefused;
    }

    /**
     * Returns how long before its end a certificate or CRL is warned of.
     *
     * @return the distances, longest first
     */
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
         * Sets how often material is read, whether or not it looks changed. Default: 10 seconds.
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
         * Sets how long one reading of all files and sources may take, the proof of what was read included. A reading that
         * takes longer counts as failed: the last good generation stays in force, {@link SecureTls#status()} and
         * {@link SecureTls#health()} say what did not answer and since when nothing was read, and it is interrupted and
         * tried again. While it does not end, as a file on a mount that hangs, no other begins. {@link SecureTls.Builder#build()}
         * and {@link SecureTls#reload()} wait no longer either, and end with a {@link TlsConfigurationException}. Default:
         * 30 seconds.
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
         * Sets over what time connections of an old identity are closed. Over its first half one after another is asked
         * to end at a quiet moment; those that have none until then are ended over the second. Default: one minute.
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
         * Sets how many connections of an old identity are at most replaced in a second, lest a server have more
         * handshakes to make than it can. Where there are too many for the window, they take longer than it. Default: 50.
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
         * Leaves connections of an old identity open until somebody else closes them. Default: they are drained.
         * Connections whose server no longer proves itself are closed all the same.
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
         * Refuses a new client identity whose subject or SANs differ from those before. Default: they may change.
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
         * Sets how long before its end a certificate or CRL is warned of, once for each. Default: 30, 7 and 1 days, and 1
         * hour.
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
         * @throws IllegalStateException if the drain window or the reconnects per second were set and
         *     {@link #withoutDraining} too, which leaves both without effect
         */
        public Rotation build() {
            if (draining != null && (drainWindow != null || reconnectsPerSecond != null)) {
                throw new IllegalStateException("without draining nothing is closed over time: leave out "
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
