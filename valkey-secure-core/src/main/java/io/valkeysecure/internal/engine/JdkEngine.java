package io.valkeysecure.internal.engine;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.text.DocumentationLinks;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The engine of the JDK, which is always available and works for every client.
 *
 * <p>Before 17.0.20 a context keeps one TLS 1.3 ticket for each server, which can be used once, so of several
 * concurrent handshakes most cannot resume. Therefore several contexts take turns if handshakes are concurrent.
 */
public final class JdkEngine implements EngineContext {
    private static final int MOST_CONTEXTS = 8;

    private final EngineSettings settings;

    /** The contexts that take turns. */
    private final List<SSLContext> contexts = new CopyOnWriteArrayList<>();

    private final AtomicInteger next = new AtomicInteger();

    /** The only groups that are offered; null for the default of the JDK, which prefers a hybrid group since JDK 27. */
    private final String @Nullable [] groups;

    private final KeyShares keyShares;

    private JdkEngine(EngineSettings settings, SSLContext first, String @Nullable [] groups, KeyShares keyShares) {
        this.settings = settings;
        this.groups = groups;
        this.keyShares = keyShares;
        contexts.add(first);
    }

    /**
     * Creates the engine of a generation.
     *
     * @param settings the settings
     * @return the engine
     * @throws EngineUnavailableException if this JVM has no TLS, or lacks a protocol or suite of the policy, for
     *     example because {@code java.security} disables it, which JSSE ignores silently
     */
    public static JdkEngine open(EngineSettings settings) throws EngineUnavailableException {
        SSLContext first;
        try {
            first = context(settings);
        } catch (GeneralSecurityException e) {
            throw new EngineUnavailableException(RefusalReason.UNCLASSIFIED, "this JVM has no usable TLS", e);
        }
        SSLParameters supported = first.getSupportedSSLParameters();
        List<String> missing =
                settings.missing(List.of(supported.getCipherSuites()), List.of(supported.getProtocols()));
        if (!missing.isEmpty()) {
            throw new EngineUnavailableException(
                    RefusalReason.CIPHER_SUITE,
                    "this JVM does not offer " + missing + " of the policy (see jdk.tls.disabledAlgorithms in"
                            + " java.security); name those that it has in TlsPolicy",
                    null);
        }
        String[] groups = null;
        if (settings.hybridRequired()) {
            groups = NamedGroups.of(supported).stream()
                    .filter(NamedGroups::isHybrid)
                    .toArray(String[]::new);
            if (groups.length == 0) {
                throw new EngineUnavailableException(
                        RefusalReason.KEY_EXCHANGE,
                        "a hybrid key exchange is required, and the TLS of JDK "
                                + Runtime.version().feature()
                                + " has none; put BoringSSL on the class path (" + DocumentationLinks.page("engines")
                                + "), or run on JDK 27",
                        null);
            }
        }
        KeyShares keyShares =
                new KeyShares(groups == null ? NamedGroups.of(first.getDefaultSSLParameters()) : List.of());
        return new JdkEngine(settings, first, groups, keyShares);
    }

    private static SSLContext context(EngineSettings settings) throws GeneralSecurityException {
        SSLContext context = ofJdk();
        context.init(
                new KeyManager[] {settings.keyManager()},
                new TrustManager[] {settings.trustManager()},
                new SecureRandom());
        context.getClientSessionContext()
                .setSessionTimeout((int) settings.sessionTimeout().toSeconds());
        return context;
    }

    /** Selects the provider by name: a provider that was installed before it is an unknown engine. */
    private static SSLContext ofJdk() throws NoSuchAlgorithmException {
        Provider jdks = Security.getProvider("SunJSSE");
        return jdks == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", jdks);
    }

    @Override
    public String description() {
        return "JDK " + Runtime.version().feature() + " ("
                + contexts.get(0).getProvider().getName() + ")";
    }

    @Override
    public SSLEngine engine(String host, int port, SSLParameters parameters) {
        SSLEngine engine = nextContext().createSSLEngine(host, port);
        engine.setUseClientMode(true);
        engine.setSSLParameters(limited(host, port, parameters));
        return engine;
    }

    @Override
    public SSLSocket socket(Socket connected, String host, int port, SSLParameters parameters) throws IOException {
        SSLSocket socket = (SSLSocket) nextContext().getSocketFactory().createSocket(connected, host, port, true);
        socket.setSSLParameters(limited(host, port, parameters));
        return socket;
    }

    /** Keeps twice as many contexts as handshakes, because a ticket arrives only with the first reply. */
    @Override
    public void expectConcurrent(int others) {
        int wanted = Math.min(MOST_CONTEXTS, 2 * others);
        if (contexts.size() < wanted) {
            grow(wanted);
        }
    }

    private synchronized void grow(int wanted) {
        try {
            while (contexts.size() < wanted) {
                contexts.add(context(settings));
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a context that could be made once cannot be made again", e);
        }
    }

    private SSLContext nextContext() {
        return contexts.get(Math.floorMod(next.getAndIncrement(), contexts.size()));
    }

    private SSLParameters limited(String host, int port, SSLParameters parameters) {
        parameters.setAlgorithmConstraints(HandshakeSignatures.constraints());
        if (groups != null) {
            NamedGroups.set(parameters, groups);
        } else if (keyShares.isOneEnough(host, port)) {
            NamedGroups.set(parameters, new String[] {KeyShares.ONE});
        }
        return parameters;
    }

    @Override
    public void groupNegotiated(String host, int port, String group) {
        keyShares.groupNegotiated(host, port, group);
    }

    @Override
    public void noServerHello(String host, int port) {
        keyShares.noServerHello(host, port);
    }

    @Override
    public EngineContext withoutSessions() {
        try {
            return new JdkEngine(settings, context(settings), groups, keyShares);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a context that could be made once cannot be made again", e);
        }
    }
}
