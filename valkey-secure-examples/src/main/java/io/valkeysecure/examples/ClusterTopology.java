package io.valkeysecure.examples;

import io.valkeysecure.Endpoint;
import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Three primaries with a replica each. */
final class ClusterTopology implements DemoTopology {
    private static final int SEEDS = 2;

    private final ValkeyCluster cluster;
    private final List<Target> seeds;
    private @Nullable ValkeyServer killed;
    private @Nullable ValkeyServer liar;

    ClusterTopology(TestCertificate serverCertificate, TestCertificate ca, String user, String password) {
        cluster = ValkeyCluster.builder(serverCertificate, ca)
                .user(user, password)
                .start();
        seeds = cluster.nodes().stream()
                .limit(SEEDS)
                .map(node ->
                        new Target(new Endpoint(node.host(), node.port()), Optional.of(user), Optional.of(password)))
                .toList();
    }

    @Override
    public List<String> nodes() {
        List<String> lines = new ArrayList<>();
        for (ValkeyServer primary : cluster.primaries()) {
            lines.add("primary " + primary.host() + ":" + primary.port() + ", replica "
                    + cluster.replicasOf(primary).stream()
                            .map(replica -> replica.host() + ":" + replica.port())
                            .toList());
        }
        return lines;
    }

    @Override
    public ValkeyServer anyServer() {
        return cluster.node(0);
    }

    @Override
    public KeyValue open(DemoClient client, SecureTls tls) {
        return client.cluster(tls, seeds);
    }

    @Override
    public void kill(String key) {
        killed = cluster.primaryOf(key);
        killed.kill();
    }

    @Override
    public void heal() {
        cluster.awaitHealthy();
        if (killed != null) {
            killed.restart();
        }
        cluster.awaitHealthy();
    }

    @Override
    public String leadTo(int port, String sparedKey) {
        ValkeyServer spared = cluster.primaryOf(sparedKey);
        liar = cluster.primaries().stream()
                .filter(primary -> primary != spared)
                .findFirst()
                .orElseThrow();
        cluster.announcePort(liar, port);
        return "a primary announces port " + port;
    }

    @Override
    public void beLed(DemoClient client, SecureTls tls) {
        String itsKey = IntStream.range(0, ValkeyCluster.SLOTS)
                .mapToObj(number -> "rogue:" + number)
                .filter(key -> cluster.primaryOf(key) == liar)
                .findFirst()
                .orElseThrow();
        try (KeyValue keys = open(client, tls)) {
            keys.set(itsKey, "for the rogue");
        }
    }

    @Override
    public void leadBack() {
        if (liar != null) {
            cluster.announcePort(liar, liar.port());
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
