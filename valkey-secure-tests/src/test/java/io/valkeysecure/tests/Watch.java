package io.valkeysecure.tests;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.TlsListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the listener was told of a topology. */
final class Watch implements TlsListener {
    private final List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
    private final List<TlsHandshakeException> refused = new CopyOnWriteArrayList<>();

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        verified.add(handshake);
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        refused.add(refusal);
    }

    List<VerifiedHandshake> verified() {
        return verified;
    }

    /** Without what was broken off by the end of a client, in the midst of a refresh of the topology. */
    List<TlsHandshakeException> refused() {
        return refused.stream()
                .filter(refusal -> refusal.reason() != RefusalReason.PEER_CLOSED)
                .toList();
    }
}
