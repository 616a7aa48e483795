package io.valkeysecure.valkeyjava;

import io.valkey.ClientCapaConfig;
import io.valkey.ClientSetInfoConfig;
import io.valkey.Connection;
import io.valkey.DefaultJedisClientConfig;
import io.valkey.HostAndPort;
import io.valkey.JedisClientConfig;
import io.valkey.JedisPooled;
import io.valkey.UnifiedJedis;
import io.valkey.providers.PooledConnectionProvider;
import io.valkeysecure.SecureTls;
import java.util.List;
import java.util.Set;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.params.provider.Arguments;

/** What the tests made from those of Jedis need. */
final class Clients {
    /** How often {@code RotationTest} rotates under load. */
    static final int ROTATIONS = 20;

    /** Makes valkey-java send nothing while it connects. */
    static final JedisClientConfig NOTHING_TO_SAY = DefaultJedisClientConfig.builder()
            .clientSetInfoConfig(ClientSetInfoConfig.DISABLED)
            .clientCapaConfig(ClientCapaConfig.DISABLED)
            .build();

    /** Methods of {@code JedisClientConfig} about TLS that Jedis has not: none. */
    static final Set<String> FIXED_TOO = Set.of();

    /** A value of a type that only {@code JedisClientConfig} of valkey-java has. */
    static final Object MADE_UP = new ClientCapaConfig(false, true);

    private Clients() {}

    /** TLS settings that only valkey-java has: none. */
    static List<Arguments> tlsSettings() {
        return List.of();
    }

    /** Returns copies of a configuration, made in every way there is. */
    static List<JedisClientConfig> copies(JedisClientConfig config) {
        return List.of(DefaultJedisClientConfig.copyConfig(config));
    }

    static UnifiedJedis pooled(HostAndPort server, JedisClientConfig config, GenericObjectPoolConfig<Connection> pool) {
        return new JedisPooled(server, config, pool);
    }

    static UnifiedJedis over(PooledConnectionProvider provider) {
        return new JedisPooled(provider);
    }

    /** The shortest code: nothing is said about rotation. */
    static UnifiedJedis ofTheFrontDoor(SecureTls tls, HostAndPort server, JedisClientConfig base) {
        return SecureValkeyJava.pooled(tls, server, base);
    }
}
