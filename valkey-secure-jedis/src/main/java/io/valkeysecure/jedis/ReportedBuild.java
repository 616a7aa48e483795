package io.valkeysecure.jedis;

import io.valkeysecure.adapter.TlsHandshake;
import io.valkeysecure.internal.adapter.RefusalReporter;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Builds a client, and on failure adds the refusals of its connections to the exception of Jedis. A client that tries
 * several servers reports only that none could be used: Jedis keeps one failure of a cluster's seeds, and none of
 * sentinels and databases.
 */
final class ReportedBuild {
    private ReportedBuild() {}

    /** Runs {@code build}; refusals of connections that other threads open for it are reported too. */
    static <T> T of(List<SecureClientConfig> configs, Supplier<T> build) {
        RefusalReporter reporter = new RefusalReporter();
        Consumer<TlsHandshake> watcher = reporter::watch;
        configs.forEach(config -> config.connections().watch(watcher));
        try {
            return build.get();
        } catch (RuntimeException e) {
            reporter.addTo(e);
            throw e;
        } finally {
            configs.forEach(config -> config.connections().unwatch(watcher));
        }
    }
}
