package io.valkeysecure.redisson;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.util.concurrent.ScheduledFuture;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.RefusalReason;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.redisson.api.BatchOptions;
import org.redisson.api.RBatch;
import org.redisson.api.RFuture;
import org.redisson.api.RedissonClient;
import org.redisson.client.NettyHook;
import org.redisson.client.RedisConnection;
import org.redisson.client.codec.StringCodec;
import org.redisson.client.protocol.CommandData;
import org.redisson.client.protocol.RedisCommands;
import org.redisson.config.Config;

/** What becomes of open connections when they are drained, and when trust ends. */
class RedissonChannelTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final Fixture fixture = new Fixture();
    private final List<Channel> channels = new CopyOnWriteArrayList<>();

    private Path directory;
    private ValkeyServer server;
    private SecureTls tls;

    @BeforeEach
    void start(@TempDir Path fresh) throws IOException {
        directory = fresh;
        server = fixture.valkey().start();
        Files.writeString(directory.resolve("ca.crt"), fixture.root.certificatePem());
        PemFiles identity = fixture.client.writePem(directory, "client");
        tls = SecureTls.trusting(TrustAnchors.pem(directory.resolve("ca.crt")))
                .presenting(ClientIdentity.pem(identity.certificate(), identity.key()))
                .rotation(Rotation.builder().drainWindow(Duration.ofSeconds(10)).build())
                .listener(fixture.listener)
                .build();
    }

    @AfterEach
    void stop() {
        tls.close();
        server.close();
    }

    private RedissonClient client(int connections) {
        Config config = Fixture.single(server.port()).setNettyHook(new NettyHook() {
            @Override
            public void afterBoostrapInitialization(Bootstrap bootstrap) {}

            @Override
            public void afterChannelInitialization(Channel channel) {
                channels.add(channel);
            }
        });
        config.useSingleServer().setConnectionMinimumIdleSize(connections).setConnectionPoolSize(connections);
        return SecureRedisson.client(tls, config);
    }

    /** Asks each channel to end as core does, again and again until it has. */
    private void drain(List<Channel> asked) {
        await().pollInterval(Duration.ofMillis(50)).atMost(LONG).until(() -> {
            asked.stream()
                    .filter(Channel::isOpen)
                    .forEach(channel -> channel.eventLoop().execute(() -> {
                        RedissonChannel drained = channel.pipeline().get(RedissonChannel.class);
                        if (drained != null && channel.isActive()) {
                            drained.drain();
                        }
                    }));
            return asked.stream().noneMatch(Channel::isOpen);
        });
    }

    private List<Channel> open() {
        return channels.stream().filter(Channel::isActive).toList();
    }

    /** Counts by a command that is not idempotent: a lost or repeated one gives another number. */
    private static final class Load implements AutoCloseable {
        private final List<Thread> threads = new ArrayList<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final Map<String, Long> counted = new ConcurrentHashMap<>();
        private final List<Object> failed = new CopyOnWriteArrayList<>();

        Load(RedissonClient client, int number) {
            for (int i = 0; i < number; i++) {
                String key = "load:" + i;
                Thread thread = new Thread(() -> {
                    while (!ended.get()) {
                        try {
                            long expected = counted.merge(key, 1L, Long::sum);
                            long seen = client.getAtomicLong(key).incrementAndGet();
                            if (seen != expected) {
                                failed.add(key + ": expected " + expected + ", seen " + seen);
                            }
                        } catch (RuntimeException e) {
                            failed.add(e);
                        }
                    }
                });
                threads.add(thread);
                thread.start();
            }
        }

        long commands() {
            return counted.values().stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public void close() {
            end();
        }

        void end() {
            ended.set(true);
            threads.forEach(thread -> {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    /** The client tries each command once. */
    @Test
    void drain_underLoad_noCommandFailsNorRunsTwice() {
        RedissonClient client = client(10);
        try (Load load = new Load(client, 8)) {
            for (int round = 0; round < 3; round++) {
                long before = load.commands();
                drain(open());
                await().atMost(LONG).until(() -> load.commands() > before + 100);
            }
            load.end();

            assertThat(load.failed).isEmpty();
            assertThat(fixture.refused).isEmpty();
            assertThat(open()).hasSizeGreaterThanOrEqualTo(8);
        } finally {
            client.shutdown();
        }
    }

    /** A blocking command that is cancelled closes the channel of its connection, which has to be the right one. */
    @Test
    void drain_blockingCommandWaits_startsAfterItAndCanBeCancelled() {
        RedissonClient client = client(2);
        try {
            RFuture<String> taken = client.<String>getBlockingQueue("queue").takeAsync();
            await().atMost(LONG).until(() -> server.execute("INFO", "clients").contains("blocked_clients:1"));
            List<Channel> before = open();

            before.forEach(channel -> channel.eventLoop()
                    .execute(() -> channel.pipeline().get(RedissonChannel.class).drain()));
            await().atMost(LONG)
                    .until(() -> before.stream().filter(Channel::isOpen).count() == 1);
            taken.cancel(true);

            await().atMost(LONG).until(() -> server.execute("INFO", "clients").contains("blocked_clients:0"));
            drain(before);
        } finally {
            client.shutdown();
        }
    }

    /** Its commands go over one connection one by one, and the server keeps them until EXEC. */
    @Test
    void drain_inATransaction_startsAfterIt() {
        RedissonClient client = client(2);
        try {
            RBatch batch = client.createBatch(
                    BatchOptions.defaults().executionMode(BatchOptions.ExecutionMode.REDIS_WRITE_ATOMIC));
            var first = batch.getBucket("one").setAsync("1");
            await().atMost(LONG).until(() -> server.execute("CLIENT", "LIST").contains(" multi=1 "));
            List<Channel> before = open();

            before.forEach(channel -> channel.eventLoop()
                    .execute(() -> channel.pipeline().get(RedissonChannel.class).drain()));
            await().atMost(LONG)
                    .until(() -> before.stream().filter(Channel::isOpen).count() == 1);
            var second = batch.getBucket("two").setAsync("2");
            var unused = batch.execute();
            assertThat(first.toCompletableFuture()).isCompleted();
            assertThat(second.toCompletableFuture()).isCompleted();

            assertThat(client.getBucket("one").get()).isEqualTo("1");
            assertThat(client.getBucket("two").get()).isEqualTo("2");
            drain(before);
        } finally {
            client.shutdown();
        }
    }

    /** A new connection would not be told of keys that others change. */
    @Test
    void drain_serverTracksKeys_waitsAlsoWhenATransactionHasEnded() {
        RedissonClient client = client(2);
        try {
            List<Channel> before = open();
            RedisConnection tracked = RedisConnection.getFrom(before.get(0));
            tracked.sync(RedisCommands.CLIENT_TRACKING, "ON");
            tracked.sync(RedisCommands.MULTI);
            tracked.sync(RedisCommands.EXEC);

            before.forEach(channel -> channel.eventLoop()
                    .execute(() -> channel.pipeline().get(RedissonChannel.class).drain()));
            await().atMost(LONG).until(() -> !before.get(1).isOpen());

            assertThat(tracked.getChannel()).isSameAs(before.get(0));
            assertThat(before.get(0).isOpen()).isTrue();
        } finally {
            client.shutdown();
        }
    }

    /** A thread that read the channel from the connection before, and writes afterwards. */
    @Test
    void write_toAReplacedChannel_goesToTheNextOne() {
        RedissonClient client = client(1);
        try {
            Channel before = open().get(0);
            RedisConnection connection = RedisConnection.getFrom(before);
            Long former = connection.sync(RedisCommands.CLIENT_ID);
            CommandData<Long, Long> late = connection.create(StringCodec.INSTANCE, RedisCommands.CLIENT_ID);
            AtomicBoolean written = new AtomicBoolean();
            // on the event loop, so that it comes before the former channel is closed
            ScheduledFuture<?> writer = before.eventLoop()
                    .scheduleAtFixedRate(
                            () -> {
                                if (connection.getChannel() != before && written.compareAndSet(false, true)) {
                                    var unused = before.writeAndFlush(late);
                                }
                            },
                            0,
                            1,
                            TimeUnit.MILLISECONDS);

            before.eventLoop()
                    .execute(() -> before.pipeline().get(RedissonChannel.class).drain());

            assertThat(late.getPromise().orTimeout(60, TimeUnit.SECONDS).join())
                    .isNotNull()
                    .isNotEqualTo(former);
            writer.cancel(false);
        } finally {
            client.shutdown();
        }
    }

    @Test
    void drain_subscribed_keepsItsConnection_idlePubSubIsReconnected() throws Exception {
        RedissonClient client = client(1);
        try {
            CountDownLatch heard = new CountDownLatch(1);
            int listener = client.getTopic("topic").addListener(String.class, (topic, message) -> heard.countDown());
            Channel pubSub = channels.get(channels.size() - 1);

            pubSub.eventLoop()
                    .submit(() -> pubSub.pipeline().get(RedissonChannel.class).drain())
                    .sync();
            client.getTopic("topic").publish("message");

            assertThat(heard.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(pubSub.isOpen()).isTrue();

            client.getTopic("topic").removeListener(listener);
            drain(List.of(pubSub));
        } finally {
            client.shutdown();
        }
    }

    /** Its command in flight waits for ever, and the handler is told the reason. */
    @Test
    void trustEnds_connectionsAreClosedAtOnceAndTheReasonIsTold() throws IOException {
        RedissonClient client = client(2);
        try {
            RFuture<String> taken = client.<String>getBlockingQueue("queue").takeAsync();
            await().atMost(LONG).until(() -> server.execute("INFO", "clients").contains("blocked_clients:1"));
            List<Channel> before = open();

            Files.writeString(
                    directory.resolve("ca.crt"), TestCertificate.root().build().certificatePem());
            assertThat(tls.reload()).isTrue();

            await().atMost(LONG).until(() -> before.stream().noneMatch(Channel::isOpen));
            Throwable inFlight = catchThrowable(() ->
                    taken.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join());
            assertThat(RefusalReason.of(inFlight)).contains(RefusalReason.UNTRUSTED_ISSUER);
            assertThat(RefusalReason.of(
                            catchThrowable(() -> client.getBucket("key").get())))
                    .contains(RefusalReason.UNTRUSTED_ISSUER);
        } finally {
            client.shutdown();
        }
    }

    /** By files, the clock of the machine and the drain window of the user. */
    @Test
    @Tag("long")
    void rotation_twentyTimesUnderLoad_noCommandFailsNorRunsTwice() {
        int rotations = 20;
        RedissonClient client = client(12);
        long commands;
        try (Load load = new Load(client, 8)) {
            for (int i = 0; i < rotations; i++) {
                List<Channel> before = open();
                fixture.root.issue().subject("CN=app").dnsName("app").build().writePem(directory, "client");
                assertThat(tls.reload()).isTrue();
                await().atMost(LONG).until(() -> before.stream().noneMatch(Channel::isOpen));
            }
            load.end();
            commands = load.commands();

            assertThat(load.failed).isEmpty();
            assertThat(fixture.refused).isEmpty();
        } finally {
            client.shutdown();
        }
        System.out.printf("redisson: %d rotations, %d commands, 0 failed%n", rotations, commands);
    }
}
