package io.valkeysecure.tests;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.resolver.DefaultAddressResolverGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.redisson.SecureRedisson;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;

/**
 * {@code Redisson.create()} on each engine. Apart from {@link TestClient}, because the tables are run with it in full
 * only where there is time: a client of Redisson is a pool, which has more to do at its start and end.
 */
enum RedissonTestClient implements TableClient {
    REDISSON(Engine.jdk()),
    REDISSON_BORINGSSL(Engine.boringSsl());

    /** As in {@link TestClient}. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @SuppressWarnings("ImmutableEnumChecker") // it is immutable, and has no annotation that says so
    private final Engine engine;

    RedissonTestClient(Engine engine) {
        this.engine = engine;
    }

    @Override
    public ClientLibrary library() {
        return ClientLibrary.REDISSON;
    }

    @Override
    public Engine engine() {
        return engine;
    }

    @Override
    public TestClient.Connection connect(SecureTls tls, String host, int port) {
        RedissonClient client = SecureRedisson.client(tls, Threads.config(host, port));
        return new TestClient.Connection() {
            @Override
            public void set(String key, String value) {
                client.getBucket(key).set(value);
            }

            @Override
            public String get(String key) {
                return String.valueOf(client.getBucket(key).get());
            }

            @Override
            public void close() {
                client.shutdown(0, 1, TimeUnit.SECONDS);
            }
        };
    }

    /** One connection, one attempt, and threads for every client of a test run. */
    private static final class Threads {
        private static final EventLoopGroup EVENT_LOOPS = new MultiThreadIoEventLoopGroup(
                2, new DefaultThreadFactory("redisson", true), NioIoHandler.newFactory());
        private static final ExecutorService EXECUTOR =
                Executors.newFixedThreadPool(2, new DefaultThreadFactory("redisson", true));

        static Config config(String host, int port) {
            Config config = new Config()
                    .setUsername(TestClient.USER)
                    .setPassword(TestClient.PASSWORD)
                    .setCodec(StringCodec.INSTANCE)
                    .setEventLoopGroup(EVENT_LOOPS)
                    .setExecutor(EXECUTOR)
                    .setAddressResolverGroupFactory(
                            (channels, sockets, servers) -> DefaultAddressResolverGroup.INSTANCE);
            config.useSingleServer()
                    .setAddress("rediss://" + host + ":" + port)
                    .setConnectionMinimumIdleSize(1)
                    .setSubscriptionConnectionMinimumIdleSize(0)
                    .setRetryAttempts(0)
                    .setConnectTimeout((int) PATIENCE.toMillis())
                    .setTimeout((int) PATIENCE.toMillis());
            return config;
        }
    }
}
