package io.valkeysecure.internal.adapter;

import io.valkeysecure.SecureTls;
import io.valkeysecure.internal.handshake.Connector;
import io.valkeysecure.internal.root.RootTypes;

/** Lets an adapter release what it holds for a {@link SecureTls} when that is closed. */
public final class TlsLifetime {
    private TlsLifetime() {}

    /**
     * Requires that connections can be made.
     *
     * @throws IllegalStateException if the {@code SecureTls} is closed
     */
    public static void requireOpen(SecureTls tls) {
        if (connector(tls).isClosed()) {
            throw new IllegalStateException("this SecureTls is closed, no connection can be made");
        }
    }

    /**
     * Runs an action when the {@code SecureTls} is closed; at once if it is closed already. The action must not throw,
     * and may run twice.
     *
     * @return a callback that withdraws the action
     */
    public static Runnable onClose(SecureTls tls, Runnable action) {
        return connector(tls).onClose(action);
    }

    private static Connector connector(SecureTls tls) {
        return (Connector) RootTypes.internals(tls);
    }
}
