package io.valkeysecure.redisson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** A cluster and sentinels, of which every node is verified or refused. */
@Tag("long")
class RedissonTopologyTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Fixture fixture = new Fixture();

    private Set<Integer> verifiedPorts() {
        return fixture.verified.stream()
                .map(VerifiedHandshake::endpoint)
                .map(endpoint -> endpoint.port())
                .collect(Collectors.toSet());
    }

    private static Config cluster(String... seeds) {
        Config config = Fixture.login();
        config.useClusterServers()
                .addNodeAddress(seeds)
                .setMasterConnectionMinimumIdleSize(1)
                .setSlaveConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0)
                .setRetryAttempts(0)
                .setConnectTimeout(60_000)
                .setTimeout(60_000);
        return config;
    }

    private static ValkeyCluster.Builder builder(TestCertificate server, TestCertificate root) {
        return ValkeyCluster.builder(server, root).primaries(3).replicas(0).user(Fixture.USER, Fixture.PASSWORD);
    }

    @Test
    void cluster_everyNodeIsVerified() {
        try (ValkeyCluster cluster = builder(fixture.server, fixture.root).start();
                SecureTls tls = fixture.tls()) {
            RedissonClient client = SecureRedisson.client(
                    tls, cluster(Fixture.address(cluster.node(0).port())));
            try {
                for (int i = 0; i < 30; i++) {
                    client.getBucket("key:" + i).set("value:" + i);
                    assertThat(client.getBucket("key:" + i).get()).isEqualTo("value:" + i);
                }
                assertThat(verifiedPorts())
                        .containsAll(
                                cluster.nodes().stream().map(ValkeyServer::port).toList());
                assertThat(fixture.refused).isEmpty();
            } finally {
                client.shutdown();
            }
        }
    }

    /** One node has a certificate of another name; the others are right. */
    @Test
    void cluster_nodeOfAnotherName_isRefused() {
        TestCertificate other = fixture.root.issue().dnsName("other.test").build();
        try (ValkeyCluster cluster = builder(fixture.server, fixture.root)
                        .identities(number -> number == 2 ? other : fixture.server)
                        .start();
                SecureTls tls = fixture.tls()) {
            Throwable thrown = catchThrowable(() -> SecureRedisson.client(
                            tls, cluster(Fixture.address(cluster.node(0).port())))
                    .shutdown());

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.NAME_MISMATCH);
            assertThat(verifiedPorts()).doesNotContain(cluster.node(2).port());
        }
    }

    private static Config sentinels(ValkeySentinels nodes) {
        Config config = Fixture.login();
        config.useSentinelServers()
                .setMasterName(nodes.name())
                .addSentinelAddress(nodes.sentinels().stream()
                        .map(sentinel -> Fixture.address(sentinel.port()))
                        .toArray(String[]::new))
                .setSentinelUsername(Fixture.USER)
                .setSentinelPassword(Fixture.PASSWORD)
                .setMasterConnectionMinimumIdleSize(1)
                .setSlaveConnectionMinimumIdleSize(1)
                .setSubscriptionConnectionMinimumIdleSize(0)
                .setConnectTimeout(60_000)
                .setTimeout(60_000);
        return config;
    }

    @Test
    void sentinels_everyNodeIsVerified_alsoAfterAFailover() {
        try (ValkeySentinels nodes = ValkeySentinels.builder(fixture.server, fixture.root)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .sentinelUser(Fixture.USER, Fixture.PASSWORD)
                        .downAfter(Duration.ofSeconds(1))
                        .start();
                SecureTls tls = fixture.tls()) {
            RedissonClient client = SecureRedisson.client(tls, sentinels(nodes));
            try {
                client.getBucket("key").set("value");
                assertThat(verifiedPorts())
                        .contains(nodes.primary().port())
                        .containsAnyElementsOf(nodes.sentinels().stream()
                                .map(ValkeyServer::port)
                                .toList());
                nodes.failover();
                await().atMost(LONG)
                        .ignoreExceptions()
                        .untilAsserted(() -> client.getBucket("after").set("value"));

                assertThat(verifiedPorts()).contains(nodes.primary().port());
            } finally {
                client.shutdown();
            }
        }
    }

    @Test
    void sentinels_oneOfThem_leadsToTheVerifiedPrimary() {
        try (ValkeySentinels nodes = ValkeySentinels.builder(fixture.server, fixture.root)
                        .replicas(1)
                        .sentinels(1)
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .sentinelUser(Fixture.USER, Fixture.PASSWORD)
                        .start();
                SecureTls tls = fixture.tls()) {
            Config config = sentinels(nodes);
            config.useSentinelServers().setCheckSentinelsList(false);
            RedissonClient client = SecureRedisson.client(tls, config);
            try {
                client.getBucket("key").set("value");

                assertThat(verifiedPorts())
                        .contains(
                                nodes.primary().port(), nodes.sentinels().get(0).port());
                assertThat(fixture.refused).isEmpty();
            } finally {
                client.shutdown();
            }
        }
    }

    /** Redisson drops the exceptions of sentinels, and says that there are none. */
    @Test
    void sentinels_untrusted_reasonReachesTheCaller() {
        TestCertificate other = TestCertificate.root().build();
        try (ValkeySentinels nodes = ValkeySentinels.builder(fixture.server, fixture.root)
                        .replicas(1)
                        .sentinels(1)
                        .sentinelIdentities(
                                number -> other.issue().dnsName("localhost").build())
                        .user(Fixture.USER, Fixture.PASSWORD)
                        .sentinelUser(Fixture.USER, Fixture.PASSWORD)
                        .start();
                SecureTls tls = fixture.tls()) {
            Config config = sentinels(nodes);
            config.useSentinelServers().setRetryAttempts(0);

            Throwable thrown = catchThrowable(() -> SecureRedisson.client(tls, config));

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.UNTRUSTED_ISSUER);
            assertThat(fixture.verified).isEmpty();
        }
    }
}
