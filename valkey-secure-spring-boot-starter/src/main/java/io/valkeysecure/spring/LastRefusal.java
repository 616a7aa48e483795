package io.valkeysecure.spring;

import io.valkeysecure.Refusal;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.TlsListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the last refused handshake, because some clients lose it: Jedis' sentinels and Lettuce's primary with replicas.
 */
final class LastRefusal implements TlsListener {
    private final AtomicReference<@Nullable Refusal> last = new AtomicReference<>();

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        last.set(Refusal.of(refusal).orElse(null));
    }

    void forget() {
        last.set(null);
    }

    Optional<Refusal> get() {
        return Optional.ofNullable(last.get());
    }
}
