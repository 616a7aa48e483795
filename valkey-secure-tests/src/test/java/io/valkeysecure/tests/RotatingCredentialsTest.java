package io.valkeysecure.tests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCredentials;
import io.lettuce.core.RedisCredentialsProvider;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.DefaultRedisCredentials;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;

/** Passwords that end, as the tokens of managed services do: each connection is made with the one of its moment. */
@SuppressWarnings("deprecation") // JedisPool, which all versions have
class RotatingCredentialsTest {
    private static final String USER = "app";
    private static final int ROTATIONS = 3;
    private static final Duration LONG = Duration.ofSeconds(60);

    private final TestCertificate root = TestCertificate.root().build();
    private final TestCertificate client = root.issue().subject("CN=app").build();
    private final AtomicInteger current = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private ValkeyServer server;
    private SecureTls tls;

    @BeforeEach
    void start() {
        server = ValkeyServer.builder(root.issue().dnsName("localhost").build(), root)
                .user(USER, token())
                .start();
        tls = SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.of(client.privateKey(), client.chain()))
                .build();
    }

    @AfterEach
    void stop() {
        tls.close();
        server.close();
    }

    private String token() {
        return "token-" + current.get();
    }

    private String fresh() {
        asked.incrementAndGet();
        return token();
    }

    /** The token that is in use ends, and the connections that were made with it. */
    private void rotate() {
        current.incrementAndGet();
        server.execute("ACL", "SETUSER", USER, "resetpass", ">" + token());
        server.execute("CLIENT", "KILL", "USER", USER);
    }

    /** A client with a provider of credentials. */
    enum Client {
        LETTUCE {
            @Override
            Session open(RotatingCredentialsTest test, boolean rotating) {
                RedisURI uri = RedisURI.Builder.redis("localhost", test.server.port())
                        .withSsl(true)
                        .withTimeout(LONG)
                        .build();
                String first = test.token();
                uri.setCredentialsProvider(RedisCredentialsProvider.from(
                        () -> RedisCredentials.just(USER, rotating ? test.fresh() : first)));
                RedisClient client = SecureLettuce.client(test.tls, uri);
                RedisCommands<String, String> commands;
                try {
                    commands = client.connect().sync();
                } catch (RuntimeException e) {
                    client.shutdown();
                    throw e;
                }
                return new Session() {
                    @Override
                    public String whoAmI() {
                        await().atMost(LONG).until(commands.getStatefulConnection()::isOpen);
                        return commands.aclWhoami();
                    }

                    @Override
                    public void close() {
                        client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
                    }
                };
            }
        },
        JEDIS {
            @Override
            Session open(RotatingCredentialsTest test, boolean rotating) {
                String first = test.token();
                JedisPoolConfig poolConfig = new JedisPoolConfig();
                poolConfig.setTestOnBorrow(true);
                JedisPool pool = SecureJedis.pool(
                        test.tls,
                        new HostAndPort("localhost", test.server.port()),
                        DefaultJedisClientConfig.builder()
                                .timeoutMillis((int) LONG.toMillis())
                                .credentialsProvider(
                                        () -> new DefaultRedisCredentials(USER, rotating ? test.fresh() : first))
                                .build(),
                        poolConfig);
                return new Session() {
                    @Override
                    public String whoAmI() {
                        try (Jedis jedis = pool.getResource()) {
                            return jedis.aclWhoAmI();
                        }
                    }

                    @Override
                    public void close() {
                        pool.close();
                    }
                };
            }
        };

        abstract Session open(RotatingCredentialsTest test, boolean rotating);
    }

    /** What a program does with a client. */
    interface Session extends AutoCloseable {
        String whoAmI();

        @Override
        void close();
    }

    @ParameterizedTest
    @EnumSource
    void provider_tokensEndWithTheirConnections_logsInWithTheNextOne(Client with) {
        try (Session session = with.open(this, true)) {
            assertThat(session.whoAmI()).isEqualTo(USER);
            for (int i = 0; i < ROTATIONS; i++) {
                int before = asked.get();
                rotate();
                await().atMost(LONG)
                        .ignoreExceptions()
                        .untilAsserted(() -> assertThat(session.whoAmI()).isEqualTo(USER));
                assertThat(asked.get()).isGreaterThan(before);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void password_thatHasEnded_isRefusedByTheServer(Client with) {
        try (Session session = with.open(this, false)) {
            assertThat(session.whoAmI()).isEqualTo(USER);
        }
        rotate();
        current.set(0); // a program that kept its first token
        Throwable thrown = catchThrowable(() -> {
            try (Session session = with.open(this, false)) {
                session.whoAmI();
            }
        });
        assertThat(thrown).hasStackTraceContaining("WRONGPASS");
    }

    /** A provider as on the page. */
    private static final class RenewedCredentials implements RedisCredentialsProvider {
        private final Sinks.Many<RedisCredentials> renewed =
                Sinks.many().replay().latest();

        void renew(String user, String token) {
            renewed.tryEmitNext(RedisCredentials.just(user, token)).orThrow();
        }

        @Override
        public Mono<RedisCredentials> resolveCredentials() {
            return renewed.asFlux().next();
        }

        @Override
        public boolean supportsStreaming() {
            return true;
        }

        @Override
        public Flux<RedisCredentials> credentials() {
            return renewed.asFlux();
        }
    }

    /** That Jedis' {@code AuthXManager} does so is in {@code CredentialsTest}. */
    @Test
    void lettuce_withAProviderThatStreams_logsInAgainOverTheOpenConnection() {
        server.execute("ACL", "SETUSER", "renewed", "on", ">another", "+@all", "~*");
        RenewedCredentials credentials = new RenewedCredentials();
        credentials.renew(USER, token());
        RedisURI uri = RedisURI.Builder.redis("localhost", server.port())
                .withSsl(true)
                .withTimeout(LONG)
                .build();
        uri.setCredentialsProvider(credentials);
        RedisClient lettuce = SecureLettuce.clientBuilder(tls, uri)
                .options(ClientOptions.builder()
                        .reauthenticateBehavior(ClientOptions.ReauthenticateBehavior.ON_NEW_CREDENTIALS)
                        .build())
                .build();
        try {
            RedisCommands<String, String> commands = lettuce.connect().sync();
            long id = commands.clientId();
            assertThat(commands.aclWhoami()).isEqualTo(USER);

            credentials.renew("renewed", "another");

            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(commands.aclWhoami()).isEqualTo("renewed"));
            assertThat(commands.clientId()).isEqualTo(id); // the same connection
        } finally {
            lettuce.shutdown(Duration.ZERO, Duration.ofSeconds(1));
        }
    }
}
