package io.valkeysecure.lettuce;

import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisURI;
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
import reactor.core.publisher.Mono;

/** One CA, a server and a client certificate of it, and what was heard of the handshakes. */
final class Pki {
    final TestCertificate root = TestCertificate.root().subject("CN=Test Root").build();
    final TestCertificate server =
            root.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    final TestCertificate client = root.issue().subject("CN=app").dnsName("app").build();
    final Heard heard = new Heard();

    ValkeyServer.Builder valkey() {
        return ValkeyServer.builder(server, root);
    }

    SecureTls tls() {
        return tls(client, TlsPolicy.modern());
    }

    SecureTls tls(TlsPolicy policy) {
        return tls(client, policy);
    }

    SecureTls tls(TestCertificate identity) {
        return tls(identity, TlsPolicy.modern());
    }

    private SecureTls tls(TestCertificate identity, TlsPolicy policy) {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(identity.privateKey(), identity.chain()))
                .policy(policy)
                .listener(heard)
                .build();
    }

    SecureTls tlsWithoutIdentity() {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .withoutClientIdentity()
                .listener(heard)
                .build();
    }

    static RedisURI uri(ValkeyServer server) {
        return uri(server.host(), server.port());
    }

    static RedisURI uri(String host, int port) {
        return RedisURI.builder()
                .withHost(host)
                .withPort(port)
                .withSsl(true)
                .withTimeout(Duration.ofSeconds(20))
                .build();
    }

    /**
     * As a provider of tokens does it: Lettuce then writes HELLO from another thread, some time after the handshake.
     */
    static void authenticate(RedisURI uri, String user, String password) {
        uri.setCredentialsProvider(() -> Mono.just(RedisCredentials.just(user, password)));
    }

    static final class Heard implements TlsListener {
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
