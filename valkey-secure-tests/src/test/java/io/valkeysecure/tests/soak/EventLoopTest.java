package io.valkeysecure.tests.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Revocation;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.lettuce.SecureLettuce;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On which threads material is read and parsed, as the JVM's flight recorder saw it. */
class EventLoopTest {
    private static final int CONNECTIONS = 8;

    private final TestCertificate root =
            TestCertificate.root().subject("CN=Root").build();
    private final ValkeyServer server = ValkeyServer.builder(
                    root.issue().dnsName("localhost").build(), root)
            .start();
    private final RedisURI uri = RedisURI.create("rediss://localhost:" + server.port());
    private final Queue<Long> generations = new ConcurrentLinkedQueue<>();
    private final Queue<Work> works = new ConcurrentLinkedQueue<>();

    @TempDir
    private Path directory = Path.of("");

    /** A read of one of our files, or a parse of one of our certificates. */
    private record Work(String what, String thread) {
        boolean isOnEventLoop() {
            return thread.startsWith("lettuce-");
        }
    }

    @BeforeEach
    void write() throws IOException {
        Files.writeString(directory.resolve("ca.crt"), root.certificatePem());
        root.crl().build().write(directory.resolve("root.crl"));
        writeIdentity(0);
    }

    private void writeIdentity(int number) {
        root.issue().subject("CN=client " + number).build().writePem(directory, "client");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private RecordingStream recording() {
        RecordingStream stream = new RecordingStream();
        stream.enable("jdk.FileRead").withThreshold(Duration.ZERO).withoutStackTrace();
        stream.enable("jdk.X509Certificate").withoutStackTrace();
        stream.onEvent("jdk.FileRead", event -> note(event, event.getString("path"), directory.toString()));
        stream.onEvent("jdk.X509Certificate", event -> note(event, event.getString("subject"), "CN=client"));
        return stream;
    }

    private void note(RecordedEvent event, @Nullable String what, String ours) {
        if (what != null && what.contains(ours)) {
            works.add(new Work(
                    what,
                    event.getThread() == null
                            ? ""
                            : String.valueOf(event.getThread().getJavaName())));
        }
    }

    private long reads(String file) {
        return works.stream().filter(work -> work.what().endsWith(file)).count();
    }

    /** What is recorded comes in order, and some time after it was. */
    private void awaitRecorded() throws IOException {
        Path last = Files.writeString(directory.resolve("last"), "read to be recorded");
        assertThat(Files.readString(last)).isNotEmpty();
        await().atMost(Duration.ofSeconds(60)).until(() -> reads("last") > 0);
    }

    @Test
    void secureLettuce_connectsRotatesAndReconnects_eventLoopReadsAndParsesNothing() throws IOException {
        try (RecordingStream recording = recording();
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(directory.resolve("ca.crt")))
                        .presenting(
                                ClientIdentity.pem(directory.resolve("client.crt"), directory.resolve("client.key")))
                        .revocation(Revocation.crls(directory.resolve("root.crl")))
                        .rotation(Rotation.builder()
                                .checkInterval(Duration.ofMillis(100))
                                .drainWindow(Duration.ofMillis(500))
                                .build())
                        .listener(new TlsListener() {
                            @Override
                            public void handshakeSucceeded(VerifiedHandshake handshake) {
                                generations.add(handshake.generation());
                            }
                        })
                        .build()) {
            recording.startAsync();
            RedisClient client = SecureLettuce.client(tls, uri);
            List<StatefulRedisConnection<String, String>> connections = connect(client);
            for (int i = 1; i <= 3; i++) {
                long before = tls.status().generation();
                writeIdentity(i);
                await().atMost(Duration.ofSeconds(60)).until(() -> tls.status().generation() > before);
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> generations.stream()
                                        .filter(number -> number > before)
                                        .count()
                                >= CONNECTIONS);
            }
            connections.forEach(
                    connection -> assertThat(connection.sync().ping()).isEqualTo("PONG"));
            client.shutdown();
            awaitRecorded();
            assertThat(reads("client.key")).isPositive();
            assertThat(reads("root.crl")).isPositive();
            assertThat(reads("ca.crt")).isPositive();
            assertThat(works).noneMatch(Work::isOnEventLoop);
        }
    }

    /** The twin: Lettuce by itself, of which the same recorder sees what the rule above is about. */
    @Test
    void rawLettuce_connects_eventLoopReadsFiles() {
        SslOptions options = SslOptions.builder()
                .jdkSslProvider()
                .trustManager(directory.resolve("ca.crt").toFile())
                .keyManager(
                        directory.resolve("client.crt").toFile(),
                        directory.resolve("client.key").toFile(),
                        new char[0])
                .build();
        try (RecordingStream recording = recording()) {
            recording.startAsync();
            RedisClient client = RedisClient.create(uri);
            client.setOptions(ClientOptions.builder().sslOptions(options).build());
            assertThat(connect(client)).isNotEmpty();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(works).anyMatch(Work::isOnEventLoop));
            client.shutdown();
        }
    }

    private static List<StatefulRedisConnection<String, String>> connect(RedisClient client) {
        List<StatefulRedisConnection<String, String>> connections = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
            connections.add(client.connect());
        }
        return connections;
    }
}
