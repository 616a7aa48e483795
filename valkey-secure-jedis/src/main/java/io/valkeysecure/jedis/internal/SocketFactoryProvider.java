package io.valkeysecure.jedis.internal;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.adapter.TlsLifetime;
import io.valkeysecure.internal.root.RootTypes;
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
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.SslOptions;

/**
 * Makes {@link SslOptions} whose connections come from a socket factory of this library.
 *
 * <p>Jedis uses TLS for every configuration that has {@code SslOptions}, whatever its {@code ssl} flag says. So a copy
 * of our configuration with {@code ssl(false)}, or one made by {@code fromURI("redis://..")}, still opens verified
 * connections, even if it has credentials of its own. {@code SslOptions} cannot be subclassed, and takes its
 * {@code SSLContext} by name from the security providers of the JVM. Therefore this class is such a provider.
 *
 * <p>Effects on the JVM:
 *
 * <ul>
 *   <li>The first configuration of this library's class loader adds one provider, named {@code SecureJedis-} and a
 *       random UUID, at the end of {@code Security.getProviders()}. Each copy of the library adds its own.
 *   <li>The provider lists no services. It answers only requests for an {@code SSLContext} under the random name of a
 *       configuration, so it never takes part in a choice of algorithms. A lookup that no provider before it answered
 *       costs one comparison more.
 *   <li>A configuration's context is removed when its {@link SecureTls} is closed, or when the configuration and its
 *       copies are garbage. The provider is removed with the last context. Until then it keeps the class loader of the
 *       application reachable; therefore close the {@code SecureTls} before a redeployment.
 *   <li>If the JVM refuses the provider, no configuration is made. If something removes the provider later, connections
 *       fail before they send anything.
 * </ul>
 *
 * <p>Adding a provider needs the permission {@code insertProvider} under a security manager. The implementation uses no
 * reflection.
 */
public final class SocketFactoryProvider extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String PREFIX = "SecureJedis-";
    private static final Cleaner CLEANER = Cleaner.create();
    private static @Nullable SocketFactoryProvider installed;

    private final transient Map<String, SSLSocketFactory> factories = new ConcurrentHashMap<>();

    private SocketFactoryProvider() {
        super(PREFIX + UUID.randomUUID(), "1", "verified connections for Jedis");
    }

    /** {@return a name for the context of one configuration} */
    public static String newName() {
        return PREFIX + UUID.randomUUID();
    }

    /**
     * Returns options whose connections the factory makes until the {@code SecureTls} is closed.
     *
     * @param name a name that {@link #newName} made
     * @param factory must not lead to the options: it is kept until they are garbage
     * @param tls the {@code SecureTls} of the connections
     * @return the options
     * @throws TlsConfigurationException if the JVM does not take the provider
     */
    public static SslOptions optionsOf(String name, SSLSocketFactory factory, SecureTls tls) {
        try {
            add(name, factory);
            requireFactory(name, factory);
        } catch (RuntimeException e) {
            remove(name);
            throw e;
        }
        SslOptions options = SslOptions.builder().sslProtocol(name).build();
        Removal removal = new Removal(name);
        Cleaner.Cleanable cleanable = CLEANER.register(options, removal);
        // also takes the removal out of the cleaner, whose thread would keep the class loader
        removal.withdraw = TlsLifetime.onClose(tls, cleanable::clean);
        return options;
    }

    /**
     * Requires that the name leads to the factory, as Jedis will use it.
     *
     * @param name the name of the factory's context
     * @param factory the factory
     * @throws TlsConfigurationException if it does not, because the provider was refused or removed
     */
    public static void requireFactory(String name, SSLSocketFactory factory) {
        SSLContext context;
        try {
            context = SSLContext.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw unavailable("none", e);
        }
        if (!(context.getProvider() instanceof SocketFactoryProvider) || context.getSocketFactory() != factory) {
            throw unavailable("a provider before it that answers for its names", null);
        }
    }

    private static TlsConfigurationException unavailable(String seen, @Nullable Throwable cause) {
        return RootTypes.configurationRefused(
                RefusalReason.UNSUPPORTED_SETTING,
                "expected a security provider " + PREFIX
                        + "... in Security.getProviders(), by which every copy of a Jedis"
                        + " configuration uses TLS, seen " + seen
                        + "; leave the provider there, and allow Security.addProvider:"
                        + " a security manager needs the permission insertProvider, a restricted list of providers an entry",
                cause);
    }

    /**
     * Removes a name, at the close of the {@code SecureTls} or when the options are garbage; it must not lead to the
     * options.
     */
    private static final class Removal implements Runnable {
        private final String name;
        private volatile Runnable withdraw = () -> {};

        Removal(String name) {
            this.name = name;
        }

        @Override
        public void run() {
            withdraw.run();
            remove(name);
        }
    }

    private static synchronized void add(String name, SSLSocketFactory factory) {
        SocketFactoryProvider provider = installed;
        if (provider == null) {
            provider = new SocketFactoryProvider();
        }
        if (Security.getProvider(provider.getName()) == null) {
            try {
                var unused = Security.addProvider(provider); // requireFactory sees whether it was added
            } catch (SecurityException e) {
                throw unavailable("the JVM refuse it (" + e.getMessage() + ")", e);
            }
        }
        installed = provider;
        provider.factories.put(name, factory);
    }

    private static synchronized void remove(String name) {
        SocketFactoryProvider provider = installed;
        if (provider != null) {
            provider.factories.remove(name);
            if (provider.factories.isEmpty()) {
                try {
                    Security.removeProvider(provider.getName());
                    installed = null;
                } catch (SecurityException e) {
                    // a security manager keeps the provider, which has no contexts now; the next configuration uses it
                }
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

    /** A context that has a socket factory, which is all that Jedis uses. */
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
                throw new KeyManagementException(
                        "expected no key and trust managers, seen some; SecureTls sets trust and identity");
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
