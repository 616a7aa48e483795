package io.valkeysecure.redisson;

import io.netty.handler.ssl.util.SimpleTrustManagerFactory;
import io.valkeysecure.PeerRejectedException;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.internal.root.RootTypes;
import java.net.Socket;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** A trust manager factory for Redisson's own TLS, which is never to be used: it trusts nobody. */
final class TrustNobodyFactory extends SimpleTrustManagerFactory {
    private final Nobody nobody = new Nobody();

    @Override
    protected void engineInit(KeyStore keyStore) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected TrustManager[] engineGetTrustManagers() {
        return new TrustManager[] {nobody};
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
                    "expected a channel guarded by valkey-secure, seen one with Redisson's own TLS handler, which trusts"
                            + " nobody here; make the client by SecureRedisson.client(...), or keep the NettyHook of"
                            + " SecureRedisson.secure(...)",
                    null);
        }
    }
}
