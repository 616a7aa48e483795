package io.valkeysecure.testkit.server;

import io.valkeysecure.testkit.certificate.TestCertificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * One Valkey primary, its replicas, and the sentinels that watch them, for a test: by default two replicas and three
 * sentinels, TLS only on every link, the replication and the talk of the sentinels included, and client certificates
 * required everywhere.
 *
 * <pre>{@code
 * TestCertificate root = TestCertificate.root().build();
 * TestCertificate leaf = root.issue().dnsName("localhost").ipAddress("127.0.0.1").build();
 * try (ValkeySentinels sentinels = ValkeySentinels.builder(leaf, root).start()) {
 *     // ask sentinels.sentinels() for sentinels.name()
 *     sentinels.primary().kill();
 *     sentinels.awaitHealthy(); // another server is the primary now
 * }
 * }</pre>
 *
 * <p>Each server and each sentinel is a {@link ValkeyServer}, which can be stopped, killed, restarted and asked
 * anything. A restarted server comes back as what it was at the start, until the sentinels tell it otherwise; a
 * restarted sentinel has forgotten everything. What {@link ValkeyServer} says about binaries, files and the loopback
 * address holds here too. This class is thread-safe.
 */
public final class ValkeySentinels implements AutoCloseable {
    private static final int ASKINGS = 3;
    private static final Duration LIMIT = Duration.ofMinutes(2);
    /** Twice this passes until the sentinels try again. */
    private static final int FAILOVER_TIMEOUT_MILLIS = 5_000;

    private final String name;
    private final List<ValkeyServer> servers = new ArrayList<>();
    private final List<ValkeyServer> sentinels = new ArrayList<>();

