package io.valkeysecure.tests.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.RefusalReason;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsConfigurationException;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.testkit.hostile.HostilePeer;
import io.valkeysecure.testkit.internal.TlsTerminator;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisShardedPubSub;
import redis.clients.jedis.MultiDbClient;
import redis.clients.jedis.MultiDbConfig;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.csc.CacheConfig;
import redis.clients.jedis.mcf.HealthCheckStrategy;
import redis.clients.jedis.mcf.PingStrategy;

/** The front door's clients of several servers, led to peers that are not what they should be. */
@Tag("jedis-7")
class TopologyRefusalTest extends ClusterRefusals {
    private static final String PRIMARY = "primary";

    @Override
    UnifiedJedis open(HostAndPort seed) {
        return cluster(seed);
    }

    @Override
    void subscribeSharded(UnifiedJedis cluster, String channel) {
        ((RedisClusterClient) cluster).ssubscribe(new JedisShardedPubSub() {}, channel);
    }

    private static RedisClusterClient cluster(HostAndPort... seeds) {
        return cluster(Pki.login().build(), seeds);
    }

    private static RedisClusterClient cluster(JedisClientConfig base, HostAndPort... seeds) {
        return SecureJedis.clusterClient(tls, base)
                .nodes(Set.of(seeds))
                .maxAttempts(2)
                .build();
    }

    private static RedisSentinelClient sentinelClient(HostAndPort... sentinels) {
        return SecureJedis.sentinelClient(tls)
                .clientConfig(Pki.login().build())
                .sentinelClientConfig(Pki.login().build())
                .masterName(PRIMARY)
                .sentinels(Set.of(sentinels))
                .build();
    }

    // Each kind of connection.

