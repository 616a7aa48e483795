package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.MultiDbClient;
import redis.clients.jedis.MultiDbConfig;
import redis.clients.jedis.MultiDbConfig.DatabaseConfig;
import redis.clients.jedis.builders.MultiDbClientBuilder;
import redis.clients.jedis.csc.Cache;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.mcf.DatabaseSwitchEvent;
import redis.clients.jedis.mcf.MultiDbConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Jedis' builder of a client of several databases, restricted to verified connections, also of databases added later.
 */
final class SecureMultiDbClient extends MultiDbClient.Builder {
    private final MultiDbConfig databases;
    private final List<SecureClientConfig> configs;
    private @Nullable Consumer<DatabaseSwitchEvent> switchListener;

    private SecureMultiDbClient(MultiDbConfig databases) {
        this.databases = databases;
        this.configs = Arrays.stream(databases.getDatabaseConfigs())
                .map(SecureMultiDbClient::requireOurs)
                .toList();
        super.multiDbConfig(databases);
    }

    /** Returns Jedis' type, so that {@code SecureJedis} loads with a version of Jedis that does not have it. */
    static MultiDbClient.Builder builder(MultiDbConfig databases) {
        return new SecureMultiDbClient(databases);
    }

    /** Takes a {@code HostAndPort}, because older versions of Jedis have no {@code Endpoint}: see {@link #builder}. */
    static DatabaseConfig.Builder database(SecureTls tls, HostAndPort server, SecureClientConfig config) {
        return DatabaseConfig.builder(server, config)
                .connectionPoolConfig(DrainingEvictionPolicy.in(tls, new ConnectionPoolConfig()))
                .healthCheckStrategySupplier((dialled, same) -> new VerifiedPing(tls, dialled, config));
    }

    @CanIgnoreReturnValue
    private static SecureClientConfig requireOurs(DatabaseConfig database) {
        return SecureClientConfig.require(database.getJedisClientConfig());
    }

    @Override
    public MultiDbClientBuilder<MultiDbClient> databaseSwitchListener(Consumer<DatabaseSwitchEvent> listener) {
        switchListener = listener;
        return self();
    }

    @Override
    public MultiDbClientBuilder<MultiDbClient> multiDbConfig(MultiDbConfig other) {
        throw BuilderGuard.already("multiDbConfig");
    }

    @Override
    public MultiDbClientBuilder<MultiDbClient> connectionProvider(ConnectionProvider other) {
        throw BuilderGuard.notTaken("connectionProvider");
    }

    @Override
    public MultiDbClientBuilder<MultiDbClient> commandExecutor(CommandExecutor other) {
        throw BuilderGuard.notTaken("commandExecutor");
    }

    @Override
    protected ConnectionProvider createDefaultConnectionProvider() {
        MultiDbConnectionProvider provider = cache == null ? new Databases(databases) : new Databases(databases, cache);
        if (switchListener != null) {
            provider.setDatabaseSwitchListener(switchListener);
        }
        return provider;
    }

    @Override
    public MultiDbClient build() {
        return ReportedBuild.of(configs, super::build);
    }

    /** Checks databases that are added while the client runs. */
    private static final class Databases extends MultiDbConnectionProvider {
        Databases(MultiDbConfig databases) {
            super(databases);
        }

        /** Jedis 7 does not have this constructor. */
        Databases(MultiDbConfig databases, Cache cache) {
            super(databases, cache);
        }

        @Override
        public void add(DatabaseConfig later) {
            requireOurs(later);
            super.add(later);
        }
    }
}
