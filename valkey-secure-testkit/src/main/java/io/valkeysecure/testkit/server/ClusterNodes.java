package io.valkeysecure.testkit.server;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The nodes of a cluster, and what each of them says about itself and the others. It forms the cluster, and waits for
 * it.
 */
final class ClusterNodes {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] INFO = {"CLUSTER", "INFO"};
    private static final String[] NODES = {"CLUSTER", "NODES"};
    private static final String[] REPLICATION = {"INFO", "replication"};

    private final List<ValkeyServer> nodes;
    private final int primaries;
    private final Map<ValkeyServer, String> ids = new ConcurrentHashMap<>();

    ClusterNodes(List<ValkeyServer> nodes, int primaries) {
        this.nodes = nodes;
        this.primaries = primaries;
    }

    List<ValkeyServer> all() {
        return nodes;
    }

    Stream<ValkeyServer> running() {
        return nodes.stream().filter(ValkeyServer::isRunning);
    }

    String id(ValkeyServer node) {
        return ids.computeIfAbsent(node, server -> server.execute("CLUSTER", "MYID"));
    }

    private String view(ValkeyServer node) {
        return node.execute(NODES);
    }

    /** What a node says of itself: nobody knows it earlier. */
    NodeEntry entryOf(ValkeyServer node) {
        return NodeEntry.parse(view(node), id(node));
    }

    /** Waits until a node serves slots. */
    void awaitSlots(ValkeyServer node) {
        Peers.await("fail-over to " + node, LIMIT, () -> entryOf(node).slots() > 0 ? "" : view(node));
    }

    void awaitHealthy() {
        Peers.await("healthy cluster", LIMIT, this::wrong);
    }

    void awaitAnnounced(ValkeyServer node, String part) {
        String id = id(node);
        Peers.await(
                "announcement of " + part + " by all nodes",
                LIMIT,
                () -> running()
                        .map(other -> view(other)
                                .lines()
                                .filter(line -> line.startsWith(id))
                                .findFirst()
                                .orElse("unknown node"))
                        .filter(line -> !line.contains(part))
                        .findFirst()
                        .orElse(""));
    }

    private String wrong() {
        List<ValkeyServer> running = running().toList();
        Set<String> views = new TreeSet<>();
        for (ValkeyServer node : running) {
            List<String> answers = node.executeAll(INFO, NODES, REPLICATION);
            String info = answers.get(0);
            String view = answers.get(1);
            String replication = answers.get(2);
            if (!info.contains("cluster_state:ok") || !info.contains("cluster_slots_ok:" + ValkeyCluster.SLOTS)) {
                return node + " says " + info;
            }
            StringBuilder agreed = new StringBuilder();
            int slots = 0;
            for (ValkeyServer other : running) {
                NodeEntry entry = NodeEntry.parse(view, id(other));
                if (entry.isTroubled()) {
                    return node + " sees\n" + view;
                }
                slots += entry.slots();
                agreed.append(entry.agreed()).append('\n');
            }
            if (slots != ValkeyCluster.SLOTS) {
                return node + " sees slots without a running primary:\n" + view;
            }
            views.add(agreed.toString());
            if (replication.contains("role:slave") && !replication.contains("master_link_status:up")) {
                return node + " says " + replication;
            }
        }
        return views.size() == 1 ? "" : "the nodes do not agree: " + views;
    }

    void form() {
        for (int i = 0; i < primaries; i++) {
            ValkeyServer node = nodes.get(i);
            node.execute("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            node.execute(
                    "CLUSTER",
                    "ADDSLOTSRANGE",
                    Integer.toString(ValkeyCluster.SLOTS * i / primaries),
                    Integer.toString(ValkeyCluster.SLOTS * (i + 1) / primaries - 1));
        }
        // everyone meets everyone: to wait until word has gone round takes seconds
        for (ValkeyServer node : nodes) {
            for (ValkeyServer other : nodes.subList(nodes.indexOf(node) + 1, nodes.size())) {
                node.execute(
                        "CLUSTER",
                        "MEET",
                        "127.0.0.1",
                        Integer.toString(other.port()),
                        Integer.toString(other.busPort()));
            }
        }
        for (int i = primaries; i < nodes.size(); i++) {
            ValkeyServer replica = nodes.get(i);
            String primary = id(nodes.get(i % primaries));
            Peers.await("acquaintance of " + replica + " with its primary", LIMIT, () -> {
                replica.execute("CLUSTER", "REPLICATE", primary);
                return "";
            });
        }
        Peers.await(
                "cluster in which every node knows every other",
                LIMIT,
                () -> running()
                        .filter(node -> !node.execute(INFO).contains("cluster_known_nodes:" + nodes.size()))
                        .map(this::view)
                        .findFirst()
                        .orElse(""));
        awaitHealthy();
    }
}
