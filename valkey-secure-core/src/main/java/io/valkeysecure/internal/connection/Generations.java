package io.valkeysecure.internal.connection;

import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.adapter.ManagedConnection;
import io.valkeysecure.internal.generation.Generation;
import io.valkeysecure.internal.generation.Proof;
import io.valkeysecure.internal.generation.Reloader;
import io.valkeysecure.internal.generation.TlsConfiguration;
import io.valkeysecure.internal.observe.GuardedListener;
import io.valkeysecure.observe.TlsStatus;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that lives as long as a {@link SecureTls}: the generation in force and its reloader, the registry of open
 * connections, and the monitors that close connections whose trust ended.
 */
public final class Generations implements AutoCloseable {
    private final TlsConfiguration configuration;
    private final GuardedListener listener;
    private final OpenConnections open;
    private final ConnectionDrainer drainer;
    private final ExpiryMonitor expiry;
    private final TrustMonitor trust;
    private final @Nullable UnguardedMonitor unguarded;
    private final Reloader reloader;
    private final Watcher watcher;
    private volatile boolean closed;

    /**
     * Reads and proves the first generation, and starts to watch.
     *
     * @throws TlsConfigurationException if it cannot be proved; nothing is left open
     */
    public Generations(TlsConfiguration configuration, GuardedListener listener) {
        this.configuration = configuration;
        this.listener = listener;
        open = new OpenConnections(listener);
        drainer = new ConnectionDrainer(open, configuration.rotation(), configuration.nanoTime());
        expiry = new ExpiryMonitor(open, configuration, listener);
        trust = new TrustMonitor(open, drainer, configuration.rotation());
        GuardedSockets.SHARED.allow(configuration.policy().handshakeTimeout());
        watcher = new Watcher(
                List.of(
                        () -> expiry.closeExpired(),
                        () -> trust.judge(current()),
                        () -> drainer.drain(),
                        () -> tick(),
                        () -> expiry.warn(current()),
                        () -> listener.reportSlow(),
                        () -> lookForUnguarded()),
                this::interval,
                thrown -> listener.log(Level.WARNING, "watching goes on after a failure", thrown));
        reloader = new Reloader(
                configuration,
                listener,
                () -> {
                    watcher.wake();
                    listener.materialReloaded(status());
                },
                failure -> listener.materialReloadFailed(status(), failure));
        Set<Integer> ports = configuration.unguardedPorts();
        unguarded = ports == null
                ? null
                : new UnguardedMonitor(
                        ports,
                        new ProcessSockets(Path.of("/proc/self")),
                        GuardedSockets.SHARED,
                        rotation().checkInterval(),
                        listener,
                        configuration.nanoTime());
        watcher.start();
    }

    private void tick() {
        reloader.tick();
    }

    private void lookForUnguarded() {
        if (unguarded != null) {
            unguarded.look();
        }
    }

    private Duration interval() {
        if (drainer.isDraining()) {
            return ConnectionDrainer.INTERVAL;
        }
        Duration check = rotation().checkInterval();
        return check.compareTo(Reloader.LOOK_INTERVAL) < 0 ? check : Reloader.LOOK_INTERVAL;
    }

    public Rotation rotation() {
        return configuration.rotation();
    }

    public Generation current() {
        return reloader.current();
    }

    /** A connection that is registered: its proof under the generation in force, and what to run when it is closed. */
    public record Registration(Proof proof, Runnable whenClosed) {}

    /**
     * Registers a verified connection, so that it can be closed when its trust ends, and judges it by the generation in
     * force. The order matters: a generation that comes into force before the judgement is used for it, and a later one
     * finds the connection in the registry.
     *
     * @throws PeerRejectedException if the generation in force rejects the server; nothing is registered then
     */
    public Registration opened(ManagedConnection connection, Proof proof) throws PeerRejectedException {
        TrackedConnection tracked = new TrackedConnection(connection, proof);
        open.add(tracked);
        boolean accepted = false;
        try {
            GuardedSockets.SHARED.add(tracked);
            tracked.accepted(proof.judgedBy(this::current).verdict());
            accepted = true;
        } finally {
            if (!accepted || closed) {
                open.remove(tracked);
            }
            if (!accepted) {
                GuardedSockets.SHARED.remove(tracked);
            }
        }
        return new Registration(tracked.proof(), () -> {
            GuardedSockets.SHARED.remove(tracked);
            open.closedByClient(tracked);
        });
    }

    /**
     * Reads the material, and publishes a new generation if it has changed and can be proved.
     *
     * @return whether a new generation is in force
     * @throws TlsConfigurationException if it cannot be proved, or read in time; the last good generation stays
     */
    public boolean reload() {
        return reloader.reload();
    }

    public TlsStatus status() {
        Generation generation = current();
        List<TlsStatus.Validity> validities = new ArrayList<>(Validities.of(generation));
        Validities.firstPeer(open).ifPresent(validities::add);
        return new TlsStatus(
                configuration.clock().instant(),
                generation.number(),
                generation.since(),
                reloader.identitySince(),
                configuration.sources(),
                generation.digest(),
                List.copyOf(validities),
                generation.unusableAnchors(),
                generation.engines().inUse(),
                open.count(),
                reloader.lastFailure(),
                reloader.lastRead(),
                new TlsStatus.Backlog(listener.behind(), listener.dropped(), trust.unchecked()),
                Optional.ofNullable(unguarded).map(UnguardedMonitor::result));
    }

    /** Stops the threads without waiting for them. Connections stay open and are no longer monitored. */
    @Override
    public void close() {
        closed = true;
        watcher.close();
        reloader.close();
        trust.close();
        open.clear();
    }
}
