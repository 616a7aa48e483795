package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import io.valkeysecure.valkeyjava.SecureValkeyJava;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/**
 * The five worst pitfalls of the raw clients, shown by running them, and beside each what this library does there. The
 * table "what the raw clients do, what this does" in the README is made of these tests; the versions are those of the
 * build.
 */
@SuppressWarnings("deprecation") // the setters of Jedis that people use, and that are the pitfall
class RawClientPitfallsTest {
    private static final String PASSWORD = "hunter2-of-the-pitfalls";
    private static final char[] STORE_PASSWORD = "changeit".toCharArray();
    private static final int CONNECTIONS = 5;

    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();
    private static final TestCertificate OTHER_HOST =
            ROOT.issue().dnsName("other.example").build();
    private static final TestCertificate CLIENT =
            ROOT.issue().subject("CN=client").build();

    @TempDir
    private Path directory = Path.of("");

    private Path anchorsPem = Path.of("");
    private Path anchorsStore = Path.of("");
    private Path identityStore = Path.of("");
    private SecureTls tls = secureTls(TrustAnchors.of(ROOT.certificate()));

    @BeforeEach
    void writeMaterial() throws IOException {
        anchorsPem = Files.writeString(directory.resolve("ca.crt"), ROOT.certificatePem());
        anchorsStore = TestCertificate.writeTrustStore(directory.resolve("ca.p12"), "PKCS12", STORE_PASSWORD, ROOT);
        identityStore = CLIENT.writeKeyStore(directory.resolve("client.p12"), "PKCS12", STORE_PASSWORD);
        tls = secureTls(TrustAnchors.pem(anchorsPem));
    }

    @AfterEach
    void closeTls() {
        tls.close();
    }

    private static SecureTls secureTls(TrustAnchors anchors) {
        return SecureTls.trusting(anchors)
                .presenting(ClientIdentity.of(CLIENT.privateKey(), CLIENT.chain()))
                .build();
    }

    // 1. TLS is configured, and Lettuce speaks plaintext.

