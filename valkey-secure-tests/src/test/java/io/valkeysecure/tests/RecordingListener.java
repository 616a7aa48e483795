package io.valkeysecure.tests;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.ClosedConnection;
import io.valkeysecure.observe.TlsListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers the handshakes that it was told of. */
public final class RecordingListener implements TlsListener {
    private final List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
    private final List<TlsHandshakeException> refused = new CopyOnWriteArrayList<>();
    private final List<ClientLibrary> refusedClients = new CopyOnWriteArrayList<>();
    private final List<ClosedConnection> closed = new CopyOnWriteArrayList<>();

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        verified.add(handshake);
    }

    @Override
    public void connectionClosed(ClosedConnection connection) {
        closed.add(connection);
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        refusedClients.add(client);
        refused.add(refusal);
    }

    public List<VerifiedHandshake> verified() {
        return verified;
    }

    public List<TlsHandshakeException> refused() {
        return refused;
    }

    /** The clients that {@link #refused()} was told of, in the same order. */
    List<ClosedConnection> closedConnections() {
        return List.copyOf(closed);
    }

    List<ClientLibrary> refusedClients() {
        return refusedClients;
    }

    /** Without what the end of a client broke off, as a refresh of the topology. */
    List<TlsHandshakeException> refusedByVerdict() {
        return refused.stream()
                .filter(refusal -> refusal.reason() != RefusalReason.PEER_CLOSED)
                .toList();
    }
}
