package io.valkeysecure.tests.soak;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPool;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.Protocol;

/** Clients that write and read all the while, and count what fails and what comes back wrong. */
final class Load implements AutoCloseable {
    private static final long PAUSE_NANOS = 2_000_000;

    private final SecureTls tls;
    private final String user;
    private final String password;
    private final List<Runnable> clients = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong commands = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;

    /** Writes a value and reads it back. */
    @FunctionalInterface
    private interface SetAndGet {
        String apply(String key, String value) throws Exception;
    }

    Load(SecureTls tls, String user, String password) {
        this.tls = tls;
        this.user = user;
        this.password = password;
    }

    long commands() {
        return commands.get();
    }

    long wrong() {
        return wrong.get();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    private JedisClientConfig jedis() {
        return SecureJedis.clientConfig(
                tls,
                DefaultJedisClientConfig.builder().user(user).password(password).build());
    }

    private static <T> GenericObjectPoolConfig<T> sized(GenericObjectPoolConfig<T> config, int connections) {
        config.setMaxTotal(connections);
        config.setMaxIdle(connections);
        config.setMinIdle(connections);
        return config;
    }

    /** A pool with fewer threads than connections, so that the eviction finds them idle. */
    @SuppressWarnings("deprecation") // existing pool code goes on unchanged
    void jedisPool(int port, int connections) {
        JedisPool pool = new JedisPool(
                SecureJedis.poolConfig(tls, sized(new JedisPoolConfig(), connections)),
                new HostAndPort("localhost", port),
                jedis());
        clients.add(pool::close);
        run("jedis-pool", connections / 2, (key, value) -> {
            try (Jedis jedis = pool.getResource()) {
                jedis.set(key, value);
                return jedis.get(key);
            }
        });
    }

    /** As many threads as connections, so that they are looked at when they are borrowed. */
    void jedisConnections(int port, int connections) {
        ConnectionPool pool = new ConnectionPool(
                SecureJedis.connectionFactory(new HostAndPort("localhost", port), jedis()),
                SecureJedis.poolConfig(tls, sized(new ConnectionPoolConfig(), connections)));
        clients.add(pool::close);
        run("jedis-connections", connections, (key, value) -> {
            try (Connection connection = pool.getResource()) {
                connection.executeCommand(
                        new CommandArguments(Protocol.Command.SET).add(key).add(value));
                Object read = connection.executeCommand(new CommandArguments(Protocol.Command.GET).add(key));
                return new String((byte[]) read, StandardCharsets.UTF_8);
            }
        });
    }

    private RedisClient lettuce(int port) {
        RedisURI uri = RedisURI.builder()
                .withHost("localhost")
                .withPort(port)
                .withSsl(true)
                .withAuthentication(user, password.toCharArray())
                .build();
        RedisClient client = SecureLettuce.client(tls, uri, ClientOptions.create());
        clients.add(client::shutdown);
        return client;
    }

    /** Connections that several threads share. */
    void lettuceShared(int port, int connections) {
        RedisClient client = lettuce(port);
        for (int i = 0; i < connections; i++) {
            StatefulRedisConnection<String, String> connection = client.connect();
            clients.add(0, connection::close);
            run("lettuce-shared-" + i, 2, (key, value) -> {
                connection.sync().set(key, value);
                return connection.sync().get(key);
            });
        }
    }

    void lettucePool(int port, int connections) {
        RedisClient client = lettuce(port);
        GenericObjectPool<StatefulRedisConnection<String, String>> pool = ConnectionPoolSupport.createGenericObjectPool(
                client::connect, sized(new GenericObjectPoolConfig<>(), connections));
        clients.add(0, pool::close);
        run("lettuce-pool", connections / 2, (key, value) -> {
            try (StatefulRedisConnection<String, String> connection = pool.borrowObject()) {
                connection.sync().set(key, value);
                return connection.sync().get(key);
            }
        });
    }

    private void run(String name, int count, SetAndGet setAndGet) {
        for (int i = 0; i < count; i++) {
            String key = name + "-" + i;
            Thread thread = new Thread(() -> work(key, setAndGet), "soak-" + key);
            threads.add(thread);
            thread.start();
        }
    }

    private void work(String key, SetAndGet setAndGet) {
        for (long i = 0; !ended; i++) {
            String value = key + "=" + i;
            try {
                commands.addAndGet(2);
                if (!value.equals(setAndGet.apply(key, value))) {
                    wrong.incrementAndGet();
                }
            } catch (Exception e) {
                if (!ended) {
                    failures.add(key + " " + Instant.now() + " " + describe(e));
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private static String describe(Throwable thrown) {
        StringBuilder text = new StringBuilder();
        for (Throwable next = thrown; next != null; next = next.getCause()) {
            text.append(text.isEmpty() ? "" : ", by ").append(next);
            for (Throwable suppressed : next.getSuppressed()) {
                text.append(" (").append(suppressed).append(')');
            }
        }
        return text.toString();
    }

    void end() {
        ended = true;
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() {
        end();
        for (Runnable client : clients) {
            client.run();
        }
    }
}
