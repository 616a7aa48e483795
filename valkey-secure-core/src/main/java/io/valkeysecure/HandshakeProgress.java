package io.valkeysecure;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** How far a handshake came, as seen by the key manager and the trust manager, which JSSE shares among connections. */
final class HandshakeProgress {
    private volatile boolean identityAsked;
    private volatile boolean identityPresented;
    private volatile @Nullable ValidatedPath path;

    void identityAsked() {
        identityAsked = true;
    }

    void identityPresented() {
        identityPresented = true;
    }

    void validated(ValidatedPath validated) {
        path = validated;
    }

    boolean wasIdentityAsked() {
        return identityAsked;
    }

    boolean wasIdentityPresented() {
        return identityPresented;
    }

    /** The path that the trust manager validated in this handshake; null in a resumed one, which does not ask it. */
    @Nullable
    ValidatedPath path() {
        return path;
    }

    /** Finds the progress of a connection by its socket or engine, which neither defines equality of its own. */
    static final class Register {
        private final Map<Object, HandshakeProgress> byConnection = Collections.synchronizedMap(new WeakHashMap<>());

        void put(Object connection, HandshakeProgress progress) {
            byConnection.put(connection, progress);
        }

        void remove(Object connection) {
            byConnection.remove(connection);
        }

        /** A connection that was not registered gets a progress that nobody reads. */
        HandshakeProgress of(@Nullable Object connection) {
            HandshakeProgress progress = connection == null ? null : byConnection.get(connection);
            return progress == null ? new HandshakeProgress() : progress;
        }
    }
}
