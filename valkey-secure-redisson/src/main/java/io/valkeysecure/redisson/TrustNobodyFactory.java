package io.valkeysecure.netty.internal;

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

/** A trust manager factory for a client library's own TLS, which is never to be used: it trusts nobody. */
public final class TrustNobodyFactory extends SimpleTrustManagerFactory {
    private final Nobody nobody;

    /**
     * Makes a factory.
     *
     * @param seen what a channel without the guard means, and what to do, in words of the client library
     */
    public TrustNobodyFactory(String seen) {
        nobody = new Nobody(seen);
    }

    @Override
    protected void engineInit(KeyStore keyStore) {}

    @Override
    protected void engineInit(ManagerFactoryParameters parameters) {}

    @Override
    protected TrustManager[] engineGetTrustManagers() {
        return new TrustManager[] {nobody};
    }

    private static final class Nobody extends X509ExtendedTrustManager {
        private final String seen;

        Nobody(String seen) {
            this.seen = seen;
        }

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

        private PeerRejectedException refusal() {
            return RootTypes.peerRejected(
                    RefusalReason.UNCLASSIFIED, "expected a channel guarded by valkey-secure, seen " + seen, null);
        }
    }
}