    @ParameterizedTest
    @EnumSource
    void clusterNode_ofRefreshedTopology(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer seed = LyingServer.start(Pki.SERVER)) {
                seed.hasSlotsAt(seed.address());
                try (RedisClusterClient cluster = SecureJedis.clusterClient(
                                tls, Pki.login().build())
                        .nodes(Set.of(seed.address()))
                        .maxAttempts(2)
                        .topologyRefreshPeriod(Duration.ofMillis(20))
                        .build()) {
                    assertThat(cluster.get("key")).isEqualTo("here");
                    seed.hasSlotsAt(there);
                    await().atMost(Duration.ofSeconds(60))
                            .until(() -> cluster.getClusterNodes().containsKey(there.toString()));
                    cluster.get("key");
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    @Tag("jedis-8") // before, a command for a replica was another class
    void clusterReplica(Rogue rogue) {
        JedisClientConfig base = Pki.login().readOnlyForRedisClusterReplicas().build();
        rogue.meets(there -> {
            try (LyingServer seed = LyingServer.start(Pki.SERVER)) {
                seed.hasSlotsAt(seed.address(), there);
                try (RedisClusterClient cluster = cluster(base, seed.address())) {
                    assertThat(cluster.get("key")).isEqualTo("here");
                    cluster.executeCommandToReplica(new CommandObject<>(
                            new CommandArguments(Protocol.Command.GET).key("key"), BuilderFactory.STRING));
                }
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    @Tag("jedis-8") // before, it had to be asked for by RESP3, which the liar does not speak
    void clusterNode_withClientSideCache(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer seed = LyingServer.start(Pki.SERVER).hasSlotsAt(there);
                    RedisClusterClient cluster = SecureJedis.clusterClient(
                                    tls, Pki.login().build())
                            .nodes(Set.of(seed.address()))
                            .maxAttempts(2)
                            .cacheConfig(CacheConfig.builder().maxSize(10).build())
                            .build()) {
                cluster.get("key");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void sentinel(Rogue rogue) {
        rogue.meets(there -> sentinelClient(there).close());
    }

    @ParameterizedTest
    @EnumSource
    void sentinel_namesPrimary(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer sentinel = LyingServer.start(Pki.SERVER).namesPrimary(there);
                    RedisSentinelClient client = sentinelClient(sentinel.address())) {
                client.get("key");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void sentinel_switchesPrimary(Rogue rogue) {
        rogue.meets(there -> {
            try (LyingServer good = LyingServer.start(Pki.SERVER);
                    LyingServer sentinel = LyingServer.start(Pki.SERVER).namesPrimary(good.address());
                    RedisSentinelClient client = sentinelClient(sentinel.address())) {
                assertThat(client.get("key")).isEqualTo("here");
                await().atMost(Duration.ofSeconds(60)).until(sentinel::hasSubscriber);
                sentinel.switchesPrimary(PRIMARY, good.address(), there);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> client.getCurrentMaster().equals(there));
                client.get("key");
            }
        });
    }

    @ParameterizedTest
    @EnumSource
    void database(Rogue rogue) {
        rogue.meets(there -> {
            MultiDbConfig databases = MultiDbConfig.builder()
                    .database(SecureJedis.database(tls, there, Pki.login().build())
                            .healthCheckEnabled(false)
                            .build())
                    .commandRetry(
                            MultiDbConfig.RetryConfig.builder().maxAttempts(1).build())
                    .build();
            try (MultiDbClient client = SecureJedis.multiDbClient(databases).build()) {
                client.get("key");
            }
        });
    }

    /** Its health check runs on threads of its own, and only tells that the database is unhealthy. */
    @ParameterizedTest
    @EnumSource
    void database_healthCheck(Rogue rogue) {
        HealthCheckStrategy.Config once =
                HealthCheckStrategy.Config.builder().numProbes(1).build();
        rogue.meets(there -> {
            MultiDbConfig databases = MultiDbConfig.builder()
                    .database(SecureJedis.database(tls, there, Pki.login().build())
                            .healthCheckStrategySupplier((server, config) -> new PingStrategy(server, config, once))
                            .build())
                    .build();
            SecureJedis.multiDbClient(databases).build().close();
        });
    }

    // What goes on, and what comes back.

    @Test
    void clusterSeed_oneIsRefused_theOtherServes() {
        try (HostilePeer rogue = HostilePeer.plaintextValkey();
                LyingServer seed = LyingServer.start(Pki.SERVER)) {
            seed.hasSlotsAt(seed.address());
            // Jedis shuffles the seeds, and stops at the first that answers
            for (int i = 0; i < 100 && rogue.connections() == 0; i++) {
                try (RedisClusterClient cluster = cluster(new HostAndPort("localhost", rogue.port()), seed.address())) {
                    assertThat(cluster.get("key")).isEqualTo("here");
                }
            }
            assertThat(rogue.applicationBytes()).isEmpty();
            assertThat(rogue.connections()).isPositive();
        }
    }

    @Test
    void clusterSeeds_allRefusedForSeveralReasons_allAreTold() {
        try (HostilePeer plaintext = HostilePeer.plaintextValkey();
                HostilePeer misnamed = HostilePeer.tls(
                        Pki.ROOT.issue().dnsName("other.example").build())) {
            Throwable thrown = catchThrowable(() -> cluster(
                            new HostAndPort("localhost", plaintext.port()),
                            new HostAndPort("localhost", misnamed.port()),
                            new HostAndPort("localhost", 1))
                    .close());

            assertThat(thrown)
                    .hasStackTraceContaining("localhost:" + plaintext.port() + " refused (plaintext_peer)")
                    .hasStackTraceContaining("localhost:" + misnamed.port() + " refused (name_mismatch)");
        }
    }

    @Test
    void clusterNode_oneIsRefused_theOthersServe() {
        try (HostilePeer rogue = HostilePeer.plaintextValkey();
                LyingServer seed = LyingServer.start(Pki.SERVER)) {
            seed.hasSlotsAtBoth(seed.address(), new HostAndPort("localhost", rogue.port()));
            try (RedisClusterClient cluster = cluster(seed.address())) {
                assertThat(cluster.get("bar")).isEqualTo("here"); // slot 5061
                Throwable thrown = catchThrowable(() -> cluster.get("foo")); // slot 12182
                assertThat(RefusalReason.of(thrown)).contains(RefusalReason.PLAINTEXT_PEER);
                assertThat(cluster.get("bar")).isEqualTo("here");
            }
            assertThat(rogue.applicationBytes()).isEmpty();
        }
    }

    @Test
    void sentinel_oneIsRefused_theOthersServe() {
        try (HostilePeer rogue = HostilePeer.plaintextValkey();
                LyingServer good = LyingServer.start(Pki.SERVER);
                LyingServer sentinel = LyingServer.start(Pki.SERVER).namesPrimary(good.address());
                RedisSentinelClient client =
                        sentinelClient(new HostAndPort("localhost", rogue.port()), sentinel.address())) {
            assertThat(client.get("key")).isEqualTo("here");
            await().atMost(Duration.ofSeconds(60)).until(() -> rogue.connections() > 0); // its listener tries
            assertThat(rogue.applicationBytes()).isEmpty();
        }
    }

    /**
     * As after a failover, or when a name resolves to another host: the address is the same, the certificate is not.
     */
    @ParameterizedTest
    @EnumSource(names = {"OTHER_CA", "OTHER_NAME"})
    void clusterNode_returnsWithAnotherCertificate_isRefusedUntilItIsGood(Rogue rogue) {
        try (TlsTerminator node = TlsTerminator.alone(Pki.SERVER);
                RecordingProxy way = RecordingProxy.to("localhost", node.port());
                LyingServer seed = LyingServer.start(Pki.SERVER).hasSlotsAt(new HostAndPort("localhost", way.port()));
                RedisClusterClient cluster = cluster(seed.address())) {
            cluster.set("key", "value");
            node.present(rogue.identity());
            way.dropConnections();
            int before = way.recordings().size();

            // of several attempts Jedis keeps the last failure, which may be that of a connection that was dropped
            Throwable thrown = await().atMost(Duration.ofSeconds(60))
                    .until(
                            () -> {
                                Throwable failure = catchThrowable(() -> cluster.get("key"));
                                assertThat(failure).isNotNull();
                                return failure;
                            },
                            failure -> RefusalReason.of(failure).isPresent());

            assertThat(RefusalReason.of(thrown)).contains(rogue.reason());
            assertThat(way.recordings().subList(before, way.recordings().size()))
                    .isNotEmpty()
                    .allSatisfy(after -> assertThat(after.clientTranscript().mayCarryCommand())
                            .isFalse());
            node.present(Pki.SERVER);
            assertThat(catchThrowable(() -> cluster.get("key"))).isNull();
        }
    }

    /** TLS 1.3 tells late, with the first read: Jedis tells nothing of it. */
    @Test
    void sentinel_refusesOurCertificate_isTold() {
        try (SecureTls stranger = SecureTls.trusting(TrustAnchors.of(Pki.ROOT.certificate()))
                        .withoutClientIdentity()
                        .build();
                ValkeyServer sentinel =
                        ValkeyServer.builder(Pki.SERVER, Pki.ROOT).start()) {
            Throwable thrown = catchThrowable(() -> SecureJedis.sentinelClient(stranger)
                    .clientConfig(login())
                    .sentinelClientConfig(login())
                    .masterName(PRIMARY)
                    .sentinels(Set.of(new HostAndPort(sentinel.host(), sentinel.port())))
                    .build()
                    .close());

            assertThat(RefusalReason.of(thrown)).contains(RefusalReason.CLIENT_IDENTITY_REQUIRED);
        }
    }

    private static JedisClientConfig login() {
        return DefaultJedisClientConfig.builder().protocol(RedisProtocol.RESP3).build();
    }

    // What the builders do not take.

    @Test
    @SuppressWarnings("deprecation") // fromURI
    void builders_otherConnections_areRefused() {
        JedisClientConfig plain = DefaultJedisClientConfig.builder().build();
        RedisClusterClient.Builder cluster = SecureJedis.clusterClient(tls, plain);
        RedisSentinelClient.Builder sentinel = SecureJedis.sentinelClient(tls);
        HostAndPort here = new HostAndPort("localhost", 1);
        RedisClient.Builder client = SecureJedis.client(tls, here, plain);
        MultiDbClient.Builder databases = SecureJedis.multiDbClient(MultiDbConfig.builder()
                .database(SecureJedis.database(tls, here, plain).build())
                .build());

        refused(() -> client.clientConfig(plain));
        refused(() -> client.fromURI("redis://localhost:1"));
        refused(() -> client.fromURI(URI.create("redis://localhost:1")));
        refused(() -> client.connectionProvider(null));
        refused(() -> client.commandExecutor(null));
        refused(() -> cluster.clientConfig(plain));
        refused(() -> cluster.connectionProvider(null));
        refused(() -> cluster.commandExecutor(null));
        refused(() -> sentinel.connectionProvider(null));
        refused(() -> sentinel.commandExecutor(null));
        refused(() -> databases.multiDbConfig(null));
        refused(() -> databases.connectionProvider(null));
        refused(() -> databases.commandExecutor(null));
        refused(() -> SecureJedis.multiDbClient(
                MultiDbConfig.builder().database(here, 1, plain).build()));
    }

    @Test
    void databaseAddedLater_ofAnotherConfiguration_isRefused() {
        try (LyingServer first = LyingServer.start(Pki.SERVER);
                HostilePeer second = HostilePeer.plaintextValkey();
                MultiDbClient client = SecureJedis.multiDbClient(MultiDbConfig.builder()
                                .database(SecureJedis.database(
                                                tls,
                                                first.address(),
                                                Pki.login().build())
                                        .build())
                                .build())
                        .build()) {
            HostAndPort there = new HostAndPort("localhost", second.port());

            refused(() -> client.addDatabase(there, 1, Pki.login().build()));

            assertThat(client.get("key")).isEqualTo("here");
            assertThat(second.connections()).isZero();
        }
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatExceptionOfType(TlsConfigurationException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(RefusalReason.PLAINTEXT_REQUESTED));
    }
}
