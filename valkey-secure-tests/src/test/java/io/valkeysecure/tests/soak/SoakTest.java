package io.valkeysecure.tests.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.valkeysecure.ClientIdentity;
import io.valkeysecure.Rotation;
import io.valkeysecure.SecureTls;
import io.valkeysecure.TlsPolicy;
import io.valkeysecure.TrustAnchors;
import io.valkeysecure.VerifiedHandshake;
import io.valkeysecure.observe.TlsListener;
import io.valkeysecure.observe.TlsStatus;
import io.valkeysecure.testkit.certificate.RotatingFiles;
import io.valkeysecure.testkit.certificate.TestCertificate;
import io.valkeysecure.testkit.certificate.WriteStrategy;
import io.valkeysecure.testkit.internal.TlsTerminator;
import io.valkeysecure.testkit.server.ValkeyServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rotations of the client's identity and of the server's CA under constant load, written in every way, with bad files
 * in between: no command may fail and no value be wrong, and in the end no connection has an identity but the last.
 *
 * <p>Half of the connections go to Valkey itself, which demands a client certificate; the others through a front that
 * records the certificates and changes its own. System properties make it longer: {@code soak.identities},
 * {@code soak.cas} and {@code soak.connections}. So that a starved machine refutes nothing, {@code soak.window} makes
 * the drain window longer, in seconds: within it the client has to come to run.
 */
class SoakTest {
    private static final int IDENTITIES = Integer.getInteger("soak.identities", 12);
    private static final int CAS = Integer.getInteger("soak.cas", 2);
    private static final int CONNECTIONS = Integer.getInteger("soak.connections", 16);
    private static final Duration WINDOW = Duration.ofSeconds(Integer.getInteger("soak.window", 4));
    private static final Duration PROGRESS = Duration.ofSeconds(30);
    private static final Duration BEFORE = Duration.ofSeconds(IDENTITIES > 100 ? 20 : 2);
    /** For a starved machine. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String USER = "app";
    private static final String PASSWORD = "correct-horse-battery";

    private static final TestCertificate ROOT =
            TestCertificate.root().subject("CN=Root").build();

    @TempDir
    private Path directory = Path.of("");

    private int written;

    /** What a renewal may leave behind. */
    private enum Bad {
        EMPTY,
        HALF,
        WRONG_KEY,
        EXPIRED,
        OTHER_CA,
        UNREADABLE,
        DELETED
    }

    @Test
    void rotations_underLoad_failNoCommand() throws Exception {
        RotatingFiles files = new RotatingFiles(directory);
        TestCertificate ca = serverCa(0);
        files.write(WriteStrategy.RENAME, Map.of("ca.crt", TestCertificate.pem(ROOT, ca)));
        files.write(WriteStrategy.RENAME, identity());
        long rotations = 0;
        Instant told = Instant.now();
        AtomicLong handshakes = new AtomicLong();
        TlsListener counting = new TlsListener() {
            @Override
            public void handshakeSucceeded(VerifiedHandshake handshake) {
                handshakes.incrementAndGet();
            }
        };
        try (ValkeyServer server = ValkeyServer.builder(leaf(ROOT), ROOT)
                        .user(USER, PASSWORD)
                        .plaintextPort()
                        .start();
                TlsTerminator front = TlsTerminator.of(leaf(ca), server.host(), server.plaintextPort());
                SecureTls tls = SecureTls.trusting(TrustAnchors.pem(files.path("ca.crt")))
                        .presenting(ClientIdentity.pem(files.path("tls.crt"), files.path("tls.key")))
                        .policy(TlsPolicy.modern().toBuilder()
                                .handshakeTimeout(Duration.ofSeconds(60)) // a starved machine refutes nothing
                                .build())
                        .rotation(Rotation.builder()
                                .checkInterval(Duration.ofMillis(300))
                                .drainWindow(WINDOW)
                                .build())
                        .listener(counting)
                        .build();
                SoakClients load = new SoakClients(tls, USER, PASSWORD)) {
            int each = CONNECTIONS / 4;
            load.jedisPool(front.port(), each);
            load.jedisConnections(server.port(), each);
            load.lettucePool(server.port(), each);
            load.lettuceShared(front.port(), each);
            await().atMost(Duration.ofSeconds(60)).until(() -> load.commands() > 10L * CONNECTIONS);
            var unused = load.takeLatencies();
            await().pollDelay(BEFORE).atMost(BEFORE.plusSeconds(60)).until(() -> true);
            Latencies before = load.takeLatencies();

            WriteStrategy[] ways = WriteStrategy.values();
            for (int i = 0; i < IDENTITIES; i++) {
                if (i % 3 == 1) {
                    writeBad(files, tls, Bad.values()[i / 3 % Bad.values().length]);
                }
                rotate(files, tls, ways[i % ways.length]);
                rotations++;
                if (i % Math.max(1, IDENTITIES / CAS) == 0 && i / Math.max(1, IDENTITIES / CAS) < CAS) {
                    TestCertificate next = serverCa(i + 1);
                    replaceCa(files, tls, front, ca, next, ways[i % ways.length]);
                    ca = next;
                    rotations++;
                    front.forgetEnded();
                }
                if (told.plus(PROGRESS).isBefore(Instant.now())) {
                    told = Instant.now();
                    System.out.printf(
                            "soak: at %s %d rotations, %d commands, %d failed, %d wrong%n",
                            told,
                            rotations,
                            load.commands(),
                            load.failures().size(),
                            load.wrong().size());
                }
            }
            String last = "CN=client " + written;
            awaitAll(front, last);
            Latencies during = load.takeLatencies();
            load.end();
            System.out.printf(
                    "soak: %d rotations, %d connections, %d commands, %d failed, %d wrong%n",
                    rotations,
                    CONNECTIONS,
                    load.commands(),
                    load.failures().size(),
                    load.wrong().size());
            System.out.printf("soak: %d handshakes, status %s%n", handshakes.get(), tls.status());
            System.out.printf(
                    "soak: a command took %d us at the median and %d us at p99 before, %d us and %d us during rotations%n",
                    micros(before, 0.5), micros(before, 0.99), micros(during, 0.5), micros(during, 0.99));
            assertThat(load.failures()).isEmpty();
            assertThat(load.wrong()).isEmpty();
        }
    }

