package io.valkeysecure.tests.jedis;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.JedisClientConfig;

/** One CA, what it issued, and another CA of the same name. */
final class Pki {
    static final String USER = "app";
    static final String PASSWORD = "correct-horse-battery";

    static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Topology Root").build();
    static final TestCertificate OTHER_ROOT =
            TestCertificate.root().subject("CN=Topology Root").build();
    static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    static final TestCertificate CLIENT = ROOT.issue().subject("CN=app").build();

    private Pki() {}

    static SecureTls.Builder tls() {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain()));
    }

    /** What a careful user of Jedis writes without this library. */
    @SuppressWarnings("deprecation") // works in all versions
    static JedisClientConfig raw(DefaultJedisClientConfig.Builder base) {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry(
                    "client", CLIENT.privateKey(), new char[0], CLIENT.chain().toArray(new X509Certificate[0]));
            KeyManagerFactory keyManagers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keyManagers.init(keys, new char[0]);
            KeyStore anchors = KeyStore.getInstance("PKCS12");
            anchors.load(null, null);
            anchors.setCertificateEntry("root", ROOT.certificate());
            TrustManagerFactory trustManagers =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trustManagers.init(anchors);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keyManagers.getKeyManagers(), trustManagers.getTrustManagers(), null);
            return base.ssl(true).sslSocketFactory(context.getSocketFactory()).build();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static DefaultJedisClientConfig.Builder login() {
        return DefaultJedisClientConfig.builder().user(USER).password(PASSWORD).timeoutMillis(5000);
    }

    /** Whether we said no to a peer, and it did not only die in the midst of a handshake. */
    static boolean isVerdict(TlsHandshakeException refusal) {
        return switch (refusal.reason()) {
            case PEER_ALERT, PEER_CLOSED, HANDSHAKE_TIMEOUT -> false;
            default -> true;
        };
    }
}
