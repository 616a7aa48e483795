package io.valkeysecure.lettuce;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.valkeysecure.SecureTls;
import io.valkeysecure.testkit.internal.TlsRecord;
import io.valkeysecure.testkit.recording.RecordingProxy;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flushes that are made one: less is written, and nothing is left behind unwritten. */
class SecureLettuceFlushTest {
    private static final int SECONDS = 20;

    private final Pki pki = new Pki();
    private ValkeyServer server;
    private RecordingProxy proxy;
    private SecureTls tls;
    private RedisClient client;

    @BeforeEach
    void start() throws Exception {
        server = pki.valkey().start();
        proxy = RecordingProxy.to("localhost", server.port());
        tls = pki.tls();
        client = SecureLettuce.client(tls, Pki.uri("localhost", proxy.port()));
    }

    @AfterEach
    void stop() throws Exception {
        client.shutdown();
        tls.close();
        proxy.close();
        server.close();
    }

    @Test
    void pipelined_manyCommands_shareTlsRecords() throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            long before = recordsSent();
            List<RedisFuture<Long>> replies = new ArrayList<>();
            // written by the event loop itself, one flush each, while it handles the reply to the first
            connection
                    .async()
                    .ping()
                    .thenRun(() -> {
                        for (int i = 0; i < 1000; i++) {
                            replies.add(connection.async().incr("counter"));
                        }
                    })
                    .toCompletableFuture()
                    .get(SECONDS, TimeUnit.SECONDS);
            for (int i = 0; i < replies.size(); i++) {
                assertThat(replies.get(i).get(SECONDS, TimeUnit.SECONDS)).isEqualTo(i + 1L);
            }
            assertThat(recordsSent()).isLessThan(before + 100);
        }
    }

    private long recordsSent() {
        return TlsRecord.allOf(proxy.recordings().get(0).clientToServer()).stream()
                .filter(TlsRecord::isApplicationData)
                .count();
    }

    @Test
    void sync_oneCommandAfterAnother_isSentAtOnce() {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            for (int i = 1; i <= 200; i++) {
                assertThat(connection.sync().incr("counter")).isEqualTo(i);
            }
        }
    }

    @Test
    void blocking_commandAndTheNext_areSentWithoutAReplyBetween() throws Exception {
        try (StatefulRedisConnection<String, String> blocked = client.connect();
                StatefulRedisConnection<String, String> other = client.connect()) {
            RedisFuture<KeyValue<String, String>> popped = blocked.async().blpop(SECONDS, "list");
            RedisFuture<String> next = blocked.async().ping();
            assertThat(other.sync().rpush("list", "element")).isEqualTo(1);
            assertThat(popped.get(SECONDS, TimeUnit.SECONDS).getValue()).isEqualTo("element");
            assertThat(next.get(SECONDS, TimeUnit.SECONDS)).isEqualTo("PONG");
        }
    }

    @Test
    void pubSub_subscriptionMadeByAListener_isSent() throws Exception {
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub();
                StatefulRedisConnection<String, String> publisher = client.connect()) {
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heard.add(message);
                    if (channel.equals("first")) {
                        var unused = subscriber.async().subscribe("second");
                    }
                }

                @Override
                public void subscribed(String channel, long count) {
                    heard.add(channel);
                }
            });
            subscriber.sync().subscribe("first");
            assertThat(heard.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("first");
            assertThat(publisher.sync().publish("first", "one")).isEqualTo(1);
            assertThat(heard.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("one");
            assertThat(heard.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("second");
            assertThat(publisher.sync().publish("second", "two")).isEqualTo(1);
            assertThat(heard.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("two");
        }
    }

    @Test
    void manualFlush_commandsUntilThen_areSentTogether() throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.setAutoFlushCommands(false);
            RedisAsyncCommands<String, String> commands = connection.async();
            List<CompletableFuture<?>> replies = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                replies.add(commands.set("key" + i, "value").toCompletableFuture());
            }
            connection.flushCommands();
            CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new)).get(SECONDS, TimeUnit.SECONDS);
        }
    }

    @Test
    void reconnect_commandsQueuedMeanwhile_areSent() throws Exception {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(connection.sync().ping()).isEqualTo("PONG");
            server.stop();
            List<RedisFuture<Long>> queued = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                queued.add(connection.async().incr("queued"));
            }
            server.restart();
            for (RedisFuture<Long> reply : queued) {
                assertThat(reply.get(SECONDS, TimeUnit.SECONDS)).isPositive();
            }
            assertThat(connection.sync().ping()).isEqualTo("PONG");
        }
    }
}
