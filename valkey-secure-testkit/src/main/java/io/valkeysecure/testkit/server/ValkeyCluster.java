package io.valkeysecure.testkit.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.Peers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * A real Valkey cluster for a test: by default three primaries with a replica each, TLS only on every link, the bus of
 * the cluster and the replication included, and client certificates required everywhere.
 *
 * <pre>{@code
 * TestCertificate root = TestCertificate.root().build();
 * TestCertificate leaf = root.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
 * try (ValkeyCluster cluster = ValkeyCluster.builder(leaf, root).start()) {
 *     cluster.primaryOf("key").kill();
 *     cluster.awaitHealthy(); // the replica is the primary now
 * }
 * }</pre>
 *
 * <p>Each node is a {@link ValkeyServer}, which can be stopped, killed, restarted as the same node, and asked anything.
 * The first nodes were formed as primaries, the others as replicas: with three primaries node 3 is the replica of node
 * 0, node 4 of node 1, and so on. A replica never moves to another primary by itself. What {@link ValkeyServer} says
 * about binaries, files and the loopback address holds here too. This class is thread-safe.
 */
public final class ValkeyCluster implements AutoCloseable {
    /** How many slots a cluster has. */
    public static final int SLOTS = 16_384;

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String[] INFO = {"CLUSTER", "INFO"};
    private static final String[] NODES = {"CLUSTER", "NODES"};
    private static final String[] REPLICATION = {"INFO", "replication"};
    private static final int MIGRATE_TIMEOUT_MILLIS = 5_000;

    private final int primaries;
    private final String adminPassword = ValkeyServer.randomPassword();
    private final List<ValkeyServer> nodes;
    private final Map<ValkeyServer, String> ids = new ConcurrentHashMap<>();

