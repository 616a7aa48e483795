package io.valkeysecure.tests;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;

/** A way to connect to Valkey through this library, a client on an engine: a column of the tables. */
@SuppressWarnings("deprecation") // JedisPool, which Jedis 8 deprecates and existing code uses
enum TestClient implements TableClient {
    /** {@code RedisClient.connect()}. */
    LETTUCE(ClientLibrary.LETTUCE, Engine.jdk()) {
        @Override
        public Connection connect(SecureTls tls, String host, int port) {
            RedisURI uri = RedisURI.Builder.redis(host, port)
                    .withSsl(true)
                    .withAuthentication(USER, PASSWORD)
                    .withTimeout(PATIENCE)
                    .build();
            RedisClient client = SecureLettuce.clientBuilder(tls, uri)
                    .resources(LettuceThreads.SHARED)
                    .build();
            try {
                StatefulRedisConnection<String, String> connection = client.connect();
                return new Connection() {
                    @Override
                    public void set(String key, String value) {
                        connection.sync().set(key, value);
                    }

                    @Override
                    public String get(String key) {
                        return String.valueOf(connection.sync().get(key));
                    }

                    @Override
                    public void close() {
                        connection.close();
                        client.shutdown(0, 1, TimeUnit.SECONDS);
                    }
                };
            } catch (RuntimeException e) {
                client.shutdown(0, 1, TimeUnit.SECONDS);
                throw e;
            }
        }
    },

    /** The same, with BoringSSL. */
    LETTUCE_BORINGSSL(ClientLibrary.LETTUCE, Engine.boringSsl()) {
        @Override
        public Connection connect(SecureTls tls, String host, int port) {
            return LETTUCE.connect(tls, host, port);
        }
    },

    /** {@code JedisPool.getResource()}. */
    JEDIS(ClientLibrary.JEDIS, Engine.jdk()) {
        @Override
        public Connection connect(SecureTls tls, String host, int port) {
            JedisPool pool = new JedisPool(
                    new JedisPoolConfig(),
                    new HostAndPort(host, port),
                    SecureJedis.clientConfig(
                            tls,
                            DefaultJedisClientConfig.builder()
                                    .user(USER)
                                    .password(PASSWORD)
                                    .timeoutMillis((int) PATIENCE.toMillis())
                                    .build()));
            try {
                Jedis jedis = pool.getResource();
                return new Connection() {
                    @Override
                    public void set(String key, String value) {
                        jedis.set(key, value);
                    }

                    @Override
                    public String get(String key) {
                        return String.valueOf(jedis.get(key));
                    }

                    @Override
                    public void close() {
                        jedis.close();
                        pool.close();
                    }
                };
            } catch (RuntimeException e) {
                pool.close();
                throw e;
            }
        }
    },

    /** The same, with BoringSSL. */
    JEDIS_BORINGSSL(ClientLibrary.JEDIS, Engine.boringSsl()) {
        @Override
        public Connection connect(SecureTls tls, String host, int port) {
            return JEDIS.connect(tls, host, port);
        }
    };

    static final String USER = "table-user-7d21";
    static final String PASSWORD = "table-password-93af";

    /** Longer than any handshake timeout of the tests, so that ours is the one that strikes. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ClientLibrary library;

    @SuppressWarnings("ImmutableEnumChecker") // it is immutable, and has no annotation that says so
    private final Engine engine;

    TestClient(ClientLibrary library, Engine engine) {
        this.library = library;
        this.engine = engine;
    }

    @Override
    public ClientLibrary library() {
        return library;
    }

    @Override
    public Engine engine() {
        return engine;
    }

    /** An open connection of a client library. */
    interface Connection extends AutoCloseable {
        void set(String key, String value);

        String get(String key);

        @Override
        void close();
    }

    /** Lettuce's threads, which are daemons and serve every client of a test run; names are looked up as Jedis does. */
    private static final class LettuceThreads {
        static final ClientResources SHARED = DefaultClientResources.builder()
                .addressResolverGroup(DefaultAddressResolverGroup.INSTANCE)
                .build();
    }
}
