package io.valkeysecure.tests.soak;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.tests.Load;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
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

/** Clients that write and read all the while, and count what fails, what comes back wrong, and how long it took. */
final class SoakClients implements AutoCloseable {
    /** Commands of all threads together: a machine with two cores carries this beside the handshakes. */
    private static final int COMMANDS_PER_SECOND = 3000;

    /** For a starved machine: what is late is not wrong, and it is Lettuce's default. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final SecureTls tls;
    private final String user;
    private final String password;
    private final List<Runnable> clients = new ArrayList<>();
    private final Load load = new Load(() -> pauseNanos());
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile Latencies latencies = new Latencies();

    SoakClients(SecureTls tls, String user, String password) {
        this.tls = tls;
        this.user = user;
        this.password = password;
    }

    long commands() {
        return load.commands();
    }

    List<String> wrong() {
        return load.wrong();
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** How long commands took since this was called last; each counts half of a write and a read. */
    Latencies takeLatencies() {
        Latencies taken = latencies;
        latencies = new Latencies();
        return taken;
    }

    private JedisClientConfig jedis() {
        return SecureJedis.clientConfig(
                tls,
                DefaultJedisClientConfig.builder()
                        .user(user)
                        .password(password)
                        .timeoutMillis((int) PATIENCE.toMillis())
                        .build());
    }

    private static <C extends GenericObjectPoolConfig<?>> C sized(C config, int connections) {
        config.setMaxTotal(connections);
        config.setMaxIdle(connections);
        config.setMinIdle(connections);
        return config;
    }

    /** A pool with fewer threads than connections, so that the eviction finds them idle, unless the machine is slow. */
    @SuppressWarnings("deprecation") // existing pool code goes on unchanged
    void jedisPool(int port, int connections) {
        JedisPool pool = new JedisPool(
                SecureJedis.poolConfig(tls, sized(new JedisPoolConfig(), connections)),
                SecureJedis.jedisFactory(new HostAndPort("localhost", port), jedis()));
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
                .withTimeout(PATIENCE)
                .withAuthentication(user, password.toCharArray())
                .build();
        RedisClient client = SecureLettuce.clientBuilder(tls, uri).build();
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
                client::connect,
                sized(new GenericObjectPoolConfig<StatefulRedisConnection<String, String>>(), connections));
        clients.add(0, pool::close);
        run("lettuce-pool", connections / 2, (key, value) -> {
            try (StatefulRedisConnection<String, String> connection = pool.borrowObject()) {
                connection.sync().set(key, value);
                return connection.sync().get(key);
            }
        });
    }

    private void run(String name, int count, Load.SetAndGet client) {
        for (int i = 0; i < count; i++) {
            load.add(name + "-" + i, (key, value) -> measured(key, value, client));
        }
    }

    private String measured(String key, String value, Load.SetAndGet client) throws Exception {
        long begun = System.nanoTime();
        try {
            String seen = client.apply(key, value);
            latencies.add((System.nanoTime() - begun) / 2);
            return seen;
        } catch (Exception e) {
            String failure = key + " " + Instant.now() + " " + describe(e);
            failures.add(failure);
            System.out.println("soak: failed: " + failure);
            throw e;
        }
    }

    private long pauseNanos() {
        return 2_000_000_000L * load.threads() / COMMANDS_PER_SECOND;
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
        load.end();
    }

    @Override
    public void close() {
        end();
        for (Runnable client : clients) {
            client.run();
        }
    }
}
