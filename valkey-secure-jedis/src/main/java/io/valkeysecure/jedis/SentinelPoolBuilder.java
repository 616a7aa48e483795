package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import io.valkeysecure.internal.annotation.CanIgnoreReturnValue;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisPoolConfig;
import redis.clients.jedis.JedisSentinelPool;

/**
 * Builds a {@code JedisSentinelPool}, a pool of connections to the primary that sentinels name. Options that are not set
 * have Jedis' defaults: without a configuration there is no login.
 *
 * <pre>{@code
 * JedisSentinelPool pool = SecureJedis.sentinelPool(tls)
 *         .masterName("primary")
 *         .sentinels(Set.of(new HostAndPort("sentinel.internal", 26380)))
 *         .clientConfig(DefaultJedisClientConfig.builder().user("app").password(password).build())
 *         .sentinelClientConfig(DefaultJedisClientConfig.builder().user("sentinel").password(other).build())
 *         .build();
 * }</pre>
 *
 * <p>The builder is not thread-safe.
 */
public final class SentinelPoolBuilder {
    private final SecureTls tls;
    private @Nullable String masterName;
    private Set<HostAndPort> sentinels = Set.of();

    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    private GenericObjectPoolConfig<Jedis> poolConfig = new JedisPoolConfig();

    private SecureClientConfig config;
    private SecureClientConfig sentinelConfig;

    SentinelPoolBuilder(SecureTls tls) {
        this.tls = tls;
        this.config = SecureClientConfig.of(tls, ClientSettings.NO_LOGIN);
        this.sentinelConfig = SecureClientConfig.of(tls, ClientSettings.NO_LOGIN);
    }

    /**
     * Sets the name by which the sentinels know the primary. Required.
     *
     * @param name as in {@code sentinel monitor}
     * @return this
     */
    @CanIgnoreReturnValue
    public SentinelPoolBuilder masterName(String name) {
        this.masterName = Objects.requireNonNull(name, "name");
        return this;
    }

    /**
     * Sets the sentinels to ask. At least one is required.
     *
     * @param addresses their addresses
     * @return this
     */
    @CanIgnoreReturnValue
    public SentinelPoolBuilder sentinels(Set<HostAndPort> addresses) {
        this.sentinels = Set.copyOf(Objects.requireNonNull(addresses, "addresses"));
        return this;
    }

    /**
     * Sets the configuration of connections to the primary, except TLS.
     *
     * @param base as for {@link SecureJedis#clientConfig(SecureTls, JedisClientConfig)}
     * @return this
     * @throws io.valkeysecure.TlsConfigurationException as there
     */
    @CanIgnoreReturnValue
    public SentinelPoolBuilder clientConfig(JedisClientConfig base) {
        this.config = SecureClientConfig.of(tls, Objects.requireNonNull(base, "base"));
        return this;
    }

    /**
     * Sets the configuration of connections to sentinels, except TLS. Sentinels have their own users.
     *
     * @param base as for {@link SecureJedis#clientConfig(SecureTls, JedisClientConfig)}
     * @return this
     * @throws io.valkeysecure.TlsConfigurationException as there
     */
    @CanIgnoreReturnValue
    public SentinelPoolBuilder sentinelClientConfig(JedisClientConfig base) {
        this.sentinelConfig = SecureClientConfig.of(tls, Objects.requireNonNull(base, "base"));
        return this;
    }

    /**
     * Sets the configuration of the pool, except draining.
     *
     * @param base as for {@link SecureJedis#poolConfig}, which is applied to it; the default is a
     *     {@code JedisPoolConfig}
     * @return this
     */
    @CanIgnoreReturnValue
    public SentinelPoolBuilder poolConfig(GenericObjectPoolConfig<Jedis> base) {
        this.poolConfig = Objects.requireNonNull(base, "base");
        return this;
    }

    /**
     * Asks the sentinels for the primary, and opens the pool.
     *
     * @return the pool, to be closed before the {@code SecureTls}
     * @throws IllegalStateException if the name or the sentinels are missing
     * @throws redis.clients.jedis.exceptions.JedisException if no sentinel names the primary; refusals are suppressed
     *     in it
     */
    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    public JedisSentinelPool build() {
        String name = masterName;
        if (name == null || sentinels.isEmpty()) {
            throw new IllegalStateException("expected masterName and sentinels, "
                    + (name == null ? "masterName" : "sentinels") + " is missing; set both");
        }
        return ReportedBuild.of(
                List.of(sentinelConfig),
                () -> new JedisSentinelPool(
                        name,
                        sentinels,
                        DrainingEvictionPolicy.in(tls, poolConfig),
                        DrainingFactory.jedis(null, config),
                        sentinelConfig));
    }
}
