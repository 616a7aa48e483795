package io.valkeysecure.internal.adapter;

import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.text.Causes;
import java.util.LinkedHashSet;
import java.util.List;
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
        Set<TlsHandshakeException> refusals = refusals();
        if (refusals.isEmpty()) {
            return;
        }
        List<Throwable> told = Causes.withSuppressed(failure);
        refusals.stream()
                .filter(refusal -> told.stream().noneMatch(each -> each == refusal))
                .forEach(failure::addSuppressed);
    }

    /** {@return the refusals so far, the first one first} */
    public Set<TlsHandshakeException> refusals() {
        Set<TlsHandshakeException> refusals = new LinkedHashSet<>();
        connections.forEach(connection -> connection.get().ifPresent(refusals::add));
        return refusals;
    }

    /** Ends the attempt: forgets what was collected, and collects nothing more. */
    public void end() {
        ended = true;
        connections.clear();
    }
}
