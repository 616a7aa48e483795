package io.valkeysecure.spring;

import io.valkeysecure.Endpoint;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.LoggingListener;
import io.valkeysecure.observe.TlsListener;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Logs a refused server at {@code WARNING}: once for each endpoint and reason, until a handshake with that endpoint
 * succeeds. A client that reconnects would otherwise fill the log.
 */
final class RefusalLog implements TlsListener {
    private static final int MOST_ENDPOINTS = 1000;

    private final LoggingListener log = LoggingListener.create();
    private final Map<Endpoint, RefusalReason> logged = new ConcurrentHashMap<>();

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        if (logged.size() >= MOST_ENDPOINTS) {
            logged.clear();
        }
        if (logged.put(refusal.endpoint(), refusal.reason()) != refusal.reason()) {
            log.handshakeRefused(refusal, client, elapsed);
        }
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        logged.remove(handshake.endpoint());
    }
}