    private ValkeyCluster(Builder settings) {
        this.primaries = settings.primaries;
        TestCertificate peer = Peers.identity(settings.clientAnchors);
        List<ValkeyServer.Builder> builders = new ArrayList<>();
        for (int i = 0; i < settings.primaries * (1 + settings.replicas); i++) {
            ValkeyServer.Builder node = ValkeyServer.builder(
                            settings.identities.apply(i), settings.clientAnchors.toArray(new TestCertificate[0]))
                    .peer(peer, adminPassword)
                    .clusterNode()
                    .config("cluster-enabled", "yes")
                    .config("tls-cluster", "yes")
                    .config("cluster-announce-ip", "127.0.0.1")
                    .config("cluster-node-timeout", Long.toString(settings.nodeTimeout.toMillis()))
                    // a replica takes over even if it had lost its primary some time before the others noticed
                    .config("cluster-replica-validity-factor", "0")
                    .config("cluster-allow-replica-migration", "no");
            Peers.replication(node, adminPassword);
            settings.config.forEach(node::config);
            settings.users.forEach(node::user);
            builders.add(node);
        }
        this.nodes = Peers.startAll(builders);
        try {
            form();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * {@return a builder for a cluster of which each node presents the given chain}
     *
     * @param identity certificate chain and key of the nodes. They check each other, so it must verify against the
     *     anchors; only its names may be anything
     * @param clientAnchors the CAs that the nodes trust, for clients and for each other; at least one
     */
    public static Builder builder(TestCertificate identity, TestCertificate... clientAnchors) {
        return new Builder(identity, List.of(clientAnchors));
    }

    /** {@return the host to connect to} */
    public String host() {
        return nodes.get(0).host();
    }

    /** {@return all nodes in the order of their numbers, running or not} */
    public List<ValkeyServer> nodes() {
        return nodes;
    }

    /**
     * {@return the node with this number, counted from 0}
     *
     * @param number the number
     */
    public ValkeyServer node(int number) {
        return nodes.get(number);
    }

    /** {@return the running nodes that are primaries with slots now, in the order of their numbers} */
    public List<ValkeyServer> primaries() {
        return running().filter(node -> entryOf(node).slots() > 0).toList();
    }

    /**
     * {@return the running nodes that are replicas of this one now, in the order of their numbers}
     *
     * @param primary the primary
     */
    public List<ValkeyServer> replicasOf(ValkeyServer primary) {
        String id = id(primary);
        return running().filter(node -> entryOf(node).primary().equals(id)).toList();
    }

    /**
     * {@return the node that serves a key now}
     *
     * @param key the key
     */
    public ValkeyServer primaryOf(String key) {
        return primaryOf(slotOf(key));
    }

    /**
     * {@return the node that serves a slot now}
     *
     * @param slot the slot
     * @throws IllegalStateException if none does
     */
    public ValkeyServer primaryOf(int slot) {
        return running()
                .filter(node -> entryOf(node).owns(slot))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no running node serves slot " + slot));
    }

    /**
     * {@return the slot of a key: CRC16 of the key, or of what is between its first pair of braces}
     *
     * @param key the key
     */
    public static int slotOf(String key) {
        int open = key.indexOf('{');
        int close = key.indexOf('}', open + 1);
        String hashed = open >= 0 && close > open + 1 ? key.substring(open + 1, close) : key;
        int crc = 0;
        for (byte b : hashed.getBytes(StandardCharsets.UTF_8)) {
            crc ^= (b & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
        }
        return crc & 0x3FFF;
    }

    /**
     * {@return the id by which the cluster knows a node} It stays the same over a restart.
     *
     * @param node one of the nodes
     */
    public String id(ValkeyServer node) {
        return ids.computeIfAbsent(node, server -> server.execute("CLUSTER", "MYID"));
    }

    /**
     * Lets a replica take the place of its primary, in agreement with it, and waits until all running nodes know.
     *
     * @param replica the replica
     */
    public void failover(ValkeyServer replica) {
        replica.execute("CLUSTER", "FAILOVER");
        Peers.await("fail-over to " + replica, LIMIT, () -> entryOf(replica).slots() > 0 ? "" : view(replica));
        awaitHealthy();
    }

    /**
     * Moves a slot and the keys in it to another primary while both serve it; clients meet {@code ASK} meanwhile and
     * {@code MOVED} afterwards.
     *
     * @param slot the slot
     * @param target the primary that it goes to
     */
    public void moveSlot(int slot, ValkeyServer target) {
        ValkeyServer source = primaryOf(slot);
        String number = Integer.toString(slot);
        target.execute("CLUSTER", "SETSLOT", number, "IMPORTING", id(source));
        source.execute("CLUSTER", "SETSLOT", number, "MIGRATING", id(target));
        while (true) {
            String keys = source.execute("CLUSTER", "GETKEYSINSLOT", number, "100");
            if (keys.isEmpty()) {
                break;
            }
            List<String> migrate = new ArrayList<>(List.of(
                    "MIGRATE",
                    "127.0.0.1",
                    Integer.toString(target.port()),
                    "",
                    "0",
                    Integer.toString(MIGRATE_TIMEOUT_MILLIS),
                    "AUTH2",
                    ValkeyServer.ADMIN_USER,
                    adminPassword,
                    "KEYS"));
            keys.lines().forEach(migrate::add);
            source.execute(migrate.toArray(new String[0]));
        }
        // the new owner first: a slot is never without one
        target.execute("CLUSTER", "SETSLOT", number, "NODE", id(target));
        source.execute("CLUSTER", "SETSLOT", number, "NODE", id(target));
        awaitHealthy();
    }

    /**
     * Lets a node tell clients another TLS port than its own, from now on until it is restarted, and waits until all
     * running nodes tell it. The node goes on as a member, for the bus of the cluster does not need that port: clients
     * are sent elsewhere, for example to a {@link HostilePeer}.
     *
     * @param node the node that lies
     * @param port the port to tell; the node's own to tell the truth again
     */
    public void announcePort(ValkeyServer node, int port) {
        node.execute("CONFIG", "SET", "cluster-announce-tls-port", Integer.toString(port));
        awaitAnnounced(node, ":" + port + "@");
    }

    /**
     * Lets a node tell clients a host name, from now on until it is restarted, and waits until all running nodes tell
     * it. Clients are told it besides the address, or in its place where {@code cluster-preferred-endpoint-type} is
     * {@code hostname}.
     *
     * @param node the node
     * @param hostname the name to tell; empty for none
     */
    public void announceHostname(ValkeyServer node, String hostname) {
        node.execute("CONFIG", "SET", "cluster-announce-hostname", hostname);
        // <ip:port@cport[,hostname]>
        awaitAnnounced(node, "@" + node.busPort() + (hostname.isEmpty() ? " " : "," + hostname));
    }

    private void awaitAnnounced(ValkeyServer node, String part) {
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

    /**
     * Waits until all running nodes agree that all slots are served by running nodes, and every running replica has
     * its primary's data. Nodes that are stopped are left out, so after {@link ValkeyServer#kill()} of a primary this
     * waits for the fail-over.
     *
     * @throws IllegalStateException if that does not come within 30 seconds, with what is wrong
     */
    public void awaitHealthy() {
        Peers.await("healthy cluster", LIMIT, this::wrong);
    }

    /** Ends all nodes and deletes their files. Does nothing the second time. */
    @Override
    public void close() {
        Peers.closeAll(nodes);
    }

    private String wrong() {
        List<ValkeyServer> running = running().toList();
        Set<String> views = new TreeSet<>();
        for (ValkeyServer node : running) {
            List<String> answers = node.executeAll(INFO, NODES, REPLICATION);
            String info = answers.get(0);
            String view = answers.get(1);
            String replication = answers.get(2);
            if (!info.contains("cluster_state:ok") || !info.contains("cluster_slots_ok:" + SLOTS)) {
                return node + " says " + info;
            }
            StringBuilder agreed = new StringBuilder();
            int slots = 0;
            for (ValkeyServer other : running) {
                Entry entry = Entry.parse(view, id(other));
                if (entry.isTroubled()) {
                    return node + " sees\n" + view;
                }
                slots += entry.slots();
                agreed.append(entry.agreed()).append('\n');
            }
            if (slots != SLOTS) {
                return node + " sees slots without a running primary:\n" + view;
            }
            views.add(agreed.toString());
            if (replication.contains("role:slave") && !replication.contains("master_link_status:up")) {
                return node + " says " + replication;
            }
        }
        return views.size() == 1 ? "" : "the nodes do not agree: " + views;
    }

    private void form() {
        for (int i = 0; i < primaries; i++) {
            ValkeyServer node = nodes.get(i);
            node.execute("CLUSTER", "SET-CONFIG-EPOCH", Integer.toString(i + 1));
            node.execute(
                    "CLUSTER",
                    "ADDSLOTSRANGE",
                    Integer.toString(SLOTS * i / primaries),
                    Integer.toString(SLOTS * (i + 1) / primaries - 1));
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

    private Stream<ValkeyServer> running() {
        return nodes.stream().filter(ValkeyServer::isRunning);
    }

    private String view(ValkeyServer node) {
        return node.execute(NODES);
    }

    /** What a node says of itself: nobody knows it earlier. */
    private Entry entryOf(ValkeyServer node) {
        return Entry.parse(view(node), id(node));
    }

    /** One line of {@code CLUSTER NODES}. */
    private record Entry(String id, String flags, String primary, String link, List<String> ranges) {
        /** id address flags primary ping pong epoch link slots... */
        static Entry parse(String view, String id) {
            for (String line : view.lines().toList()) {
                List<String> words = List.of(line.split(" ", -1));
                if (words.get(0).equals(id)) {
                    List<String> ranges = words.subList(8, words.size()).stream()
                            .filter(range -> !range.startsWith("[")) // on its way
                            .toList();
                    return new Entry(id, words.get(2), words.get(3), words.get(7), ranges);
                }
            }
            throw new IllegalStateException("there is no node " + id + " in\n" + view);
        }

        boolean isTroubled() {
            return !link.equals("connected") || flags.contains("fail") || flags.contains("handshake");
        }

        String agreed() {
            return id + " " + primary + " " + ranges;
        }

        int slots() {
            return ranges.stream()
                    .mapToInt(range -> last(range) - first(range) + 1)
                    .sum();
        }

        boolean owns(int slot) {
            return ranges.stream().anyMatch(range -> first(range) <= slot && slot <= last(range));
        }

        private static int first(String range) {
            return Integer.parseInt(range.split("-", -1)[0]);
        }

        private static int last(String range) {
            return Integer.parseInt(range.substring(range.indexOf('-') + 1));
        }
    }

    /**
     * Describes a cluster to be started. A value that is set again replaces the earlier one; users are added. Builders
     * are not thread-safe; each call of {@link #start()} starts another cluster.
     */
    public static final class Builder {
        private final List<TestCertificate> clientAnchors;
        private final Map<String, String> users = new LinkedHashMap<>();
        private final Map<String, String> config = new LinkedHashMap<>();
        private IntFunction<TestCertificate> identities;
        private int primaries = 3;
        private int replicas = 1;
        private Duration nodeTimeout = Duration.ofMillis(1_500);

        private Builder(TestCertificate identity, List<TestCertificate> clientAnchors) {
            this.identities = number -> identity;
            this.clientAnchors = clientAnchors;
        }

        /**
         * Sets how many nodes begin as primaries, with the slots shared out between them. Default: 3.
         *
         * @param number at least 1; with fewer than 3 there is no fail-over, for nobody is left to elect
         * @return this builder
         */
        public Builder primaries(int number) {
            this.primaries = number;
            return this;
        }

        /**
         * Sets how many replicas each primary has. Default: 1.
         *
         * @param perPrimary 0 or more
         * @return this builder
         */
        public Builder replicas(int perPrimary) {
            this.replicas = perPrimary;
            return this;
        }

        /**
         * Gives each node a certificate of its own. Default: all present the one that the builder was made with.
         *
         * @param byNumber the chain and key for the number of a node, counted from 0
         * @return this builder
         */
        public Builder identities(IntFunction<TestCertificate> byNumber) {
            this.identities = byNumber;
            return this;
        }

        /**
         * Adds a user to all nodes; see {@link ValkeyServer.Builder#user}.
         *
         * @param name the name
         * @param password the password
         * @return this builder
         */
        public Builder user(String name, String password) {
            users.put(name, password);
            return this;
        }

        /**
         * Sets a configuration option of all nodes; see {@link ValkeyServer.Builder#config}. Among them are
         * {@code cluster-announce-ip} (default: 127.0.0.1), {@code cluster-announce-hostname},
         * {@code cluster-preferred-endpoint-type} and {@code cluster-require-full-coverage}.
         *
         * @param name the name
         * @param value the value
         * @return this builder
         */
        public Builder config(String name, String value) {
            config.put(name, value);
            return this;
        }

        /**
         * Sets how long a node may be silent before the others take it for failed. A replica takes over about a second
         * after that. Default: 1.5 seconds.
         *
         * @param timeout how long
         * @return this builder
         */
        public Builder nodeTimeout(Duration timeout) {
            this.nodeTimeout = timeout;
            return this;
        }

        /**
         * Starts the nodes, forms the cluster, and waits until it is healthy: two or three seconds.
         *
         * @return the started cluster, to be closed by the caller
         * @throws IllegalStateException if there is no Valkey to run, or it does not start, or the cluster is not
         *     healthy within 30 seconds, with what is wrong
         */
        public ValkeyCluster start() {
            return new ValkeyCluster(this);
        }
    }
}
