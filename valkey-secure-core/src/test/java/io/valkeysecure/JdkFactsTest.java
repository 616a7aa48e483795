package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.TestCertificateBuilder;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What plain JSSE does, and why this library exists: each fact is a decision somewhere in core. If a JDK changes one,
 * this test says so. It shows JSSE alone; that this library does otherwise is shown beside, in the tests of its types.
 */
class JdkFactsTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate LOCALHOST =
            ROOT.issue().dnsName("localhost").build();
    private static final TestCertificate OTHER_HOST =
            ROOT.issue().dnsName("other.example").build();

    /** The two ways of JSSE: Jedis' and Lettuce's. */
    private enum Way {
        SOCKET {
            @Override
            String connect(TestCertificate server, SSLContext client, Consumer<SSLParameters> change)
                    throws IOException {
                try (HostilePeer peer = HostilePeer.tls(server)) {
                    return connect(peer, client, change);
                }
            }
        },
        ENGINE {
            @Override
            String connect(TestCertificate server, SSLContext client, Consumer<SSLParameters> change)
                    throws SSLException {
                SSLEngine engine = client.createSSLEngine("localhost", 6379);
                engine.setUseClientMode(true);
                SSLParameters parameters = engine.getSSLParameters();
                change.accept(parameters);
                engine.setSSLParameters(parameters);
                new EnginePair(engine, server.tlsContext().createSSLEngine()).shakeHands();
                return engine.getSession().getProtocol();
            }
        };

        /** Connects to "localhost" and returns the version that was negotiated. */
        abstract String connect(TestCertificate server, SSLContext client, Consumer<SSLParameters> change)
                throws IOException;

        static String connect(HostilePeer peer, SSLContext client, Consumer<SSLParameters> change) throws IOException {
            try (SSLSocket socket = (SSLSocket) client.getSocketFactory()
                    .createSocket(new Socket("localhost", peer.port()), "localhost", peer.port(), true)) {
                SSLParameters parameters = socket.getSSLParameters();
                change.accept(parameters);
                socket.setSSLParameters(parameters);
                socket.startHandshake();
                ping(socket);
                return socket.getSession().getProtocol();
            }
        }
    }

    /**
     * 1: we build {@code SSLParameters} ourselves, always with "HTTPS", and check the name in our own trust manager.
     */
    @ParameterizedTest
    @EnumSource
    void fact1_noEndpointIdentification_acceptsACertificateForAnotherHost(Way way) {
        assertThatCode(() -> way.connect(OTHER_HOST, trusting(ROOT), parameters -> {}))
                .doesNotThrowAnyException();
    }

    /** 1, the twin. */
    @ParameterizedTest
    @EnumSource
    void fact1_withEndpointIdentification_refuses(Way way) {
        assertThat(refusal(way, OTHER_HOST, trusting(ROOT))).hasMessageContaining("localhost");
    }

    /** 2: our trust manager's variants without a connection throw. */
    @ParameterizedTest
    @EnumSource
    void fact2_trustManagerThatForgetsTheConnection_losesTheNameCheck(Way way) throws Exception {
        X509ExtendedTrustManager jdks = trustManager(ROOT);
        SSLContext context = context(new DelegatingTrustManager() {
            @Override
            void check(X509Certificate[] chain, String authType) throws CertificateException {
                jdks.checkServerTrusted(chain, authType);
            }
        });
        assertThatCode(() -> way.connect(OTHER_HOST, context, JdkFactsTest::https))
                .doesNotThrowAnyException();
    }

    /** 3: another trust needs another {@code SSLContext}: a generation is never changed. */
    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void fact3_trustChangedWithinAContext_resumesWithoutAskingTheTrustManager(TlsVersion version) throws Exception {
        FlippingTrustManager trust = new FlippingTrustManager();
        SSLContext context = context(trust);
        try (HostilePeer peer = HostilePeer.tls(LOCALHOST, only(version))) {
            assertThat(Way.connect(peer, context, JdkFactsTest::https)).isEqualTo(version.protocol());
            trust.rejects.set(true);
            assertThat(Way.connect(peer, context, JdkFactsTest::https)).isEqualTo(version.protocol());
        }
        assertThat(trust.checks).hasValue(1);
    }

    /** 3, by engines. */
    @ParameterizedTest
    @EnumSource(TlsVersion.class)
    void fact3_trustChangedWithinAContext_resumesOnEnginesToo(TlsVersion version) throws Exception {
        FlippingTrustManager trust = new FlippingTrustManager();
        SSLContext context = context(trust);
        SSLContext server = LOCALHOST.tlsContext();
        for (int i = 0; i < 2; i++) {
            SSLEngine client = context.createSSLEngine("localhost", 6379);
            client.setUseClientMode(true);
            client.setEnabledProtocols(new String[] {version.protocol()});
            EnginePair pair = new EnginePair(client, server.createSSLEngine());
            pair.shakeHands();
            pair.exchange();
            trust.rejects.set(true);
        }
        assertThat(trust.checks).hasValue(1);
    }

    /** 4: and that is why a new generation gets a new context. */
    @Test
    void fact4_trustChangedWithANewContext_refuses() throws Exception {
        try (HostilePeer peer = HostilePeer.tls(LOCALHOST)) {
            FlippingTrustManager trust = new FlippingTrustManager();
            assertThat(Way.connect(peer, context(trust), JdkFactsTest::https)).isNotNull();
            trust.rejects.set(true);
            SSLContext next = context(trust);
            SSLHandshakeException refused = catchThrowableOfType(
                    SSLHandshakeException.class, () -> Way.connect(peer, next, JdkFactsTest::https));
            assertThat(refused).hasCauseInstanceOf(CertificateException.class);
            assertThat(trust.checks).hasValue(2);
        }
    }

    /** 5: we never look at the common name. */
    @ParameterizedTest
    @EnumSource
    void fact5_nameInTheCommonNameOnly_isAccepted(Way way) {
        TestCertificate commonName =
                ROOT.issue().subject("CN=localhost").withoutNames().build();
        assertThatCode(() -> way.connect(commonName, trusting(ROOT), JdkFactsTest::https))
                .doesNotThrowAnyException();
    }

    /** 6: we look at the dates of anchors when they are loaded and at each handshake. */
    @ParameterizedTest
    @EnumSource
    void fact6_expiredAnchorThatIsTheLeaf_isAccepted(Way way) {
        TestCertificate expired = TestCertificate.selfSigned()
                .dnsName("localhost")
                .notBefore(Instant.now().minus(Duration.ofDays(2)))
                .notAfter(Instant.now().minus(Duration.ofDays(1)))
                .build();
        assertThatCode(() -> way.connect(expired, trusting(expired), JdkFactsTest::https))
                .doesNotThrowAnyException();
    }

    /** 7: no anchors is an error when they are named. On an engine not even the exception is one of TLS. */
    @Test
    void fact7_noAnchors_failAtTheHandshakeWithARuntimeException() {
        assertThat(catchThrowable(() -> Way.SOCKET.connect(LOCALHOST, trusting(), JdkFactsTest::https)))
                .isInstanceOf(SSLException.class)
                .hasCauseInstanceOf(RuntimeException.class);
        assertThat(catchThrowable(() -> Way.ENGINE.connect(LOCALHOST, trusting(), JdkFactsTest::https)))
                .isInstanceOf(RuntimeException.class);
    }

    /** 8: so reasons travel as types, and no message is parsed. */
    @ParameterizedTest
    @EnumSource
    void fact8_typedExceptionOfATrustManager_arrivesIntact(Way way) throws Exception {
        SSLContext context = context(new DelegatingTrustManager() {
            @Override
            void check(X509Certificate[] chain, String authType) throws CertificateException {
                throw new PeerRejectedException(RefusalReason.PIN_MISMATCH, "message", null);
            }
        });
        SSLHandshakeException refused = refusal(way, LOCALHOST, context);
        assertThat(refused.getCause()).isInstanceOf(PeerRejectedException.class).hasMessage("message");
        assertThat(RefusalReason.of(refused)).contains(RefusalReason.PIN_MISMATCH);
    }

    /** 9: so the name is checked by us, who can say what was expected and seen. */
    @ParameterizedTest
    @EnumSource
    void fact9_nameMismatch_hasNoTypeOfItsOwn(Way way) {
        assertThat(refusal(way, OTHER_HOST, trusting(ROOT)).getCause()).isExactlyInstanceOf(CertificateException.class);
    }

    /** 10 */
    @ParameterizedTest
    @EnumSource
    void fact10_dates_haveAReason(Way way) {
        TestCertificateBuilder leaf = ROOT.issue().dnsName("localhost");
        Instant now = Instant.now();
        assertThat(reason(way, leaf.notAfter(now.minusSeconds(30)).build())).isEqualTo(BasicReason.EXPIRED);
        assertThat(reason(
                        way,
                        leaf.notBefore(now.plusSeconds(1800))
                                .notAfter(now.plusSeconds(3600))
                                .build()))
                .isEqualTo(BasicReason.NOT_YET_VALID);
    }

    /** 11: so {@code TlsPolicy} compares versions and suites when it is built. */
    @Test
    void fact11_versionWithoutASuite_isNoErrorUntilTheHandshake() throws Exception {
        SSLEngine engine = trusting(ROOT).createSSLEngine("localhost", 6379);
        engine.setUseClientMode(true);
        assertThatCode(() -> engine.setSSLParameters(
                        new SSLParameters(new String[] {"TLS_AES_128_GCM_SHA256"}, new String[] {"TLSv1.2"})))
                .doesNotThrowAnyException();
        SSLEngine server = LOCALHOST.tlsContext().createSSLEngine();
        assertThat(catchThrowableOfType(SSLException.class, () -> new EnginePair(engine, server).shakeHands()))
                .isNotNull();
    }

    private static SSLHandshakeException refusal(Way way, TestCertificate server, SSLContext client) {
        return catchThrowableOfType(
                SSLHandshakeException.class, () -> way.connect(server, client, JdkFactsTest::https));
    }

    private static Object reason(Way way, TestCertificate server) {
        for (Throwable next = refusal(way, server, trusting(ROOT)); next != null; next = next.getCause()) {
            if (next instanceof CertPathValidatorException path) {
                return path.getReason();
            }
        }
        return "no CertPathValidatorException";
    }

    private static void https(SSLParameters parameters) {
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
    }

    private static Consumer<SSLParameters> only(TlsVersion version) {
        return parameters -> parameters.setProtocols(new String[] {version.protocol()});
    }

    /** What follows the handshake is read, too: the session tickets of TLS 1.3. */
    private static void ping(SSLSocket socket) throws IOException {
        socket.getOutputStream().write("*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII));
        InputStream in = socket.getInputStream();
        assertThat(in.readNBytes(5)).asString().isEqualTo("+PONG");
    }

    private static SSLContext trusting(TestCertificate... anchors) {
        try {
            return context(trustManager(anchors));
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static SSLContext context(TrustManager trust) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {trust}, null);
        return context;
    }

    private static X509ExtendedTrustManager trustManager(TestCertificate... anchors)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (TestCertificate anchor : anchors) {
            store.setCertificateEntry("anchor" + store.size(), anchor.certificate());
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
    }

    private static final class FlippingTrustManager extends DelegatingTrustManager {
        final AtomicBoolean rejects = new AtomicBoolean();
        final AtomicInteger checks = new AtomicInteger();

        @Override
        void check(X509Certificate[] chain, String authType) throws CertificateException {
            checks.incrementAndGet();
            if (rejects.get()) {
                throw new CertificateException("no longer trusted");
            }
        }
    }

    private abstract static class DelegatingTrustManager extends X509ExtendedTrustManager {
        abstract void check(X509Certificate[] chain, String authType) throws CertificateException;

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            check(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            check(chain, authType);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain, authType);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
