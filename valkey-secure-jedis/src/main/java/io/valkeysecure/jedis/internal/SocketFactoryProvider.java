package io.valkeysecure.jedis.internal;

import java.lang.ref.Cleaner;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.Security;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.SslOptions;

/**
 * Puts a socket factory into {@link SslOptions}.
 *
 * <p>Jedis speaks TLS wherever a configuration has {@code SslOptions}, whatever its {@code ssl} flag says. So a copy in which
 * {@code ssl(false)} or {@code fromURI("redis://..")} switched TLS off still opens verified connections, be its credentials
 * ours or its own. The class is final in all but name, and finds its {@code SSLContext} by name among the security providers
 * of the JVM. This provider is the last of them. It offers nothing but contexts under random names, one for each
 * configuration, and takes itself off the list when the last of those is gone.
 */
final class SocketFactoryProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final Cleaner CLEANER = Cleaner.create();
    private static @Nullable SocketFactoryProvider installed;

    private final transient Map<String, SSLSocketFactory> factories = new ConcurrentHashMap<>();

    private SocketFactoryProvider() {
        // a name of its own for each class loader: a second provider of the same name is not installed
        super("SecureJedis-" + UUID.randomUUID(), "1", "verified connections for Jedis");
    }

    /**
     * Returns options whose connections the factory makes.
     *
     * @param factory must not lead to the options: it is kept until they are gone
     */
    static SslOptions optionsOf(SSLSocketFactory factory) {
        String name = "SecureJedis-" + UUID.randomUUID();
        SslOptions options = SslOptions.builder().sslProtocol(name).build();
        add(name, factory);
        CLEANER.register(options, () -> remove(name));
        return options;
    }

    private static synchronized void add(String name, SSLSocketFactory factory) {
        SocketFactoryProvider provider = installed;
        if (provider == null) {
            provider = new SocketFactoryProvider();
            Security.addProvider(provider);
            installed = provider;
        }
        provider.factories.put(name, factory);
    }

    private static synchronized void remove(String name) {
        SocketFactoryProvider provider = installed;
        if (provider != null) {
            provider.factories.remove(name);
            if (provider.factories.isEmpty()) {
                Security.removeProvider(provider.getName());
                installed = null;
            }
        }
    }

    @Override
    public @Nullable Service getService(String type, String algorithm) {
        SSLSocketFactory factory = type.equals("SSLContext") ? factories.get(algorithm) : null;
        return factory == null ? null : new ContextService(this, algorithm, factory);
    }

    private static final class ContextService extends Service {
        private final SSLSocketFactory factory;

        ContextService(Provider provider, String name, SSLSocketFactory factory) {
            super(provider, "SSLContext", name, FactoryContext.class.getName(), null, null);
            this.factory = factory;
        }

        @Override
        public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
            return new FactoryContext(factory);
        }
    }

    /** What Jedis asks for, a socket factory, and nothing else. */
    private static final class FactoryContext extends SSLContextSpi {
        private final SSLSocketFactory factory;

        FactoryContext(SSLSocketFactory factory) {
            this.factory = factory;
        }

        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random)
                throws KeyManagementException {
            if (keys != null || trust != null) {
                throw new KeyManagementException("trust and identity are SecureTls', expected none");
            }
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return factory;
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            throw unsupported();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            throw unsupported();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            throw unsupported();
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            throw unsupported();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            throw unsupported();
        }

        private static UnsupportedOperationException unsupported() {
            return new UnsupportedOperationException("this context makes client sockets for Jedis only");
        }
    }
}
