package io.valkeysecure.internal.generation;

import io.valkeysecure.Endpoint;
import io.valkeysecure.PeerRejectedException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How far a handshake came, as seen by the key manager and the trust manager. */
public final class HandshakeProgress {
    private final Endpoint dialled;
    private final Supplier<Generation> current;
    private volatile boolean identityAsked;
    private volatile boolean identityPresented;
    private volatile @Nullable Verdict verdict;

    /**
     * Starts the progress of one handshake.
     *
     * @param dialled what the client dials; Conscrypt tells a trust manager the host without the port
     * @param current returns the generation in force, by which the server is judged
     */
    public HandshakeProgress(Endpoint dialled, Supplier<Generation> current) {
        this.dialled = dialled;
        this.current = current;
    }

    /** Judges the server by the generation in force, which may be newer than the generation of the connection. */
    void judge(List<X509Certificate> presented, List<byte[]> staples) throws PeerRejectedException {
        verdict = Verdict.of(current.get(), presented, dialled, staples);
    }

    void identityAsked(boolean presented) {
        identityAsked = true;
        identityPresented |= presented;
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

        /** {@return the progress of a connection; null if it is not registered} */
        @Nullable
        HandshakeProgress of(@Nullable Object connection) {
            return connection == null ? null : byConnection.get(connection);
        }
    }
}
