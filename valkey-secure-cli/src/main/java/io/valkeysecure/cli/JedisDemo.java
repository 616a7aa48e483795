package io.valkeysecure.cli;

import io.valkeysecure.ClientLibrary;
import io.valkeysecure.SecureTls;
import io.valkeysecure.jedis.SecureJedis;
import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPool;
import redis.clients.jedis.JedisPoolConfig;
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
        return "Jedis " + Versions.of("jedis");
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
                DefaultJedisClientConfig.builder().from(secure).ssl(false).build());
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
        DefaultJedisClientConfig.Builder config =
                DefaultJedisClientConfig.builder().timeoutMillis(TIMEOUT_MILLIS);
        target.user().ifPresent(config::user);
        target.password().ifPresent(config::password);
        return config.build();
    }
}
