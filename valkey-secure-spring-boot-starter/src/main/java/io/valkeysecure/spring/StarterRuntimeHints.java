package io.valkeysecure.spring;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * What a native image has to keep, because it is found by reflection: what {@link JedisConfigs} looks into, and
 * engines.
 */
final class StarterRuntimeHints implements RuntimeHintsRegistrar {
    private static final List<String> FIELDS = List.of(
            "Builder",
            "BuilderFactory$17",
            "CommandArguments",
            "CommandObject",
            "CommandObjects",
            "CommandObjects$JsonObjectBuilder",
            "Connection",
            "Connection$Builder",
            "ConnectionFactory",
            "ConnectionPool",
            "DefaultJedisSocketFactory",
            "HostAndPort",
            "Jedis",
            "JedisClusterInfoCache",
            "JedisFactory",
            "JedisPool",
            "JedisPooled",
            "JedisSentinelPool",
            "RedisClient",
            "RedisClusterClient",
            "RedisSentinelClient",
            "SSLSocketWrapper",
            "SSLSocketWrapper$InputStreamWrapper",
            "SslOptions",
            "UnifiedJedis",
            "authentication.AuthXEventListener$1",
            "executors.ClusterCommandExecutor",
            "executors.DefaultCommandExecutor",
            "executors.RetryableCommandExecutor",
            "providers.ClusterConnectionProvider",
            "providers.PooledConnectionProvider",
            "providers.SentineledConnectionProvider",
            "util.Pool",
            "util.RedisInputStream",
            "util.RedisOutputStream");

    private static final List<String> ENGINES = List.of(
            "io.valkeysecure.jedis.engine.ConscryptEngine",
            "io.valkeysecure.netty.engine.BoringSslEngine",
            "org.conscrypt.Conscrypt",
            "io.netty.handler.ssl.OpenSsl");

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader loader) {
        FIELDS.forEach(type -> hints.reflection()
                .registerTypeIfPresent(loader, "redis.clients.jedis." + type, MemberCategory.ACCESS_DECLARED_FIELDS));
        ENGINES.forEach(type ->
                hints.reflection().registerTypeIfPresent(loader, type, MemberCategory.INVOKE_DECLARED_CONSTRUCTORS));
        hints.resources().registerPattern("META-INF/services/io.valkeysecure.*");
    }
}
