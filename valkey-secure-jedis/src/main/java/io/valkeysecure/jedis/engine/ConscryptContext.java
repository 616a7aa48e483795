package io.valkeysecure.jedis.engine;

import io.valkeysecure.internal.engine.BoringSsl;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineSettings;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.conscrypt.Conscrypt;

/** The Conscrypt context of one generation. Its security provider is not installed in the JVM. */
final class ConscryptContext implements EngineContext {
    private static final long PRUNING_INTERVAL_NANOS = 10_000_000_000L;

    private final EngineSettings settings;
    private final Provider provider;
    private final AtomicLong pruned = new AtomicLong(System.nanoTime());
    private final SSLContext context;

    ConscryptContext(EngineSettings settings) throws GeneralSecurityException {
        this.settings = settings;
        this.provider =
                Conscrypt.newProviderBuilder().provideTrustManager(false).build();
        this.context = newContext();
        var unused = factory(); // so that a version that is too old fails here, not at the first connection
    }

    private SSLContext newContext() throws GeneralSecurityException {
        SSLContext made = SSLContext.getInstance("TLS", provider);
        made.init(
                new KeyManager[] {settings.keyManager()},
                new TrustManager[] {settings.trustManager()},
                new SecureRandom());
        SSLSessionContext sessions = made.getClientSessionContext();
        sessions.setSessionCacheSize(BoringSsl.MOST_SESSIONS); // Conscrypt's default is 10
        sessions.setSessionTimeout((int) settings.sessionTimeout().toSeconds());
        return made;
    }

    SSLParameters supported() {
        return context.getSupportedSSLParameters();
    }

    @Override
    public String description() {
        Conscrypt.Version version = Conscrypt.version();
        return "BoringSSL (Conscrypt " + version.major() + "." + version.minor() + "." + version.patch() + ")";
    }

    @Override
    public SSLEngine engine(String host, int port, SSLParameters parameters) {
        SSLEngine engine = context.createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public SSLSocket socket(Socket connected, String host, int port, SSLParameters parameters) throws IOException {
        prune();
        SSLSocket socket = (SSLSocket) factory().createSocket(connected, host, port, true);
        Conscrypt.setUseSessionTickets(socket, true); // for TLS 1.2, where a server with tickets resumes nothing else
        socket.setSSLParameters(parameters);
        // again: on JDK 20 and newer, parameters without groups have replaced the factory's groups by Conscrypt's
        Conscrypt.setNamedGroups(socket, BoringSsl.groups(settings));
        return socket;
    }

    private SSLSocketFactory factory() {
        SSLSocketFactory factory = context.getSocketFactory();
        // the other kind uses file descriptors, and bypasses the socket that enforces the deadline
        Conscrypt.setUseEngineSocket(factory, true);
        Conscrypt.setNamedGroups(factory, BoringSsl.groups(settings));
        return factory;
    }

    /** Removes expired sessions, which setting the timeout does. Conscrypt tries only the oldest session of a host. */
    private void prune() {
        long now = System.nanoTime();
        long last = pruned.get();
        if (now - last > PRUNING_INTERVAL_NANOS && pruned.compareAndSet(last, now)) {
            SSLSessionContext sessions = context.getClientSessionContext();
            sessions.setSessionTimeout(sessions.getSessionTimeout());
        }
    }

    @Override
    public EngineContext withoutSessions() {
        try {
            return new ConscryptContext(settings);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a second TLS context with the same settings could not be made", e);
        }
    }
}
