package io.valkeysecure.examples;

import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.List;

/** Several real servers of which a client is told by others: what the demo does with a cluster and with sentinels. */
interface DemoTopology extends AutoCloseable {
    /** What runs, a line each. */
    List<String> nodes();

    ValkeyServer anyServer();

    /** Opens a client that knows some of the nodes only. */
    KeyValue open(DemoClient client, SecureTls tls);

    /** Kills the primary that serves a key. */
    void kill(String key);

    /** Waits for the fail-over, and brings the killed one back. */
    void heal();

    /** Lets the nodes lead clients to a port that is none of theirs, for other keys than this; what that looks like. */
    String leadTo(int port, String sparedKey);

    /** Uses what leads there. */
    void beLed(DemoClient client, SecureTls tls);

    /** Lets the nodes tell the truth again. */
    void leadBack();

    @Override
    void close();
}
