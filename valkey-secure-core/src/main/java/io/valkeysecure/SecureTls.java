package io.valkeysecure;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.valkeysecure.internal.generation.TlsConfiguration;
import io.valkeysecure.internal.generation.TrustConfiguration;
import io.valkeysecure.internal.handshake.Connector;
import io.valkeysecure.observe.LoggingListener;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The one place where it is decided whom to trust, what to present, and how: everything that a connection needs, read
 * and proved when it is built. Lettuce and Jedis are given it by {@code SecureLettuce} and {@code SecureJedis}.
 *
 * <pre>{@code
 * SecureTls tls = SecureTls
 *     .trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *     .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key")))
 *     .build();
 * }</pre>
 *
 * <p>Guaranteed for every connection made through it: it is TLS by the {@link TlsPolicy}; the server's path ends at one
 * of the {@link TrustAnchors}; the leaf's SAN holds the {@link ServerIdentity}; what was negotiated was checked; and not
 * one byte of the application was sent before. If any of this cannot be proved, the connection is refused with a
 * {@link RefusalReason}.
 *
 * <p>Safe for use by many threads. Close it when the clients that use it are closed.
 */
public final class SecureTls implements AutoCloseable {
    private final Connector connector;

    private SecureTls(Connector connector) {
        this.connector = connector;
    }

    Connector connector() {
        return connector;
    }

    /**
     * The first decision: whom to trust.
     *
     * @param anchors the CA certificates that a server's path may end at
     * @return the second decision
     */
    public static WantsClientIdentity trusting(TrustAnchors anchors) {
        return new WantsClientIdentity(Objects.requireNonNull(anchors, "anchors"));
    }

    /** The second decision: what, if anything, to present to the server. */
    public static final class WantsClientIdentity {
        private final TrustAnchors anchors;

        private WantsClientIdentity(TrustAnchors anchors) {
            this.anchors = anchors;
        }

        /**
         * Presents a client certificate to every server that asks for one (mTLS).
         *
         * @param identity the certificate chain and its key
         * @return the options, all of which have a safe default
         */
        public Builder presenting(ClientIdentity identity) {
            return new Builder(anchors, Objects.requireNonNull(identity, "identity"));
        }

        /**
         * Presents nothing; a server that demands a client certificate will refuse the connection.
         *
         * @return the options, all of which have a safe default
         */
        public Builder withoutClientIdentity() {
            return new Builder(anchors, null);
        }
    }

    /** The options, all of which have a safe default. Each may be set once. Not safe for use by several threads. */
    public static final class Builder {
        private final TrustAnchors anchors;
        private final @Nullable ClientIdentity identity;
        private @Nullable TlsPolicy policy;
        private @Nullable ServerIdentity serverIdentity;
        private @Nullable Set<SpkiPin> pins;
        private @Nullable Revocation revocation;
        private @Nullable Engine engine;
        private @Nullable Rotation rotation;
        private @Nullable List<TlsListener> listeners;
        private @Nullable Clock clock;
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(TrustAnchors anchors, @Nullable ClientIdentity identity) {
            this.anchors = anchors;
            this.identity = identity;
        }

        /**
         * Sets the floors. Default: {@link TlsPolicy#modern()}.
         *
         * @param policy the policy
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder policy(TlsPolicy policy) {
            Options.requireUnset("policy", this.policy);
            this.policy = Objects.requireNonNull(policy, "policy");
            return this;
        }

        /**
         * Sets what the server's SAN has to match, for all connections. Default: the host that is dialled, each time.
         *
         * @param identity the expected identity
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder serverIdentity(ServerIdentity identity) {
            Options.requireUnset("server identity", this.serverIdentity);
            this.serverIdentity = Objects.requireNonNull(identity, "identity");
            return this;
        }

        /**
         * Demands that a key of the server's path, leaf or issuer, is one of these, in addition to all else. Default: no
         * pins.
         *
         * @param pins at least two, of which one is a backup: without it, a lost key is an outage
         * @return this
         * @throws IllegalArgumentException if there are fewer than two different pins
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder pins(SpkiPin... pins) {
            Options.requireUnset("pins", this.pins);
            this.pins = Options.pins(pins);
            return this;
        }

        /**
         * Sets how it is proved that nothing of a server's path is revoked. Default: {@link Revocation#notChecked()}.
         *
         * @param revocation the choice
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder revocation(Revocation revocation) {
            Options.requireUnset("revocation", this.revocation);
            this.revocation = Objects.requireNonNull(revocation, "revocation");
            return this;
        }

        /**
         * Sets which implementation of TLS makes the connections. Default: {@link Engine#auto()}.
         *
         * @param engine the choice
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder engine(Engine engine) {
            Options.requireUnset("engine", this.engine);
            this.engine = Objects.requireNonNull(engine, "engine");
            return this;
        }

        /**
         * Sets how material is watched and connections of old material are drained. Default: {@link Rotation#standard()}.
         *
         * @param rotation the options
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder rotation(Rotation rotation) {
            Options.requireUnset("rotation", this.rotation);
            this.rotation = Objects.requireNonNull(rotation, "rotation");
            return this;
        }

        /**
         * Sets who is told of handshakes and material, such as {@code TlsMetrics} or a {@link LoggingListener}. Default:
         * nobody.
         *
         * @param listeners one or several, each told in order and on a thread of its own
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder listener(TlsListener... listeners) {
            Options.requireUnset("listener", this.listeners);
            this.listeners = List.of(listeners);
            return this;
        }

        /**
         * Sets the clock by which certificates are in date. Default: {@link Clock#systemUTC()}.
         *
         * @param clock the clock
         * @return this
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder clock(Clock clock) {
            Options.requireUnset("clock", this.clock);
            this.clock = Objects.requireNonNull(clock, "clock");
            return this;
        }

        /** For tests that let the drain window pass. */
        @CanIgnoreReturnValue
        Builder nanoTime(LongSupplier nanoTime) {
            this.nanoTime = nanoTime;
            return this;
        }

