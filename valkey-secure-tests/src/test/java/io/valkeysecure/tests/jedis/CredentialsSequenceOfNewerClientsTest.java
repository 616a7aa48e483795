package io.valkeysecure.tests.jedis;

import static io.valkeysecure.tests.jedis.CredentialsSequence.OWN_PASSWORD;
import static io.valkeysecure.tests.jedis.CredentialsSequence.stripped;
import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.tests.jedis.CredentialsSequence.Before;
import io.valkeysecure.tests.jedis.CredentialsSequence.Then;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.MultiDbClient;
import redis.clients.jedis.MultiDbConfig;
import redis.clients.jedis.MultiDbConfig.DatabaseConfig;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.mcf.TrackingConnectionPool;

/** With the clients that came with Jedis 7, among them the one whose pool logs in twice over each connection. */
@Tag("jedis-7")
@SuppressWarnings("deprecation") // fromURI: what existing code does
class CredentialsSequenceOfNewerClientsTest extends WithValkey {
    private static final List<Before> BEFORE = List.of(
            Before.of("RedisClient", (server, config) -> {
                try (RedisClient client = RedisClient.builder()
                        .hostAndPort(server)
                        .clientConfig(config)
                        .build()) {
                    assertThat(client.ping()).isEqualTo("PONG");
                }
            }),
            Before.of("TrackingConnectionPool", CredentialsSequenceOfNewerClientsTest::pingByTrackingPool),
            Before.of(
                    "MultiDbClient",
                    (server, config) -> pingByMultiDb(DatabaseConfig.builder(server, config)
                            .healthCheckEnabled(false)
                            .build())),
            Before.of(
                    "MultiDbClient with a health check",
                    (server, config) -> pingByMultiDb(DatabaseConfig.builder(server, config)
                            .healthCheckStrategySupplier(SecureJedis.database(tls(), server, config)
                                    .build()
                                    .getHealthCheckStrategySupplier())
                            .build())));

    private static final List<Then> THEN = List.of(
            // The credentials are in the URI, which says that TLS is not wanted.
            Then.overTls("fromURI", (peer, config) -> {
                try (RedisClient client = RedisClient.builder()
                        .clientConfig(config)
                        .fromURI("redis://:" + OWN_PASSWORD + "@" + peer)
                        .build()) {
                    client.ping();
                }
            }),
            Then.overPlaintext(
                    "all of TLS off, TrackingConnectionPool",
                    (peer, config) -> pingByTrackingPool(peer, stripped(config))),
            Then.overPlaintext(
                    "all of TLS off, MultiDbClient",
                    (peer, config) -> pingByMultiDb(DatabaseConfig.builder(peer, stripped(config))
                            .healthCheckEnabled(false)
                            .build())));

    private static SecureTls tls() {
        return tls;
    }

    private static void pingByTrackingPool(HostAndPort server, JedisClientConfig config) {
        try (TrackingConnectionPool pool = TrackingConnectionPool.builder()
                        .hostAndPort(server)
                        .clientConfig(config)
                        .build();
                Connection connection = pool.getResource()) {
            assertThat(connection.ping()).isTrue();
        }
    }

    private static void pingByMultiDb(DatabaseConfig database) {
        try (MultiDbClient client = MultiDbClient.builder()
                .multiDbConfig(MultiDbConfig.builder()
                        .database(database)
                        .commandRetry(MultiDbConfig.RetryConfig.builder()
                                .maxAttempts(1)
                                .build())
                        .build())
                .build()) {
            assertThat(client.ping()).isEqualTo("PONG");
        }
    }

    static Stream<Arguments> sequences() {
        return Stream.of(
                        CredentialsSequence.product(BEFORE, THEN),
                        CredentialsSequence.product(BEFORE, CredentialsSequenceTest.THEN),
                        CredentialsSequence.product(CredentialsSequenceTest.BEFORE, THEN))
                .flatMap(product -> product);
    }

    static List<Then> then() {
        return THEN;
    }

    @ParameterizedTest(name = "{0}, then {1}")
    @MethodSource("sequences")
    void plaintextPort_whateverTheThreadDidBefore_getsNoCredentials(Before before, Then then) throws Exception {
        CredentialsSequence.getsNoCredentials(server, tls, before, then);
    }

    @ParameterizedTest
    @MethodSource("then")
    void plaintextPort_configurationOfJedisAlone_getsThePassword(Then then) throws Exception {
        CredentialsSequence.getsThePassword(then);
    }
}