    @Test
    void rawLettuce_sslOptionsAndRedisUri_sendsThePasswordInTheClear() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            lettuce(uri("redis", peer.port()), lettuceOptions().build());
            assertThat(heard(peer)).contains(PASSWORD);
        }
    }

    @Test
    void secureLettuce_redisUri_isRefusedBeforeAnythingIsSent() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            Throwable thrown = catchThrowable(() -> SecureLettuce.client(tls, uri("redis", peer.port())));
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED);
            assertThat(peer.connections()).isZero();
        }
    }

    /**
     * The guard is where bytes leave, not only where configuration is read: a client that we never saw is held as well.
     */
    @Test
    void rawLettuceWithOurResources_redisUri_neverConnects() {
        ClientResources guarded = SecureLettuce.resources(tls);
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            RedisClient client = RedisClient.create(guarded, uri("redis", peer.port()));
            Throwable thrown = catchThrowable(client::connect);
            client.shutdown(0, 1, TimeUnit.SECONDS);
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED);
            assertThat(peer.connections()).isZero();
        } finally {
            guarded.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        }
    }

    @Test
    void secureLettuce_plaintextServer_isRefused() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            Throwable thrown = catchThrowable(() -> secureLettuce(uri("rediss", peer.port())));
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_PEER);
            assertThat(heard(peer)).doesNotContain(PASSWORD);
        }
    }

    // 2. TLS is configured, and Jedis speaks plaintext.

    @Test
    void rawJedis_socketFactoryWithoutSslTrue_sendsThePasswordInTheClear() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            jedis(peer.port(), rawJedis().build());
            assertThat(heard(peer)).contains(PASSWORD);
        }
    }

    @Test
    void secureJedis_plaintextServer_isRefused() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            Throwable thrown = catchThrowable(() -> secureJedis(peer.port()));
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_PEER);
            assertThat(heard(peer)).doesNotContain(PASSWORD);
        }
    }

    // 2a. What stays open: a URI for a constructor of Jedis, which asks nothing of our configuration.

    @Test
    void rawJedis_redisUriForTheConstructor_sendsThePasswordInTheClear() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            ping(plainUri(peer), rawJedis().ssl(true).build());
            assertThat(heard(peer)).contains(PASSWORD);
        }
    }

    @Test
    void secureJedis_redisUriForTheConstructorOfJedis_sendsItToo() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            ping(plainUri(peer), SecureJedis.clientConfig(tls, login().build()));
            assertThat(heard(peer)).contains(PASSWORD);
        }
    }

    @Test
    void secureJedis_redisUriForTheFrontDoor_isRefusedBeforeAnythingIsSent() {
        try (HostilePeer peer = HostilePeer.plaintextValkey()) {
            Throwable thrown = catchThrowable(
                    () -> SecureJedis.pool(tls, plainUri(peer).toString()).close());
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_REQUESTED);
            assertThat(peer.connections()).isZero();
        }
    }

    private static URI plainUri(HostilePeer peer) {
        return URI.create("redis://:" + PASSWORD + "@localhost:" + peer.port());
    }

    private static void ping(URI uri, JedisClientConfig config) {
        try (Jedis jedis = new Jedis(uri, config)) {
            jedis.ping();
        }
    }

    // 3. The certificate of another host is good enough for Jedis, once it is given SSLParameters.

    @Test
    void rawJedis_ownSslParameters_acceptsACertificateForAnotherHost() {
        try (HostilePeer peer = HostilePeer.tls(OTHER_HOST)) {
            jedis(
                    peer.port(),
                    rawJedis().ssl(true).sslParameters(new SSLParameters()).build());
            assertThat(heard(peer)).contains(PASSWORD);
        }
    }

    @Test
    void secureJedis_certificateForAnotherHost_isRefused() {
        try (HostilePeer peer = HostilePeer.tls(OTHER_HOST)) {
            Throwable thrown = catchThrowable(() -> secureJedis(peer.port()));
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(heard(peer)).isEmpty();
        }
    }

    @Test
    void secureJedis_ownSslParameters_areRefusedByTheirName() {
        Throwable thrown = catchThrowable(() -> SecureJedis.clientConfig(
                tls, login().sslParameters(new SSLParameters()).build()));
        assertThat(thrown).hasMessageContaining("sslParameters");
    }

    // 3a. And good enough for valkey-java, whatever it is given but a HostnameVerifier or the right SSLParameters.

    @Test
    void rawValkeyJava_socketFactory_acceptsACertificateForAnotherHost() {
        try (HostilePeer peer = HostilePeer.tls(OTHER_HOST)) {
            valkeyJava(
                    peer.port(),
                    io.valkey.DefaultJedisClientConfig.builder()
                            .password(PASSWORD)
                            .ssl(true)
                            .sslSocketFactory(CLIENT.tlsContext(ROOT).getSocketFactory())
                            .build());
            assertThat(heard(peer)).contains(PASSWORD);
        }
    }

    @Test
    void secureValkeyJava_certificateForAnotherHost_isRefused() {
        try (HostilePeer peer = HostilePeer.tls(OTHER_HOST)) {
            io.valkey.JedisClientConfig login = io.valkey.DefaultJedisClientConfig.builder()
                    .password(PASSWORD)
                    .build();
            Throwable thrown = catchThrowable(() -> valkeyJava(peer.port(), SecureValkeyJava.clientConfig(tls, login)));
            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(heard(peer)).isEmpty();
        }
    }

    private static void valkeyJava(int port, io.valkey.JedisClientConfig config) {
        try (io.valkey.Jedis jedis = new io.valkey.Jedis(new io.valkey.HostAndPort("localhost", port), config)) {
            assertThat(jedis.ping()).isEqualTo("PONG");
        }
    }

    // 4. A file that is half-written while it is renewed breaks the next connection of Lettuce.

    @Test
    void rawLettuce_caFileHalfWritten_cannotConnect() throws IOException {
        try (ValkeyServer server = valkey()) {
            PemFiles identity = CLIENT.writePem(directory, "client");
            ClientOptions options = ClientOptions.builder()
                    .sslOptions(SslOptions.builder()
                            .trustManager(anchorsPem.toFile())
                            .keyManager(
                                    identity.certificate().toFile(),
                                    identity.key().toFile(),
                                    null)
                            .build())
                    .build();
            RedisClient client = RedisClient.create(uri("rediss", server.port()));
            try {
                client.setOptions(options);
                client.connect().close();
                halfWriteAnchors();
                assertThat(catchThrowable(client::connect)).isInstanceOf(RedisConnectionException.class);
            } finally {
                client.shutdown(0, 1, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void secureLettuceAndJedis_caFileHalfWritten_goOnConnecting() throws IOException {
        try (ValkeyServer server = valkey()) {
            halfWriteAnchors();
            assertThatCode(() -> secureLettuce(uri("rediss", server.port()))).doesNotThrowAnyException();
            assertThatCode(() -> secureJedis(server.port())).doesNotThrowAnyException();
        }
    }

    private void halfWriteAnchors() throws IOException {
        String pem = ROOT.certificatePem();
        Files.writeString(anchorsPem, pem.substring(0, pem.length() / 2));
    }

    // 5. Every connection of Lettuce, and of Jedis with SslOptions, is a full handshake.

    @Test
    void rawLettuce_everyConnection_isAFullHandshake() {
        try (ValkeyServer server = valkey();
                RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            RedisClient client = RedisClient.create(uri("rediss", proxy.port()));
            try {
                client.setOptions(lettuceOptions().build());
                for (int i = 0; i < CONNECTIONS; i++) {
                    pingAndClose(client.connect());
                }
            } finally {
                client.shutdown(0, 1, TimeUnit.SECONDS);
            }
            assertThat(resumed(proxy)).isZero();
        }
    }

    @Test
    void rawJedis_sslOptions_everyConnectionIsAFullHandshake() {
        JedisClientConfig config = login().ssl(true)
                .sslOptions(redis.clients.jedis.SslOptions.builder()
                        .truststore(anchorsStore.toFile(), STORE_PASSWORD)
                        .trustStoreType("PKCS12")
                        .keystore(identityStore.toFile(), STORE_PASSWORD)
                        .keyStoreType("PKCS12")
                        .build())
                .build();
        try (ValkeyServer server = valkey();
                RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            for (int i = 0; i < CONNECTIONS; i++) {
                jedis(proxy.port(), config);
            }
            assertThat(resumed(proxy)).isZero();
        }
    }

    @Test
    void secureLettuce_connectionsAfterTheFirst_resume() {
        try (ValkeyServer server = valkey();
                RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            RedisClient client = SecureLettuce.client(tls, uri("rediss", proxy.port()));
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    pingAndClose(client.connect());
                }
            } finally {
                client.shutdown(0, 1, TimeUnit.SECONDS);
            }
            assertThat(resumed(proxy)).isEqualTo(CONNECTIONS - 1);
        }
    }

    @Test
    void secureJedis_connectionsAfterTheFirst_resume() {
        try (ValkeyServer server = valkey();
                RecordingProxy proxy = RecordingProxy.to(server.host(), server.port())) {
            for (int i = 0; i < CONNECTIONS; i++) {
                secureJedis(proxy.port());
            }
            assertThat(resumed(proxy)).isEqualTo(CONNECTIONS - 1);
        }
    }

    /** Counts the connections in which the server went on with a session that the client offered. */
    private static long resumed(RecordingProxy proxy) {
        assertThat(proxy.recordings()).hasSize(CONNECTIONS);
        return proxy.recordings().stream()
                .filter(recording -> Hello.resumes(recording.clientToServer(), true)
                        && Hello.resumes(recording.serverToClient(), false))
                .count();
    }

    private static ValkeyServer valkey() {
        return ValkeyServer.builder(SERVER, ROOT).user("app", PASSWORD).start();
    }

    private static RedisURI uri(String scheme, int port) {
        return RedisURI.create(scheme + "://app:" + PASSWORD + "@localhost:" + port);
    }

    private ClientOptions.Builder lettuceOptions() {
        return ClientOptions.builder()
                .sslOptions(SslOptions.builder()
                        .truststore(anchorsStore.toFile(), new String(STORE_PASSWORD))
                        .keystore(identityStore.toFile(), STORE_PASSWORD)
                        .keyStoreType("PKCS12")
                        .build());
    }

    private static void lettuce(RedisURI uri, ClientOptions options) {
        RedisClient client = RedisClient.create(uri);
        try {
            client.setOptions(options);
            pingAndClose(client.connect());
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private void secureLettuce(RedisURI uri) {
        RedisClient client = SecureLettuce.client(tls, uri);
        try {
            pingAndClose(client.connect());
        } finally {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
    }

    private static void pingAndClose(StatefulRedisConnection<String, String> connection) {
        assertThat(connection.sync().ping()).isEqualTo("PONG");
        connection.close();
    }

    private static DefaultJedisClientConfig.Builder login() {
        return DefaultJedisClientConfig.builder().user("app").password(PASSWORD);
    }

    private static DefaultJedisClientConfig.Builder rawJedis() {
        return login().sslSocketFactory(CLIENT.tlsContext(ROOT).getSocketFactory());
    }

    private static void jedis(int port, JedisClientConfig config) {
        try (Jedis jedis = new Jedis(new HostAndPort("localhost", port), config)) {
            assertThat(jedis.ping()).isEqualTo("PONG");
        }
    }

    private void secureJedis(int port) {
        jedis(port, SecureJedis.clientConfig(tls, login().build()));
    }

    private static String heard(HostilePeer peer) {
        return new String(peer.applicationBytes(), StandardCharsets.UTF_8);
    }
}
