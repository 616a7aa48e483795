package io.valkeysecure.internal.adapter;

import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.TlsHandshake;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;

/**
 * Collects the refusals of one attempt to connect, and adds them as suppressed to the exception that a client library
 * throws at its end. Client libraries lose refusals: some replace them by an exception of their own, and some try
 * several servers and report the last one.
 *
 * <p>One reporter serves one attempt. Safe for use by many threads.
 */
public final class RefusalReporter {
    private final Queue<Supplier<Optional<TlsHandshakeException>>> connections = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    /** Watches a handshake, which may be refused later. */
    public void watch(TlsHandshake handshake) {
        add(handshake::refusal);
    }

    /** Adds the refusal of a connection that was verified before. */
    public void refused(TlsHandshakeException refusal) {
        add(() -> Optional.of(refusal));
    }

    private void add(Supplier<Optional<TlsHandshakeException>> connection) {
        if (!ended) {
            connections.add(connection);
        }
    }

    /** Adds each refusal to the failure, unless the failure has it as a cause or suppressed already. */
    public void addTo(Throwable failure) {
        Set<TlsHandshakeException> refusals = new LinkedHashSet<>();
        connections.forEach(connection -> connection.get().ifPresent(refusals::add));
        if (refusals.isEmpty()) {
            return;
        }
        Set<Throwable> told = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(failure, told);
        refusals.stream().filter(refusal -> !told.contains(refusal)).forEach(failure::addSuppressed);
    }

    private static void collect(Throwable thrown, Set<Throwable> all) {
        if (all.add(thrown)) {
            if (thrown.getCause() != null) {
                collect(thrown.getCause(), all);
            }
            for (Throwable suppressed : thrown.getSuppressed()) {
                collect(suppressed, all);
            }
        }
    }

    /** Ends the attempt: forgets what was collected, and collects nothing more. */
    public void end() {
        ended = true;
        connections.clear();
    }
}
