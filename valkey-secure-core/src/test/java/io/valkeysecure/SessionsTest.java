package io.valkeysecure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.MutableClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Which sessions are resumed, for how long, and what an alert that anybody can forge does to that. By the JDK's engine.
 */
class SessionsTest {
    private static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=sessions").build();
    private static final TestCertificate OTHER =
            TestCertificate.root().subject("CN=other").build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();
    private static final int PORT = 6379;
    private static final int OTHER_PORT = 6380;

    @TempDir
    private Path directory = Path.of("");

    private final MutableClock clock = new MutableClock();
    private final List<VerifiedHandshake> verified = new CopyOnWriteArrayList<>();
    private final SSLContext server = SERVER.tlsContext();
    private SecureTls tls;

    @BeforeEach
    void open() throws IOException {
        tls = SecureTls.trusting(
                        TrustAnchors.pem(Files.writeString(directory.resolve("ca.crt"), ROOT.certificatePem())))
                .withoutClientIdentity()
                .engine(Engine.jdk())
                .clock(clock)
                .build();
    }

    @AfterEach
    void close() {
        tls.close();
    }

    /** Shakes hands, and tells whether a session was resumed. */
    private boolean resumes(int port, TlsVersion version) throws SSLException {
        TlsHandshake handshake = handshake(port);
        SSLEngine engine = handshake.engine();
        EnginePair pair = pair(handshake, engine, version);
        pair.shakeHands();
        VerifiedHandshake proof = handshake.verify(engine);
        pair.exchange();
        verified.add(proof);
        return proof.resumed();
    }

    private TlsHandshake handshake(int port) {
        return TlsHandshake.start(tls, new Endpoint("localhost", port), ClientLibrary.OTHER);
    }

    private EnginePair pair(TlsHandshake handshake, SSLEngine engine, TlsVersion version) {
        SSLEngine serverEngine = server.createSSLEngine();
        serverEngine.setEnabledProtocols(new String[] {version.protocol()});
        return new EnginePair(engine, serverEngine, handshake);
    }

    /** What somebody on the way can put in place of a server's answer: nothing is encrypted yet. */
    private void alertInstead(int port) throws SSLException {
        TlsHandshake handshake = handshake(port);
        SSLEngine engine = handshake.engine();
        engine.beginHandshake();
        var hello = java.nio.ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        var unused = engine.wrap(java.nio.ByteBuffer.allocate(0), hello);
        assertThat(handshake.sent(hello.flip())).isTrue();
        TlsHandshakeException refused = handshake.refuse(new SSLException("Received fatal alert: internal_error"));
        assertThat(refused.reason()).isEqualTo(RefusalReason.PEER_ALERT);
    }

    // A new generation

    @ParameterizedTest
    @EnumSource
    void reload_sameServer_resumesNothingOfTheGenerationBefore(TlsVersion version) throws IOException {
        assertThat(resumes(PORT, version)).isFalse();
        assertThat(resumes(PORT, version)).isTrue();
        Files.writeString(directory.resolve("ca.crt"), TestCertificate.pem(ROOT, OTHER));
        tls.reload();
        assertThat(resumes(PORT, version)).isFalse();
        assertThat(verified).last().extracting(VerifiedHandshake::generation).isEqualTo(2L);
        assertThat(resumes(PORT, version)).isTrue();
    }

    // How long

    @ParameterizedTest
    @EnumSource
    void session_ofTheContext_isKeptForFiveMinutes(TlsVersion version) throws SSLException {
        TlsHandshake handshake = handshake(PORT);
        SSLEngine engine = handshake.engine();
        pair(handshake, engine, version).shakeHands();
        assertThat(engine.getSession().getSessionContext().getSessionTimeout()).isEqualTo(300);
    }

    // A forged alert

    @ParameterizedTest
    @EnumSource
    void internalError_noSessionWasOffered_changesNothing(TlsVersion version) throws SSLException {
        alertInstead(PORT);
        assertThat(resumes(PORT, version)).isFalse();
        assertThat(resumes(PORT, version)).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void internalError_sessionWasOffered_endsResumptionWithThatServerForAnHour(TlsVersion version) throws SSLException {
        assertThat(resumes(PORT, version)).isFalse();
        assertThat(resumes(OTHER_PORT, version)).isFalse();
        alertInstead(PORT);

        assertThat(resumes(PORT, version)).isFalse();
        assertThat(resumes(PORT, version)).isFalse();
        assertThat(resumes(OTHER_PORT, version)).isTrue();
        clock.advance(Duration.ofMinutes(59));
        assertThat(resumes(PORT, version)).isFalse();

        clock.advance(Duration.ofMinutes(1));
        assertThat(List.of(resumes(PORT, version), resumes(PORT, version))).contains(true);
    }

    // Handshake signatures of TLS 1.2

    /** An engine that was brought to offer SHA-1: what was used is looked at, not what was asked for. */
    @Test
    void parameters_ofTheEngine_offerOnlyStrongSignatures() {
        SSLParameters parameters = handshake(PORT).engine().getSSLParameters();
        assertThat(parameters.getAlgorithmConstraints()).isNotNull();
        var signature = java.util.Set.of(java.security.CryptoPrimitive.SIGNATURE);
        for (String weak : List.of(
                "rsa_pkcs1_sha1",
                "SHA1withRSA",
                "ecdsa_sha1",
                "rsa_md5",
                "MD5withRSA",
                "rsa_sha224",
                "dsa_sha256",
                "SHA256withDSA",
                "DSA",
                "NONEwithRSA")) {
            assertThat(parameters.getAlgorithmConstraints().permits(signature, weak, null))
                    .as(weak)
                    .isFalse();
        }
        for (String strong : List.of(
                "rsa_pkcs1_sha256",
                "SHA256withRSA",
                "ecdsa_secp256r1_sha256",
                "SHA512withECDSA",
                "rsa_pss_rsae_sha256",
                "RSASSA-PSS",
                "ed25519",
                "EdDSA",
                "RSA",
                "EC")) {
            assertThat(parameters.getAlgorithmConstraints().permits(signature, strong, null))
                    .as(strong)
                    .isTrue();
        }
    }

    /** Whoever uses the engine by himself and shows nothing gets no proof under TLS 1.2. */
    @Test
    void verify_bytesNotShown_isRefused() throws SSLException {
        TlsHandshake handshake = handshake(PORT);
        SSLEngine engine = handshake.engine();
        SSLEngine serverEngine = server.createSSLEngine();
        serverEngine.setEnabledProtocols(new String[] {"TLSv1.2"});
        new EnginePair(engine, serverEngine).shakeHands();
        TlsHandshakeException refused =
                catchThrowableOfType(TlsHandshakeException.class, () -> handshake.verify(engine));
        assertThat(refused.reason()).isEqualTo(RefusalReason.WEAK_SIGNATURE);
        assertThat(refused).hasMessageContaining("saw none; was each byte shown");
    }
}
