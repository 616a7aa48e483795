package io.valkeysecure.tests;

import io.valkey.DefaultJedisClientConfig;
import io.valkey.HostAndPort;
import io.valkey.Jedis;
import io.valkey.JedisPool;
import io.valkeysecure.Engine;
import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.valkeyjava.SecureValkeyJava;
import java.time.Duration;

/**
 * {@code SecureValkeyJava.pool()} on each engine. Apart from {@link TestClient}, because the tables are run with it in
 * full only where there is time: its adapter is made from that of Jedis.
 */
enum ValkeyJavaTestClient implements TableClient {
    VALKEY_JAVA(Engine.jdk()),
    VALKEY_JAVA_BORINGSSL(Engine.boringSsl());

    /** As in {@link TestClient}. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @SuppressWarnings("ImmutableEnumChecker") // it is immutable, and has no annotation that says so
    private final Engine engine;

    ValkeyJavaTestClient(Engine engine) {
        this.engine = engine;
    }

    @Override
    public ClientLibrary library() {
        return ClientLibrary.VALKEY_JAVA;
    }

    @Override
    public Engine engine() {
        return engine;
    }

    @Override
    public TestClient.Connection connect(SecureTls tls, String host, int port) {
        JedisPool pool = SecureValkeyJava.pool(
                tls,
                new HostAndPort(host, port),
                DefaultJedisClientConfig.builder()
                        .user(TestClient.USER)
                        .password(TestClient.PASSWORD)
                        .timeoutMillis((int) PATIENCE.toMillis())
                        .build());
        try {
            Jedis jedis = pool.getResource();
            return new TestClient.Connection() {
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
}
