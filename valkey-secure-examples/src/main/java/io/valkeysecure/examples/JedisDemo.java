package io.valkeysecure.examples;

import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.jedis.SecureJedis;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.params.SetParams;

/** The demo with Jedis, through the pool that most programs have, which Jedis 8 deprecates. */
@SuppressWarnings("deprecation")
final class JedisDemo implements DemoClient {

    @Override
    public ClientLibrary library() {
        return ClientLibrary.JEDIS;
    }

    @Override
    public String name() {
        return "Jedis " + ClientVersions.of("jedis");
    }

    @Override
    public int throughPool(SecureTls tls, Target target, int connections, String prefix, int keys) {
        try (JedisPool pool = pool(server(target), SecureJedis.clientConfig(tls, plain(target)), connections)) {
            List<Jedis> borrowed = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                borrowed.add(pool.getResource());
            }
            int came = 0;
            for (int i = 0; i < keys; i++) {
                borrowed.get(i % connections)
                        .set(prefix + i, "value " + i, SetParams.setParams().ex(60));
            }
            for (int i = 0; i < keys; i++) {
                Jedis jedis = borrowed.get((i + 1) % connections);
                came += ("value " + i).equals(jedis.get(prefix + i)) ? 1 : 0;
                jedis.del(prefix + i);
            }
            borrowed.forEach(Jedis::close);
            return came;
        }
    }

    @Override
    public void ping(SecureTls tls, Target target) {
        ping(server(target), SecureJedis.clientConfig(tls, plain(target)));
    }

    @Override
    public boolean exchange(SecureTls tls, Target target, String key, String value) {
        try (JedisPool pool = pool(server(target), SecureJedis.clientConfig(tls, plain(target)), 1);
                Jedis jedis = pool.getResource()) {
            jedis.ping();
            jedis.set(key, value, SetParams.setParams().ex(60));
            String came = jedis.get(key);
            jedis.del(key);
            return value.equals(came);
        }
    }

    @Override
    public void plaintextUri(SecureTls tls, Target target) {
        String uri = "redis://" + target.endpoint();
        ping(SecureJedis.hostAndPort(uri), SecureJedis.clientConfig(tls, uri));
    }

    @Override
    public void forgottenTls(SecureTls tls, Target target) {
        JedisClientConfig secure = SecureJedis.clientConfig(tls, plain(target));
        ping(
                server(target),
                DefaultJedisClientConfig.builder()
                        .from(secure)
                        .ssl(false)
                        .sslOptions(null)
                        .build());
    }

    @Override
    public KeyValue cluster(SecureTls tls, List<Target> seeds) {
        return keyValue(SecureJedis.clusterClient(tls, impatient(seeds.get(0)))
                .nodes(servers(seeds))
                .build());
    }

    @Override
    public KeyValue behindSentinels(SecureTls tls, List<Target> sentinels, String primary) {
        JedisClientConfig config = impatient(sentinels.get(0));
        return keyValue(SecureJedis.sentinelClient(tls)
                .clientConfig(config)
                .sentinelClientConfig(config)
                .masterName(primary)
                .sentinels(servers(sentinels))
                .build());
    }

    private static KeyValue keyValue(UnifiedJedis client) {
        return new KeyValue() {
            @Override
            public void set(String key, String value) {
                client.set(key, value);
            }

            @Override
            public @Nullable String get(String key) {
                return client.get(key);
            }

            @Override
            public void close() {
                client.close();
            }
        };
    }

    private static Set<HostAndPort> servers(List<Target> targets) {
        return targets.stream().map(JedisDemo::server).collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public void close() {}

    private static void ping(HostAndPort server, JedisClientConfig config) {
        try (JedisPool pool = pool(server, config, 1);
                Jedis jedis = pool.getResource()) {
            jedis.ping();
        }
    }

    private static JedisPool pool(HostAndPort server, JedisClientConfig config, int connections) {
        JedisPoolConfig poolConfig = new JedisPoolConfig();
        poolConfig.setJmxEnabled(false);
        poolConfig.setMaxTotal(connections);
        poolConfig.setMaxIdle(connections);
        return new JedisPool(poolConfig, server, config);
    }

    private static HostAndPort server(Target target) {
        return new HostAndPort(target.endpoint().host(), target.endpoint().port());
    }

    /** All that is not TLS. */
    private static JedisClientConfig plain(Target target) {
        return plain(target, TIMEOUT_MILLIS);
    }

    private static JedisClientConfig impatient(Target target) {
        return plain(target, TOPOLOGY_TIMEOUT_MILLIS);
    }

    private static JedisClientConfig plain(Target target, int timeoutMillis) {
        DefaultJedisClientConfig.Builder config =
                DefaultJedisClientConfig.builder().timeoutMillis(timeoutMillis);
        target.user().ifPresent(config::user);
        target.password().ifPresent(config::password);
        return config.build();
    }
}
