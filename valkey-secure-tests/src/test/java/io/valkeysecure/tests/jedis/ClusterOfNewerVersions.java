package io.valkeysecure.tests.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.Protocol;

/** The part of {@link ClusterTest} that valkey-java, a fork of an older Jedis, does not have. */
@SuppressWarnings("deprecation") // JedisCluster goes on unchanged
abstract class ClusterOfNewerVersions extends WithRotating {
    abstract JedisCluster cluster(JedisClientConfig base);

    @Test
    @Tag("jedis-8") // before, a command for a replica was another class
    void everyNode_primaryAndReplica_serves() {
        JedisClientConfig base = Pki.login().readOnlyForRedisClusterReplicas().build();
        try (JedisCluster cluster = cluster(base)) {
            for (String key : ClusterTest.someKeys(30)) {
                cluster.set(key, key);
                assertThat(cluster.get(key)).isEqualTo(key);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> key.equals(cluster.executeCommandToReplica(new CommandObject<>(
                                new CommandArguments(Protocol.Command.GET).key(key), BuilderFactory.STRING))));
            }
            assertThat(cluster.getClusterNodes()).hasSize(6);
        }
        assertThat(rotating.handshakes()).isGreaterThanOrEqualTo(6);
        assertThat(rotating.refused()).isEmpty();
    }
}
