package io.valkeysecure.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Endpoint;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Revocation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TlsVersion;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.testkit.certificate.KeyType;
import io.valkeysecure.testkit.certificate.OcspResponder;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.MutableClock;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * Each engine that Jedis can use decides alike, a resumed session included. What Conscrypt cannot do, it is not taken
 * for.
 */
class EngineTest {
    private static final String CONSCRYPT = "for Jedis BoringSSL (Conscrypt 2.9.0)";

    private static Stream<Engine> engines() {
        return Stream.of(Engine.jdk(), Engine.boringSsl());
    }

    private static Stream<Arguments> enginesAndVersions() {
        return engines()
                .flatMap(engine -> Stream.of(TlsVersion.values()).map(version -> Arguments.of(engine, version)));
    }

    // Which one is taken

    @Test
    void auto_conscryptThere_isTaken() {
        try (SecureTls tls = Fixture.tls().build()) {
            assertThat(tls.describe()).contains("engine auto; for Lettuce and Redisson JDK ", CONSCRYPT);
            assertThat(Arrays.stream(Security.getProviders()).map(Object::toString))
                    .noneMatch(provider -> provider.contains("Conscrypt"));
        }
    }

    @Test
    void jdk_conscryptThere_isNotTaken() {
        try (SecureTls tls = Fixture.tls().engine(Engine.jdk()).build()) {
            assertThat(tls.describe()).contains("for Jedis JDK ").doesNotContain("Conscrypt");
        }
    }

    /** BoringSSL's suites of TLS 1.3 are not to be chosen from. */
    @Test
    void policyWithFewerSuites_jdkIsTaken() {
        TlsPolicy fewer = TlsPolicy.strict().toBuilder()
                .cipherSuites(List.of("TLS_AES_256_GCM_SHA384"))
                .build();
        try (SecureTls tls = Fixture.tls().policy(fewer).build()) {
            assertThat(tls.describe())
                    .contains("for Jedis JDK ", "not BoringSSL: ", "leaves out [TLS_AES_128_GCM_SHA256");
        }
        assertThatThrownBy(() ->
                        Fixture.tls().policy(fewer).engine(Engine.boringSsl()).build())
                .isInstanceOfSatisfying(
                        TlsConfigurationException.class,
                        e -> assertThat(e.reason()).isEqualTo(RefusalReason.CIPHER_SUITE))
                .hasMessageContaining("engine boringssl was asked for and cannot be had for ");
    }

    /** Conscrypt presents EC and RSA keys only; that is found out before a server has to. */
    @Test
    void identityOfAnotherKind_jdkIsTaken() {
        TestCertificate ed25519 = Fixture.ROOT.issue().keyType(KeyType.ED25519).build();
        try (SecureTls tls = Fixture.tls(ed25519).build()) {
            assertThat(tls.describe()).contains("for Jedis JDK ", "not BoringSSL: client identity");
        }
        assertThatThrownBy(() -> Fixture.tls(ed25519).engine(Engine.boringSsl()).build())
                .isInstanceOf(TlsConfigurationException.class)
                .hasMessageContaining("a handshake in memory failed with it");
    }

