package io.valkeysecure.spiffe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.SecureTls;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.internal.TlsTerminator;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SVIDs and bundles are pushed while commands run. */
class RotationTest {
    @TempDir
    private Path directory = Path.of("");

    private volatile boolean ended;

    @Test
    void rotation_underLoad_failsNoCommand() throws InterruptedException {
        rotate(2);
    }

    @Test
    @Tag("long")
    void twentyRotations_underLoad_failNoCommand() throws InterruptedException {
        rotate(20);
    }

    /** Each rotation brings an SVID and, beside the CA of the server, another CA. */
    private void rotate(int times) throws InterruptedException {
        AtomicLong commands = new AtomicLong();
        ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
        List<Thread> load = new ArrayList<>();
        try (Scene scene = new Scene(directory);
                ValkeyServer server = ValkeyServer.builder(scene.server, scene.root)
                        .user(Scene.USER, Scene.PASSWORD)
                        .plaintextPort()
                        .start();
                TlsTerminator front = TlsTerminator.of(scene.server, server.host(), server.plaintextPort());
                SecureTls tls = scene.tls(Scene.SERVER_ID);
                redis.clients.jedis.RedisClient jedis = Scene.jedis(tls, front.port())) {
            RedisClient lettuce = SecureLettuce.client(
                    tls, "rediss://" + Scene.USER + ":" + Scene.PASSWORD + "@localhost:" + front.port());
            StatefulRedisConnection<String, String> connection = lettuce.connect();
            try {
                for (int i = 0; i < 4; i++) {
                    load.add(start("jedis" + i, commands, failures, (key, value) -> {
                        jedis.set(key, value);
                        return jedis.get(key);
                    }));
                    load.add(start("lettuce" + i, commands, failures, (key, value) -> {
                        connection.sync().set(key, value);
                        return connection.sync().get(key);
                    }));
                }
                for (int i = 0; i < times; i++) {
                    long before = commands.get();
                    TestCertificate svid = scene.svid();
                    scene.agent.push(FakeWorkloadApi.message(svid, scene.root, Scene.domain("example.org"))
                            .build());
                    await().atMost(Scene.LONG)
                            .until(() -> commands.get() > before + 100
                                    && !front.open().isEmpty()
                                    && front.open().stream()
                                            .allMatch(open -> svid.certificate().equals(open.client())));
                    assertThat(tls.status().generation()).isEqualTo(i + 2);
                }
            } finally {
                ended = true;
                for (Thread thread : load) {
                    thread.join();
                }
                lettuce.shutdown();
            }
            System.out.println("spiffe: " + times + " rotations, " + commands + " commands, " + failures.size()
                    + " failed, " + scene.agent.opened() + " stream");
            assertThat(failures).isEmpty();
            assertThat(tls.health().details()).isEmpty();
        }
    }

    private Thread start(
            String key, AtomicLong commands, ConcurrentLinkedQueue<Throwable> failures, BinaryOperator<String> client) {
        Thread thread = new Thread(
                () -> {
                    for (int i = 0; !ended; i++) {
                        try {
                            assertThat(client.apply(key, "v" + i)).isEqualTo("v" + i);
                            commands.addAndGet(2);
                        } catch (RuntimeException | AssertionError e) {
                            failures.add(e);
                        }
                    }
                },
                "load-" + key);
        thread.start();
        return thread;
    }
}
