package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.engine.EngineSettings;
import io.valkeysecure.netty.engine.BoringSslEngine;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.MutableClock;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * BoringSSL under Lettuce: what it is taken for, and that a session that it resumes, which passes no trust manager, is
 * judged as the full handshake was.
 */
class SecureLettuceEngineTest {
    private final Pki pki = new Pki();
    private final MutableClock clock = new MutableClock();
    private RedisClient client;

    @AfterEach
    void shutDown() {
        if (client != null) {
            client.shutdown();
        }
    }

    private SecureTls.Builder builder(TestCertificate identity) {
        return SecureTls.trusting(TrustAnchors.of(pki.root.certificate()))
                .presenting(ClientIdentity.of(identity.privateKey(), identity.chain()))
                .listener(pki.heard)
                .clock(clock);
    }

    private VerifiedHandshake connect() {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");
        }
        return pki.heard.succeeded.get(pki.heard.succeeded.size() - 1);
    }

    /** Connects until a session is resumed. */
    private void resume() {
        for (int i = 0; i < 10; i++) {
            if (connect().resumed()) {
                return;
            }
        }
        throw new AssertionError("ten connections, and none resumed a session");
    }

    private void assertRefused(RefusalReason reason) {
        int before = pki.heard.succeeded.size();
        assertThat(RefusalReason.of(catchThrowable(this::connect))).contains(reason);
        assertThat(pki.heard.succeeded).hasSize(before);
    }

    @Test
    void build_bindingOnTheClassPath_isTakenForLettuce() {
        try (SecureTls tls = builder(pki.client).build()) {
            assertThat(tls.describe()).contains("engine auto; for Lettuce and Redisson BoringSSL (netty-tcnative)");
            assertThat(tls.status().engines())
                    .containsEntry(ClientLibrary.LETTUCE, Engine.boringSsl())
                    .containsEntry(ClientLibrary.REDISSON, Engine.boringSsl());
        }
        try (SecureTls tls = builder(pki.client).engine(Engine.jdk()).build()) {
            assertThat(tls.describe()).contains("for Lettuce and Redisson JDK ").doesNotContain("BoringSSL");
            assertThat(tls.status().engines()).containsEntry(ClientLibrary.LETTUCE, Engine.jdk());
        }
    }

    @Test
    void open_bindingNotOnTheClassPath_messageNamesTheArtifactAndNoError() throws Exception {
        URL[] withoutBinding = Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !entry.contains("tcnative"))
                .map(SecureLettuceEngineTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(withoutBinding, ClassLoader.getPlatformClassLoader())) {
            Class<?> provider = loader.loadClass(BoringSslEngine.class.getName());
            Method open = provider.getMethod("open", loader.loadClass(EngineSettings.class.getName()));
            Object made = provider.getConstructor().newInstance();
            assertThatThrownBy(() -> open.invoke(made, (Object) null))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .hasMessage("io.netty:netty-tcnative-boringssl-static is not on the class path");
        }
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    private static Arguments unable(
            String what, KeyType key, UnaryOperator<SecureTls.Builder> settings, RefusalReason reason, String says) {
        return Arguments.of(what, key, settings, reason, says);
    }

    static Stream<Arguments> whatBoringSslCannotDo() {
        return Stream.of(
                unable(
                        "suites of TLS 1.3 left out",
                        KeyType.EC_P256,
                        tls -> tls.policy(TlsPolicy.builder()
                                .cipherSuites(
                                        List.of("TLS_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"))
                                .build()),
                        RefusalReason.CIPHER_SUITE,
                        "leaves out [TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256]"),
                unable(
                        "a key that Netty does not offer",
                        KeyType.ED25519,
                        UnaryOperator.identity(),
                        RefusalReason.KEY_MISMATCH,
                        "a handshake in memory failed"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("whatBoringSslCannotDo")
    void build_settingsThatBoringSslCannotKeep_takesTheJdkOrFailsIfBoringSslWasNamed(
            String what, KeyType key, UnaryOperator<SecureTls.Builder> settings, RefusalReason reason, String says) {
        TestCertificate identity = pki.root.issue().keyType(key).build();
        try (SecureTls tls = settings.apply(builder(identity)).build()) {
            assertThat(tls.describe()).contains("for Lettuce and Redisson JDK ", ", not BoringSSL: ", says);
        }
        SecureTls.Builder named = settings.apply(builder(identity)).engine(Engine.boringSsl());
        assertThatThrownBy(named::build)
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        refused -> assertThat(refused.reason()).isEqualTo(reason))
                .hasMessageContaining(says);
    }

    @Test
    void connect_resumedSession_isJudgedByTheSamePath() {
        try (ValkeyServer server = pki.valkey().start();
                SecureTls tls = builder(pki.client).engine(Engine.boringSsl()).build()) {
            client = SecureLettuce.client(tls, Pki.uri(server));
            VerifiedHandshake full = connect();
            assertThat(full.resumed()).isFalse();
            resume();
            assertThat(pki.heard.succeeded).last().satisfies(resumed -> {
                assertThat(resumed.path().certificates()).isEqualTo(full.path().certificates());
                assertThat(resumed.path().anchor()).isEqualTo(full.path().anchor());
                assertThat(resumed.leaf()).isEqualTo(pki.server.certificate());
            });
            assertThat(pki.heard.refused).isEmpty();
        }
    }

    @Test
    void connect_leafExpiresBetweenTwoConnections_resumedSessionIsRefused() {
        TestCertificate shortLived = pki.root
                .issue()
                .dnsName("localhost")
                .notAfter(Instant.now().plusSeconds(3600))
                .build();
        try (ValkeyServer server = ValkeyServer.builder(shortLived, pki.root).start();
                SecureTls tls = builder(pki.client).engine(Engine.boringSsl()).build()) {
            client = SecureLettuce.client(tls, Pki.uri(server));
            resume();
            clock.advance(Duration.ofMinutes(59));
            resume();
            clock.advance(Duration.ofMinutes(2));
            assertRefused(RefusalReason.EXPIRED);
        }
    }

    @Test
    void connect_leafRevokedBetweenTwoConnections_resumedSessionIsRefused() {
        try (ValkeyServer server = pki.valkey().start();
                OcspResponder responder = OcspResponder.builder(pki.root).start();
                SecureTls tls = builder(pki.client)
                        .engine(Engine.boringSsl())
                        .revocation(Revocation.ocsp(URI.create(responder.url())).withCache(1, Duration.ZERO))
                        .build()) {
            client = SecureLettuce.client(tls, Pki.uri(server));
            resume();
            responder.revoke(pki.server);
            assertRefused(RefusalReason.REVOKED);
        }
    }

    /** An engine has certificates of its own making; what is judged and told is the JDK's reading of them. */
    @Test
    void connect_certificatesOfBoringSsl_areReadByTheJdk() {
        try (ValkeyServer server = pki.valkey().start();
                SecureTls tls = builder(pki.client).engine(Engine.boringSsl()).build()) {
            client = SecureLettuce.client(tls, Pki.uri(server));
            resume();
        }
        assertThat(pki.heard.succeeded)
                .allSatisfy(verified -> assertThat(verified.path().certificates())
                        .allMatch(certificate -> certificate.getClass().getClassLoader() == null));
    }

    @Test
    void engine_sessionsOfBoringSsl_areKeptForFiveMinutes() {
        try (SecureTls tls = builder(pki.client).engine(Engine.boringSsl()).build()) {
            SSLEngine engine = TlsHandshake.start(tls, new Endpoint("localhost", 6379), ClientLibrary.LETTUCE)
                    .engine();
            assertThat(engine.getSession().getSessionContext().getSessionTimeout())
                    .isEqualTo(300);
        }
    }

    /** An engine that came to another group than those it was told to offer: what came out is looked at. */
    @Test
    void verify_hybridRequiredAndAClassicalGroupNegotiated_isRefused() throws Exception {
        try (SecureTls hybrid = builder(pki.client)
                        .engine(Engine.boringSsl())
                        .policy(TlsPolicy.builder().requireHybridKeyExchange().build())
                        .build();
                SecureTls lax = builder(pki.client).engine(Engine.jdk()).build()) {
            Endpoint endpoint = new Endpoint("localhost", 6379);
            TlsHandshake strict = TlsHandshake.start(hybrid, endpoint, ClientLibrary.LETTUCE);
            TlsHandshake shown = TlsHandshake.start(lax, endpoint, ClientLibrary.LETTUCE);
            SSLEngine engine = shown.engine();
            shakeHands(engine, pki.server.tlsContext().createSSLEngine(), List.of(strict, shown));
            assertThatThrownBy(() -> strict.verify(engine))
                    .isInstanceOfSatisfying(
                            TlsHandshakeException.class,
                            refused -> assertThat(refused.reason()).isEqualTo(RefusalReason.KEY_EXCHANGE))
                    .hasMessageContaining("expected a hybrid key exchange such as X25519MLKEM768, negotiated x25519");
            assertThat(shown.verify(engine).keyExchangeGroup()).contains("x25519");
        }
    }

    private static void shakeHands(SSLEngine client, SSLEngine server, List<TlsHandshake> shown) throws Exception {
        server.setUseClientMode(false);
        client.beginHandshake();
        server.beginHandshake();
        ByteBuffer toServer = ByteBuffer.allocate(64 * 1024);
        ByteBuffer toClient = ByteBuffer.allocate(64 * 1024);
        for (int i = 0; i < 100; i++) {
            step(client, toClient, toServer, List.of());
            step(server, toServer, toClient, shown);
        }
        assertThat(client.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out, List<TlsHandshake> shown)
            throws Exception {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> engine.getDelegatedTask().run();
            case NEED_WRAP -> {
                int before = out.position();
                var unused = engine.wrap(ByteBuffer.allocate(0), out);
                for (TlsHandshake each : shown) {
                    assertThat(each.received(out.duplicate().flip().position(before)))
                            .isFalse();
                }
            }
            default -> {
                var unused = engine.unwrap(in.flip(), ByteBuffer.allocate(32 * 1024));
                in.compact();
            }
        }
    }

    @Test
    void connect_newGeneration_resumesNothingOfTheOneBefore(@TempDir Path files) throws Exception {
        Path anchors = Files.writeString(files.resolve("ca.crt"), pki.root.certificatePem());
        try (ValkeyServer server = pki.valkey().start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(anchors))
                        .presenting(ClientIdentity.of(pki.client.privateKey(), pki.client.chain()))
                        .engine(Engine.boringSsl())
                        .listener(pki.heard)
                        .build()) {
            client = SecureLettuce.client(tls, Pki.uri(server));
            resume();
            TestCertificate other = TestCertificate.root().subject("CN=other").build();
            Files.writeString(anchors, TestCertificate.pem(pki.root, other));
            tls.reload();
            VerifiedHandshake first = connect();
            assertThat(first.generation()).isEqualTo(2);
            assertThat(first.resumed()).isFalse();
            resume();

            Files.writeString(anchors, other.certificatePem());
            tls.reload();
            assertRefused(RefusalReason.UNTRUSTED_ISSUER);
        }
    }
}