    @Test
    void conscryptNotThere_isUnavailable() throws Exception {
        URL[] withoutConscrypt = Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !entry.contains("conscrypt"))
                .map(EngineTest::url)
                .toArray(URL[]::new);
        try (URLClassLoader loader = new URLClassLoader(withoutConscrypt, ClassLoader.getPlatformClassLoader())) {
            Class<?> provider = loader.loadClass("io.valkeysecure.jedis.engine.ConscryptEngine");
            Method open =
                    provider.getMethod("open", loader.loadClass("io.valkeysecure.internal.engine.EngineSettings"));
            Object made = provider.getConstructor().newInstance();
            assertThatThrownBy(() -> open.invoke(made, (Object) null))
                    .isInstanceOf(InvocationTargetException.class)
                    .cause()
                    .hasMessage("org.conscrypt:conscrypt-openjdk-uber 2.9.0 or newer is not on the class path");
        }
    }

    private static URL url(String path) {
        try {
            return Path.of(path).toUri().toURL();
        } catch (java.net.MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    // The name

    @ParameterizedTest
    @MethodSource("engines")
    void serverIdentityOtherThanDialled_isWhatCounts(Engine engine) {
        TestCertificate node = Fixture.ROOT.issue().dnsName("node.example").build();
        try (HostilePeer peer = HostilePeer.tls(node)) {
            try (SecureTls tls = Fixture.tls()
                    .engine(engine)
                    .serverIdentity(ServerIdentity.anyOf("node.example"))
                    .build()) {
                assertThat(ping(tls, peer.port())).isEqualTo("PONG");
            }
            try (SecureTls tls = Fixture.tls().engine(engine).build()) {
                assertThat(RefusalReason.of(refused(tls, peer.port()))).contains(RefusalReason.NAME_MISMATCH);
            }
        }
        try (HostilePeer peer = HostilePeer.tls(Fixture.SERVER);
                SecureTls tls = Fixture.tls()
                        .engine(engine)
                        .serverIdentity(ServerIdentity.anyOf("node.example"))
                        .build()) {
            assertThat(RefusalReason.of(refused(tls, peer.port()))).contains(RefusalReason.NAME_MISMATCH);
        }
    }

    // Sessions

    @ParameterizedTest
    @MethodSource("enginesAndVersions")
    void resumption_leafExpiredMeanwhile_isRefused(Engine engine, TlsVersion version) {
        MutableClock clock = new MutableClock();
        TestCertificate root = TestCertificate.root()
                .notAfter(clock.instant().plus(Duration.ofDays(9)))
                .build();
        TestCertificate shortLived = root.issue()
                .dnsName("localhost")
                .notAfter(clock.instant().plus(Duration.ofHours(1)))
                .build();
        Fixture.RecordingListener heard = new Fixture.RecordingListener();
        try (ValkeyServer server = ValkeyServer.builder(shortLived, Fixture.ROOT)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .tlsProtocols(version.protocol())
                        .start();
                SecureTls tls = trusting(root)
                        .engine(engine)
                        .clock(clock)
                        .listener(heard)
                        .build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(ping(tls, server.port())).isEqualTo("PONG");
            }
            assertThat(heard.succeeded)
                    .last()
                    .matches(VerifiedHandshake::resumed)
                    .matches(verified -> verified.version() == version)
                    .matches(verified -> verified.leaf().equals(shortLived.certificate()));

            clock.advance(Duration.ofHours(2));
            assertThat(RefusalReason.of(refused(tls, server.port()))).contains(RefusalReason.EXPIRED);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVersions")
    void resumption_leafRevokedMeanwhile_isRefused(Engine engine, TlsVersion version) {
        TestCertificate leaf = Fixture.ROOT.issue().dnsName("localhost").build();
        Fixture.RecordingListener heard = new Fixture.RecordingListener();
        try (OcspResponder responder = OcspResponder.builder(Fixture.ROOT).start();
                ValkeyServer server = ValkeyServer.builder(leaf, Fixture.ROOT)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .tlsProtocols(version.protocol())
                        .start();
                SecureTls tls = Fixture.tls()
                        .engine(engine)
                        .revocation(Revocation.ocsp(URI.create(responder.url())).withCache(1, Duration.ZERO))
                        .listener(heard)
                        .build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(ping(tls, server.port())).isEqualTo("PONG");
            }
            assertThat(heard.succeeded).last().matches(VerifiedHandshake::resumed);

            responder.revoke(leaf);
            assertThat(RefusalReason.of(refused(tls, server.port()))).contains(RefusalReason.REVOKED);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVersions")
    void reload_sameServer_resumesNothingOfTheGenerationBefore(Engine engine, TlsVersion version, @TempDir Path files)
            throws Exception {
        Path anchors = Files.writeString(files.resolve("ca.crt"), Fixture.ROOT.certificatePem());
        Fixture.RecordingListener heard = new Fixture.RecordingListener();
        try (ValkeyServer server =
                        Fixture.server().tlsProtocols(version.protocol()).start();
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(anchors))
                        .presenting(ClientIdentity.of(Fixture.CLIENT.privateKey(), Fixture.CLIENT.chain()))
                        .engine(engine)
                        .listener(heard)
                        .build()) {
            assertThat(ping(tls, server.port())).isEqualTo("PONG");
            assertThat(ping(tls, server.port())).isEqualTo("PONG");
            assertThat(heard.succeeded).last().matches(VerifiedHandshake::resumed);
            Files.writeString(
                    anchors,
                    TestCertificate.pem(Fixture.ROOT, TestCertificate.root().build()));
            tls.reload();
            assertThat(ping(tls, server.port())).isEqualTo("PONG");
            assertThat(heard.succeeded)
                    .last()
                    .matches(verified -> !verified.resumed())
                    .matches(verified -> verified.generation() == 2);
        }
    }

    @ParameterizedTest
    @MethodSource("enginesAndVersions")
    void session_ofTheContext_isKeptForFiveMinutes(Engine engine, TlsVersion version) throws Exception {
        try (ValkeyServer server =
                        Fixture.server().tlsProtocols(version.protocol()).start();
                SecureTls tls = Fixture.tls().engine(engine).build();
                SSLSocket socket = TlsHandshake.start(
                                tls, new Endpoint("localhost", server.port()), ClientLibrary.JEDIS)
                        .overSocket(new Socket("localhost", server.port()))) {
            assertThat(socket.getSession().getSessionContext().getSessionTimeout())
                    .isEqualTo(300);
        }
    }

    /** An engine has certificates of its own making; what is judged and told is the JDK's reading of them. */
    @ParameterizedTest
    @MethodSource("enginesAndVersions")
    void certificates_ofAnyEngine_areReadByTheJdk(Engine engine, TlsVersion version) {
        Fixture.RecordingListener heard = new Fixture.RecordingListener();
        try (ValkeyServer server =
                        Fixture.server().tlsProtocols(version.protocol()).start();
                SecureTls tls = Fixture.tls().engine(engine).listener(heard).build()) {
            for (int i = 0; i < 3; i++) {
                assertThat(ping(tls, server.port())).isEqualTo("PONG");
            }
        }
        assertThat(heard.succeeded)
                .hasSize(3)
                .anyMatch(VerifiedHandshake::resumed)
                .allSatisfy(verified -> assertThat(verified.path().certificates())
                        .allMatch(certificate -> certificate.getClass().getClassLoader() == null));
    }

    /** Whether a session was resumed is told by the server's port of the proxy: another host is another session. */
    @ParameterizedTest
    @MethodSource("engines")
    void resumption_otherHostSamePort_isNone(Engine engine) {
        Fixture.RecordingListener heard = new Fixture.RecordingListener();
        try (ValkeyServer server = Fixture.server().start();
                SecureTls tls = Fixture.tls().engine(engine).listener(heard).build()) {
            assertThat(ping(tls, "localhost", server.port())).isEqualTo("PONG");
            assertThat(ping(tls, "127.0.0.1", server.port())).isEqualTo("PONG");
            assertThat(heard.succeeded).noneMatch(VerifiedHandshake::resumed);
            assertThat(ping(tls, "127.0.0.1", server.port())).isEqualTo("PONG");
            assertThat(heard.succeeded).last().matches(VerifiedHandshake::resumed);
        }
    }

    /**
     * OpenSSL fails each handshake that would resume a session, where it asks for certificates and caches no sessions.
     */
    @ParameterizedTest
    @MethodSource("engines")
    void serverThatCachesNoSessions_isAskedForNoneAfterTheFirstFailure(Engine engine) {
        try (ValkeyServer server =
                        Fixture.server().config("tls-session-caching", "no").start();
                SecureTls tls = Fixture.tls().engine(engine).build()) {
            assertThat(ping(tls, server.port())).isEqualTo("PONG");
            assertThat(RefusalReason.of(refused(tls, server.port()))).contains(RefusalReason.PEER_ALERT);
            for (int i = 0; i < 3; i++) {
                assertThat(ping(tls, server.port())).isEqualTo("PONG");
            }
        }
    }

    private static SecureTls.Builder trusting(TestCertificate root) {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(Fixture.CLIENT.privateKey(), Fixture.CLIENT.chain()));
    }

    private static String ping(SecureTls tls, int port) {
        return ping(tls, "localhost", port);
    }

    private static String ping(SecureTls tls, String host, int port) {
        JedisClientConfig config = SecureJedis.clientConfig(tls, Fixture.login().build());
        try (Jedis jedis = new Jedis(new redis.clients.jedis.HostAndPort(host, port), config)) {
            return jedis.ping();
        }
    }

    private static Throwable refused(SecureTls tls, int port) {
        Throwable refused = catchThrowable(() -> ping(tls, port));
        assertThat(refused).isNotNull();
        return refused;
    }
}
