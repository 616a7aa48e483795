package io.valkeysecure.tests.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.event.connection.ReconnectAttemptEvent;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.PemFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.Disposable;

/**
 * When many connections are made anew, they are not all at once: after a rotation no faster than the limit, after a
 * restart of the server at random. {@code spread.connections} makes them more.
 */
@Tag("long")
class ReconnectSpreadTest {
    private static final int CONNECTIONS = Integer.getInteger("spread.connections", 60);

    /** Far too short for so many connections, so that it is the limit that holds. */
    private static final Duration WINDOW = Duration.ofSeconds(1);

    private static final int LIMIT = 20;

    /** By then the delays are much longer than the ticks of Lettuce's timer. */
    private static final int ATTEMPTS_IN_VAIN = 5;

    private static final int RAW_ATTEMPTS_IN_VAIN = 11;

    /** Lettuce's event bus drops events when more come at once than its buffer of 256 holds. */
    private static final int RESTARTED = Math.min(CONNECTIONS, 100);

    /** Of Lettuce's timer. */
    private static final Duration TICK = Duration.ofMillis(100);

    /** For a starved machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @TempDir
    private Path directory = Path.of("");

    private final TestCertificate root = TestCertificate.root().build();
    private final AtomicReference<ClientIdentity> identity = new AtomicReference<>(given(root));
    private final Queue<Long> handshakes = new ConcurrentLinkedQueue<>();
    private final List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();

    private ValkeyServer server;

    @BeforeEach
    void start() {
        server = ValkeyServer.builder(root.issue().dnsName("localhost").build(), root)
                .config("maxclients", Integer.toString(CONNECTIONS * 2 + 100))
                .start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private SecureTls tls() {
        return SecureTls.trusting(TrustAnchors.of(root.certificate()))
                .presenting(ClientIdentity.from(identity::get))
                .rotation(Rotation.builder()
                        .drainWindow(WINDOW)
                        .reconnectsPerSecond(LIMIT)
                        .build())
                .listener(new TlsListener() {
                    @Override
                    public void handshakeSucceeded(VerifiedHandshake handshake) {
                        handshakes.add(System.nanoTime());
                    }
                })
                .build();
    }

    private static ClientIdentity given(TestCertificate root) {
        TestCertificate leaf = root.issue().build();
        return ClientIdentity.of(leaf.privateKey(), leaf.chain());
    }

    private RedisURI uri() {
        return RedisURI.create("rediss://" + server.host() + ":" + server.port());
    }

    private void connect(RedisClient client, int count) {
        for (int i = 0; i < count; i++) {
            connections.add(client.connect());
        }
    }

    /** Half of the connections are never quiet, and are closed at the end of the window: the limit is for both. */
    @Test
    void identityChanged_reconnects_takeAsLongAsTheLimitAsks() {
        long begun;
        try (SecureTls tls = tls()) {
            RedisClient client = SecureLettuce.client(tls, uri());
            connect(client, CONNECTIONS);
            for (int i = 0; i < CONNECTIONS / 2; i++) {
                var unused = connections.get(i).async().blpop(600, "never");
            }
            handshakes.clear();
            begun = System.nanoTime();
            identity.set(given(root));
            tls.reload();
            await().atMost(Duration.ofSeconds(30 + 3L * CONNECTIONS / LIMIT))
                    .until(() -> handshakes.size() >= CONNECTIONS);
            connections.forEach(
                    connection -> assertThat(connection.sync().ping()).isEqualTo("PONG"));
            client.shutdown();
        }
        long most = mostWithin(handshakes.stream().sorted().toList(), Duration.ofSeconds(1));
        System.out.printf(
                "spread: %d connections of which half are busy, at most %d handshakes in a second, limit %d%n",
                CONNECTIONS, most, LIMIT);
        assertThat(handshakes).hasSize(CONNECTIONS);
        // a busy machine delays some until they meet others, so the whole is measured: it never takes less time
        assertThat(Duration.ofNanos(Collections.max(handshakes) - begun))
                .isGreaterThanOrEqualTo(Duration.ofMillis(1000L * (CONNECTIONS - LIMIT) / LIMIT));
    }

