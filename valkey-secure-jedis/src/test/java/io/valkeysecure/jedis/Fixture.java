package io.valkeysecure.jedis;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;

/** One CA, a server and a client of it, and a listener that remembers. */
public final class Fixture {
    static final String USER = "app";
    static final String PASSWORD = "correct-horse-battery";

    static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Test Root").build();
    static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    static final TestCertificate CLIENT = ROOT.issue().subject("CN=app").build();

    private Fixture() {}

    /** TLS only, client certificate required, the default user switched off. */
    public static ValkeyServer.Builder server() {
        return ValkeyServer.builder(SERVER, ROOT).user(USER, PASSWORD);
    }

    public static SecureTls.Builder tls() {
        return tls(CLIENT);
    }

    static SecureTls.Builder tls(TestCertificate client) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()));
    }

    static TlsPolicy handshakeWithin(Duration limit) {
        return TlsPolicy.builder().handshakeTimeout(limit).build();
    }

    /** A user and a password, and no retries or waits longer than a test likes. */
    public static DefaultJedisClientConfig.Builder login() {
        return DefaultJedisClientConfig.builder().user(USER).password(PASSWORD).timeoutMillis(5000);
    }

    static HostAndPort address(ValkeyServer server) {
        return new HostAndPort(server.host(), server.port());
    }

    public static HostAndPort localhost(int port) {
        return new HostAndPort("localhost", port);
    }

    static final class RecordingListener implements TlsListener {
        final List<VerifiedHandshake> succeeded = new CopyOnWriteArrayList<>();
        final List<TlsHandshakeException> refused = new CopyOnWriteArrayList<>();

        @Override
        public void handshakeSucceeded(VerifiedHandshake handshake) {
            succeeded.add(handshake);
        }

        @Override
        public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
            refused.add(refusal);
        }
    }
}