    private ValkeySentinels(Builder settings) {
        this.name = settings.name;
        Peers peers = new Peers(settings.common);
        try {
            servers.addAll(Peers.startAll(List.of(settings.server(0, peers))));
            String primary = settings.announcedHost + " " + servers.get(0).port();
            List<ValkeyServer.Builder> replicas = new ArrayList<>();
            for (int i = 1; i <= settings.replicas; i++) {
                replicas.add(settings.server(i, peers).line("replicaof " + primary));
            }
            servers.addAll(Peers.startAll(replicas));
            // a sentinel asks a primary for its replicas at once, and then only every ten seconds
            Peers.await("primary with its replicas", LIMIT, () -> {
                String replication = servers.get(0).execute("INFO", "replication");
                return replication.split("state=online", -1).length == servers.size() ? "" : replication;
            });
            List<ValkeyServer.Builder> watchers = new ArrayList<>();
            for (int i = 0; i < settings.sentinels; i++) {
                watchers.add(settings.sentinel(i, peers, primary));
            }
            sentinels.addAll(Peers.startAll(watchers));
            awaitHealthy();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * {@return a builder for servers and sentinels of which each presents the given chain}
     *
     * @param identity certificate chain and key of all. They check each other, so it must verify against the anchors;
     *     only its names may be anything
     * @param clientAnchors the CAs that all of them trust, for clients and for each other; at least one
     */
    public static Builder builder(TestCertificate identity, TestCertificate... clientAnchors) {
        return new Builder(identity, List.of(clientAnchors));
    }

    /** {@return the host to connect to} */
    public String host() {
        return servers.get(0).host();
    }

    /** {@return the name under which the sentinels know the primary} */
    public String name() {
        return name;
    }

    /** {@return the primary of the start and then its replicas of the start, running or not} */
    public List<ValkeyServer> servers() {
        return List.copyOf(servers);
    }

    /** {@return the sentinels, running or not} */
    public List<ValkeyServer> sentinels() {
        return List.copyOf(sentinels);
    }

    /**
     * {@return the server that the first running sentinel names as the primary}
     *
     * @throws IllegalStateException if it names none of {@link #servers()}
     */
    public ValkeyServer primary() {
        ValkeyServer sentinel =
                running(sentinels).findFirst().orElseThrow(() -> new IllegalStateException("no sentinel is running"));
        String address = primaryAddress(sentinel);
        return servers.stream()
                .filter(server -> address.endsWith("\n" + server.port()))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the sentinels name another server: " + address));
    }

    /** Lets the sentinels make a replica the primary, and waits until all of them know and the others follow it. */
    public void failover() {
        ValkeyServer old = primary();
        for (int left = ASKINGS - 1; ; left--) {
            ask();
            try {
                Peers.await("another primary than " + old, LIMIT, () -> primary() == old ? "it is the same" : "");
                break;
            } catch (IllegalStateException e) {
                // sentinels that were held up give up a fail-over that they had begun
                if (left == 0) {
                    throw e;
                }
            }
        }
        awaitHealthy();
    }

    private void ask() {
        ValkeyServer sentinel = running(sentinels).findFirst().orElseThrow();
        Peers.await("start of a fail-over", LIMIT, () -> {
            sentinel.execute("SENTINEL", "FAILOVER", name); // not while another one is going on
            return "";
        });
    }

    /**
     * Waits until all running sentinels name the same running primary and know each other, and every other running
     * server is its replica and has its data. After {@link ValkeyServer#kill()} of the primary this waits for the
     * fail-over.
     *
     * @throws IllegalStateException if that does not come within two minutes, with what is wrong
     */
    public void awaitHealthy() {
        Peers.await("healthy primary with sentinels", LIMIT, this::wrong);
    }

    /** Ends all servers and sentinels and deletes their files. Does nothing the second time. */
    @Override
    public void close() {
        Peers.closeAll(Stream.concat(sentinels.stream(), servers.stream()).toList());
    }

    private String wrong() {
        ValkeyServer primary = primary();
        if (!primary.isRunning()) {
            return primary + " is down";
        }
        for (ValkeyServer sentinel : running(sentinels).toList()) {
            List<String> answers = sentinel.executeAll(
                    new String[] {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", name},
                    new String[] {"SENTINEL", "CKQUORUM", name},
                    new String[] {"SENTINEL", "MASTER", name});
            String master = answers.get(2);
            if (!answers.get(0).endsWith("\n" + primary.port())
                    || !master.contains("\nflags\nmaster\n")
                    || !master.contains("\nnum-other-sentinels\n" + (sentinels.size() - 1) + "\n")
                    || !master.contains("\nnum-slaves\n" + (servers.size() - 1) + "\n")) {
                return sentinel + " says " + answers;
            }
        }
        for (ValkeyServer server : running(servers).toList()) {
            String replication = server.execute("INFO", "replication");
            boolean right = server == primary
                    ? replication.contains("role:master")
                    : replication.contains("master_port:" + primary.port())
                            && replication.contains("master_link_status:up");
            if (!right) {
                return server + " says " + replication;
            }
        }
        return "";
    }

    private String primaryAddress(ValkeyServer sentinel) {
        return sentinel.execute("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name);
    }

    private static Stream<ValkeyServer> running(List<ValkeyServer> some) {
        return some.stream().filter(ValkeyServer::isRunning);
    }

    /**
     * Describes servers and sentinels to be started. A value that is set again replaces the earlier one; users are
     * added. Builders are not thread-safe; each call of {@link #start()} starts others.
     */
    public static final class Builder {
        private final PeerSettings common;
        private final Map<String, String> sentinelUsers = new LinkedHashMap<>();
        private IntFunction<TestCertificate> sentinelIdentities;
        private String name = "testkit";
        private String announcedHost = "127.0.0.1";
        private int replicas = 2;
        private int sentinels = 3;
        private Duration downAfter = Duration.ofMillis(1_500);

        private Builder(TestCertificate identity, List<TestCertificate> clientAnchors) {
            this.common = new PeerSettings(identity, clientAnchors);
            this.sentinelIdentities = common.identities;
        }

        /**
         * Sets how many replicas the primary has. Default: 2.
         *
         * @param number at least 1 for a fail-over
         * @return this builder
         */
        public Builder replicas(int number) {
            this.replicas = number;
            return this;
        }

        /**
         * Sets how many sentinels there are; more than half of them must agree on a fail-over. Default: 3.
         *
         * @param number at least 1
         * @return this builder
         */
        public Builder sentinels(int number) {
            this.sentinels = number;
            return this;
        }

        /**
         * Sets the name under which the sentinels know the primary. Default: {@code testkit}.
         *
         * @param primary a name without spaces
         * @return this builder
         */
        public Builder name(String primary) {
            this.name = primary;
            return this;
        }

        /**
         * Gives each server a certificate of its own. Default: all present the one that the builder was made with.
         *
         * @param byNumber the chain and key for the number of a server, counted from 0, the primary of the start
         * @return this builder
         */
        public Builder identities(IntFunction<TestCertificate> byNumber) {
            common.identities = byNumber;
            return this;
        }

        /**
         * Gives each sentinel a certificate of its own. Default: all present the one that the builder was made with.
         *
         * @param byNumber the chain and key for the number of a sentinel, counted from 0
         * @return this builder
         */
        public Builder sentinelIdentities(IntFunction<TestCertificate> byNumber) {
            this.sentinelIdentities = byNumber;
            return this;
        }

        /**
         * Adds a user to all servers, but not to the sentinels; see {@link ValkeyServer.Builder#user}.
         *
         * @param user the name
         * @param password the password
         * @return this builder
         */
        public Builder user(String user, String password) {
            common.users.put(user, password);
            return this;
        }

        /**
         * Adds a user to all sentinels, but not to the servers; see {@link ValkeyServer.Builder#user}. Default: none,
         * and the sentinels answer whoever has a certificate.
         *
         * @param user the name
         * @param password the password
         * @return this builder
         */
        public Builder sentinelUser(String user, String password) {
            sentinelUsers.put(user, password);
            return this;
        }

        /**
         * Sets a configuration option of all servers; see {@link ValkeyServer.Builder#config}.
         *
         * @param option the name
         * @param value the value
         * @return this builder
         */
        public Builder config(String option, String value) {
            common.config.put(option, value);
            return this;
        }

        /**
         * Sets the host that servers and sentinels tell others, clients included: an address, or a host name that
         * leads to the loopback address. Default: 127.0.0.1.
         *
         * @param host the address or name
         * @return this builder
         */
        public Builder announcedHost(String host) {
            this.announcedHost = host;
            return this;
        }

        /**
         * Sets how long a server may be silent before a sentinel takes it for down. Default: 1.5 seconds.
         *
         * @param limit how long
         * @return this builder
         */
        public Builder downAfter(Duration limit) {
            this.downAfter = limit;
            return this;
        }

        /**
         * Starts servers and sentinels and waits until all know each other: about four seconds.
         *
         * @return the started servers and sentinels, to be closed by the caller
         * @throws IllegalStateException if there is no Valkey to run, or it does not start, or they do not find each
         *     other within two minutes, with what is wrong
         */
        public ValkeySentinels start() {
            return new ValkeySentinels(this);
        }

        private ValkeyServer.Builder server(int number, Peers peers) {
            return peers.server(number, Map.of("replica-announce-ip", announcedHost));
        }

        private ValkeyServer.Builder sentinel(int number, Peers peers, String primaryAddress) {
            ValkeyServer.Builder sentinel =
                    peers.member(sentinelIdentities.apply(number)).sentinel();
            sentinelUsers.forEach(sentinel::user);
            return sentinel.line("sentinel resolve-hostnames yes")
                    .line("sentinel announce-hostnames yes")
                    .line("sentinel announce-ip " + announcedHost)
                    .line("sentinel sentinel-user " + ValkeyServer.ADMIN_USER)
                    .line("sentinel sentinel-pass " + peers.adminPassword())
                    .line("sentinel monitor " + name + " " + primaryAddress + " " + (sentinels / 2 + 1))
                    .line("sentinel auth-user " + name + " " + ValkeyServer.ADMIN_USER)
                    .line("sentinel auth-pass " + name + " " + peers.adminPassword())
                    .line("sentinel down-after-milliseconds " + name + " " + downAfter.toMillis())
                    .line("sentinel failover-timeout " + name + " " + FAILOVER_TIMEOUT_MILLIS);
        }
    }
}
