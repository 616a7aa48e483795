package io.valkeysecure.examples;

import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import java.util.List;

/** What the demo does with a client library; the same for both. Whatever fails is the library's own exception. */
interface DemoClient extends AutoCloseable {
    /** How long a client waits for an answer or a TCP connection. */
    int TIMEOUT_MILLIS = 10_000;

    /** The same where another server can take over. */
    int TOPOLOGY_TIMEOUT_MILLIS = 1_000;

    ClientLibrary library();

    /** Name and version. */
    String name();

    /**
     * Writes keys through a pool, all its connections being in use at once, reads them again and deletes them.
     *
     * @return how many came back as they were written
     */
    int throughPool(SecureTls tls, Target target, int connections, String prefix, int keys);

    /** Opens a connection, says PING and closes it. */
    void ping(SecureTls tls, Target target);

    /**
     * Says PING, writes a key that lives a minute, reads it again and deletes it.
     *
     * @return whether it came back as it was written
     */
    boolean exchange(SecureTls tls, Target target, String key, String value);

    /** Does what should not work: takes a {@code redis://} URI. */
    void plaintextUri(SecureTls tls, Target target);

    /** Does what should not work: configures everything but TLS, or switches it off. */
    void forgottenTls(SecureTls tls, Target target);

    /** Opens a client of the cluster to which the seeds belong. */
    KeyValue cluster(SecureTls tls, List<Target> seeds);

    /** Opens a client of the primary that the sentinels name. They have the same users as the servers. */
    KeyValue behindSentinels(SecureTls tls, List<Target> sentinels, String primary);

    @Override
    void close();
}
