package io.valkeysecure.testkit.internal;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** JSSE contexts for the peers of this library: they present anything and trust what a test tells them to. */
public final class TlsContexts {
    private TlsContexts() {}

    public static SSLContext presenting(@Nullable TestCertificate identity, TrustManager... trust) {
        return presenting(null, identity, trust);
    }

    /** By a provider of its own, instead of the JDK's. */
    public static SSLContext presenting(
            @Nullable Provider provider, @Nullable TestCertificate identity, TrustManager... trust) {
        try {
            SSLContext context =
                    provider == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", provider);
            KeyManager[] keys = identity == null ? new KeyManager[0] : new KeyManager[] {new OneIdentity(identity)};
            context.init(keys, trust, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot make a TLS context", e);
        }
    }

    public static TrustManager[] trusting(TestCertificate... anchors) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < anchors.length; i++) {
                store.setCertificateEntry("anchor-" + i, anchors[i].certificate());
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return factory.getTrustManagers();
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException("cannot trust " + Arrays.toString(anchors), e);
        }
    }

    /** Accepts exactly one leaf, by its bytes, whatever is wrong with it. */
    public static TrustManager onlyLeaf(byte[] leaf) {
        return new FixedTrust() {
            @Override
            void check(X509Certificate[] chain) throws CertificateException {
                if (!Arrays.equals(chain[0].getEncoded(), leaf)) {
                    throw new CertificateException("another certificate than that of this server");
                }
            }
        };
    }

    /** Accepts every peer: what an attacker does. */
    public static TrustManager anyone() {
        return new FixedTrust() {
            @Override
            void check(X509Certificate[] chain) {
                // an attacker has no wish to know whom it talks to
            }
        };
    }

    private abstract static class FixedTrust extends X509ExtendedTrustManager {
        abstract void check(X509Certificate[] chain) throws CertificateException;

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    /** Presents one chain to everybody, without the checks that the JDK's own key managers do. */
    private static final class OneIdentity extends X509ExtendedKeyManager {
        private static final String ALIAS = "identity";
        private final X509Certificate[] chain;
        private final PrivateKey key;
        private final String keyType;

        OneIdentity(TestCertificate identity) {
            List<TestCertificate> certificates = identity.chainOfThis();
            this.chain = certificates.stream().map(OneIdentity::presentable).toArray(X509Certificate[]::new);
            this.key = identity.privateKey();
            this.keyType = identity.keyPair().getPublic().getAlgorithm();
        }

        private static X509Certificate presentable(TestCertificate certificate) {
            try {
                return TestCertificate.parse(certificate.encoded());
            } catch (CertificateException e) {
                return new OpaqueCertificate(certificate);
            }
        }

        private @Nullable String alias(String... types) {
            for (String type : types) {
                if (type.equals(keyType) || type.startsWith(keyType + "_")) {
                    return ALIAS;
                }
            }
            return null;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias(types);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias(type);
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(types);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(type);
        }

        @Override
        public String @Nullable [] getClientAliases(String type, Principal @Nullable [] issuers) {
            return alias(type) == null ? null : new String[] {ALIAS};
        }

        @Override
        public String @Nullable [] getServerAliases(String type, Principal @Nullable [] issuers) {
            return alias(type) == null ? null : new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return chain.clone();
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return key;
        }
    }
}
