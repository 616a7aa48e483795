package io.valkeysecure.tests.jedis;

import static io.valkeysecure.tests.jedis.CredentialsSequence.OWN_PASSWORD;
import static io.valkeysecure.tests.jedis.CredentialsSequence.address;
import static io.valkeysecure.tests.jedis.CredentialsSequence.copy;
import static io.valkeysecure.tests.jedis.CredentialsSequence.ping;
import static io.valkeysecure.tests.jedis.CredentialsSequence.stripped;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.tests.jedis.CredentialsSequence.Before;
import io.valkeysecure.tests.jedis.CredentialsSequence.Then;
import java.net.Socket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultJedisSocketFactory;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/** With the clients that every version of Jedis has. */
@SuppressWarnings("deprecation") // JedisPool, ssl(false), copyConfig: what existing code does
class CredentialsSequenceTest extends WithValkey {
    static final List<Before> BEFORE = List.of(
            Before.of("nothing", (server, config) -> {}),
            Before.of("connect", (server, config) -> {
                try (Jedis jedis = new Jedis(server, config)) {
                    assertThat(jedis.aclWhoAmI()).isEqualTo(Pki.USER);
                }
            }),
            Before.of(
                    "connect, left open",
                    (server, config) ->
                            assertThat(new Jedis(server, config).ping()).isEqualTo("PONG")),
            Before.of("reconnect, left open", (server, config) -> {
                Jedis jedis = new Jedis(server, config);
                jedis.disconnect();
                assertThat(catchThrowable(jedis::ping)).isInstanceOf(JedisDataException.class);
            }),
            // Jedis does not log in again when it reconnects.
            Before.of("reconnect", (server, config) -> {
                try (Jedis jedis = new Jedis(server, config)) {
                    jedis.disconnect();
                    assertThat(catchThrowable(jedis::ping)).isInstanceOf(JedisDataException.class);
                }
            }),
            Before.leavingSocketUnused("reconnect without a command", (server, config) -> {
                Jedis jedis = new Jedis(server, config);
                jedis.disconnect();
                jedis.connect();
            }),
            Before.leavingSocketUnused(
                    "ask whether it is connected",
                    (server, config) ->
                            assertThat(new Jedis(server, config).isConnected()).isTrue()),
            Before.leavingSocketUnused("socket made by hand", (server, config) -> {
                Socket connected = new Socket(server.getHost(), server.getPort());
                assertThat(config.getSslSocketFactory()
                                .createSocket(connected, server.getHost(), server.getPort(), true)
                                .isConnected())
                        .isTrue();
            }),
            Before.of("socket made by hand and closed", (server, config) -> {
                Socket connected = new Socket(server.getHost(), server.getPort());
                config.getSslSocketFactory()
                        .createSocket(connected, server.getHost(), server.getPort(), true)
                        .close();
            }),
            Before.of("failed connect", (server, config) -> {
                try (HostilePeer peer = HostilePeer.closesAfterClientHello()) {
                    assertThat(catchThrowable(() -> new Jedis(new HostAndPort("localhost", peer.port()), config)))
                            .isInstanceOf(JedisException.class);
                }
            }),
            Before.of("failed connect after a good one", (server, config) -> {
                try (HostilePeer peer = HostilePeer.closesAfterClientHello()) {
                    assertThat(new Jedis(server, config).isConnected()).isTrue();
                    assertThat(catchThrowable(() -> new Jedis(new HostAndPort("localhost", peer.port()), config)))
                            .isInstanceOf(JedisException.class);
                }
            }),
            Before.of("failed connect after a good one, own mapper", (server, config) -> {
                try (HostilePeer peer = HostilePeer.closesAfterClientHello()) {
                    assertThat(new Jedis(server, config).isConnected()).isTrue();
                    HostAndPort there = new HostAndPort("localhost", peer.port());
                    JedisClientConfig mapped =
                            copy(config).hostAndPortMapper(asked -> there).build();
                    assertThat(catchThrowable(() -> new Jedis(server, mapped))).isInstanceOf(JedisException.class);
                }
            }),
            Before.of("JedisPool", (server, config) -> {
                try (JedisPool pool = new JedisPool(new JedisPoolConfig(), server, config);
                        Jedis jedis = pool.getResource()) {
                    assertThat(jedis.ping()).isEqualTo("PONG");
                }
            }),
            Before.of("ConnectionPool", (server, config) -> {
                try (ConnectionPool pool = new ConnectionPool(server, config);
                        Connection connection = pool.getResource()) {
                    assertThat(connection.ping()).isTrue();
                }
            }));

