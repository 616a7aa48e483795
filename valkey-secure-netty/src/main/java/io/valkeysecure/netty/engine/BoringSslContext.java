package io.valkeysecure.netty.engine;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import io.netty.handler.ssl.util.TrustManagerFactoryWrapper;
import io.valkeysecure.internal.engine.BoringSsl;
import io.valkeysecure.internal.engine.EngineContext;
import io.valkeysecure.internal.engine.EngineSettings;
import java.net.Socket;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** The BoringSSL context of one generation. The garbage collector releases its native memory. */
final class BoringSslContext implements EngineContext {
    private final EngineSettings settings;
    private final SslContext context;

    BoringSslContext(EngineSettings settings) throws SSLException {
        this.settings = settings;
        context = SslContextBuilder.forClient()
                .sslProvider(SslProvider.OPENSSL)
                // an identity keeps its alias, so its chain and key are copied once and not for each handshake
                .keyManager(
                        new OpenSslCachingX509KeyManagerFactory(new KeyManagerFactoryWrapper(settings.keyManager())))
                .trustManager(new TrustManagerFactoryWrapper(settings.trustManager()))
                .protocols(settings.protocols())
                .ciphers(settings.cipherSuites())
                .enableOcsp(settings.stapled())
                .sessionCacheSize(BoringSsl.MOST_SESSIONS)
                .sessionTimeout(settings.sessionTimeout().toSeconds())
                .option(OpenSslContextOption.USE_TASKS, true)
                .option(OpenSslContextOption.GROUPS, BoringSsl.groups(settings))
                .build();
    }

    @Override
    public String description() {
        return "BoringSSL (netty-tcnative)";
    }

    @Override
    public SSLEngine engine(String host, int port, SSLParameters parameters) {
        // newEngine() would handle one record a call, as SSLEngine specifies, and is slower
        SSLEngine engine =
                context.newHandler(ByteBufAllocator.DEFAULT, host, port).engine();
        // the context sets versions and cipher suites; Netty would translate them again for each engine
        parameters.setProtocols(null);
        parameters.setCipherSuites(null);
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    public SSLSocket socket(Socket connected, String host, int port, SSLParameters parameters) {
        throw new UnsupportedOperationException("Netty has no BoringSSL sockets; use engine(..)");
    }

    @Override
    public EngineContext withoutSessions() {
        try {
            return new BoringSslContext(settings);
        } catch (SSLException e) {
            throw new IllegalStateException("a second TLS context with the same settings could not be made", e);
        }
    }
}
