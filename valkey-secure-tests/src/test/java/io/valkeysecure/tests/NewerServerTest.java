package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Engine;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsHandshakeException;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.conscrypt.Conscrypt;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/**
 * What newer servers can and older ones cannot: hybrid key exchange (OpenSSL 3.5), the ACL user from the client
 * certificate (Valkey 9.1). What the server at hand can is found out without this library, and ours must then use it,
 * or refuse. The suite {@code valkeys} says by a property what its servers have to be able to, so that none of it
 * passes unseen.
 */
class NewerServerTest {
    /** Abilities in lower case, separated by commas, that the server must have; empty for whatever it has. */
    private static final String MUST = "valkeysecure.tests.abilities";

    private static final String HYBRID = "X25519MLKEM768";
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static final TestCertificate SERVER =
            ROOT.issue().dnsName("localhost").build();
    private static final String USER = "payments";
    private static final TestCertificate CLIENT =
            ROOT.issue().subject("CN=" + USER).build();

    private enum Ability {
        HYBRID,
        USERS_BY_CERTIFICATE
    }

    enum Client {
        JEDIS {
            @Override
            String whoAmI(SecureTls tls, ValkeyServer server, boolean login) {
                DefaultJedisClientConfig.Builder config = DefaultJedisClientConfig.builder();
                if (login) {
                    config.user(USER).password("correct-horse");
                }
                try (Jedis jedis = new Jedis(
                        new HostAndPort("localhost", server.port()), SecureJedis.clientConfig(tls, config.build()))) {
                    return jedis.aclWhoAmI();
                }
            }
        },
        LETTUCE {
            @Override
            String whoAmI(SecureTls tls, ValkeyServer server, boolean login) {
                RedisURI.Builder uri = RedisURI.Builder.redis("localhost", server.port())
                        .withSsl(true)
                        .withTimeout(Duration.ofSeconds(20));
                if (login) {
                    uri.withAuthentication(USER, "correct-horse");
                }
                RedisClient client = SecureLettuce.client(tls, uri.build());
                try (StatefulRedisConnection<String, String> connection = client.connect()) {
                    return connection.sync().aclWhoami();
                } finally {
                    client.shutdown(0, 1, TimeUnit.SECONDS);
                }
            }
        };

        abstract String whoAmI(SecureTls tls, ValkeyServer server, boolean login);
    }

    private static Set<Ability> abilities;

    private final RecordingListener listener = new RecordingListener();

    @BeforeAll
    static void findOut() throws Exception {
        abilities = EnumSet.noneOf(Ability.class);
        try (ValkeyServer server = server().start()) {
            if (hasHybrid(server)) {
                abilities.add(Ability.HYBRID);
            }
            if (server.execute("CONFIG", "GET", "tls-auth-clients-user").contains("tls-auth-clients-user")) {
                abilities.add(Ability.USERS_BY_CERTIFICATE);
            }
        }
    }

    /** Asks with nothing but a hybrid group. */
    private static boolean hasHybrid(ValkeyServer server) throws GeneralSecurityException, IOException {
        SSLContext context = SSLContext.getInstance("TLS", Conscrypt.newProvider());
        context.init(null, new TrustManager[] {anchored()}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory()
                .createSocket(new Socket("localhost", server.port()), "localhost", server.port(), true)) {
            Conscrypt.setNamedGroups(socket, new String[] {HYBRID});
            socket.startHandshake();
            return true;
        } catch (SSLHandshakeException e) {
            assertThat(e).hasMessageContaining("HANDSHAKE_FAILURE");
            return false;
        }
    }

