package io.valkeysecure.benchmarks;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.ServerIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Nodes of a cluster, each an endpoint of its own to the library. All lead to one server, so that it is not the server
 * that grows.
 */
final class NodeGrowth extends Growth {
    static final String TITLE = "Nodes of a cluster";
    static final List<Integer> SIZES = List.of(6, 60, 1_000);

    private static final int THREADS = 8;

    private final Site site;
    private final long process;
    private final ExecutorService workers = Executors.newFixedThreadPool(THREADS);

    NodeGrowth(Site site, List<Integer> sizes) {
        super(
                TITLE,
                "a new SecureTls on the JDK's engine connects to each node twice, %d at a time: handshake, PING, close; CPU per"
                                .formatted(THREADS)
                        + " node",
                Metric.ALL_USABLE);
        this.site = site;
        process = Site.process(site.server());
        atEnd(workers::shutdownNow);
        for (int size : sizes) {
            add(at(size), length -> measure(size));
        }
    }

    private Map<Metric, Double> measure(int nodes) throws Exception {
        Usage before = Usage.now(process);
        long begun = System.nanoTime();
        try (SecureTls tls = site.secure(TlsEngine.JDK)
                .serverIdentity(ServerIdentity.host("localhost"))
                .build()) {
            for (int pass = 0; pass < 2; pass++) {
                connectToAll(tls, nodes);
            }
        }
        double elapsed = System.nanoTime() - begun;
        Map<Metric, Double> measured = before.sinceBy(nodes);
        measured.put(Metric.ALL_USABLE, elapsed / 1e6);
        return measured;
    }

    private void connectToAll(SecureTls tls, int nodes) throws Exception {
        List<Future<?>> connecting = new ArrayList<>();
        for (int node = 0; node < nodes; node++) {
            Endpoint endpoint = new Endpoint(
                    "node-" + node + ".valkey.internal", site.server().port());
            connecting.add(workers.submit(() -> {
                Handshake.ping(tls, endpoint, site.server());
                return null;
            }));
        }
        for (Future<?> each : connecting) {
            each.get();
        }
    }
}
