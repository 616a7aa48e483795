package io.valkeysecure.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.valkeysecure.testkit.TlsClient;
import io.valkeysecure.testkit.certificate.TestCertificate;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ValkeyClusterTest {
    private static final TestCertificate ROOT = TestCertificate.root().build();
    private static ValkeyCluster cluster;

    @BeforeAll
    static void start() {
        cluster = ValkeyCluster.builder(ROOT.issue().build(), ROOT)
                .identities(number -> ROOT.issue()
                        .subject("CN=node-" + number)
                        .dnsName("localhost")
                        .build())
                .user("app", "secret")
                .start();
    }

    @AfterAll
    static void close() {
        cluster.close();
    }

    @BeforeEach
    void awaitHealthy() {
        cluster.awaitHealthy();
    }

    @Test
    void start_byDefault_isThreePrimariesWithAReplicaEachAndTlsOnEveryLink() {
        assertThat(cluster.primaries()).hasSize(3);
        assertThat(cluster.nodes()).hasSize(6);
        for (ValkeyServer node : cluster.nodes()) {
            assertThat(node.execute("CONFIG", "GET", "port")).isEqualTo("port\n0");
            assertThat(node.execute("CONFIG", "GET", "tls-cluster")).isEqualTo("tls-cluster\nyes");
            assertThat(node.execute("CONFIG", "GET", "tls-replication")).isEqualTo("tls-replication\nyes");
        }
        for (ValkeyServer primary : cluster.primaries()) {
            assertThat(cluster.replicasOf(primary)).hasSize(1);
        }
    }

    @Test
    void identities_set_areOnePerNode() throws Exception {
        for (int i = 0; i < 6; i++) {
            try (TlsClient client = TlsClient.connect(
                    ROOT.issue().build().tlsContext(ROOT), cluster.node(i).port())) {
                assertThat(client.socket().getSession().getPeerPrincipal().getName())
                        .isEqualTo("CN=node-" + i);
                assertThat(client.command("AUTH app secret")).isEqualTo("+OK");
            }
        }
    }

    @Test
    void slotOf_keysWithAndWithoutBraces_isWhatTheServerSays() {
        for (String key : List.of("", "key", "{user}.name", "{}key", "a{b}{c}", "a{b", "käse")) {
            assertThat(cluster.node(0).execute("CLUSTER", "KEYSLOT", key))
                    .isEqualTo(Integer.toString(ValkeyCluster.slotOf(key)));
        }
    }

    @Test
    void moveSlot_withKeys_bringsThemToTheTarget() {
        ValkeyServer source = cluster.primaryOf("{moved}");
        ValkeyServer target = cluster.primaries().stream()
                .filter(node -> node != source)
                .findFirst()
                .orElseThrow();
        source.execute("MSET", "{moved}1", "one", "{moved}2", "two");

        cluster.moveSlot(ValkeyCluster.slotOf("{moved}"), target);

        assertThat(cluster.primaryOf("{moved}")).isSameAs(target);
        assertThat(target.execute("MGET", "{moved}1", "{moved}2")).isEqualTo("one\ntwo");
    }

    @Test
    void failover_ofAReplica_makesItPrimary() {
        ValkeyServer old = cluster.primaryOf("key");
        ValkeyServer replica = cluster.replicasOf(old).get(0);

        cluster.failover(replica);

        assertThat(cluster.primaryOf("key")).isSameAs(replica);
        assertThat(cluster.replicasOf(replica)).containsExactly(old);
    }

    @Test
    void kill_ofAPrimary_letsItsReplicaTakeOverAndTheNodeComeBackAsItself() {
        ValkeyServer old = cluster.primaryOf("key");
        ValkeyServer replica = cluster.replicasOf(old).get(0);
        String id = cluster.id(old);

        old.kill();
        cluster.awaitHealthy();

        assertThat(cluster.primaryOf("key")).isSameAs(replica);

        old.restart();
        cluster.awaitHealthy();

        assertThat(old.execute("CLUSTER", "MYID")).isEqualTo(id);
        assertThat(cluster.replicasOf(replica)).containsExactly(old);
    }

    @Test
    void announce_anotherPortAndAName_isWhatAllNodesTellClients() {
        ValkeyServer rogue = cluster.node(2);

        cluster.announcePort(rogue, 4711);
        cluster.announceHostname(rogue, "rogue.example");

        assertThat(cluster.node(0).execute("CLUSTER", "SLOTS")).contains("4711", "rogue.example");

        cluster.announcePort(rogue, rogue.port());
        cluster.announceHostname(rogue, "");

        assertThat(cluster.node(0).execute("CLUSTER", "SLOTS")).doesNotContain("4711", "rogue.example");
    }
}
