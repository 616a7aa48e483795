package io.valkeysecure.testkit.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.hostile.HostilePeer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

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

    private static final int MIGRATE_TIMEOUT_MILLIS = 5_000;

    private final ClusterNodes nodes;
    private final String adminPassword;

    private ValkeyCluster(Builder settings) {
        Peers peers = new Peers(settings.common);
        adminPassword = peers.adminPassword();
        Map<String, String> defaults = Map.of(
                "cluster-enabled",
                "yes",
                "tls-cluster",
                "yes",
                "cluster-announce-ip",
                "127.0.0.1",
                "cluster-node-timeout",
                Long.toString(settings.nodeTimeout.toMillis()),
                // a replica takes over even if it had lost its primary some time before the others noticed
                "cluster-replica-validity-factor",
                "0",
                "cluster-allow-replica-migration",
                "no");
        nodes = new ClusterNodes(
                Peers.startAll(IntStream.range(0, settings.primaries * (1 + settings.replicas))
                        .mapToObj(i -> peers.server(i, defaults).clusterNode())
                        .toList()),
                settings.primaries);
        try {
            nodes.form();
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
        return nodes.all().get(0).host();
    }

    /** {@return all nodes in the order of their numbers, running or not} */
    public List<ValkeyServer> nodes() {
        return nodes.all();
    }

    /**
     * {@return the node with this number, counted from 0}
     *
     * @param number the number
     */
    public ValkeyServer node(int number) {
        return nodes.all().get(number);
    }

    /** {@return the running nodes that are primaries with slots now, in the order of their numbers} */
    public List<ValkeyServer> primaries() {
        return nodes.running().filter(node -> nodes.entryOf(node).slots() > 0).toList();
    }

    /**
     * {@return the running nodes that are replicas of this one now, in the order of their numbers}
     *
     * @param primary the primary
     */
    public List<ValkeyServer> replicasOf(ValkeyServer primary) {
        String id = id(primary);
        return nodes.running()
                .filter(node -> nodes.entryOf(node).primary().equals(id))
                .toList();
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
        return nodes.running()
                .filter(node -> nodes.entryOf(node).owns(slot))
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
        return nodes.id(node);
    }

    /**
     * Lets a replica take the place of its primary, in agreement with it, and waits until all running nodes know.
     *
     * @param replica the replica
     */
    public void failover(ValkeyServer replica) {
        replica.execute("CLUSTER", "FAILOVER");
        nodes.awaitSlots(replica);
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
        nodes.awaitAnnounced(node, ":" + port + "@");
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
        nodes.awaitAnnounced(node, "@" + node.busPort() + (hostname.isEmpty() ? " " : "," + hostname));
    }

    /**
     * Waits until all running nodes agree that all slots are served by running nodes, and every running replica has
     * its primary's data. Nodes that are stopped are left out, so after {@link ValkeyServer#kill()} of a primary this
     * waits for the fail-over.
     *
     * @throws IllegalStateException if that does not come within 30 seconds, with what is wrong
     */
    public void awaitHealthy() {
        nodes.awaitHealthy();
    }

    /** Ends all nodes and deletes their files. Does nothing the second time. */
    @Override
    public void close() {
        Peers.closeAll(nodes.all());
    }

    /**
     * Describes a cluster to be started. A value that is set again replaces the earlier one; users are added. Builders
     * are not thread-safe; each call of {@link #start()} starts another cluster.
     */
    public static final class Builder {
        private final PeerSettings common;
        private int primaries = 3;
        private int replicas = 1;
        private Duration nodeTimeout = Duration.ofMillis(1_500);

        private Builder(TestCertificate identity, List<TestCertificate> clientAnchors) {
            this.common = new PeerSettings(identity, clientAnchors);
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
            common.identities = byNumber;
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
            common.users.put(name, password);
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
            common.config.put(name, value);
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