    private static TrustManager anchored() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setCertificateEntry("root", ROOT.certificate());
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        TrustManager jdk = factory.getTrustManagers()[0];
        return new X509TrustManager() {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
                ((X509TrustManager) jdk).checkServerTrusted(chain, "UNKNOWN");
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
                throw new CertificateException("a client");
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        };
    }

    @Test
    void server_hasWhatTheSuiteSays() {
        Set<Ability> must = Arrays.stream(System.getProperty(MUST, "").split(","))
                .filter(name -> !name.isBlank())
                .map(name -> Ability.valueOf(name.toUpperCase(Locale.ROOT)))
                .collect(Collectors.toSet());
        assertThat(abilities).containsAll(must);
    }

    // Hybrid key exchange

    @ParameterizedTest
    @EnumSource
    void hybridRequired_serverAsItComes_isConnectedOrRefused(Client client) {
        try (ValkeyServer server = server().start();
                SecureTls tls = tls(CLIENT)
                        .policy(TlsPolicy.builder().requireHybridKeyExchange().build())
                        .build()) {
            if (abilities.contains(Ability.HYBRID) && hasEngine(tls, client)) {
                assertThat(client.whoAmI(tls, server, true)).isEqualTo(USER);
                assertThat(groups()).containsExactly(HYBRID);
            } else {
                assertRefused(client, tls, server, RefusalReason.KEY_EXCHANGE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void hybridRequired_classicalServer_isRefused(Client client) {
        try (ValkeyServer server = server().groups("X25519:P-256").start();
                SecureTls tls = tls(CLIENT)
                        .policy(TlsPolicy.builder().requireHybridKeyExchange().build())
                        .build()) {
            assertRefused(client, tls, server, RefusalReason.KEY_EXCHANGE);
        }
    }

    /** The twin of the two above, and the default: what both have is used, a hybrid group first. */
    @ParameterizedTest
    @EnumSource
    void hybridPreferred_serverAsItComesAndClassicalOne_areConnected(Client client) {
        try (ValkeyServer asItComes = server().start();
                ValkeyServer classical = server().groups("P-256").start();
                SecureTls tls = tls(CLIENT).build();
                SecureTls jdk = tls(CLIENT).engine(Engine.jdk()).build()) {
            assertThat(client.whoAmI(tls, asItComes, true)).isEqualTo(USER);
            assertThat(client.whoAmI(tls, classical, true)).isEqualTo(USER);
            assertThat(client.whoAmI(jdk, asItComes, true)).isEqualTo(USER);
            boolean hybrid = abilities.contains(Ability.HYBRID);
            assertThat(groups())
                    .containsExactly(
                            hybrid && isHybrid(tls, client) ? HYBRID : "x25519",
                            "secp256r1",
                            hybrid && Runtime.version().feature() >= 27 ? HYBRID : "x25519");
        }
    }

    /** A server that takes hybrid key exchanges alone; an OpenSSL without them passes over the name, and is refused. */
    @ParameterizedTest
    @EnumSource
    void hybridServer_classicalClientIsRefusedAndHybridOneConnected(Client client) {
        try (ValkeyServer server = server().groups(HYBRID).start();
                SecureTls demanding = tls(CLIENT)
                        .policy(TlsPolicy.builder().requireHybridKeyExchange().build())
                        .build();
                SecureTls jdk = tls(CLIENT).engine(Engine.jdk()).build()) {
            if (!abilities.contains(Ability.HYBRID) || !hasEngine(demanding, client)) {
                assertRefused(client, demanding, server, RefusalReason.KEY_EXCHANGE);
                return;
            }
            assertThat(client.whoAmI(demanding, server, true)).isEqualTo(USER);
            assertThat(groups()).containsExactly(HYBRID);
            if (Runtime.version().feature() < 27) {
                assertRefused(client, jdk, server, RefusalReason.CIPHER_SUITE);
            }
        }
    }

    /**
     * Whether the engine that the client library gets has hybrid groups, as one has that is there when they are
     * required.
     */
    private boolean isHybrid(SecureTls chosen, Client client) {
        assertThat(chosen.describe()).contains("engine auto");
        try (SecureTls demanding = tls(CLIENT)
                .policy(TlsPolicy.builder().requireHybridKeyExchange().build())
                .build()) {
            return hasEngine(demanding, client);
        }
    }

    private static boolean hasEngine(SecureTls tls, Client client) {
        String name = client == Client.JEDIS ? "Jedis" : "Lettuce";
        return !tls.describe().contains("for " + name + " none");
    }

    private void assertRefused(Client client, SecureTls tls, ValkeyServer server, RefusalReason reason) {
        Throwable thrown = catchThrowable(() -> client.whoAmI(tls, server, true));
        assertThat(RefusalReason.of(thrown)).contains(reason);
        assertThat(listener.refused()).extracting(TlsHandshakeException::reason).containsOnly(reason);
    }

    private List<String> groups() {
        return listener.verified().stream()
                .map(VerifiedHandshake::keyExchangeGroup)
                .map(Optional::orElseThrow)
                .toList();
    }

    // The user from the client certificate

    @ParameterizedTest
    @EnumSource
    void usersByCertificate_nothingIsSaid_serverTakesTheCertificatesName(Client client) {
        if (!abilities.contains(Ability.USERS_BY_CERTIFICATE)) {
            assertThat(catchThrowable(() -> byCertificate().start().close()))
                    .as("a server that does not know the setting")
                    .isInstanceOf(IllegalStateException.class);
            return;
        }
        TestCertificate stranger = ROOT.issue().subject("CN=nobody").build();
        try (ValkeyServer server = byCertificate().start();
                SecureTls tls = tls(CLIENT).build();
                SecureTls strangers = tls(stranger).build()) {
            assertThat(client.whoAmI(tls, server, false)).isEqualTo(USER);
            assertThat(catchThrowable(() -> client.whoAmI(strangers, server, false)))
                    .hasStackTraceContaining("NOAUTH");
        }
    }

    private static ValkeyServer.Builder byCertificate() {
        return server().config("tls-auth-clients-user", "CN").startTimeout(Duration.ofSeconds(60));
    }

    private static ValkeyServer.Builder server() {
        return ValkeyServer.builder(SERVER, ROOT).user(USER, "correct-horse");
    }

    private SecureTls.Builder tls(TestCertificate client) {
        return SecureTls.trusting(TrustAnchors.of(ROOT.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .listener(listener);
    }
}
