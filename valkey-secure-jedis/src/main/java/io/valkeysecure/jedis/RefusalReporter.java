package io.valkeysecure.jedis;

import io.valkeysecure.adapter.TlsHandshake;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Adds to an exception of Jedis why its connections were refused. A client that tries several servers while it is built
 * says in the end that none would do: of a cluster's seeds Jedis tells one failure, of sentinels and of databases none.
 */
final class RefusalReporter {
    private RefusalReporter() {}

    /** Builds, on failure with every refusal suppressed in what was thrown, those on other threads included. */
    static <T> T told(List<SecureClientConfig> configs, Supplier<T> build) {
        List<TlsHandshake> handshakes = new CopyOnWriteArrayList<>();
        Consumer<TlsHandshake> watcher = handshakes::add;
        configs.forEach(config -> config.connections().watch(watcher));
        try {
            return build.get();
        } catch (RuntimeException e) {
            for (TlsHandshake handshake : handshakes) {
                handshake.refusal().ifPresent(e::addSuppressed);
            }
            throw e;
        } finally {
            configs.forEach(config -> config.connections().unwatch(watcher));
        }
    }
}