    /**
     * Lettuce's own delays are the same for all connections, so that all come at the same moment; ours are drawn by
     * lot.
     */
    @Test
    void serverRestarted_reconnectsAreSpread_whereThoseOfRawLettuceCoincide() throws IOException {
        Path anchors = Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        PemFiles files = root.issue().build().writePem(directory, "client");
        RedisClient raw = RedisClient.create(uri());
        raw.setOptions(ClientOptions.builder()
                .sslOptions(SslOptions.builder()
                        .jdkSslProvider()
                        .trustManager(anchors.toFile())
                        .keyManager(files.certificate().toFile(), files.key().toFile(), new char[0])
                        .build())
                .build());
        Restart restartRaw = restart(raw, RAW_ATTEMPTS_IN_VAIN);
        Restart restart;
        try (SecureTls tls = tls()) {
            restart = restart(SecureLettuce.client(tls, uri()), ATTEMPTS_IN_VAIN);
        }
        System.out.printf(
                "restart: %d connections, within %s at most %d reconnects, over %s; of raw Lettuce %d, over %s%n",
                RESTARTED,
                TICK,
                mostWithin(restart.times(), TICK),
                span(restart.times()),
                mostWithin(restartRaw.times(), TICK),
                span(restartRaw.times()));
        // a busy machine spreads them or lets them coincide, so both are told by the delays that were chosen
        assertThat(mostWithin(restartRaw.delays(), Duration.ofNanos(1))).isEqualTo(RESTARTED);
        assertThat(mostWithin(restart.delays(), TICK)).isLessThan(RESTARTED / 3);
    }

    /**
     * A restart of the server, as the connections saw it.
     *
     * @param delays the nanoseconds before the latest attempt that all of them made in vain
     * @param times when, in nanoseconds, they came when the server was there again
     */
    private record Restart(List<Long> delays, List<Long> times) {}

    private record Attempt(int number, long delay, long at) {}

    private Restart restart(RedisClient client, int attemptsInVain) {
        connections.clear();
        connect(client, RESTARTED);
        Queue<Attempt> attempts = new ConcurrentLinkedQueue<>();
        Disposable events = client.getResources().eventBus().get().subscribe(event -> {
            if (event instanceof ReconnectAttemptEvent attempt) {
                attempts.add(
                        new Attempt(attempt.getAttempt(), attempt.getDelay().toNanos(), System.nanoTime()));
            }
        });
        server.stop();
        await().atMost(PATIENCE).until(() -> delays(attempts, attemptsInVain).size() == RESTARTED);
        long restarted = System.nanoTime();
        server.restart();
        await().atMost(PATIENCE).until(() -> connections.stream().allMatch(StatefulRedisConnection::isOpen));
        connections.forEach(connection -> assertThat(connection.sync().ping()).isEqualTo("PONG"));
        events.dispose();
        client.shutdown();
        return new Restart(
                delays(attempts, attemptsInVain),
                attempts.stream()
                        .map(Attempt::at)
                        .filter(at -> at - restarted > 0)
                        .sorted()
                        .toList());
    }

    private static List<Long> delays(Queue<Attempt> attempts, int number) {
        return attempts.stream()
                .filter(attempt -> attempt.number() == number)
                .map(Attempt::delay)
                .sorted()
                .toList();
    }

    private static Duration span(List<Long> sorted) {
        return Duration.ofNanos(sorted.get(sorted.size() - 1) - sorted.get(0));
    }

    private static long mostWithin(List<Long> sorted, Duration window) {
        return IntStream.range(0, sorted.size())
                .mapToLong(from -> sorted.subList(from, sorted.size()).stream()
                        .takeWhile(time -> time - sorted.get(from) < window.toNanos())
                        .count())
                .max()
                .orElse(0);
    }
}
