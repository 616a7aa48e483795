package io.valkeysecure.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.SecureTls;
import io.valkeysecure.adapter.ClientLibrary;
import io.valkeysecure.jedis.SecureJedis;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TlsMaterial;
import io.valkeysecure.testkit.junit.ValkeyTls;
import io.valkeysecure.testkit.server.ValkeyCluster;
import io.valkeysecure.testkit.server.ValkeySentinels;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisClientConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;

/**
 * Everything that Spring Boot makes of Lettuce and Jedis works over verified TLS, against real servers that speak TLS
 * only.
 */
class EveryConnectionTest {
    /** Spring Boot takes platform threads on an older Java, whatever is configured. */
    private static final int FIRST_WITH_VIRTUAL_THREADS = 21;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @ValkeyTls
    private static TlsMaterial material;

    @ValkeyTls(user = Boot.USER, password = Boot.PASSWORD)
    private static ValkeyServer server;

    private ApplicationContextRunner application() {
        return Boot.secure().withPropertyValues(Boot.pemBundle(material)).withPropertyValues(Boot.login(server.port()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring.data.redis.lettuce.pool.enabled=false",
                "spring.data.redis.lettuce.pool.max-active=2",
                "spring.threads.virtual.enabled=true",
            })
    void lettuce_standalone_readsAndWrites(String property) {
        application()
                .withPropertyValues("spring.data.redis.client-type=lettuce", property)
                .run(context -> assertVerified(context, ClientLibrary.LETTUCE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spring.data.redis.jedis.pool.enabled=false",
                "spring.data.redis.jedis.pool.max-active=2",
                "spring.threads.virtual.enabled=true",
            })
    void jedis_standalone_readsAndWrites(String property) {
        application()
                .withPropertyValues("spring.data.redis.client-type=jedis", property)
                .run(context -> assertVerified(context, ClientLibrary.JEDIS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void url_rediss_readsAndWrites(String client) {
        application()
                .withPropertyValues(
                        "spring.data.redis.client-type=" + client,
                        "spring.data.redis.url=rediss://" + Boot.USER + ":" + Boot.PASSWORD + "@localhost:"
                                + server.port())
                .run(context -> assertVerified(context, library(client)));
    }

    @Test
    void lettuce_reactive_readsAndWrites() {
        application().run(context -> {
            ReactiveStringRedisTemplate template = context.getBean(ReactiveStringRedisTemplate.class);
            assertThat(template.opsForValue().set("reactive", "yes").block(PATIENCE))
                    .isTrue();
            assertThat(template.opsForValue().get("reactive").block(PATIENCE)).isEqualTo("yes");
            assertThat(open(context, ClientLibrary.LETTUCE)).isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void listenerContainer_subscribed_hears(String client) {
        application()
                .withUserConfiguration(Listening.class)
                .withPropertyValues("spring.data.redis.client-type=" + client)
                .run(context -> {
                    StringRedisTemplate template = context.getBean(StringRedisTemplate.class);
                    Heard heard = context.getBean(Heard.class);
                    await().atMost(PATIENCE).until(() -> {
                        template.convertAndSend("news", "verified");
                        return heard.messages().contains("verified");
                    });
                    assertThat(open(context, library(client))).isGreaterThan(1);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void sentinel_readsAndWrites(String client) {
        try (ValkeySentinels group = ValkeySentinels.builder(material.issueServer(), material.ca())
                .replicas(1)
                .sentinels(1)
                .user(Boot.USER, Boot.PASSWORD)
                .sentinelUser("watch", Boot.PASSWORD)
                .announcedHost("localhost")
                .start()) {
            application()
                    .withPropertyValues(
                            "spring.data.redis.client-type=" + client,
                            "spring.data.redis.sentinel.master=" + group.name(),
                            "spring.data.redis.sentinel.username=watch",
                            "spring.data.redis.sentinel.password=" + Boot.PASSWORD,
                            "spring.data.redis.sentinel.nodes=" + nodes(group.sentinels()))
                    .run(context -> assertVerified(context, library(client)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lettuce", "jedis"})
    void cluster_readsAndWritesOnEveryNode(String client) {
        try (ValkeyCluster cluster = ValkeyCluster.builder(material.issueServer(), material.ca())
                .primaries(3)
                .replicas(0)
                .user(Boot.USER, Boot.PASSWORD)
                .start()) {
            application()
                    .withPropertyValues(
                            "spring.data.redis.client-type=" + client,
                            "spring.data.redis.cluster.nodes="
                                    + nodes(List.of(cluster.nodes().get(0))))
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        StringRedisTemplate template = context.getBean(StringRedisTemplate.class);
                        for (int i = 0; i < 30; i++) {
                            template.opsForValue().set("key-" + i, "value-" + i);
                            assertThat(template.opsForValue().get("key-" + i)).isEqualTo("value-" + i);
                        }
                        assertThat(open(context, library(client))).isGreaterThanOrEqualTo(3);
                    });
        }
    }

    @Test
    void lettuce_primaryWithReplicas_readsAndWrites() {
        try (ValkeySentinels group = ValkeySentinels.builder(material.issueServer(), material.ca())
                .replicas(1)
                .sentinels(1)
                .user(Boot.USER, Boot.PASSWORD)
                .announcedHost("localhost")
                .start()) {
            application()
                    .withPropertyValues("spring.data.redis.masterreplica.nodes=" + nodes(group.servers()))
                    .run(context -> assertVerified(context, ClientLibrary.LETTUCE));
        }
    }

    /** An application with factories of its own has none of Spring Boot's. */
    @Test
    void severalConnectionFactories_readAndWrite() {
        application()
                .withUserConfiguration(SecondFactory.class)
                .withPropertyValues("second.port=" + server.port())
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    RedisConnectionFactory second = context.getBean("second", RedisConnectionFactory.class);
                    RedisConnectionFactory third = context.getBean("third", RedisConnectionFactory.class);
                    for (RedisConnectionFactory factory : List.of(second, third)) {
                        StringRedisTemplate template = new StringRedisTemplate(factory);
                        template.opsForValue().set("by", factory.toString());
                        assertThat(template.opsForValue().get("by")).isEqualTo(factory.toString());
                    }
                    assertThat(open(context, ClientLibrary.LETTUCE)).isPositive();
                    assertThat(open(context, ClientLibrary.JEDIS)).isPositive();
                });
    }

    @Configuration
    static class SecondFactory {
        private static RedisStandaloneConfiguration server(int port) {
            RedisStandaloneConfiguration server = new RedisStandaloneConfiguration("localhost", port);
            server.setUsername(Boot.USER);
            server.setPassword(Boot.PASSWORD);
            return server;
        }

        @Bean
        LettuceConnectionFactory second(SecureTls tls, @Value("${second.port}") int port) {
            return new LettuceConnectionFactory(
                    server(port),
                    LettuceClientConfiguration.builder()
                            .clientResources(SecureLettuce.resources(tls))
                            .useSsl()
                            .build());
        }

        @Bean
        @SuppressWarnings("deprecation") // its successor is not in Spring Data Redis 4.0
        JedisConnectionFactory third(SecureTls tls, @Value("${second.port}") int port) {
            return new JedisConnectionFactory(
                    server(port),
                    JedisClientConfiguration.builder()
                            .customize(c -> c.from(SecureJedis.clientConfig(tls, c.build())))
                            .useSsl()
                            .and()
                            .usePooling()
                            .build());
        }
    }

    private static void assertVerified(AssertableApplicationContext context, ClientLibrary client) {
        assertThat(context).hasNotFailed();
        StringRedisTemplate template = context.getBean(StringRedisTemplate.class);
        template.opsForValue().set("greeting", "hello");
        assertThat(template.opsForValue().get("greeting")).isEqualTo("hello");
        boolean virtual = context.getEnvironment().getProperty("spring.threads.virtual.enabled", Boolean.class, false)
                && Runtime.version().feature() >= FIRST_WITH_VIRTUAL_THREADS;
        assertThat(context.getBeanNamesForType(RedisConnectionFactory.class))
                .containsExactly(virtual ? "redisConnectionFactoryVirtualThreads" : "redisConnectionFactory");
        assertThat(open(context, client)).isPositive();
    }

    private static int open(AssertableApplicationContext context, ClientLibrary client) {
        var connections =
                context.getBean(SecureTls.class).status().connections().get(client);
        return connections == null ? 0 : connections.current();
    }

    private static ClientLibrary library(String client) {
        return ClientLibrary.valueOf(client.toUpperCase(java.util.Locale.ROOT));
    }

    private static String nodes(List<ValkeyServer> servers) {
        return servers.stream().map(node -> "localhost:" + node.port()).collect(Collectors.joining(","));
    }

    /** What a listener heard. */
    record Heard(List<String> messages) {}

    @Configuration
    static class Listening {
        @Bean
        Heard heard() {
            return new Heard(new CopyOnWriteArrayList<>());
        }

        @Bean
        RedisMessageListenerContainer container(RedisConnectionFactory factory, Heard heard) {
            RedisMessageListenerContainer container = new RedisMessageListenerContainer();
            container.setConnectionFactory(factory);
            container.addMessageListener(
                    (message, pattern) -> heard.messages()
                            .add(new String(message.getBody(), java.nio.charset.StandardCharsets.UTF_8)),
                    ChannelTopic.of("news"));
            return container;
        }
    }
}
