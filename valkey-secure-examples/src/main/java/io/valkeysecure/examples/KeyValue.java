package io.valkeysecure.examples;

import org.jspecify.annotations.Nullable;

/** Keys of a cluster, or of the primary that sentinels name, through one client that stays open. */
interface KeyValue extends AutoCloseable {
    void set(String key, String value);

    @Nullable
    String get(String key);

    @Override
    void close();
}
