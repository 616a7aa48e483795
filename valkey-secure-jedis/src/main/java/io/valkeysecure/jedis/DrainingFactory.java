package io.valkeysecure.jedis;

import org.apache.commons.pool2.PooledObject;
import org.apache.commons.pool2.PooledObjectFactory;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisFactory;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Drains connections when they are borrowed: in a busy pool, few are idle when the eviction runs. */
final class DrainingFactory<T> implements PooledObjectFactory<T> {
    private final PooledObjectFactory<T> delegate;

    DrainingFactory(PooledObjectFactory<T> delegate) {
        this.delegate = delegate;
    }

    /** Makes a factory; the server is null for a pool that sets the address of the primary itself. */
    @SuppressWarnings("deprecation") // for existing pools of Jedis objects
    static JedisFactory jedis(@Nullable HostAndPort server, JedisClientConfig config) {
        return new JedisFactory(server, config) {
            @Override
            public void activateObject(PooledObject<Jedis> borrowed) throws Exception {
                refuseIfDue(borrowed);
                super.activateObject(borrowed);
            }

            @Override
            public boolean validateObject(PooledObject<Jedis> pooled) {
                return !DrainingEvictionPolicy.isDue(pooled.getObject()) && super.validateObject(pooled);
            }
        };
    }

    @Override
    public void activateObject(PooledObject<T> borrowed) throws Exception {
        refuseIfDue(borrowed);
        delegate.activateObject(borrowed);
    }

    /** Throws if the connection is due; the pool then closes it and takes another. A new connection is never due. */
    private static void refuseIfDue(PooledObject<?> borrowed) {
        if (borrowed.getBorrowedCount() > 1 && DrainingEvictionPolicy.isDue(borrowed.getObject())) {
            throw new JedisConnectionException("the connection is drained; the pool takes another");
        }
    }

    @Override
    public PooledObject<T> makeObject() throws Exception {
        return delegate.makeObject();
    }

    @Override
    public void destroyObject(PooledObject<T> pooled) throws Exception {
        delegate.destroyObject(pooled);
    }

    @Override
    public void passivateObject(PooledObject<T> returned) throws Exception {
        delegate.passivateObject(returned);
    }

    @Override
    public boolean validateObject(PooledObject<T> pooled) {
        return !DrainingEvictionPolicy.isDue(pooled.getObject()) && delegate.validateObject(pooled);
    }
}
