package io.valkeysecure.jedis;

import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ManagedConnection;
import java.time.Duration;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultEvictionPolicy;
import org.apache.commons.pool2.impl.EvictionConfig;
import org.apache.commons.pool2.impl.EvictionPolicy;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.Jedis;

/**
 * Evicts idle connections that are due to be drained, and applies the pool's own eviction policy at the pool's own
 * interval.
 *
 * <p>A pool that tests idle connections sends a PING in every eviction run. Draining needs far more runs, so this class
 * sends the PING itself, once per interval that the pool was configured with.
 */
final class DrainingEvictionPolicy<T> implements EvictionPolicy<T> {
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);
    private static final Duration LONGEST_INTERVAL = Duration.ofMillis(60);
    private static final int RUNS_WITHIN_WINDOW = 1000;

    private final Duration interval;
    private final @Nullable Duration ownInterval;
    private final boolean testWhileIdle;
    private final EvictionPolicy<T> own;

    private DrainingEvictionPolicy(Duration interval, GenericObjectPoolConfig<T> base) {
        Duration between = base.getDurationBetweenEvictionRuns();
        this.interval = interval;
        this.ownInterval = between.isNegative() || between.isZero() ? null : between;
        this.testWhileIdle = base.getTestWhileIdle();
        EvictionPolicy<T> policy = base.getEvictionPolicy();
        if (policy == null && !base.getEvictionPolicyClassName().equals(DefaultEvictionPolicy.class.getName())) {
            throw new IllegalArgumentException("expected an eviction policy as an object, by setEvictionPolicy(..),"
                    + " seen the class name " + base.getEvictionPolicyClassName());
        }
        this.own = policy == null ? new DefaultEvictionPolicy<>() : policy;
    }

    static <T> GenericObjectPoolConfig<T> in(SecureTls tls, GenericObjectPoolConfig<T> base) {
        GenericObjectPoolConfig<T> config = base.clone();
        Duration interval = tls.rotation().drainWindow().dividedBy(RUNS_WITHIN_WINDOW);
        interval = interval.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : interval;
        interval = interval.compareTo(LONGEST_INTERVAL) > 0 ? LONGEST_INTERVAL : interval;
        config.setEvictionPolicy(new DrainingEvictionPolicy<>(interval, base));
        config.setTimeBetweenEvictionRuns(interval);
        config.setNumTestsPerEvictionRun(-1); // all idle connections
        config.setTestWhileIdle(false);
        return config;
    }

    static boolean isDue(@Nullable Object pooled) {
        if (pooled instanceof Jedis jedis) {
            return ManagedConnection.isDraining(jedis::isConnected);
        }
        return pooled instanceof Connection connection && ManagedConnection.isDraining(connection::isConnected);
    }

    @Override
    public boolean evict(EvictionConfig config, PooledObject<T> idle, int idleCount) {
        if (isDue(idle.getObject())) {
            return true;
        }
        if (ownInterval == null) {
            return false;
        }
        return own.evict(config, idle, idleCount) || (testWhileIdle && isTestDue(idle) && !answers(idle.getObject()));
    }

    /** Returns whether one of the pool's intervals, counted from the start of idleness, ended since the last run. */
    private boolean isTestDue(PooledObject<T> idle) {
        long now = idle.getIdleDuration().toNanos();
        long each = ownInterval == null ? Long.MAX_VALUE : ownInterval.toNanos();
        return now / each > Math.max(0, now - interval.toNanos()) / each;
    }

    private static boolean answers(@Nullable Object pooled) {
        try {
            return pooled instanceof Jedis jedis
                    ? "PONG".equals(jedis.ping())
                    : pooled instanceof Connection connection && connection.ping();
        } catch (RuntimeException e) {
            return false; // as Jedis' own validation does
        }
    }
}
