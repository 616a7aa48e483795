package io.valkeysecure.lettuce;

import io.lettuce.core.SslOptions;
import io.netty.handler.ssl.util.SimpleTrustManagerFactory;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * TLS options that trust nobody, for Lettuce's own TLS handler: a channel that kept this handler fails.
 *
 * <p>Lettuce builds an {@code SslContext} from the options for every channel, on the event loop, before the guard
 * replaces the handler. With a ready trust manager and no key this takes microseconds and reads no file.
 */
final class TrustNobody extends SslOptions {
    private static final TrustManagerFactory FACTORY = new NobodyFactory();

    TrustNobody(Duration handshakeTimeout) {
        super(SslOptions.builder()
                .jdkSslProvider()
                .trustManager(FACTORY)
                .handshakeTimeout(handshakeTimeout)
                .build());
    }

    static final class NobodyFactory extends SimpleTrustManagerFactory {
        @Override
        protected void engineInit(KeyStore keyStore) {}

        @Override
        protected void engineInit(ManagerFactoryParameters parameters) {}

        @Override
        protected TrustManager[] engineGetTrustManagers() {
            return new TrustManager[] {new Nobody()};
        }
    }

    private static final class Nobody extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws PeerRejectedException {
            throw refusal();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws PeerRejectedException {
            throw refusal();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws PeerRejectedException {
            throw refusal();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws PeerRejectedException {
            throw refusal();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws PeerRejectedException {
            throw refusal();
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws PeerRejectedException {
            throw refusal();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }

        private static PeerRejectedException refusal() {
            return RootTypes.peerRejected(
                    RefusalReason.UNCLASSIFIED,
                    "expected a channel guarded by valkey-secure, seen one with Lettuce's own TLS handler, which trusts nobody here; "
                            + "make the client by SecureLettuce.client(...), or give it SecureLettuce.resources(...)",
                    null);
        }
    }
}
