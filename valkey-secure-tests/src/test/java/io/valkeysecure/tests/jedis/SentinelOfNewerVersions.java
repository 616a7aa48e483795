package io.valkeysecure.tests.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.jedis.SecureJedis;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisSentinelClient;

/** The part of {@link SentinelTest} that valkey-java, a fork of an older Jedis, does not have. */
abstract class SentinelOfNewerVersions extends WithRotating {
    @Test
    @Tag("jedis-7")
    void client_survivesFailover() {
        try (RedisSentinelClient client = SecureJedis.sentinelClient(rotating.tls())
                .clientConfig(Pki.login().build())
                .sentinelClientConfig(SentinelTest.sentinelLogin())
                .masterName(SentinelTest.nodes.name())
                .sentinels(SentinelTest.sentinels())
                .build()) {
            assertThat(client.set("client", "value")).isEqualTo("OK");
            HostAndPort before = client.getCurrentMaster();

            SentinelTest.nodes.failover();

            await().atMost(SentinelTest.LONG)
                    .until(() -> !client.getCurrentMaster().equals(before));
            await().atMost(SentinelTest.LONG)
                    .ignoreExceptions()
                    .until(() -> "OK".equals(client.set("client", "after")));
        }
        assertThat(rotating.refused()).noneMatch(Pki::isVerdict);
    }
}
