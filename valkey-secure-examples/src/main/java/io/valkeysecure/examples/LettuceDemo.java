package io.valkeysecure.examples;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.api.sync.RedisStringCommands;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.support.ConnectionPoolSupport;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.lettuce.SecureLettuce;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;

/** The demo with Lettuce. */
final class LettuceDemo implements DemoClient {
    private static final Duration REFRESH = Duration.ofSeconds(1);

    private final ClientResources resources = ClientResources.create();

    @Override
    public ClientLibrary library() {
        return ClientLibrary.LETTUCE;
    }

    @Override
    public String name() {
        return "Lettuce " + ClientVersions.of("lettuce");
    }

    @Override
    public int throughPool(SecureTls tls, Target target, int connections, String prefix, int keys) {
        GenericObjectPoolConfig<StatefulRedisConnection<String, String>> config = new GenericObjectPoolConfig<>();
        config.setMaxTotal(connections);
        config.setMaxIdle(connections);
        try (RedisClient client = client(tls, uri(target).build());
                GenericObjectPool<StatefulRedisConnection<String, String>> pool =
                        ConnectionPoolSupport.createGenericObjectPool(client::connect, config)) {
            List<StatefulRedisConnection<String, String>> borrowed = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                borrowed.add(pool.borrowObject());
            }
            int came = 0;
            for (int i = 0; i < keys; i++) {
                RedisCommands<String, String> commands =
                        borrowed.get(i % connections).sync();
                commands.set(prefix + i, "value " + i, SetArgs.Builder.ex(60));
            }
            for (int i = 0; i < keys; i++) {
                RedisCommands<String, String> commands =
                        borrowed.get((i + 1) % connections).sync();
                came += ("value " + i).equals(commands.get(prefix + i)) ? 1 : 0;
                commands.del(prefix + i);
            }
            borrowed.forEach(StatefulRedisConnection::close);
            return came;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the pool failed", e);
        }
    }

    @Override
    public void ping(SecureTls tls, Target target) {
        ping(client(tls, uri(target).build()));
    }

    private static void ping(RedisClient toBeClosed) {
        try (RedisClient client = toBeClosed;
                StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().ping();
        }
    }

    @Override
    public boolean exchange(SecureTls tls, Target target, String key, String value) {
        try (RedisClient client = client(tls, uri(target).build());
                StatefulRedisConnection<String, String> connection = client.connect()) {
            RedisCommands<String, String> commands = connection.sync();
            commands.ping();
            commands.set(key, value, SetArgs.Builder.ex(60));
            String came = commands.get(key);
            commands.del(key);
            return value.equals(came);
        }
    }

    @Override
    public void plaintextUri(SecureTls tls, Target target) {
        ping(SecureLettuce.client(tls, "redis://" + target.endpoint()));
    }

    @Override
    public void forgottenTls(SecureTls tls, Target target) {
        ping(client(tls, uri(target).withSsl(false).build()));
    }

    @Override
    public KeyValue cluster(SecureTls tls, List<Target> seeds) {
        ClusterClientOptions options = ClusterClientOptions.builder()
                .topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(REFRESH)
                        .build())
                .build();
        RedisClusterClient client = SecureLettuce.clusterClientBuilder(
                        tls, seeds.stream().map(LettuceDemo::impatient).toList())
                .resources(resources)
                .options(options)
                .build();
        return keyValue(client, client::connect, StatefulRedisClusterConnection::sync);
    }

    @Override
    public KeyValue behindSentinels(SecureTls tls, List<Target> sentinels, String primary) {
        RedisURI uri = impatient(sentinels.get(0));
        uri.setSentinelMasterId(primary);
        sentinels.forEach(sentinel -> uri.getSentinels().add(impatient(sentinel)));
        RedisClient client = client(tls, uri);
        return keyValue(client, client::connect, StatefulRedisConnection::sync);
    }

    /** A connection for as long as the client is open; a client that cannot connect is closed. */
    private static <C extends StatefulConnection<String, String>> KeyValue keyValue(
            AbstractRedisClient client, Supplier<C> connecting, Function<C, RedisStringCommands<String, String>> sync) {
        RedisStringCommands<String, String> commands;
        try {
            commands = sync.apply(connecting.get());
        } catch (RuntimeException e) {
            client.close();
            throw e;
        }
        return new KeyValue() {
            @Override
            public void set(String key, String value) {
                commands.set(key, value);
            }

            @Override
            public @Nullable String get(String key) {
                return commands.get(key);
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    private static RedisURI impatient(Target target) {
        return uri(target)
                .withTimeout(Duration.ofMillis(TOPOLOGY_TIMEOUT_MILLIS))
                .build();
    }

    @Override
    public void close() {
        resources.shutdown(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }

    private RedisClient client(SecureTls tls, RedisURI uri) {
        return SecureLettuce.clientBuilder(tls, uri).resources(resources).build();
    }

    private static RedisURI.Builder uri(Target target) {
        RedisURI.Builder uri = RedisURI.builder()
                .withHost(target.endpoint().host())
                .withPort(target.endpoint().port())
                .withSsl(true)
                .withTimeout(Duration.ofMillis(TIMEOUT_MILLIS));
        if (target.user().isPresent()) {
            uri.withAuthentication(target.user().get(), target.password().orElse(""));
        } else {
            target.password().ifPresent(password -> uri.withPassword(password.toCharArray()));
        }
        return uri;
    }
}
