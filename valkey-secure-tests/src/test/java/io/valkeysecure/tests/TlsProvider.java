package io.valkeysecure.tests;

import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A provider of TLS like one that a JVM may have before the JDK's own. It counts the contexts that this library asks it
 * for.
 */
final class TlsProvider extends Provider {
    private static final long serialVersionUID = 1;

    private static final AtomicInteger ASKED = new AtomicInteger();

    TlsProvider() {
        super("AnotherTls", "1", "the JDK's TLS by another name");
        put("SSLContext.TLS", Context.class.getName());
    }

    static int timesAsked() {
        return ASKED.get();
    }

    /** Public, as a provider's service has to be. */
    public static final class Context extends SSLContextSpi {
        private final SSLContext jdks;

        public Context() throws GeneralSecurityException {
            jdks = SSLContext.getInstance("TLS", "SunJSSE");
        }

        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random)
                throws KeyManagementException {
            if (trust != null && Arrays.stream(trust).anyMatch(Context::isOurs)) {
                ASKED.incrementAndGet();
            }
            jdks.init(keys, trust, random);
        }

        private static boolean isOurs(TrustManager manager) {
            return manager.getClass().getName().startsWith("io.valkeysecure.internal.generation");
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return jdks.getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return jdks.getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return jdks.createSSLEngine();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return jdks.createSSLEngine(host, port);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return jdks.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return jdks.getClientSessionContext();
        }
    }
}
