package io.valkeysecure.tests.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import redis.clients.authentication.core.SimpleToken;
import redis.clients.authentication.core.TokenAuthConfig;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisCredentials;
import redis.clients.jedis.authentication.AuthXManager;

/** Users that change while clients run: asked for on each thread that connects, and told to verified servers alone. */
@SuppressWarnings("deprecation") // JedisCluster, which all versions have
class CredentialsTest {
    private static ValkeyServer server;
    private static SecureTls tls;

    @BeforeAll
    static void start() {
        server = ValkeyServer.builder(Pki.SERVER, Pki.ROOT)
                .user("first", "one")
                .user("second", "two")
                .start();
        tls = Pki.tls().build();
    }

    @AfterAll
    static void stop() {
        tls.close();
        server.close();
    }

    private static HostAndPort address() {
        return new HostAndPort(server.host(), server.port());
    }

    @Test
    void provider_thatRotates_isAskedForEachConnection() {
        AtomicReference<RedisCredentials> current = new AtomicReference<>(new DefaultRedisCredentials("first", "one"));
        JedisClientConfig config = SecureJedis.clientConfig(
                tls,
                DefaultJedisClientConfig.builder()
                        .credentialsProvider(current::get)
                        .build());
        ConnectionPoolConfig poolConfig = new ConnectionPoolConfig();
        poolConfig.setMinIdle(2);
        poolConfig.setTimeBetweenEvictionRuns(Duration.ofMillis(50));
        try (ConnectionPool pool = new ConnectionPool(address(), config, poolConfig)) {
            await().atMost(Duration.ofSeconds(60)).until(() -> pool.getNumIdle() == 2); // made on the pool's own thread
            current.set(new DefaultRedisCredentials("second", "two"));
            assertThat(user(pool)).isEqualTo("first");
            pool.clear();
            assertThat(user(pool)).isEqualTo("second");
        }
    }

    private static String user(ConnectionPool pool) {
        try (Connection connection = pool.getResource()) {
            connection.sendCommand(Protocol.Command.ACL, "WHOAMI");
            return connection.getBulkReply();
        }
    }

    @Test
    void provider_nodesThatAreRefused_doNotGetToIt() {
        AtomicInteger asked = new AtomicInteger();
        JedisClientConfig config = SecureJedis.clientConfig(
                tls,
                DefaultJedisClientConfig.builder()
                        .timeoutMillis(1000)
                        .credentialsProvider(() -> {
                            asked.incrementAndGet();
                            return new DefaultRedisCredentials("first", "one");
                        })
                        .build());
        try (HostilePeer rogue = HostilePeer.plaintextValkey();
                LyingServer seed = LyingServer.start(Pki.SERVER)) {
            seed.hasSlotsAt(new HostAndPort("localhost", rogue.port()));
            try (JedisCluster cluster = new JedisCluster(Set.of(seed.address()), config, 2)) {
                assertThat(asked).hasValue(1);
                assertThat(catchThrowable(() -> cluster.get("key"))).isNotNull();
            }
            assertThat(rogue.connections()).isPositive();
            assertThat(rogue.applicationBytes()).isEmpty();
        }
    }

    /** Jedis logs in again over the connections that are open; none is made for it. */
    @Test
    void token_isRenewed_onTheSameVerifiedConnection() {
        AtomicReference<String> user = new AtomicReference<>("first");
        AuthXManager tokens = new AuthXManager(TokenAuthConfig.builder()
                .identityProviderConfig(() -> () -> {
                    long now = System.currentTimeMillis();
                    String password = user.get().equals("first") ? "one" : "two";
                    return new SimpleToken(user.get(), password, now + 60_000, now, Map.of());
                })
                // renewed every half second, long before it ends
                .expirationRefreshRatio(0.9f)
                .lowerRefreshBoundMillis(59_500)
                .tokenRequestExecTimeoutInMs(30_000)
                .build());
        JedisClientConfig config = SecureJedis.clientConfig(
                tls,
                DefaultJedisClientConfig.builder()
                        .timeoutMillis(30_000)
                        .authXManager(tokens)
                        .build());
        ConnectionPoolConfig one = new ConnectionPoolConfig();
        // Jedis borrows a connection to log in again; with more than one, who asks meanwhile would get another
        one.setMaxTotal(1);
        try (ConnectionPool pool = new ConnectionPool(address(), config, one)) {
            assertThat(user(pool)).isEqualTo("first");

            user.set("second");

            await().atMost(Duration.ofSeconds(60)).until(() -> user(pool).equals("second"));
            assertThat(pool.getCreatedCount()).isEqualTo(1);
        } finally {
            tokens.stop();
        }
    }
}
