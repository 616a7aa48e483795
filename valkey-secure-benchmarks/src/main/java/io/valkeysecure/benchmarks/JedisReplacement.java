package io.valkeysecure.benchmarks;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.apache.commons.pool2.BasePooledObjectFactory;
import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.impl.DefaultPooledObject;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import redis.clients.jedis.Jedis;

/** Replaces the connections of a pool of Jedis by those with a new context. */
final class JedisReplacement extends EvenReplacement {
    private final Supplier<Variant.Dial> dials;
    private final Set<Jedis> fresh = ConcurrentHashMap.newKeySet();
    private final GenericObjectPool<Jedis> pool;
    private volatile Variant.Dial dial;

    JedisReplacement(
            ExecutorService threads,
            Duration window,
            GenericObjectPoolConfig<Jedis> size,
            Variant.Dial first,
            Supplier<Variant.Dial> dials) {
        super(threads, window, size.getMaxTotal());
        this.dials = dials;
        this.dial = first;
        this.pool = new GenericObjectPool<>(new Factory(), size);
    }

    GenericObjectPool<Jedis> pool() {
        return pool;
    }

    private final class Factory extends BasePooledObjectFactory<Jedis> {
        @Override
        public Jedis create() {
            Jedis jedis = new Jedis(dial.server(), dial.config());
            fresh.add(jedis);
            return jedis;
        }

        @Override
        public PooledObject<Jedis> wrap(Jedis jedis) {
            return new DefaultPooledObject<>(jedis);
        }

        @Override
        public void destroyObject(PooledObject<Jedis> pooled) {
            pooled.getObject().close();
        }
    }

    @Override
    void prepare() {
        fresh.clear();
        dial = dials.get();
    }

    @Override
    void replace(int number) throws Exception {
        Jedis old = pool.borrowObject();
        while (fresh.contains(old)) {
            pool.returnObject(old);
            old = pool.borrowObject();
        }
        pool.invalidateObject(old);
        pool.addObject();
    }
}