    private static TestCertificate serverCa(int number) {
        return TestCertificate.root().subject("CN=CA " + number).build();
    }

    private static TestCertificate leaf(TestCertificate ca) {
        return ca.issue().subject("CN=server").dnsName("localhost").build();
    }

    private Map<String, String> identity() {
        return pair(ROOT.issue().subject("CN=client " + ++written).build());
    }

    private static Map<String, String> pair(TestCertificate identity) {
        Map<String, String> pair = new LinkedHashMap<>();
        pair.put("tls.crt", identity.chainPem());
        pair.put("tls.key", identity.privateKeyPem());
        return pair;
    }

    private void rotate(RotatingFiles files, SecureTls tls, WriteStrategy way) {
        long before = tls.status().generation();
        files.write(way, identity());
        awaitStatus(
                tls,
                status -> status.generation() > before && status.lastFailure().isEmpty());
    }

    /** Both are trusted, then the server changes, then the clients follow, then the old one goes. */
    private void replaceCa(
            RotatingFiles files,
            SecureTls tls,
            TlsTerminator front,
            TestCertificate old,
            TestCertificate next,
            WriteStrategy way) {
        long before = tls.status().generation();
        files.write(way, Map.of("ca.crt", TestCertificate.pem(ROOT, old, next)));
        awaitStatus(tls, status -> status.generation() > before);
        front.present(leaf(next));
        rotate(files, tls, way);
        String recent = "CN=client " + written;
        awaitAll(front, recent);
        long overlap = tls.status().generation();
        files.write(way, Map.of("ca.crt", TestCertificate.pem(ROOT, next)));
        awaitStatus(tls, status -> status.generation() > overlap);
    }

    /** Of the connections of both clients to the front, none is left with an identity before this one. */
    private static void awaitAll(TlsTerminator front, String subject) {
        await().atMost(WINDOW.plusSeconds(60)).untilAsserted(() -> {
            List<TlsTerminator.Connection> open = front.open();
            assertThat(open)
                    .hasSizeGreaterThanOrEqualTo(CONNECTIONS / 2)
                    .extracting(connection ->
                            connection.client().getSubjectX500Principal().toString())
                    .containsOnly(subject);
        });
    }

    private static long micros(Latencies latencies, double part) {
        return latencies.percentile(part).toNanos() / 1000;
    }

    private static void writeBad(RotatingFiles files, SecureTls tls, Bad bad) throws Exception {
        Path certificate = files.path("tls.crt");
        switch (bad) {
            case EMPTY -> Files.writeString(certificate, "");
            case HALF -> {
                String text = Files.readString(certificate);
                Files.writeString(certificate, text.substring(0, text.length() / 2));
            }
            case WRONG_KEY ->
                Files.writeString(files.path("tls.key"), ROOT.issue().build().privateKeyPem());
            case EXPIRED ->
                files.write(
                        WriteStrategy.RENAME,
                        pair(ROOT.issue()
                                .notBefore(Instant.now().minusSeconds(7200))
                                .notAfter(Instant.now().minusSeconds(3600))
                                .build()));
            case OTHER_CA ->
                Files.writeString(
                        files.path("tls.key"),
                        TestCertificate.root().build().issue().build().privateKeyPem());
            case UNREADABLE -> {
                // a directory is unreadable even to root
                Files.delete(certificate);
                Files.createDirectory(certificate);
            }
            case DELETED -> Files.delete(certificate);
        }
        awaitStatus(tls, status -> status.lastFailure().isPresent());
        if (bad == Bad.UNREADABLE) {
            Files.delete(certificate);
        }
    }

    private static void awaitStatus(SecureTls tls, Predicate<TlsStatus> condition) {
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(20)).until(() -> condition.test(tls.status()));
    }
}
