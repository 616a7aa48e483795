package io.valkeysecure;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Tells every listener, and keeps what one of them throws away from the connection and from the others: a broken observer
 * changes no verdict.
 */
final class GuardedListener implements HandshakeListener {
    private static final Logger LOGGER = System.getLogger(GuardedListener.class.getPackageName());

    private final List<HandshakeListener> listeners;

    GuardedListener(List<HandshakeListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void begun(Supplier<TlsStatus> status) {
        tell(listener -> listener.begun(status));
    }

    @Override
    public void ended() {
        tell(HandshakeListener::ended);
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        tell(listener -> listener.handshakeSucceeded(handshake));
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        tell(listener -> listener.handshakeRefused(refusal, client, elapsed));
    }

    @Override
    public void connectionRetired(RetiredConnection connection) {
        tell(listener -> listener.connectionRetired(connection));
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        tell(listener -> listener.materialReloaded(status));
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        tell(listener -> listener.materialReloadFailed(status, cause));
    }

    @Override
    public void expiryNear(ExpiryWarning warning) {
        tell(listener -> listener.expiryNear(warning));
    }

    /** Catches errors too, such as the linkage error of a metrics library that is not there. */
    private void tell(Consumer<HandshakeListener> notification) {
        for (HandshakeListener listener : listeners) {
            try {
                notification.accept(listener);
            } catch (Throwable thrown) {
                LOGGER.log(
                        Level.WARNING,
                        "a handshake listener failed; connections and material are not affected",
                        thrown);
            }
        }
    }
}
