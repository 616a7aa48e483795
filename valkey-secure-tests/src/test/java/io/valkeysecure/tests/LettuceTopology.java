package io.valkeysecure.tests;

import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;

/** One CA, the login of its clients, and what Lettuce needs to be led to places that a sinner can take. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class LettuceTopology {
    static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Test Root").build();
    static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
    static final TestCertificate CLIENT =
            ROOT.issue().subject("CN=app").dnsName("app").build();
    static final String USER = "app";
    static final String PASSWORD = "correct-horse-battery";
    static final Duration PATIENCE = Duration.ofSeconds(60);

    final ClientResources threads = DefaultClientResources.builder()
            .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
            .reconnectDelay(Delay.constant(Duration.ofMillis(50)))
            .build();

    @AfterAll
    void endThreads() {
        threads.shutdown(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    static RedisURI uri(int port) {
        return RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(port)
                .withSsl(true)
                .withAuthentication(USER, PASSWORD)
                .withTimeout(PATIENCE)
                .build();
    }

    static SecureTls tls(TlsListener listener) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain()))
                // whose ClientHello a Place can tell from those of Valkey's own links
                .engine(Engine.jdk())
                .listener(listener)
                .build();
    }
}
