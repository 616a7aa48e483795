package io.valkeysecure.lettuce;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.internal.root.RootTypes;
import java.nio.ByteBuffer;
import java.security.Provider;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The TLS of Lettuce's own handler: it refuses every handshake before it sends a byte, whatever else Lettuce was told,
 * {@code verifyPeer(false)} included. All that it keeps is the host, the port and the parameters of a connection, which
 * {@link TlsCustomizer} reads before it replaces the handler.
 *
 * <p>A security provider, because Lettuce's {@code SslOptions} take nothing else in place of the JDK's TLS. It is not
 * added to those of the JVM.
 */
final class UnguardedTls extends Provider {
    private static final long serialVersionUID = 1L;

    static final Provider PROVIDER = new UnguardedTls();

    private UnguardedTls() {
        super("valkey-secure-unguarded", "1", "refuses connections that are not guarded");
        // the name that Netty asks for
        putService(new Contexts(this));
    }

    private static TlsConfigurationException refused() {
        return RootTypes.configurationRefused(
                RefusalReason.UNCLASSIFIED,
                "expected a channel guarded by valkey-secure, seen one with Lettuce's own TLS handler, which connects to"
                        + " nobody here; make the client by SecureLettuce.client(...), or give it"
                        + " SecureLettuce.resources(...)");
    }

    private static final class Contexts extends Service {
        Contexts(Provider provider) {
            super(provider, "SSLContext", "TLS", Context.class.getName(), null, null);
        }

        @Override
        public Object newInstance(@Nullable Object parameter) {
            return new Context();
        }
    }

    private static final class Context extends SSLContextSpi {
        @Override
        protected void engineInit(
                KeyManager @Nullable [] keys, TrustManager @Nullable [] trust, @Nullable SecureRandom random) {}

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return new Engine(null, -1);
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return new Engine(host, port);
        }

        @Override
        protected SSLParameters engineGetDefaultSSLParameters() {
            return engineGetSupportedSSLParameters();
        }

        @Override
        protected SSLParameters engineGetSupportedSSLParameters() {
            return new SSLParameters(Engine.SUITES, Engine.PROTOCOLS);
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            throw refused();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            throw refused();
        }

        @Override
        protected @Nullable SSLSessionContext engineGetServerSessionContext() {
            return null;
        }

        @Override
        protected @Nullable SSLSessionContext engineGetClientSessionContext() {
            return null;
        }
    }

    private static final class Engine extends SSLEngine {
        private static final String[] SUITES = {"TLS_AES_128_GCM_SHA256"};
        private static final String[] PROTOCOLS = {"TLSv1.3"};

        private SSLParameters parameters = new SSLParameters();

        Engine(@Nullable String host, int port) {
            super(host, port);
        }

        @Override
        public SSLParameters getSSLParameters() {
            return parameters;
        }

        @Override
        public void setSSLParameters(SSLParameters wanted) {
            parameters = wanted;
        }

        @Override
        public void beginHandshake() {
            throw refused();
        }

        @Override
        public SSLEngineResult wrap(ByteBuffer[] sources, int offset, int length, ByteBuffer target) {
            throw refused();
        }

        @Override
        public SSLEngineResult unwrap(ByteBuffer source, ByteBuffer[] targets, int offset, int length) {
            throw refused();
        }

        @Override
        public SSLSession getSession() {
            throw refused();
        }

        @Override
        public @Nullable Runnable getDelegatedTask() {
            return null;
        }

        @Override
        public SSLEngineResult.HandshakeStatus getHandshakeStatus() {
            return SSLEngineResult.HandshakeStatus.NOT_HANDSHAKING;
        }

        @Override
        public void closeInbound() {}

        @Override
        public boolean isInboundDone() {
            return true;
        }

        @Override
        public void closeOutbound() {}

        @Override
        public boolean isOutboundDone() {
            return true;
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return SUITES.clone();
        }

        @Override
        public String[] getEnabledCipherSuites() {
            return SUITES.clone();
        }

        @Override
        public void setEnabledCipherSuites(String[] suites) {}

        @Override
        public String[] getSupportedProtocols() {
            return PROTOCOLS.clone();
        }

        @Override
        public String[] getEnabledProtocols() {
            return PROTOCOLS.clone();
        }

        @Override
        public void setEnabledProtocols(String[] protocols) {}

        @Override
        public boolean getUseClientMode() {
            return true;
        }

        @Override
        public void setUseClientMode(boolean client) {}

        @Override
        public boolean getNeedClientAuth() {
            return false;
        }

        @Override
        public void setNeedClientAuth(boolean need) {}

        @Override
        public boolean getWantClientAuth() {
            return false;
        }

        @Override
        public void setWantClientAuth(boolean want) {}

        @Override
        public boolean getEnableSessionCreation() {
            return false;
        }

        @Override
        public void setEnableSessionCreation(boolean create) {}
    }
}