        /**
         * Reads the material and proves it. Waits for files and sources as long as the
         * {@linkplain Rotation.Builder#readTimeout read timeout}, 30 seconds by default.
         *
         * @return the connection maker
         * @throws TlsConfigurationException if a file is missing, unreadable, malformed or of the wrong kind, the key
         *     does not match, an anchor is no CA, something is out of date, or a file or source does not answer in time;
         *     nothing is left open then, except for the daemon thread of a file or source that cannot be interrupted
         */
        public SecureTls build() {
            return new SecureTls(new Connector(
                    new TlsConfiguration(
                            new TrustConfiguration(
                                    anchors.material(),
                                    Objects.requireNonNullElseGet(policy, TlsPolicy::modern),
                                    Objects.requireNonNullElse(pins, Set.of()),
                                    Objects.requireNonNullElseGet(revocation, Revocation::notChecked)
                                            .method(),
                                    Objects.requireNonNullElseGet(clock, Clock::systemUTC)),
                            identity == null ? null : identity.material(),
                            serverIdentity == null ? null : serverIdentity.expected(),
                            Objects.requireNonNullElseGet(engine, Engine::auto),
                            Objects.requireNonNullElseGet(rotation, Rotation::standard),
                            nanoTime),
                    Objects.requireNonNullElse(listeners, List.of())));
        }
    }

    /**
     * Returns the policy in force.
     *
     * @return the policy
     */
    public TlsPolicy policy() {
        return connector.generations().current().policy();
    }

    /**
     * Returns how material is watched and connections are drained.
     *
     * @return the options
     */
    public Rotation rotation() {
        return connector.generations().rotation();
    }

    /**
     * Returns the effective configuration, a fact a line, without secrets: fit for a log at start.
     *
     * @return several lines
     */
    public String describe() {
        return connector.generations().current().describe();
    }

    /**
     * Reads all material now, rather than at the next check, and puts it in force if it has changed and can be proved.
     * For signal handlers, sources that have news, and tests. Waits for the {@linkplain Rotation.Builder#readTimeout read
     * timeout}, and as long again if a check goes on already. Sources are asked on another thread; a source that calls this
     * while it is asked itself gets an {@link IllegalStateException}.
     *
     * @return true if a new generation is in force, false if nothing has changed
     * @throws TlsConfigurationException if the material cannot be proved; with the reason
     *     {@link RefusalReason#MATERIAL_UNREADABLE} if it cannot be read in time; the last good generation stays in force
     * @throws IllegalStateException if this was closed, meanwhile too
     */
    @CanIgnoreReturnValue
    public boolean reload() {
        if (connector.isClosed()) {
            throw new IllegalStateException("this SecureTls is closed");
        }
        return connector.generations().reload();
    }

    /**
     * Returns what is in force, and how the last attempt to change it ended.
     *
     * @return the status at this moment
     */
    public TlsStatus status() {
        return connector.generations().status();
    }

    /**
     * Returns whether connections can be made, as far as the own material tells.
     *
     * @return {@link #status()} in one word, and why
     */
    public TlsHealth health() {
        return connector.isClosed()
                ? new TlsHealth(TlsHealth.State.DOWN, List.of("this SecureTls is closed"))
                : TlsHealth.of(status());
    }

    /**
     * Ends the watching of material; a handshake that starts later is refused. Connections that are open stay open, and are
     * no longer looked after. Waits for nobody but listeners that are not behind, and for those a second at most. Sources
     * and listeners that have not returned are interrupted; the thread of one that ignores this is a daemon, and stays
     * until it returns.
     */
    @Override
    public void close() {
        connector.close();
    }

    /** Returns the effective configuration in one line. */
    @Override
    public String toString() {
        return "SecureTls[" + describe().replace("\n", "; ") + "]";
    }
}
