package io.valkeysecure;

import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import io.valkeysecure.internal.generation.ServerNames;
import io.valkeysecure.internal.generation.TlsConfiguration;
import io.valkeysecure.internal.generation.TrustConfiguration;
import io.valkeysecure.internal.handshake.Connector;
import io.valkeysecure.internal.text.Printable;
import io.valkeysecure.observe.LoggingListener;
import io.valkeysecure.observe.TlsHealth;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The TLS configuration of a program: which servers to trust, which certificate to present, and which rules to enforce.
 * It reads and checks its files when it is built, reloads them when they change, and makes every connection of {@code
 * SecureLettuce} and {@code SecureJedis}.
 *
 * <pre>{@code
 * try (SecureTls tls = SecureTls
 *         .trusting(TrustAnchors.pem(Path.of("/etc/valkey/tls/ca.crt")))
 *         .presenting(ClientIdentity.pem(Path.of("/etc/valkey/tls/tls.crt"), Path.of("/etc/valkey/tls/tls.key")))
 *         .build();
 *     RedisClient client = SecureLettuce.client(tls, RedisURI.create("rediss://valkey.example:6379"));
 *     StatefulRedisConnection<String, String> connection = client.connect()) {
 *     connection.sync().ping();
 * } // closes the connection, then the client, then the SecureTls
 * }</pre>
 *
 * <p>Every connection keeps these guarantees: it uses TLS by the {@link TlsPolicy}; the server's certification path
 * ends at one of the {@link TrustAnchors}; the server's certificate names the {@link ServerIdentity}; and no byte of
 * the application is sent before all of this is verified. A connection that cannot be verified is refused with a {@link
 * RefusalReason}.
 *
 * <p>Safe for use by many threads. Close the clients that use it first.
 *
 * @see ChainVerifier to verify certificates without a connection
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
     * Starts with the first of two required decisions: which CAs to trust.
     *
     * @param anchors the CA certificates that a server's path may end at
     * @return the step with the second decision
     */
    public static WantsClientIdentity trusting(TrustAnchors anchors) {
        return new WantsClientIdentity(Objects.requireNonNull(anchors, "anchors"));
    }

    /** The second required decision: whether to present a client certificate. */
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
         * Presents no certificate. A server that requires one refuses the connection.
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
        private final Map<String, String> serverNames = new LinkedHashMap<>();
        private @Nullable Set<SpkiPin> pins;
        private @Nullable Revocation revocation;
        private @Nullable Engine engine;
        private @Nullable Rotation rotation;
        private @Nullable List<TlsListener> listeners;
        private @Nullable Set<Integer> unguardedPorts;
        private @Nullable Clock clock;
        private LongSupplier nanoTime = System::nanoTime;

        private Builder(TrustAnchors anchors, @Nullable ClientIdentity identity) {
            this.anchors = anchors;
            this.identity = identity;
        }

        /**
         * Sets the policy. Default: {@link TlsPolicy#modern()}.
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
         * Sets the names of which the server's certificate must hold one, for all connections. Default: the dialled
         * host.
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
         * Sets the name of the server that is reached by dialling a host, at any port: its certificate must hold this
         * name, and the client sends it as server name indication (RFC 6066, 3) unless it is an address. For tunnels,
         * port forwarding, addresses, and proxies that route by SNI. Nothing else is checked less. Default: the server
         * has the name that is dialled, or the {@link #serverIdentity}.
         *
         * @param dialledHost a name or a literal address, as the client dials it
         * @param name the DNS name or literal address of the server
         * @return this
         * @throws IllegalArgumentException if the host is no host of an {@link Endpoint}, or the name is neither a DNS
         *     name nor an address
         * @throws IllegalStateException if the host has a name already
         */
        @CanIgnoreReturnValue
        public Builder serverName(String dialledHost, String name) {
            return serverName(ServerNames.key(new Endpoint(dialledHost, 1).host()), dialledHost, name);
        }

        /**
         * Sets the name of the server that is reached by dialling one endpoint, such as the local end of a tunnel. It
         * is stronger than the name of the host, and replaces it for this endpoint.
         *
         * @param dialled what the client dials
         * @param name the DNS name or literal address of the server
         * @return this
         * @throws IllegalArgumentException if the name is neither a DNS name nor an address
         * @throws IllegalStateException if the endpoint has a name already
         */
        @CanIgnoreReturnValue
        public Builder serverName(Endpoint dialled, String name) {
            return serverName(ServerNames.key(Objects.requireNonNull(dialled, "dialled")), dialled, name);
        }

        private Builder serverName(String key, Object dialled, String name) {
            var unused = ServerIdentity.host(Objects.requireNonNull(name, "name")); // checks it
            Options.requireUnset("server name of " + Printable.value(dialled), serverNames.putIfAbsent(key, name));
            return this;
        }

        /**
         * Requires that a key of the server's path matches a pin, in addition to all other checks. Default: no pins.
         *
         * @param pins at least two, of which one is for a backup key: without it, a lost key is an outage
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
         * Sets how revocation is checked. Default: {@link Revocation#notChecked()}.
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
         * Sets the TLS implementation. Default: {@link Engine#auto()}.
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
         * Sets how material is reloaded and connections are drained. Default: {@link Rotation#standard()}.
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
         * Sets the listeners for handshakes and material, such as {@code TlsMetrics} or a {@link LoggingListener}.
         * Default: none.
         *
         * @param listeners one or more; each is called in order, on a thread of its own
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
         * Reports TCP connections of this process that lead to a Valkey server and that this library did not make, for
         * example those of {@code new JedisPool(..)}. Nothing is blocked. A connection counts if its remote address and
         * port are those of a verified connection, or if its remote port is one of {@code ports}. They are looked for
         * in {@code /proc/self} at every {@linkplain Rotation.Builder#checkInterval check interval}, and reported once
         * they have been open for twice the handshake timeout: to {@link TlsListener#unguardedConnections}, {@link
         * TlsStatus#unguarded()}, the health, the log and the metrics. On other systems than Linux these say that
         * nothing was looked at. Default: not looked for.
         *
         * @param ports the ports of Valkey servers at any address, such as 6379; may be empty
         * @return this
         * @throws IllegalArgumentException if a port is not from 1 to 65535
         * @throws IllegalStateException if it was set already
         */
        @CanIgnoreReturnValue
        public Builder reportUnguarded(int... ports) {
            Options.requireUnset("ports of unguarded connections", unguardedPorts);
            unguardedPorts = Options.ports(ports);
            return this;
        }

        /**
         * Sets the clock for validity dates. Default: {@link Clock#systemUTC()}.
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
         * Reads and checks the material. Waits for files and sources for the
         * {@linkplain Rotation.Builder#readTimeout read timeout}, 30 seconds by default.
         *
         * @return the configuration in force; close it when its clients are closed
         * @throws TlsConfigurationException if a file is missing, unreadable, malformed or of the wrong kind, the key
         *     does not match, no anchor can be used, a certificate has expired, or a file or source does not answer in
         *     time. Nothing is left open then, except the daemon thread of a file or source that cannot be interrupted
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
                            new ServerNames(serverIdentity == null ? null : serverIdentity.expected(), serverNames),
                            Objects.requireNonNullElseGet(engine, Engine::auto),
                            Objects.requireNonNullElseGet(rotation, Rotation::standard),
                            unguardedPorts,
                            nanoTime),
                    Objects.requireNonNullElse(listeners, List.of())));
        }
    }

    /** {@return the policy in force} */
    public TlsPolicy policy() {
        return connector.generations().current().policy();
    }

    /** {@return how material is watched and connections are drained} */
    public Rotation rotation() {
        return connector.generations().rotation();
    }

    /** {@return the effective configuration for a log, without secrets; one fact a line} */
    public String describe() {
        return connector.generations().current().describe();
    }

    /**
     * Reads all material now, not at the next check, and puts it in force if it changed and can be proved. Useful for
     * signal handlers, sources that have news, and tests. Waits for the {@linkplain Rotation.Builder#readTimeout read
     * timeout}, and as long again if another reading is running. Sources are called on another thread; a source that
     * calls this method while it is read gets an {@link IllegalStateException}.
     *
     * @return true if a new generation is in force, false if nothing changed
     * @throws TlsConfigurationException if the material cannot be proved; with the reason {@link
     *     RefusalReason#MATERIAL_UNREADABLE} if it cannot be read in time; the last good generation stays in force
     * @throws IllegalStateException if this is closed, or was closed during the call
     */
    @CanIgnoreReturnValue
    public boolean reload() {
        if (connector.isClosed()) {
            throw new IllegalStateException("this SecureTls is closed");
        }
        return connector.generations().reload();
    }

    /** {@return the material in force, and the result of the last attempt to change it} */
    public TlsStatus status() {
        return connector.generations().status();
    }

    /**
     * {@return whether connections can be made, judged by the material in force} It connects to no server.
     */
    public TlsHealth health() {
        return connector.isClosed()
                ? new TlsHealth(TlsHealth.State.DOWN, List.of("this SecureTls is closed"))
                : TlsHealth.of(status());
    }

    /**
     * Stops watching material and refuses new handshakes. Open connections stay open and are no longer monitored. Waits
     * up to a second for listeners that are not behind, and for nothing else. Sources and listeners that have not
     * returned are interrupted; if one ignores that, its daemon thread lives until it returns.
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
