package io.valkeysecure;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** Keeps what a listener throws away from the connection: a broken observer changes no verdict. */
final class GuardedListener implements HandshakeListener {
    private static final Logger LOGGER = System.getLogger(GuardedListener.class.getPackageName());

    private final HandshakeListener delegate;

    private GuardedListener(HandshakeListener delegate) {
        this.delegate = delegate;
    }

    static HandshakeListener around(HandshakeListener delegate) {
        return new GuardedListener(delegate);
    }

    @Override
    public void handshakeSucceeded(VerifiedHandshake handshake) {
        LOGGER.log(Level.DEBUG, () -> "handshake verified: " + handshake);
        guard(() -> delegate.handshakeSucceeded(handshake));
    }

    @Override
    public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
        guard(() -> delegate.handshakeRefused(refusal, client, elapsed));
    }

    @Override
    public void materialReloaded(TlsStatus status) {
        guard(() -> delegate.materialReloaded(status));
    }

    @Override
    public void materialReloadFailed(TlsStatus status, TlsConfigurationException cause) {
        guard(() -> delegate.materialReloadFailed(status, cause));
    }

    @Override
    public void expiryNear(ExpiryWarning warning) {
        guard(() -> delegate.expiryNear(warning));
    }

    /** Catches errors too, such as the linkage error of a metrics library that is not there. */
    private static void guard(Runnable notification) {
        try {
            notification.run();
        } catch (Throwable thrown) {
            LOGGER.log(Level.WARNING, "a handshake listener failed; connections and material are not affected", thrown);
        }
    }
}