    static final List<Then> THEN = List.of(
            Then.overTls(
                    "ssl(false)",
                    (peer, config) -> ping(peer, copy(config).ssl(false).build())),
            Then.overTls(
                    "ssl(false), own mapper",
                    (peer, config) -> ping(
                            peer,
                            copy(config)
                                    .ssl(false)
                                    .hostAndPortMapper(asked -> asked)
                                    .build())),
            Then.overTls(
                    "ssl(false), no mapper, RESP2",
                    (peer, config) -> ping(
                            peer,
                            copy(config)
                                    .ssl(false)
                                    .hostAndPortMapper(null)
                                    .protocol(RedisProtocol.RESP2)
                                    .build())),
            Then.overTls(
                    "ssl(false), own credentials",
                    (peer, config) -> ping(
                            peer,
                            copy(config)
                                    .ssl(false)
                                    .credentialsProvider(null)
                                    .user("own")
                                    .password(OWN_PASSWORD)
                                    .build())),
            Then.overTls(
                    "other mapper",
                    (peer, config) -> ping(
                            new HostAndPort("localhost", 1),
                            copy(config).hostAndPortMapper(asked -> peer).build())),
            Then.overPlaintextMapped(
                    "ssl(false), sslOptions(null)",
                    (peer, config) ->
                            ping(peer, copy(config).ssl(false).sslOptions(null).build())),
            Then.overPlaintext("all of TLS off, own mapper", (peer, config) -> ping(peer, stripped(config))),
            Then.overPlaintext(
                    "all of TLS off, own mapper, RESP2",
                    (peer, config) -> ping(
                            peer,
                            copy(stripped(config)).protocol(RedisProtocol.RESP2).build())),
            Then.overPlaintext(
                    "all of TLS off, by copyConfig",
                    (peer, config) -> ping(peer, stripped(DefaultJedisClientConfig.copyConfig(config)))),
            Then.overPlaintext("all of TLS off, JedisPool", (peer, config) -> {
                try (JedisPool pool = new JedisPool(new JedisPoolConfig(), peer, stripped(config));
                        Jedis jedis = pool.getResource()) {
                    jedis.ping();
                }
            }),
            Then.overPlaintext("own socket factory", (peer, config) -> {
                try (Connection connection = new Connection(new DefaultJedisSocketFactory(peer), config)) {
                    connection.ping();
                }
            }),
            Then.overPlaintext("own socket factory, Jedis", (peer, config) -> {
                try (Jedis jedis = new Jedis(new DefaultJedisSocketFactory(peer), config)) {
                    jedis.ping();
                }
            }));

    static Stream<Arguments> sequences() {
        return CredentialsSequence.product(BEFORE, THEN);
    }

    static List<Then> then() {
        return THEN;
    }

    static Stream<Then> thenOverTls() {
        return THEN.stream()
                .filter(then -> then.reason() == RefusalReason.PLAINTEXT_PEER)
                .filter(then -> !then.name().contains("own credentials")); // which the server does not know
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

    /** The other twin: a copy that is TLS all the same is as good as ever for a server that proves itself. */
    @ParameterizedTest
    @MethodSource("thenOverTls")
    void verifiedServer_sameCopies_logIn(Then then) {
        JedisClientConfig config = SecureJedis.clientConfig(tls, Pki.login().build());

        // which asserts the PONG; without a login the server would refuse the PING
        assertThatCode(() -> then.use().run(address(server), config)).doesNotThrowAnyException();
    }
}
