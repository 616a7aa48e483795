package io.valkeysecure.internal.generation;

import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How far a handshake came, as seen by the key manager and the trust manager. */
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

    /**
     * {@return the generation that judges the server: the one in force; the given one for an unregistered connection}
     */
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

    /** {@return the verdict of the trust manager; null in a resumed handshake, which does not call it} */
    @Nullable
    public Verdict verdict() {
        return verdict;
    }

    /**
     * Finds the progress of a connection by its socket or engine, neither of which overrides equals.
     *
     * <p>It cannot be handed over. JSSE takes the managers once for an {@code SSLContext}, whose connections share
     * them, and calls them with nothing but the socket or engine; a context for each connection would lose the cache of
     * sessions. The handshake session cannot carry it either: a key manager is called before it exists, and native
     * engines copy it. The map is weak, since an engine that is dropped before it finished is never removed.
     */
    public static final class Register {
        private final Map<Object, HandshakeProgress> byConnection = Collections.synchronizedMap(new WeakHashMap<>());

        public void put(Object connection, HandshakeProgress progress) {
            byConnection.put(connection, progress);
        }

        public void remove(Object connection) {
            byConnection.remove(connection);
        }

        /** {@return the progress of a connection; for an unregistered one, a new progress that nobody reads} */
        HandshakeProgress of(@Nullable Object connection) {
            HandshakeProgress progress = connection == null ? null : byConnection.get(connection);
            return progress == null ? new HandshakeProgress() : progress;
        }
    }
}
