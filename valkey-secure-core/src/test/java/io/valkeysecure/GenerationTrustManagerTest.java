package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.generation.GenerationTrustManager;
import io.valkeysecure.internal.generation.HandshakeProgress;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.net.Socket;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A chain that is good, asked about in each of the ways that do not tell whom it is for. */
class GenerationTrustManagerTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();
    private static final X509Certificate[] CHAIN = SERVER.chain().toArray(X509Certificate[]::new);

    private final SecureTls tls = SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
            .withoutClientIdentity()
            .build();
    private final SSLEngine engine = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.OTHER)
            .engine();
    /** No question here may come as far as the generation. */
    @SuppressWarnings("NullAway")
    private final X509ExtendedTrustManager trust = new GenerationTrustManager(null, new HandshakeProgress.Register());

    @AfterEach
    void close() {
        tls.close();
    }

    private static void assertRefuses(ThrowingCallable question) {
        assertThatThrownBy(question).isInstanceOf(PeerRejectedException.class);
    }

    @Test
    void checkServerTrusted_withoutAConnection_refuses() {
        assertRefuses(() -> trust.checkServerTrusted(CHAIN, "ECDHE_ECDSA"));
        assertRefuses(() -> trust.checkServerTrusted(CHAIN, "ECDHE_ECDSA", (Socket) null));
        assertRefuses(() -> trust.checkServerTrusted(CHAIN, "ECDHE_ECDSA", (SSLEngine) null));
    }

    @Test
    void checkServerTrusted_connectionThatIsNotRegistered_refuses() {
        assertRefuses(() -> trust.checkServerTrusted(CHAIN, "ECDHE_ECDSA", new Socket()));
        assertRefuses(() -> trust.checkServerTrusted(CHAIN, "ECDHE_ECDSA", engine)); // it is in another register
    }

    @Test
    void checkClientTrusted_ofAnyKind_refuses() {
        assertRefuses(() -> trust.checkClientTrusted(CHAIN, "EC"));
        assertRefuses(() -> trust.checkClientTrusted(CHAIN, "EC", new Socket()));
        assertRefuses(() -> trust.checkClientTrusted(CHAIN, "EC", engine));
    }

    @Test
    void getAcceptedIssuers_isEmpty() {
        assertThat(trust.getAcceptedIssuers()).isEmpty();
    }
}
