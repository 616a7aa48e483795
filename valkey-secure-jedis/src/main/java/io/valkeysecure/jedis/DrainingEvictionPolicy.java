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
 * Takes idle connections out of a pool that are to be replaced, and does beside it what the pool's own eviction does, as
 * often as that would.
 *
 * <p>A pool that was set to test idle connections would send a PING at every run; ours are far more frequent. So the test
 * is done here, once in each of the intervals that were asked for.
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
            throw new IllegalArgumentException("eviction policy must be given as an object, by setEvictionPolicy(..),"
                    + " was named as " + base.getEvictionPolicyClassName());
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
        config.setNumTestsPerEvictionRun(-1); // all that are idle
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

    /** Whether one of the intervals that were asked for has ended since our last run, counted from when it became idle. */
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
