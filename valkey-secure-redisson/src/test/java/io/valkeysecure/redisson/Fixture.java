package io.valkeysecure.redisson;

import io.netty.resolver.DefaultAddressResolverGroup;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/** One CA, a server and a client certificate of it, what was heard of the handshakes, and a small client. */
final class Fixture {
    static final String USER = "redisson-user-5b1c";
    static final String PASSWORD = "redisson-password-e07f";

    final TestCertificate root = TestCertificate.root().subject("CN=Test Root").build();
    final TestCertificate server =
            root.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    final TestCertificate client = root.issue().subject("CN=app").dnsName("app").build();
    final List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
    final List<TlsHandshakeException> refused = new CopyOnWriteArrayList<>();
    final TlsListener listener = new TlsListener() {
        @Override
        public void handshakeSucceeded(VerifiedHandshake handshake) {
            verified.add(handshake);
        }

        @Override
        public void handshakeRefused(TlsHandshakeException refusal, ClientLibrary client, Duration elapsed) {
            refused.add(refusal);
        }
    };

    ValkeyServer.Builder valkey() {
        return ValkeyServer.builder(server, root).user(USER, PASSWORD);
    }

    SecureTls tls() {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .listener(listener)
                .build();
    }

    static String address(int port) {
        return "valkeys://localhost:" + port;
    }

    /** A configuration that logs in, tries once, and makes few threads. */
    static Config login() {
        return new Config()
                .setUsername(USER)
                .setPassword(PASSWORD)
                .setCodec(StringCodec.INSTANCE)
                .setThreads(2)
                .setNettyThreads(2)
                .setAddressResolverGroupFactory((channels, sockets, servers) -> DefaultAddressResolverGroup.INSTANCE);
    }

    static Config single(int port) {
        return single(address(port));
    }

    /** One connection in use at the start, and no pub/sub. */
    static Config single(String address) {
        Config config = login();
        config.useSingleServer()
                .setAddress(address)
                .setConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0)
                .setRetryAttempts(0)
                .setTimeout(60_000)
                .setConnectTimeout(60_000);
        return config;
    }
}
