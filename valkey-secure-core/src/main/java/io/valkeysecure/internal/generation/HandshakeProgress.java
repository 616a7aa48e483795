package io.valkeysecure.internal.generation;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How far a handshake came, as seen by the key manager and the trust manager, which JSSE shares among connections. */
public final class HandshakeProgress {
    private final @Nullable Supplier<Generation> current;
    private volatile boolean identityAsked;
    private volatile boolean identityPresented;
    private volatile @Nullable Verdict verdict;

    /**
     * Starts the progress of one handshake.
     *
     * @param current returns the generation in force, by which the server is judged
     */
    public HandshakeProgress(Supplier<Generation> current) {
        this.current = current;
    }

    private HandshakeProgress() {
        current = null;
    }

    /** The generation that judges the server: the one in force now, or the given one for an unknown connection. */
    Generation judge(Generation own) {
        return current == null ? own : current.get();
    }

    void identityAsked() {
        identityAsked = true;
    }

    void identityPresented() {
        identityPresented = true;
    }

    void accepted(Verdict accepted) {
        verdict = accepted;
    }

    public boolean wasIdentityAsked() {
        return identityAsked;
    }

    public boolean wasIdentityPresented() {
        return identityPresented;
    }

    /** The verdict of the trust manager in this handshake; null in a resumed one, which does not ask it. */
    @Nullable
    public Verdict verdict() {
        return verdict;
    }

    /** Finds the progress of a connection by its socket or engine, which neither defines equality of its own. */
    public static final class Register {
        private final Map<Object, HandshakeProgress> byConnection = Collections.synchronizedMap(new WeakHashMap<>());

        public void put(Object connection, HandshakeProgress progress) {
            byConnection.put(connection, progress);
        }

        public void remove(Object connection) {
            byConnection.remove(connection);
        }

        /** A connection that was not registered gets a progress that nobody reads. */
        HandshakeProgress of(@Nullable Object connection) {
            HandshakeProgress progress = connection == null ? null : byConnection.get(connection);
            return progress == null ? new HandshakeProgress() : progress;
        }
    }
}
