package io.valkeysecure.spring;

import io.valkeysecure.jedis.SecureJedis;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.commons.pool2.PooledObjectFactory;
import org.apache.commons.pool2.impl.GenericObjectPool;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisClientConfig;

/**
 * Finds the configurations that a ready client or pool of Jedis connects by. Jedis shows them to nobody, so its fields
 * are read. A client in which none is found counts as unguarded.
 */
final class JedisConfigs {
    private static final String JEDIS = "redis.clients.jedis";
    private static final int MOST_OBJECTS = 10_000;

    private JedisConfigs() {}

    /** Returns whether connections by this configuration are verified. */
    @SuppressWarnings("deprecation") // Jedis 8 deprecates the getter, and still obeys it
    static boolean isGuarded(JedisClientConfig config) {
        return ConnectionGuard.isOf(SecureJedis.class, config)
                || ConnectionGuard.isOf(SecureJedis.class, config.getSslSocketFactory());
    }

    /** Returns whether a client or pool holds at least one configuration, and only guarded ones. */
    static boolean allGuarded(Object client) {
        return allGuarded(client, type -> {});
    }

    /** Tells the observer of each type whose fields are read. */
    static boolean allGuarded(Object client, Consumer<Class<?>> observer) {
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Object> open = new ArrayDeque<>();
        open.add(client);
        boolean found = false;
        while (!open.isEmpty()) {
            Object next = open.remove();
            if (!seen.add(next)) {
                continue;
            }
            if (seen.size() > MOST_OBJECTS) {
                return false;
            }
            if (next instanceof JedisClientConfig config) {
                if (!isGuarded(config)) {
                    return false;
                }
                found = true;
            } else if (next instanceof PooledObjectFactory<?> && ConnectionGuard.isOf(SecureJedis.class, next)) {
                found = true;
            } else if (!expand(next, open, observer)) {
                return false;
            }
        }
        return found;
    }

    /** Adds what an object holds; returns false if it cannot be seen. */
    private static boolean expand(Object object, Deque<Object> open, Consumer<Class<?>> observer) {
        if (object instanceof GenericObjectPool<?> pool) {
            add(pool.getFactory(), open);
        }
        if (object instanceof Map<?, ?> map) {
            map.values().forEach(value -> add(value, open));
            return true;
        }
        if (object instanceof Collection<?> collection) {
            collection.forEach(element -> add(element, open));
            return true;
        }
        if (object.getClass().isArray()) {
            if (!object.getClass().getComponentType().isPrimitive()) {
                for (int i = 0; i < Array.getLength(object); i++) {
                    add(Array.get(object, i), open);
                }
            }
            return true;
        }
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().startsWith(JEDIS) && !type.isEnum()) {
                observer.accept(type);
                if (!addFields(type, object, open)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean addFields(Class<?> type, Object object, Deque<Object> open) {
        for (Field field : type.getDeclaredFields()) {
            if (Modifier.isStatic(field.getModifiers()) || field.getType().isPrimitive()) {
                continue;
            }
            try {
                field.setAccessible(true);
                add(field.get(object), open);
            } catch (IllegalAccessException | InaccessibleObjectException e) {
                return false;
            }
        }
        return true;
    }

    private static void add(@Nullable Object object, Deque<Object> open) {
        if (object != null) {
            open.add(object);
        }
    }
}
